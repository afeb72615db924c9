/* Blocks of the second format of manifests say how their units are cited. By that format order makes no version, and
   another citation does. A version that an older cut made says nothing of it. */
create or replace view cutter_source.v_changed_base with (security_invoker = false) as
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
        and case when b.payload_summary ? 'label'
          then l.was -> 'label' is null or l.was -> 'label' = b.payload_summary -> 'label'
          else l.was ->> 'sort_order' is not distinct from b.payload_summary ->> 'sort_order' end
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
