/* Persons, principals and tokens by the API. Each change is a row that is inserted once, and a record of the log. What
   `principal` and `token` say of the present follows from the newest change, for those who read it on every call. */

do $$
begin
  if not exists (select from pg_roles where rolname = 'cutter_registrar') then
    create role cutter_registrar login;
  end if;
end
$$;
alter role cutter_registrar with login nocreatedb nocreaterole inherit connection limit 8;
do $$
begin
  if current_setting('is_superuser') = 'on' then
    alter role cutter_registrar with nosuperuser noreplication nobypassrls;
  end if;
end
$$;

/* The settings of cutter_exec, for the same reasons. */
alter role cutter_registrar set search_path = pg_catalog, pg_temp;
alter role cutter_registrar set timezone = 'UTC';
alter role cutter_registrar set datestyle = 'ISO, MDY';
alter role cutter_registrar set default_transaction_isolation = 'read committed';
alter role cutter_registrar set default_transaction_read_only = off;
alter role cutter_registrar set synchronous_commit = on;
alter role cutter_registrar set jit = off;
alter role cutter_registrar set lock_timeout = '4s';
alter role cutter_registrar set statement_timeout = '60s';
alter role cutter_registrar set idle_in_transaction_session_timeout = '60s';
alter role cutter_registrar set idle_session_timeout = 0;
alter role cutter_registrar set password_encryption = 'scram-sha-256';
alter role cutter_registrar set extra_float_digits = 1;
alter role cutter_registrar set array_nulls = on;
alter role cutter_registrar set standard_conforming_strings = on;
alter role cutter_registrar set bytea_output = hex;
alter role cutter_registrar set row_security = on;

/* What a principal is from then on. `version_seq` counts from 1, which is its beginning. */
create table cutter_auth.principal_version (
  version_id uuid primary key,
  principal_id uuid not null references cutter_auth.principal,
  version_seq integer not null check (version_seq > 0),
  name text not null,
  scopes jsonb not null check (jsonb_typeof(scopes) = 'array'),
  suspended boolean not null,
  reason text,
  /* The administrator; null where the owner of the database did it: at the first start, or by `cutter init`. */
  changed_by text,
  changed_at timestamptz not null,
  unique (principal_id, version_seq)
);

/* What a token may from then on. Null: not narrowed. */
create table cutter_auth.token_version (
  version_id uuid primary key,
  token_id uuid not null references cutter_auth.token (token_id),
  version_seq integer not null check (version_seq > 0),
  scopes jsonb check (jsonb_typeof(scopes) = 'array'),
  entry_ids jsonb check (jsonb_typeof(entry_ids) = 'array'),
  doc_codes jsonb check (jsonb_typeof(doc_codes) = 'array'),
  manifest_digest text,
  expires_at timestamptz not null,
  revoked boolean not null,
  reason text,
  changed_by text,
  changed_at timestamptz not null,
  unique (token_id, version_seq)
);

alter table cutter_auth.token add column doc_codes text[];
alter table cutter_auth.token add column manifest_digest text;
/* The token that it follows. */
alter table cutter_auth.token add column replaces_token_id uuid;
/* What readers of evidence compare the hash by. They never see the hash itself. */
alter table cutter_auth.token add column token_print bytea generated always as (sha256(token_sha256)) stored;

/* When a token was last used, to the minute. Nothing is decided by it, so no record has it. */
create table cutter_auth.token_use (
  token_id uuid primary key,
  last_used_at timestamptz not null
);

alter table cutter_auth.principal_version enable row level security;
alter table cutter_auth.token_version enable row level security;
alter table cutter_auth.token_use enable row level security;
create policy read on cutter_auth.principal_version for select to cutter_registrar, cutter_evidence using (true);
create policy read on cutter_auth.token_version for select to cutter_registrar, cutter_evidence using (true);
create policy read on cutter_auth.token_use for select to cutter_gate, cutter_evidence using (true);
create policy registrar_insert on cutter_auth.principal_version for insert to cutter_registrar
  with check (changed_at = transaction_timestamp() and changed_by is not null);
create policy registrar_insert on cutter_auth.token_version for insert to cutter_registrar
  with check (changed_at = transaction_timestamp() and changed_by is not null);
create policy gate_insert on cutter_auth.token_use for insert to cutter_gate
  with check (last_used_at = transaction_timestamp());
create policy gate_update on cutter_auth.token_use for update to cutter_gate
  using (true) with check (last_used_at = transaction_timestamp());

alter policy read on cutter_auth.token to cutter_gate, cutter_evidence, cutter_registrar;
create policy registrar_insert on cutter_auth.token for insert to cutter_registrar
  with check (created_at = transaction_timestamp() and expires_at > transaction_timestamp() and revoked_at is null);
/* What was revoked stays revoked. */
create policy registrar_narrow on cutter_auth.token for update to cutter_registrar
  using (revoked_at is null)
  with check (revoked_at is null or revoked_at = transaction_timestamp());

grant usage on schema cutter_auth, cutter_log to cutter_registrar;
grant select, insert on
  cutter_auth.person, cutter_auth.principal, cutter_auth.principal_version, cutter_auth.token_version
to cutter_registrar;
grant update (name, scopes, disabled_at) on cutter_auth.principal to cutter_registrar;
grant select (
  token_id, principal_id, scopes, entry_ids, doc_codes, manifest_digest, replaces_token_id, created_at, expires_at,
  revoked_at
) on cutter_auth.token to cutter_registrar;
/* Not the generated column. */
grant insert (
  token_sha256, token_id, principal_id, scopes, entry_ids, doc_codes, manifest_digest, replaces_token_id, created_at,
  expires_at
) on cutter_auth.token to cutter_registrar;
grant update (scopes, entry_ids, doc_codes, manifest_digest, expires_at, revoked_at) on cutter_auth.token
  to cutter_registrar;
grant insert (record_id, record_hash, row_ids) on cutter_log.pending to cutter_registrar;
grant insert (record_id, part, body) on cutter_log.record_part to cutter_registrar;
grant select on cutter_log.head, cutter_log.suspension to cutter_registrar;
alter policy read on cutter_log.suspension
  to cutter_exec, cutter_verify, cutter_integrator, cutter_observe, cutter_evidence, cutter_registrar;

grant select on cutter_auth.principal_version, cutter_auth.token_version, cutter_auth.token_use to cutter_evidence;
grant select (doc_codes, manifest_digest, replaces_token_id, token_print) on cutter_auth.token to cutter_evidence;
grant select, insert, update on cutter_auth.token_use to cutter_gate;

/* The entries that a token reaches; null: all. Those of its documents are those that are there at the moment. Reads as
   its owner: the gate sees no entry otherwise. */
create function cutter_auth.reached_entries(entry_ids uuid[], doc_codes text[]) returns uuid[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select case when doc_codes is null then entry_ids else coalesce((
    select array_agg(subject.entry_id) from cutter_source.v_entry_subject as subject
    where subject.doc_code = any (doc_codes) and (entry_ids is null or subject.entry_id = any (entry_ids))
  ), '{}') end
$$;
revoke execute on function cutter_auth.reached_entries(uuid[], text[]) from public;
grant execute on function cutter_auth.reached_entries(uuid[], text[]) to cutter_gate;
