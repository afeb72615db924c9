/* Lane policies: what a grant can't say, said about rows.
   A policy sees the row before and the row after apart, so the exact arrow of a move stays with the code's table of transitions;
   here each lane is held to its own states, kinds, signer and references, and to the transaction's own time.
   The owner is not forced, so foreign keys, views and the bootstrap see every row. */

alter table cutter_governance.decision_backlog_entry enable row level security;
alter table cutter_governance.decision_backlog_history enable row level security;
alter table cutter_governance.decision_backlog_dependency enable row level security;
alter table cutter_governance.decision_backlog_sweep_log enable row level security;
alter table cutter_governance.manifest_envelope enable row level security;
alter table cutter_governance.manifest_unit_block enable row level security;
alter table cutter_governance.review_decision enable row level security;
alter table cutter_governance.cut_change_set enable row level security;
alter table cutter_governance.cut_change_set_affected_row enable row level security;
alter table cutter_governance.dot_pair_signature enable row level security;
alter table cutter_governance.verify_result enable row level security;
alter table cutter_governance.canonical_address_alias enable row level security;
alter table public.information_unit enable row level security;
alter table public.unit_version enable row level security;
alter table cutter_source.source enable row level security;
alter table cutter_auth.token enable row level security;
alter table cutter_auth.audit enable row level security;

/* Reading. A role with a grant and without a policy would see 0 rows, and no error. */
create policy read on cutter_governance.decision_backlog_entry for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.decision_backlog_history for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.decision_backlog_dependency for select to cutter_exec, cutter_evidence using (true);
create policy read on cutter_governance.decision_backlog_sweep_log for select to cutter_evidence using (true);
create policy read on cutter_governance.manifest_envelope for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.manifest_unit_block for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.review_decision for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.cut_change_set for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.cut_change_set_affected_row for select to cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.dot_pair_signature for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.verify_result for select to cutter_verify, cutter_evidence using (true);
create policy read on cutter_governance.canonical_address_alias for select to cutter_evidence using (true);
create policy read on public.information_unit for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on public.unit_version for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_source.source for select to cutter_exec, cutter_verify, cutter_evidence using (true);
create policy read on cutter_auth.token for select to cutter_gate, cutter_evidence using (true);
create policy read on cutter_auth.audit for select to cutter_evidence using (true);

/* Entries. Keys that begin `escalate:` or `compensate:` are the verifier's: an executor that took one first would keep a failed
   verification from being written. A payload without a key fails the comparison, and with it the policy. */
create policy exec_insert on cutter_governance.decision_backlog_entry for insert to cutter_exec
  with check (
    kind in ('cut_request', 'lifecycle')
    and status = 'marked'
    and payload ->> 'idempotency_key' not like 'escalate:%'
    and payload ->> 'idempotency_key' not like 'compensate:%'
    and emitted_at = transaction_timestamp()
  );
create policy verify_insert on cutter_governance.decision_backlog_entry for insert to cutter_verify
  with check (
    kind = 'escalation'
    and status = 'marked'
    and payload ->> 'idempotency_key' like 'escalate:%'
    and emitted_at = transaction_timestamp()
  );
/* An escalation is not work to be planned: a person ends it, and nothing else moves it. */
create policy exec_move on cutter_governance.decision_backlog_entry for update to cutter_exec
  using (status in ('marked', 'review_pending', 'reviewed_deferred', 'reviewed_approved'))
  with check (
    status in ('review_pending', 'reviewed_approved', 'reviewed_rejected', 'reviewed_deferred', 'cut_applied', 'abandoned')
    and (kind <> 'escalation' or status = 'abandoned')
  );
create policy verify_move on cutter_governance.decision_backlog_entry for update to cutter_verify
  using (status = 'cut_applied')
  with check (status in ('verified_complete', 'verify_failed_escalated'));

/* History: each lane its own kinds, ending in its own states. The verifier's `mark` is the birth of an escalation. */
create policy exec_insert on cutter_governance.decision_backlog_history for insert to cutter_exec
  with check (
    change_kind in ('mark', 'sweep_promote', 'review:approve', 'review:reject', 'review:defer', 'cut', 'abandon')
    and entry_version_after not in ('verified_complete', 'verify_failed_escalated')
    and changed_at = transaction_timestamp()
  );
create policy verify_insert on cutter_governance.decision_backlog_history for insert to cutter_verify
  with check (
    (
      (change_kind = 'verify:pass' and entry_version_before = 'cut_applied' and entry_version_after = 'verified_complete')
      or (change_kind = 'verify:fail' and entry_version_before = 'cut_applied' and entry_version_after = 'verify_failed_escalated')
      or (change_kind = 'mark' and entry_version_before is null and entry_version_after = 'marked')
    )
    and changed_at = transaction_timestamp()
  );

create policy exec_insert on cutter_governance.decision_backlog_dependency for insert to cutter_exec
  with check (from_entry_id <> to_entry_id and created_at = transaction_timestamp());

create policy exec_insert on cutter_governance.decision_backlog_sweep_log for insert to cutter_exec
  with check (swept_at = transaction_timestamp());

create policy exec_insert on cutter_governance.manifest_envelope for insert to cutter_exec
  with check (
    status = 'under_review'
    and superseded_by_envelope_id is null
    and created_at = transaction_timestamp()
    and (reviewed_at is null or reviewed_at = transaction_timestamp())
  );

/* A plan that was reviewed gets no block more: the envelope is of this transaction, or the block is refused. One written beside it
   by the same statement isn't visible here yet, and the foreign key sees to it that there is one. */
create policy exec_insert on cutter_governance.manifest_unit_block for insert to cutter_exec
  with check (
    created_at = transaction_timestamp()
    and not exists (
      select from cutter_governance.manifest_envelope as envelope
      where envelope.envelope_id = manifest_unit_block.envelope_id and envelope.created_at <> transaction_timestamp()
    )
  );

/* Decisions are born live and superseded once. The executor's lane can't say that the verifier signed with it. `expires_at` is
   the reviewer's to choose; every other time is the transaction's. */
create policy exec_insert on cutter_governance.review_decision for insert to cutter_exec
  with check (
    superseded_by_review_decision_id is null
    and not cross_signed_by_dot_verifier
    and decision_at = transaction_timestamp()
    and created_at = transaction_timestamp()
    and updated_at = transaction_timestamp()
  );
create policy exec_supersede on cutter_governance.review_decision for update to cutter_exec
  using (superseded_by_review_decision_id is null)
  with check (superseded_by_review_decision_id <> review_decision_id);

/* A change set stands on a signature made for it. One written beside it by the same statement isn't visible here yet; one that is
   visible, and was made by the other lane or for another change set, is borrowed. */
create policy exec_insert on cutter_governance.cut_change_set for insert to cutter_exec
  with check (
    change_kind in ('cut', 'lifecycle')
    and idempotency_key not like 'compensate:%'
    and rollback_key not like 'compensate:%'
    and verifier_signature_id is null
    and compensates_change_set_id is null
    and emitted_at = transaction_timestamp()
    and not exists (
      select from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = cut_change_set.executor_signature_id
        and signature.cross_reference_change_set_id is distinct from cut_change_set.change_set_id
    )
  );
/* A compensation carries the signature of the cut that it compensates. */
create policy verify_insert on cutter_governance.cut_change_set for insert to cutter_verify
  with check (
    change_kind = 'compensation'
    and idempotency_key = 'compensate:' || compensates_change_set_id
    and rollback_key = idempotency_key
    and verifier_signature_id is null
    and affected_row_count = 0
    and emitted_at = transaction_timestamp()
    and exists (
      select from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = cut_change_set.executor_signature_id
        and signature.cross_reference_change_set_id = cut_change_set.compensates_change_set_id
    )
  );

/* A row has no time of its own, so it takes that of its change set: what another transaction wrote gets no row more. A change
   set written beside it by the same statement isn't visible here yet, as an envelope above. */
create policy exec_insert on cutter_governance.cut_change_set_affected_row for insert to cutter_exec
  with check (
    not exists (
      select from cutter_governance.cut_change_set as change_set
      where change_set.change_set_id = cut_change_set_affected_row.change_set_id
        and (change_set.emitted_at <> transaction_timestamp() or change_set.change_kind = 'compensation')
    )
  );
create policy verify_insert on cutter_governance.cut_change_set_affected_row for insert to cutter_verify
  with check (
    not exists (
      select from cutter_governance.cut_change_set as change_set
      where change_set.change_set_id = cut_change_set_affected_row.change_set_id
        and (change_set.emitted_at <> transaction_timestamp() or change_set.change_kind <> 'compensation')
    )
  );

/* Signatures: kind, signer and reference agree with the lane that holds the key. */
create policy exec_insert on cutter_governance.dot_pair_signature for insert to cutter_exec
  with check (
    signature_kind = 'executor'
    and signer_dot_id = 'DOT-991'
    and cross_reference_change_set_id is not null
    and cross_reference_verify_result_id is null
    and revoked_at is null
    and emitted_at = transaction_timestamp()
  );
create policy verify_insert on cutter_governance.dot_pair_signature for insert to cutter_verify
  with check (
    signature_kind = 'verifier'
    and signer_dot_id = 'DOT-992'
    and cross_reference_verify_result_id is not null
    and cross_reference_change_set_id is null
    and revoked_at is null
    and emitted_at = transaction_timestamp()
  );

/* A result names the executor's signature on the change set that it judges, and the verifier's own on itself. */
create policy verify_insert on cutter_governance.verify_result for insert to cutter_verify
  with check (
    verified_at = transaction_timestamp()
    and exists (
      select from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = verify_result.executor_signature_id
        and signature.cross_reference_change_set_id = verify_result.change_set_id
    )
    and not exists (
      select from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = verify_result.verifier_signature_id
        and signature.cross_reference_verify_result_id is distinct from verify_result.verify_result_id
    )
  );

/* Units are born without anchors; the anchors then move together, to a version and never back to none. */
create policy exec_insert on public.information_unit for insert to cutter_exec
  with check (
    version_anchor_ref is null
    and content_anchor_ref is null
    and lifecycle_status = 'draft'
    and deleted_at is null
    and created_at = transaction_timestamp()
    and updated_at = transaction_timestamp()
  );
create policy exec_anchor on public.information_unit for update to cutter_exec
  using (true)
  with check (content_anchor_ref = version_anchor_ref::text);

create policy exec_insert on public.unit_version for insert to cutter_exec
  with check (
    created_at = transaction_timestamp()
    and updated_at = transaction_timestamp()
    and (enacted_at is null or enacted_at = transaction_timestamp())
  );

create policy exec_insert on cutter_source.source for insert to cutter_exec
  with check (registered_at = transaction_timestamp());

/* Tokens: revoked once, and now. */
create policy gate_insert on cutter_auth.token for insert to cutter_gate
  with check (created_at = transaction_timestamp() and expires_at > transaction_timestamp() and revoked_at is null);
create policy gate_revoke on cutter_auth.token for update to cutter_gate
  using (revoked_at is null)
  with check (revoked_at = transaction_timestamp());

create policy gate_insert on cutter_auth.audit for insert to cutter_gate
  with check (at = transaction_timestamp());
