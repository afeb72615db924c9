/* Words and profiles that callers register. Each row is a record of the log: its lane inserts it once, and nobody
   changes or removes it. `cutter_source.vocabulary` keeps the words that come with the program. */

create table cutter_source.registered_term (
  term_id uuid primary key,
  term_kind text not null,
  term text not null,
  description text not null,
  at_most integer,
  idempotency_key text not null,
  registered_by text not null,
  mode text not null,
  registered_at timestamptz not null,
  unique (term_kind, term)
);
create index registered_term_key_idx on cutter_source.registered_term (idempotency_key);

/* `digest` is the SHA-256 of the canonical form of `body`, which has name and version in it. */
create table cutter_source.profile (
  profile_id uuid primary key,
  name text not null,
  version text not null,
  digest text not null,
  body jsonb not null,
  idempotency_key text not null unique,
  registered_by text not null,
  mode text not null,
  registered_at timestamptz not null,
  unique (name, version)
);

alter table cutter_source.registered_term enable row level security;
alter table cutter_source.profile enable row level security;
create policy read on cutter_source.registered_term for select
  to cutter_exec, cutter_verify, cutter_evidence, cutter_reader using (true);
create policy read on cutter_source.profile for select
  to cutter_exec, cutter_verify, cutter_evidence, cutter_reader using (true);
create policy exec_insert on cutter_source.registered_term for insert to cutter_exec
  with check (registered_at = transaction_timestamp());
create policy exec_insert on cutter_source.profile for insert to cutter_exec
  with check (registered_at = transaction_timestamp());

grant select, insert on cutter_source.registered_term, cutter_source.profile to cutter_exec;
grant select on cutter_source.registered_term, cutter_source.profile
  to cutter_verify, cutter_evidence, cutter_reader;
/* Who reads documents reads the words for their units. */
grant select on cutter_source.vocabulary to cutter_reader;

/* Where these rows are in the log, too. */
create or replace function cutter_log.nouns_of(ids uuid[]) returns table (noun text, row_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
begin
  return query
    select 'Entry', entry_id from cutter_governance.decision_backlog_entry where entry_id = any (ids)
    union all select 'History', history_id from cutter_governance.decision_backlog_history where history_id = any (ids)
    union all select 'Dependency', dependency_id from cutter_governance.decision_backlog_dependency
      where dependency_id = any (ids)
    union all select 'Sweep', sweep_id from cutter_governance.decision_backlog_sweep_log where sweep_id = any (ids)
    union all select 'Manifest', envelope_id from cutter_governance.manifest_envelope where envelope_id = any (ids)
    union all select 'ReviewDecision', review_decision_id from cutter_governance.review_decision
      where review_decision_id = any (ids)
    union all select 'ChangeSet', change_set_id from cutter_governance.cut_change_set where change_set_id = any (ids)
    union all select 'Signature', signature_id from cutter_governance.dot_pair_signature where signature_id = any (ids)
    union all select 'VerifyResult', verify_result_id from cutter_governance.verify_result
      where verify_result_id = any (ids)
    union all select 'AddressAlias', alias_id from cutter_governance.canonical_address_alias where alias_id = any (ids)
    union all select 'Source', source_id from cutter_source.source where source_id = any (ids)
    union all select 'Profile', profile_id from cutter_source.profile where profile_id = any (ids)
    union all select 'VocabularyTerm', term_id from cutter_source.registered_term where term_id = any (ids);
end
$$;

/* Who administers a ledger decides which profiles and words there are; in older homes too. */
update cutter_auth.principal set scopes = scopes || 'profile:register'::text
where not scopes @> array['profile:register'] and scopes @> array['principal:admin'];
