/* What the law asks about an entry beside 0020: the approvals that a decision carries over, and open comments.
   Observers see of both what a refusal names. Each view reads as its owner. */

/* Each decision that another one carries over, as it is now: nulls where it is gone. The ids come from JSON that could
   have been altered. Each row is looked up by its key; a plain join would read whole tables while they are small. */
create view cutter_source.v_carried_approval with (security_invoker = false) as
select d.review_decision_id, named.id as carried_decision_id, earlier.verdict, earlier.unit_local_id,
  earlier.is_superseded, earlier.expires_at, earlier.status
from cutter_governance.review_decision as d
cross join lateral jsonb_array_elements_text(
  case when jsonb_typeof(d.findings -> 'carried_over' -> 'decisions') = 'array'
    then d.findings -> 'carried_over' -> 'decisions' else '[]' end) as named (id)
left join lateral (
  select c.verdict, c.manifest_unit_local_id as unit_local_id,
    c.superseded_by_review_decision_id is not null as is_superseded, c.expires_at, e.status
  from cutter_governance.review_decision as c
  join cutter_governance.manifest_envelope as m on m.envelope_id = c.manifest_id
  join cutter_governance.decision_backlog_entry as e on e.entry_id = m.source_doc_ref::uuid
  where c.review_decision_id = case
    when named.id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then named.id::uuid end
  offset 0
) as earlier on true;

/* Comments that begin a thread and that nobody resolved. */
create view cutter_source.v_open_comment with (security_invoker = false) as
select c.comment_id, c.entry_id, c.manifest_digest, c.address, c.commented_by, c.commented_at
from cutter_source.review_comment as c
where c.reply_to is null
  and not exists (select from cutter_source.comment_resolution as r where r.comment_id = c.comment_id);

grant select on cutter_source.v_carried_approval, cutter_source.v_open_comment
  to cutter_exec, cutter_observe, cutter_reader, cutter_evidence;
