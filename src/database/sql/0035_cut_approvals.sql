/* The sovereign's approval of a cut: a person's own signature over what the cut will do. In production no cut runs
   without one. A key of a person is registered by the owner of the database; it is of no lane. */
create table cutter_auth.approval_key (
  key_id text primary key,
  principal_id uuid not null references cutter_auth.principal,
  public_key bytea not null,
  created_at timestamptz not null
);
create index on cutter_auth.approval_key (principal_id);

create table cutter_auth.cut_approval (
  approval_id uuid primary key,
  entry_id uuid not null,
  manifest_digest text not null,
  source_digest text not null,
  unit_count integer not null,
  effect_digest text not null,
  /* The incarnation of the ledger, and the document. */
  target text not null,
  vocabulary_digest text not null,
  schema_digest text not null,
  writer_digest text not null,
  approved_by text not null,
  key_id text not null references cutter_auth.approval_key,
  /* The signed statement, in an envelope of DSSE. */
  envelope jsonb not null,
  approved_at timestamptz not null,
  expires_at timestamptz not null,
  /* The cut that used it; it is used once. */
  used_by_change_set_id uuid,
  /* Derived from the key of the call that revoked it. */
  revocation_id uuid unique,
  revoked_by text,
  revoked_at timestamptz,
  revocation_reason text
);
create index on cutter_auth.cut_approval (entry_id, approved_at);
create index on cutter_auth.cut_approval (used_by_change_set_id) where used_by_change_set_id is not null;

alter table cutter_auth.approval_key enable row level security;
alter table cutter_auth.cut_approval enable row level security;
create policy read on cutter_auth.approval_key for select to
  cutter_exec, cutter_registrar, cutter_evidence using (true);
create policy read on cutter_auth.cut_approval for select to
  cutter_exec, cutter_verify, cutter_registrar, cutter_observe, cutter_reader, cutter_evidence using (true);
create policy registrar_insert on cutter_auth.cut_approval for insert to cutter_registrar
  with check (
    approved_at = transaction_timestamp() and expires_at > approved_at
    and expires_at <= approved_at + interval '12 hours'
    and used_by_change_set_id is null and revoked_at is null
  );
create policy registrar_revoke on cutter_auth.cut_approval for update to cutter_registrar
  using (used_by_change_set_id is null and revoked_at is null)
  with check (used_by_change_set_id is null and revoked_at = transaction_timestamp() and revoked_by is not null
    and revocation_id is not null);
create policy exec_use on cutter_auth.cut_approval for update to cutter_exec
  using (used_by_change_set_id is null and revoked_at is null)
  with check (used_by_change_set_id is not null and revoked_at is null);

grant select on cutter_auth.approval_key to cutter_exec, cutter_registrar, cutter_evidence;
grant select on cutter_auth.cut_approval to
  cutter_exec, cutter_verify, cutter_registrar, cutter_observe, cutter_reader, cutter_evidence;
grant insert on cutter_auth.cut_approval to cutter_registrar;
grant update (revocation_id, revoked_by, revoked_at, revocation_reason) on cutter_auth.cut_approval to cutter_registrar;
grant update (used_by_change_set_id) on cutter_auth.cut_approval to cutter_exec;
