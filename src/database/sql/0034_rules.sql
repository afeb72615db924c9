/* Who may stand on two sides of an entry, and whose approvals a cut needs, as versioned data. Each version is a row
   that is inserted once, and a record of the log, from which on it holds. */
create table cutter_auth.rules (
  rules_id uuid primary key,
  /* Counts from 1, with which the owner of the database begins. */
  version integer not null unique check (version > 0),
  body jsonb not null,
  reason text,
  /* Null where the owner wrote them. */
  changed_by text,
  changed_at timestamptz not null
);

alter table cutter_auth.rules enable row level security;
create policy read on cutter_auth.rules for select to
  cutter_exec, cutter_verify, cutter_registrar, cutter_observe, cutter_reader, cutter_evidence using (true);
create policy registrar_insert on cutter_auth.rules for insert to cutter_registrar
  with check (changed_at = transaction_timestamp() and changed_by is not null);

grant select on cutter_auth.rules to
  cutter_exec, cutter_verify, cutter_registrar, cutter_observe, cutter_reader, cutter_evidence;
grant insert on cutter_auth.rules to cutter_registrar;

/* Who decides who may act also changes the rules; in older homes too, as in 0032. */
update cutter_auth.principal as known set scopes = scopes || 'rules:change'::text
where not scopes @> array['rules:change'] and scopes @> array['principal:admin']
  and not exists (select from cutter_auth.principal_version as said where said.principal_id = known.principal_id);
