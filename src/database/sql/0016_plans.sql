/* plans: a prepared statement keeps a plan for as long as its connection lives, and the first one is made while the tables are
   small. Reading a small table whole is cheap then; the same plan reads it whole when it is large. Every statement of the runtime
   finds its rows by an index, so its logins never read a table whole where an index would serve. */
do $$
declare
  login text;
begin
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set enable_seqscan = off', login);
  end loop;
end
$$;

/* The same for the rows that policies look at. `exists (…)` may be answered by reading the other table whole, once for a statement,
   and PostgreSQL chooses that way for some plans that it keeps. A value looked up by its key is always looked up by its key. What
   each policy asks is as before. */
alter policy exec_insert on cutter_governance.manifest_unit_block
  with check (
    created_at = transaction_timestamp()
    and coalesce((
      select envelope.created_at = transaction_timestamp() from cutter_governance.manifest_envelope as envelope
      where envelope.envelope_id = manifest_unit_block.envelope_id
    ), true)
  );
alter policy exec_insert on cutter_governance.cut_change_set
  with check (
    change_kind in ('cut', 'lifecycle')
    and idempotency_key not like 'compensate:%'
    and rollback_key not like 'compensate:%'
    and verifier_signature_id is null
    and compensates_change_set_id is null
    and emitted_at = transaction_timestamp()
    and coalesce((
      select signature.cross_reference_change_set_id is not distinct from cut_change_set.change_set_id
      from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = cut_change_set.executor_signature_id
    ), true)
  );
alter policy verify_insert on cutter_governance.cut_change_set
  with check (
    change_kind = 'compensation'
    and idempotency_key = 'compensate:' || compensates_change_set_id
    and rollback_key = idempotency_key
    and verifier_signature_id is null
    and affected_row_count = 0
    and emitted_at = transaction_timestamp()
    and coalesce((
      select signature.cross_reference_change_set_id = cut_change_set.compensates_change_set_id
      from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = cut_change_set.executor_signature_id
    ), false)
  );
alter policy exec_insert on cutter_governance.cut_change_set_affected_row
  with check (
    coalesce((
      select change_set.emitted_at = transaction_timestamp() and change_set.change_kind <> 'compensation'
      from cutter_governance.cut_change_set as change_set
      where change_set.change_set_id = cut_change_set_affected_row.change_set_id
    ), true)
  );
alter policy verify_insert on cutter_governance.cut_change_set_affected_row
  with check (
    coalesce((
      select change_set.emitted_at = transaction_timestamp() and change_set.change_kind = 'compensation'
      from cutter_governance.cut_change_set as change_set
      where change_set.change_set_id = cut_change_set_affected_row.change_set_id
    ), true)
  );
alter policy verify_insert on cutter_governance.verify_result
  with check (
    verified_at = transaction_timestamp()
    and coalesce((
      select signature.cross_reference_change_set_id = verify_result.change_set_id
      from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = verify_result.executor_signature_id
    ), false)
    and coalesce((
      select signature.cross_reference_verify_result_id is not distinct from verify_result.verify_result_id
      from cutter_governance.dot_pair_signature as signature
      where signature.signature_id = verify_result.verifier_signature_id
    ), true)
  );
