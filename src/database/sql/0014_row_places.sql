/* Where each row stands in the log, so that lists page by it. A time says when a transaction began, not when others could see what
   it wrote: a client that followed a list by time lost the rows of slow writers. */

/* `ordinal` is the row's place among the `row_ids` of its record. Unit blocks and affected rows have no line of their own: they take
   the place of their manifest or change set, in whose transaction they were written. */
create table cutter_log.row_place (
  noun text not null,
  position bigint not null,
  ordinal integer not null,
  row_id uuid not null
);

/* Which nouns these ids belong to. The integrator asks it for each batch: it may read the log's tables and none of the ledger's.
   The settings keep it on the primary keys, whatever the tables' statistics were when its plan was made. */
create function cutter_log.nouns_of(ids uuid[]) returns table (noun text, row_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  return query
    select 'Entry', entry_id from cutter_governance.decision_backlog_entry where entry_id = any (ids)
    union all select 'History', history_id from cutter_governance.decision_backlog_history where history_id = any (ids)
    union all select 'Dependency', dependency_id from cutter_governance.decision_backlog_dependency where dependency_id = any (ids)
    union all select 'Sweep', sweep_id from cutter_governance.decision_backlog_sweep_log where sweep_id = any (ids)
    union all select 'Manifest', envelope_id from cutter_governance.manifest_envelope where envelope_id = any (ids)
    union all select 'ReviewDecision', review_decision_id from cutter_governance.review_decision where review_decision_id = any (ids)
    union all select 'ChangeSet', change_set_id from cutter_governance.cut_change_set where change_set_id = any (ids)
    union all select 'Signature', signature_id from cutter_governance.dot_pair_signature where signature_id = any (ids)
    union all select 'VerifyResult', verify_result_id from cutter_governance.verify_result where verify_result_id = any (ids)
    union all select 'AddressAlias', alias_id from cutter_governance.canonical_address_alias where alias_id = any (ids)
    union all select 'Source', source_id from cutter_source.source where source_id = any (ids);
end
$$;
revoke all on function cutter_log.nouns_of(uuid[]) from public;
grant execute on function cutter_log.nouns_of(uuid[]) to cutter_integrator;

/* The places of every row that is in the log already. A row id is the key of its table, and ids of two tables never agree: each derives
   from what it is the id of. An id that two records name stands where it was first. */
insert into cutter_log.row_place (noun, position, ordinal, row_id)
select distinct on (known.noun, known.row_id) known.noun, logged.position, logged.ordinal, known.row_id
from (
  select log.position, (named.at - 1)::integer as ordinal, named.row_id
  from cutter_log.log cross join unnest(log.row_ids) with ordinality as named (row_id, at)
) as logged
join (
  select 'Entry' as noun, entry_id as row_id from cutter_governance.decision_backlog_entry
  union all select 'History', history_id from cutter_governance.decision_backlog_history
  union all select 'Dependency', dependency_id from cutter_governance.decision_backlog_dependency
  union all select 'Sweep', sweep_id from cutter_governance.decision_backlog_sweep_log
  union all select 'Manifest', envelope_id from cutter_governance.manifest_envelope
  union all select 'ReviewDecision', review_decision_id from cutter_governance.review_decision
  union all select 'ChangeSet', change_set_id from cutter_governance.cut_change_set
  union all select 'Signature', signature_id from cutter_governance.dot_pair_signature
  union all select 'VerifyResult', verify_result_id from cutter_governance.verify_result
  union all select 'AddressAlias', alias_id from cutter_governance.canonical_address_alias
  union all select 'Source', source_id from cutter_source.source
) as known using (row_id)
order by known.noun, known.row_id, logged.position, logged.ordinal;

/* A list walks the first key; where a row stands is looked up by the second. */
alter table cutter_log.row_place add primary key (noun, position, ordinal);
create unique index row_place_row_idx on cutter_log.row_place (row_id, noun) include (position, ordinal);
analyze cutter_log.row_place;

grant insert on cutter_log.row_place to cutter_integrator;
grant select on cutter_log.row_place to cutter_observe, cutter_evidence;

/* The blocks of a plan in their order, from any place in it: without it, each page of a large plan sorted the whole plan. */
create index manifest_unit_block_order_idx on cutter_governance.manifest_unit_block (envelope_id, render_order, unit_local_id);

/* A list that few rows belong to starts from them, so each column that lists are filtered by needs an index of its own. Of unit blocks
   and affected rows, which a cut writes by the hundred thousand, only the references. */
create index decision_backlog_entry_kind_idx on cutter_governance.decision_backlog_entry (kind);
create index decision_backlog_history_change_kind_idx on cutter_governance.decision_backlog_history (change_kind);
create index decision_backlog_history_after_idx on cutter_governance.decision_backlog_history (entry_version_after);
create index decision_backlog_history_changed_by_idx on cutter_governance.decision_backlog_history (changed_by);
create index decision_backlog_dependency_kind_idx on cutter_governance.decision_backlog_dependency (dependency_kind);
create index decision_backlog_dependency_created_by_idx on cutter_governance.decision_backlog_dependency (created_by);
create index decision_backlog_sweep_log_trigger_idx on cutter_governance.decision_backlog_sweep_log (trigger_kind);
create index decision_backlog_sweep_log_swept_by_idx on cutter_governance.decision_backlog_sweep_log (swept_by);
create index manifest_envelope_operation_idx on cutter_governance.manifest_envelope (operation_kind);
create index manifest_envelope_status_idx on cutter_governance.manifest_envelope (status);
create index manifest_envelope_created_by_idx on cutter_governance.manifest_envelope (created_by);
create index manifest_envelope_reviewer_idx on cutter_governance.manifest_envelope (reviewer);
create index review_decision_manifest_version_idx on cutter_governance.review_decision (manifest_version);
create index review_decision_verdict_idx on cutter_governance.review_decision (verdict);
create index review_decision_status_idx on cutter_governance.review_decision (status);
create index review_decision_scope_idx on cutter_governance.review_decision (review_scope);
create index review_decision_risk_idx on cutter_governance.review_decision (risk_class_assessment);
create index review_decision_decided_by_idx on cutter_governance.review_decision (decided_by);
create index review_decision_superseded_by_idx on cutter_governance.review_decision (superseded_by_review_decision_id);
create index cut_change_set_manifest_idx on cutter_governance.cut_change_set (manifest_id);
create index cut_change_set_decision_idx on cutter_governance.cut_change_set (review_decision_id);
create index cut_change_set_kind_idx on cutter_governance.cut_change_set (change_kind);
create index cut_change_set_state_idx on cutter_governance.cut_change_set (state);
create index cut_change_set_risk_idx on cutter_governance.cut_change_set (risk_class);
create index cut_change_set_emitted_by_idx on cutter_governance.cut_change_set (emitted_by);
create index cut_change_set_effect_idx on cutter_governance.cut_change_set (effect_digest);
create index dot_pair_signature_kind_idx on cutter_governance.dot_pair_signature (signature_kind);
create index dot_pair_signature_signer_idx on cutter_governance.dot_pair_signature (signer_dot_id);
create index dot_pair_signature_state_idx on cutter_governance.dot_pair_signature (validation_state);
create index dot_pair_signature_prior_idx on cutter_governance.dot_pair_signature (prior_signature_id);
create index verify_result_manifest_idx on cutter_governance.verify_result (manifest_id);
create index verify_result_manifest_version_idx on cutter_governance.verify_result (manifest_version);
create index verify_result_decision_idx on cutter_governance.verify_result (review_decision_id);
create index verify_result_verdict_idx on cutter_governance.verify_result (verdict);
create index verify_result_axis_1_idx on cutter_governance.verify_result (axis_1_status);
create index verify_result_axis_2_idx on cutter_governance.verify_result (axis_2_status);
create index verify_result_verified_by_idx on cutter_governance.verify_result (verified_by);
