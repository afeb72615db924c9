/* What observers see: 12 views, 134 columns. A hidden column is absent, not masked.
   `security_invoker = false`: a view reads as its owner, so that its readers need no grant on a base table and no policy hides
   a row from them. No `security_barrier`: a view leaves out columns and never rows, so there is nothing a cheap function in a
   filter could leak, and a barrier would keep filters from the indexes. */

create view cutter_governance.v_decision_backlog_entry_observe with (security_invoker = false) as
select entry_id, kind, status, emitted_at
from cutter_governance.decision_backlog_entry;

create view cutter_governance.v_decision_backlog_history_observe with (security_invoker = false) as
select history_id, entry_id, entry_version_before, entry_version_after, change_kind, changed_by, changed_at
from cutter_governance.decision_backlog_history;

create view cutter_governance.v_decision_backlog_dependency_observe with (security_invoker = false) as
select dependency_id, from_entry_id, to_entry_id, dependency_kind, created_by, created_at
from cutter_governance.decision_backlog_dependency;

create view cutter_governance.v_decision_backlog_sweep_log_observe with (security_invoker = false) as
select sweep_id, trigger_kind, swept_by, swept_at, batch_limit, cursor_after, examined_count, promoted_count, last_entry_id
from cutter_governance.decision_backlog_sweep_log;

create view cutter_governance.v_manifest_envelope_observe with (security_invoker = false) as
select envelope_id, operation_kind, status, source_doc_ref, escalation_ref, cut_change_set_ref, created_by, created_at,
  reviewer, reviewed_at, superseded_by_envelope_id
from cutter_governance.manifest_envelope;

create view cutter_governance.v_manifest_unit_block_observe with (security_invoker = false) as
select envelope_id, unit_local_id, block_role, render_order, target_unit_id, proposed_canonical_address,
  proposed_authority, decision_backlog_ref, created_at
from cutter_governance.manifest_unit_block;

create view cutter_governance.v_review_decision_observe with (security_invoker = false) as
select review_decision_id, governance_event_kind, manifest_id, manifest_version, manifest_unit_local_id, review_scope,
  status, verdict, reviewer_class, risk_class_assessment, decision_at, decided_by, cross_signed_by_dot_verifier,
  tool_revision, version, prior_review_decision_id, superseded_by_review_decision_id, escalation_ref, cut_change_set_ref,
  expires_at, created_at, updated_at
from cutter_governance.review_decision;

create view cutter_governance.v_cut_change_set_observe with (security_invoker = false) as
select change_set_id, manifest_id, manifest_version, review_decision_id, decision_backlog_entry_id, executor_signature_id,
  verifier_signature_id, executor_tool_revision, verifier_tool_revision, tool_revision_match, state, risk_class,
  emitted_by, emitted_at, rollback_initiated_by, change_kind, compensates_change_set_id, affected_row_count, effect_digest
from cutter_governance.cut_change_set;

create view cutter_governance.v_cut_change_set_affected_row_observe with (security_invoker = false) as
select affected_row_id, change_set_id, ordinal, effect_kind, target_table, target_row_id
from cutter_governance.cut_change_set_affected_row;

create view cutter_governance.v_dot_pair_signature_observe with (security_invoker = false) as
select signature_id, signature_kind, signer_dot_id, signer_tool_revision, cross_reference_change_set_id,
  cross_reference_verify_result_id, prior_signature_id, validation_state, emitted_at, revoked_at, revoked_by
from cutter_governance.dot_pair_signature;

create view cutter_governance.v_verify_result_observe with (security_invoker = false) as
select verify_result_id, change_set_id, manifest_id, manifest_version, review_decision_id, executor_signature_id,
  verifier_signature_id, executor_tool_revision, verifier_tool_revision, tool_revision_match, verify_kind, axis_1_status,
  axis_2_status, verdict, state, canonicalization_rule_used, rollback_change_set_id_triggered, escalation_ref,
  prior_verify_result_id, verified_by, verified_at, effect_digest, checked_row_count
from cutter_governance.verify_result;

create view cutter_governance.v_canonical_address_alias_observe with (security_invoker = false) as
select alias_id, target_unit_id, alias_text, alias_kind, valid_from, valid_until, created_by
from cutter_governance.canonical_address_alias;
