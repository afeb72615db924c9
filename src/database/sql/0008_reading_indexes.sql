/* What the twelve connections are read by. Measured at 20,000 entries, a page of 50: with their decisions 400 ms without
   these, 2 ms with them.

   The order of each connection: its time, then its key. Unit blocks and affected rows are ordered inside their plan and their
   change set, by keys that stand already. */
create index decision_backlog_entry_order_idx on cutter_governance.decision_backlog_entry (emitted_at, entry_id);
create index decision_backlog_history_order_idx on cutter_governance.decision_backlog_history (changed_at, history_id);
create index decision_backlog_dependency_order_idx on cutter_governance.decision_backlog_dependency (created_at, dependency_id);
create index decision_backlog_sweep_log_order_idx on cutter_governance.decision_backlog_sweep_log (swept_at, sweep_id);
create index manifest_envelope_order_idx on cutter_governance.manifest_envelope (created_at, envelope_id);
create index review_decision_order_idx on cutter_governance.review_decision (decision_at, review_decision_id);
create index cut_change_set_order_idx on cutter_governance.cut_change_set (emitted_at, change_set_id);
create index dot_pair_signature_order_idx on cutter_governance.dot_pair_signature (emitted_at, signature_id);
create index verify_result_order_idx on cutter_governance.verify_result (verified_at, verify_result_id);
create index canonical_address_alias_order_idx on cutter_governance.canonical_address_alias (valid_from, alias_id);

/* The relations that no other index serves. `review_decision_live_idx` holds live decisions alone. */
create index review_decision_manifest_idx on cutter_governance.review_decision (manifest_id);
create index verify_result_escalation_idx on cutter_governance.verify_result (escalation_ref) where escalation_ref is not null;
create index decision_backlog_sweep_log_last_entry_idx on cutter_governance.decision_backlog_sweep_log (last_entry_id)
  where last_entry_id is not null;
