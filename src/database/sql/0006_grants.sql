/* Who may touch what. Nobody has anything that isn't written here. */

/* PUBLIC's defaults go first. */
revoke all on schema public from public;
alter default privileges revoke execute on functions from public;
/* Large objects live outside every table's grants. Their functions are the superuser's to give away; elsewhere they stay. */
do $$
declare
  large_object_function regprocedure;
begin
  if current_setting('is_superuser') = 'on' then
    for large_object_function in
      select oid::regprocedure from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname ~ '^(lo_|lowrite$|loread$)'
    loop
      execute format('revoke execute on function %s from public', large_object_function);
    end loop;
  end if;
end
$$;

/* Observers: the schema and its 12 views are 13 grants, and nothing on a base table. */
grant usage on schema cutter_governance to cutter_ro;
grant select on
  cutter_governance.v_decision_backlog_entry_observe,
  cutter_governance.v_decision_backlog_history_observe,
  cutter_governance.v_decision_backlog_dependency_observe,
  cutter_governance.v_decision_backlog_sweep_log_observe,
  cutter_governance.v_manifest_envelope_observe,
  cutter_governance.v_manifest_unit_block_observe,
  cutter_governance.v_review_decision_observe,
  cutter_governance.v_cut_change_set_observe,
  cutter_governance.v_cut_change_set_affected_row_observe,
  cutter_governance.v_dot_pair_signature_observe,
  cutter_governance.v_verify_result_observe,
  cutter_governance.v_canonical_address_alias_observe
to cutter_ro;
grant usage on schema cutter_log to cutter_observe;
grant select on cutter_log.log, cutter_log.head to cutter_observe;

/* DOT-991, the executor's lane. */
grant usage on schema cutter_governance, public, cutter_source, cutter_auth, cutter_log to cutter_exec;
grant select, insert on
  cutter_governance.decision_backlog_entry,
  cutter_governance.decision_backlog_history,
  cutter_governance.decision_backlog_dependency,
  cutter_governance.manifest_envelope,
  cutter_governance.manifest_unit_block,
  cutter_governance.review_decision,
  cutter_governance.cut_change_set,
  cutter_governance.dot_pair_signature,
  public.information_unit,
  public.unit_version,
  cutter_source.source
to cutter_exec;
grant insert on cutter_governance.decision_backlog_sweep_log, cutter_governance.cut_change_set_affected_row to cutter_exec;
grant update (status) on cutter_governance.decision_backlog_entry to cutter_exec;
grant update (superseded_by_review_decision_id) on cutter_governance.review_decision to cutter_exec;
grant update (version_anchor_ref, content_anchor_ref) on public.information_unit to cutter_exec;
grant select on cutter_source.vocabulary, cutter_auth.principal, cutter_auth.person, cutter_auth.key to cutter_exec;

/* DOT-992, the verifier's lane. */
grant usage on schema cutter_governance, public, cutter_source, cutter_auth, cutter_log to cutter_verify;
grant select, insert on
  cutter_governance.decision_backlog_entry,
  cutter_governance.decision_backlog_history,
  cutter_governance.cut_change_set,
  cutter_governance.cut_change_set_affected_row,
  cutter_governance.dot_pair_signature,
  cutter_governance.verify_result
to cutter_verify;
grant select on
  cutter_governance.manifest_envelope,
  cutter_governance.manifest_unit_block,
  cutter_governance.review_decision,
  public.information_unit,
  public.unit_version,
  cutter_source.source,
  cutter_source.vocabulary,
  cutter_auth.principal,
  cutter_auth.person,
  cutter_auth.key
to cutter_verify;
grant update (status) on cutter_governance.decision_backlog_entry to cutter_verify;

/* By column: `seq` is the sequence's, whatever a writer says. */
grant insert (record_id, record_hash, row_ids) on cutter_log.pending to cutter_exec, cutter_verify;
grant insert (record_id, part, body) on cutter_log.record_part to cutter_exec, cutter_verify;

/* Evidence: everything but the hashes of tokens. */
grant usage on schema cutter_governance, public, cutter_source, cutter_auth, cutter_log to cutter_evidence;
grant select on all tables in schema cutter_governance, cutter_source, cutter_log to cutter_evidence;
grant select on public.information_unit, public.unit_version to cutter_evidence;
grant select on cutter_auth.person, cutter_auth.principal, cutter_auth.key, cutter_auth.audit to cutter_evidence;
grant select (token_id, principal_id, scopes, entry_ids, created_at, expires_at, revoked_at) on cutter_auth.token to cutter_evidence;

/* The gate: who calls. */
grant usage on schema cutter_auth to cutter_gate;
grant select on cutter_auth.token, cutter_auth.principal to cutter_gate;
grant insert on cutter_auth.token, cutter_auth.audit to cutter_gate;
grant update (revoked_at) on cutter_auth.token to cutter_gate;

/* The integrator: out of the queue, into the log. */
grant usage on schema cutter_log to cutter_integrator;
grant select, delete on cutter_log.pending to cutter_integrator;
grant select on cutter_log.record_part to cutter_integrator;
grant select, insert on cutter_log.log to cutter_integrator;
grant select, update on cutter_log.head to cutter_integrator;
