/* What the law asks about an entry when it says what a caller may do with it, and what hinders its cut. Observers see
   the answers, and of the facts behind them these alone. Each view reads as its owner. */

/* Who registered the text of an entry: a reviewer is somebody else. */
create view cutter_source.v_entry_registrar with (security_invoker = false) as
select t.entry_id, s.registered_by
from cutter_source.v_entry_subject as t
join cutter_source.source as s on s.source_id = t.source_id;

/* Before which time a decision has no effect. The rest of its findings stays hidden. */
create view cutter_source.v_decision_begin with (security_invoker = false) as
select d.review_decision_id, (d.findings ->> 'not_before')::timestamptz as not_before
from cutter_governance.review_decision as d;

/* For each entry, the entries whose cuts of the same document wait for their verification. */
create view cutter_source.v_unverified_cut with (security_invoker = false) as
select t.entry_id, o.entry_id as cut_entry_id
from cutter_source.v_entry_subject as t
join cutter_source.v_document_cut as k on k.doc_code = t.doc_code
join cutter_governance.decision_backlog_entry as o on o.entry_id = k.entry_id
where o.status = 'cut_applied' and o.entry_id <> t.entry_id;

/* Where units were cut since a plan was reviewed: the first block of the plan that CUT would plan otherwise now, by its
   address; null where only the units that vanish are others. A plan that still fits has no row. A block keeps the
   version that it was decided against. Of the same version it is decided in the same way, but for one case: the unit
   was not live when the plan was reviewed, and is now. Each unit is looked up by its address. */
create view cutter_source.v_changed_base with (security_invoker = false) as
select m.envelope_id, changed.address
from cutter_governance.manifest_envelope as m
join cutter_source.v_entry_subject as t on t.entry_id = m.source_doc_ref::uuid
left join lateral (
  select k.manifest_id from cutter_source.v_document_cut as k
  where k.doc_code = t.doc_code and not exists (
    select from cutter_governance.cut_change_set as x where x.compensates_change_set_id = k.change_set_id)
  order by k.cut_seq desc nulls last, k.change_set_id desc limit 1
) as newest on true
cross join lateral (
  (select b.proposed_canonical_address as address
    from cutter_governance.manifest_unit_block as b
    left join cutter_governance.manifest_unit_block as parent on parent.envelope_id = b.envelope_id
      and parent.unit_local_id = b.candidate_edges -> 0 ->> 'to'
    left join lateral (
      select u.id as unit_id, v.id as version_id, coalesce(v.version_seq, 0) as version_seq, v.body, v.title,
        v.provenance as was,
        coalesce((select max(w.version_seq) from public.unit_version as w where w.unit_id = u.id), 0) as highest_seq,
        v.void is false and exists (
          select from cutter_governance.manifest_unit_block as n
          where n.proposed_canonical_address = u.canonical_address and n.envelope_id = newest.manifest_id
            and n.block_role = 'result') as is_live
      from public.information_unit as u
      left join lateral (
        select w.id, w.version_seq, w.body, w.title, w.provenance, exists (
          select from cutter_governance.cut_change_set as x where x.compensates_change_set_id = case
            when w.provenance ->> 'change_set_id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
            then (w.provenance ->> 'change_set_id')::uuid end) as void
        from public.unit_version as w where w.unit_id = u.id
        order by void, w.version_seq desc limit 1
      ) as v on true
      where u.canonical_address = b.proposed_canonical_address and u.doc_code = t.doc_code
      limit 1
    ) as l on true
    where b.envelope_id = m.envelope_id and b.proposed_canonical_address is not null and (case
      when b.block_role = 'origin' then l.is_live and l.version_seq::text = b.payload_summary ->> 'version_seq'
      when b.payload_summary ->> 'action' = 'birth' then l.unit_id is null
      when l.unit_id is distinct from b.target_unit_id
        or l.version_id::text is distinct from b.payload_summary ->> 'base_version_id'
        or l.version_seq::text is distinct from b.payload_summary ->> 'base_version_seq' then false
      when b.payload_summary ->> 'action' = 'unchanged' then l.is_live
        and l.version_seq::text = b.payload_summary ->> 'version_seq'
      else (l.highest_seq + 1)::text = b.payload_summary ->> 'version_seq' and not (l.is_live
        and l.title is not distinct from b.payload_summary ->> 'title'
        and l.was ->> 'kind' is not distinct from b.payload_summary ->> 'kind'
        and l.was ->> 'section_type' is not distinct from b.payload_summary ->> 'section_type'
        and l.was ->> 'section_code' is not distinct from b.payload_summary ->> 'section_code'
        and l.was ->> 'sort_order' is not distinct from b.payload_summary ->> 'sort_order'
        and l.was ->> 'parent_address' is not distinct from parent.proposed_canonical_address
        and 'sha256:' || encode(sha256(convert_to(l.body, 'UTF8')), 'hex') = b.payload_summary ->> 'text_digest')
      end) is not true
    order by b.render_order, b.unit_local_id limit 1)
  union all
  (select null
    from public.information_unit as u
    where u.doc_code = t.doc_code
      and not exists (
        select from cutter_governance.manifest_unit_block as b
        where b.proposed_canonical_address = u.canonical_address and b.envelope_id = m.envelope_id)
      and exists (
        select from cutter_governance.manifest_unit_block as n
        where n.proposed_canonical_address = u.canonical_address and n.envelope_id = newest.manifest_id
          and n.block_role = 'result')
      and exists (
        select from public.unit_version as w where w.unit_id = u.id and not exists (
          select from cutter_governance.cut_change_set as x where x.compensates_change_set_id = case
            when w.provenance ->> 'change_set_id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
            then (w.provenance ->> 'change_set_id')::uuid end))
    limit 1)
  limit 1
) as changed;

grant select on cutter_source.v_entry_registrar, cutter_source.v_decision_begin, cutter_source.v_unverified_cut,
  cutter_source.v_changed_base to cutter_observe, cutter_reader, cutter_evidence;
grant usage on schema cutter_source to cutter_observe;

/* The records of a manifest as its digest covers them, so that a unit can be proved to be among them. */
create view cutter_source.v_manifest_record with (security_invoker = false) as
select b.envelope_id, b.render_order, b.unit_local_id, b.proposed_canonical_address, b.source_span,
  b.candidate_edges -> 0 ->> 'to' as parent_local_id, b.payload_summary - 'text' as payload_summary
from cutter_governance.manifest_unit_block as b
where b.block_role = 'result';
grant select on cutter_source.v_manifest_record to cutter_reader, cutter_evidence;
