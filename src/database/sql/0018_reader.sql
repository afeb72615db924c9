/* What the scope `document:read` serves: documents, sources and units, by a login of its own. It may what
   cutter_observe may, and reads no payload, no finding and no signed bytes. */
do $$
begin
  if not exists (select from pg_roles where rolname = 'cutter_reader') then
    create role cutter_reader login;
  end if;
end
$$;
alter role cutter_reader with login nocreatedb nocreaterole inherit connection limit 30;
do $$
begin
  if current_setting('is_superuser') = 'on' then
    alter role cutter_reader with nosuperuser noreplication nobypassrls;
  end if;
end
$$;
grant cutter_ro to cutter_reader;

/* The settings of cutter_observe, for the same reasons. */
alter role cutter_reader set search_path = pg_catalog, pg_temp;
alter role cutter_reader set timezone = 'UTC';
alter role cutter_reader set datestyle = 'ISO, MDY';
alter role cutter_reader set default_transaction_isolation = 'read committed';
alter role cutter_reader set default_transaction_read_only = on;
alter role cutter_reader set jit = off;
alter role cutter_reader set lock_timeout = '4s';
alter role cutter_reader set statement_timeout = '60s';
alter role cutter_reader set idle_in_transaction_session_timeout = '60s';
alter role cutter_reader set idle_session_timeout = 0;
alter role cutter_reader set password_encryption = 'scram-sha-256';
alter role cutter_reader set extra_float_digits = 1;
alter role cutter_reader set array_nulls = on;
alter role cutter_reader set standard_conforming_strings = on;
alter role cutter_reader set bytea_output = hex;
alter role cutter_reader set row_security = on;
alter role cutter_reader set enable_seqscan = off;

/* What an entry is about. Its payload stays hidden. Reads as its owner. A text that is no UUID is no source's, and
   ends no query. */
create view cutter_source.v_entry_subject with (security_invoker = false) as
select e.entry_id, s.source_id, s.doc_code, s.title,
  e.payload ->> 'signal_source' as signal_source, e.scenario_ref, e.payload ->> 'idempotency_key' as idempotency_key
from cutter_governance.decision_backlog_entry as e
left join cutter_source.source as s on s.source_id = case
  when substr(e.payload ->> 'iu_ref', 8) ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
  then substr(e.payload ->> 'iu_ref', 8)::uuid end
  /* The same again, for the index that leads from a source to its entries. */
  and e.payload ->> 'iu_ref' = 'source:' || s.source_id;

/* The cuts of each document, in their order: each counts on from the one before, under the document's lock. The
   oldest have no number. Reads as its owner. */
create view cutter_source.v_document_cut with (security_invoker = false) as
select c.change_set_id, c.payload_summary ->> 'doc_code' as doc_code,
  case when jsonb_typeof(c.payload_summary -> 'cut_seq') = 'number'
    then (c.payload_summary ->> 'cut_seq')::numeric end as cut_seq,
  c.manifest_id, c.decision_backlog_entry_id as entry_id, c.emitted_at
from cutter_governance.cut_change_set as c
where c.change_kind = 'cut';

/* The units of each document's newest cut that isn't compensated, each in its newest version of such a cut. Reads as
   its owner: the owner may grant it to people who read by SQL. */
create view public.v_current_unit with (security_invoker = false) as
select u.id as unit_id, u.canonical_address, u.doc_code, version.provenance ->> 'kind' as unit_kind,
  version.provenance ->> 'section_type' as section_type, version.provenance ->> 'section_code' as section_code,
  version.provenance ->> 'parent_address' as parent_address, block.render_order,
  version.title, version.body, version.content_hash,
  version.id as unit_version_id, version.version_seq, version.provenance ->> 'change_set_id' as change_set_id,
  newest.change_set_id as document_change_set_id
from (
  select distinct on (cut.doc_code) cut.doc_code, cut.change_set_id, cut.manifest_id
  from cutter_source.v_document_cut as cut
  where not exists (
    select from cutter_governance.cut_change_set as x where x.compensates_change_set_id = cut.change_set_id
  )
  order by cut.doc_code, cut.cut_seq desc nulls last, cut.change_set_id desc
) as newest
join cutter_governance.manifest_unit_block as block
  on block.envelope_id = newest.manifest_id and block.block_role = 'result'
join public.information_unit as u
  on u.canonical_address = block.proposed_canonical_address and u.doc_code = newest.doc_code
cross join lateral (
  select v.* from public.unit_version as v
  where v.unit_id = u.id and not exists (
    select from cutter_governance.cut_change_set as x where x.compensates_change_set_id = case
      when v.provenance ->> 'change_set_id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
      then (v.provenance ->> 'change_set_id')::uuid end
  )
  order by v.version_seq desc limit 1
) as version;

grant usage on schema cutter_log, public, cutter_source, cutter_auth to cutter_reader;
grant select on cutter_log.log, cutter_log.head, cutter_log.row_place to cutter_reader;
grant select on public.information_unit, public.unit_version, public.v_current_unit, cutter_source.source
  to cutter_reader;
grant select on cutter_source.v_entry_subject, cutter_source.v_document_cut to cutter_reader;
grant select (envelope_id, unit_local_id, target_unit_id, render_order, payload_summary)
  on cutter_governance.manifest_unit_block to cutter_reader;
grant select on cutter_auth.person, cutter_auth.principal to cutter_reader;
/* Observers see who acted, by name. */
grant usage on schema cutter_auth to cutter_observe;
grant select on cutter_auth.person, cutter_auth.principal to cutter_observe;
grant select on cutter_source.v_entry_subject, cutter_source.v_document_cut, public.v_current_unit to cutter_evidence;

alter policy read on public.information_unit to cutter_exec, cutter_verify, cutter_evidence, cutter_reader;
alter policy read on public.unit_version to cutter_exec, cutter_verify, cutter_evidence, cutter_reader;
alter policy read on cutter_source.source to cutter_exec, cutter_verify, cutter_evidence, cutter_reader;
alter policy read on cutter_governance.manifest_unit_block
  to cutter_exec, cutter_verify, cutter_evidence, cutter_reader;

/* From an address to the plans that named it, from a version to its row in a change set, and from a source to its
   entries. */
create index manifest_unit_block_address_idx on cutter_governance.manifest_unit_block (proposed_canonical_address)
  where proposed_canonical_address is not null;
create index affected_row_target_idx on cutter_governance.cut_change_set_affected_row (target_row_id);
create index entry_source_idx on cutter_governance.decision_backlog_entry ((payload ->> 'iu_ref'));
create index entry_key_idx on cutter_governance.decision_backlog_entry ((payload ->> 'idempotency_key'));
create index entry_signal_idx on cutter_governance.decision_backlog_entry ((payload ->> 'signal_source'));
create index entry_scenario_idx on cutter_governance.decision_backlog_entry (scenario_ref)
  where scenario_ref is not null;

create index information_unit_order_idx on public.information_unit (doc_code, canonical_address);
create index information_unit_prefix_idx on public.information_unit (canonical_address collate "C");
create index unit_version_parent_idx on public.unit_version ((provenance ->> 'parent_unit_id'));

/* Who holds `ledger:evidence` could read every document already, by planCut and reconstruct. The sample observer of
   a rehearsal reads documents from now on, in older homes too. */
update cutter_auth.principal set scopes = scopes || 'document:read'::text
where not scopes @> array['document:read'] and (scopes @> array['ledger:evidence'] or rehearsal and name = 'observer');
