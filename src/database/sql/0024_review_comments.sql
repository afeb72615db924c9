/* Comments on a plan, and what settled them. Both are added and never changed: a resolution is a row of its own. */
create table cutter_source.review_comment (
  comment_id uuid primary key,
  entry_id uuid not null,
  /* The plan that it is about. It stays with this plan when the entry is planned otherwise. */
  manifest_digest text not null,
  /* Both null: the whole plan. An excluded stretch has no address. */
  unit_local_id text,
  address text,
  /* The comment that began the thread. */
  reply_to uuid,
  body text not null,
  commented_by text not null,
  commented_at timestamptz not null
);

create table cutter_source.comment_resolution (
  resolution_id uuid primary key,
  /* A comment is resolved once. */
  comment_id uuid not null unique,
  note text,
  resolved_by text not null,
  resolved_at timestamptz not null
);

/* REVIEW looks for the open comments of one plan of one entry. The others find the rows of a list's filters. */
create index review_comment_plan_idx on cutter_source.review_comment (entry_id, manifest_digest);
create index review_comment_digest_idx on cutter_source.review_comment (manifest_digest);
create index review_comment_address_idx on cutter_source.review_comment (address) where address is not null;
create index review_comment_reply_idx on cutter_source.review_comment (reply_to) where reply_to is not null;
create index review_comment_author_idx on cutter_source.review_comment (commented_by);
create index review_comment_time_idx on cutter_source.review_comment (commented_at, comment_id);

alter table cutter_source.review_comment enable row level security;
alter table cutter_source.comment_resolution enable row level security;
create policy read on cutter_source.review_comment for select to cutter_exec, cutter_evidence using (true);
create policy read on cutter_source.comment_resolution for select to cutter_exec, cutter_evidence using (true);
create policy exec_insert on cutter_source.review_comment for insert to cutter_exec
  with check (commented_at = transaction_timestamp());
create policy exec_insert on cutter_source.comment_resolution for insert to cutter_exec
  with check (resolved_at = transaction_timestamp());

grant select, insert on cutter_source.review_comment, cutter_source.comment_resolution to cutter_exec;
grant select on cutter_source.review_comment, cutter_source.comment_resolution to cutter_evidence;

/* Their rows have places in the log. Which tables have such rows is said once, here. */
create or replace function cutter_log.nouns_of(ids uuid[]) returns table (noun text, row_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  return query
    select 'Entry', entry_id from cutter_governance.decision_backlog_entry where entry_id = any (ids)
    union all select 'History', history_id from cutter_governance.decision_backlog_history where history_id = any (ids)
    union all select 'Dependency', dependency_id
      from cutter_governance.decision_backlog_dependency where dependency_id = any (ids)
    union all select 'Sweep', sweep_id from cutter_governance.decision_backlog_sweep_log where sweep_id = any (ids)
    union all select 'Manifest', envelope_id from cutter_governance.manifest_envelope where envelope_id = any (ids)
    union all select 'ReviewDecision', review_decision_id
      from cutter_governance.review_decision where review_decision_id = any (ids)
    union all select 'ChangeSet', change_set_id from cutter_governance.cut_change_set where change_set_id = any (ids)
    union all select 'Signature', signature_id from cutter_governance.dot_pair_signature where signature_id = any (ids)
    union all select 'VerifyResult', verify_result_id
      from cutter_governance.verify_result where verify_result_id = any (ids)
    union all select 'AddressAlias', alias_id from cutter_governance.canonical_address_alias where alias_id = any (ids)
    union all select 'Source', source_id from cutter_source.source where source_id = any (ids)
    union all select 'Profile', profile_id from cutter_source.profile where profile_id = any (ids)
    union all select 'VocabularyTerm', term_id from cutter_source.registered_term where term_id = any (ids)
    union all select 'Comment', comment_id from cutter_source.review_comment where comment_id = any (ids)
    union all select 'CommentResolution', resolution_id
      from cutter_source.comment_resolution where resolution_id = any (ids);
end
$$;
