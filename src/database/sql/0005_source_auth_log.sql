/* Beside the ledger: documents as received, who may call, and the log's tables. */

create schema cutter_source;

create table cutter_source.source (
  source_id uuid primary key,
  idempotency_key text not null unique,
  doc_code text not null,
  title text,
  media_type text not null,
  sha256 text not null,
  byte_length integer not null,
  content bytea not null,
  registered_by text not null,
  mode text not null,
  registered_at timestamptz not null,
  unique (doc_code, sha256)
);

/* Rows are added and never removed: a manifest's digest names the vocabulary it was planned with. */
create table cutter_source.vocabulary (
  term_kind text not null,
  term text not null,
  description text not null,
  at_most integer,
  primary key (term_kind, term)
);

create schema cutter_auth;

create table cutter_auth.person (
  person_id uuid primary key,
  name text not null,
  rehearsal boolean not null,
  created_at timestamptz not null default transaction_timestamp(),
  /* For the principals' foreign key. */
  unique (person_id, rehearsal)
);

create table cutter_auth.principal (
  principal_id uuid primary key,
  kind text not null,
  name text not null,
  person_id uuid not null,
  scopes text[] not null,
  lane text,
  rehearsal boolean not null,
  created_at timestamptz not null default transaction_timestamp(),
  disabled_at timestamptz,
  /* A principal is of a rehearsal exactly where its person is: no sample person acts in production behind another name. */
  foreign key (person_id, rehearsal) references cutter_auth.person (person_id, rehearsal),
  /* Nobody acts alone: who may cut may not verify. */
  constraint principal_one_side check (not scopes @> array['change:cut', 'change:verify'])
);
create index principal_person_idx on cutter_auth.principal (person_id);

/* A key is valid for records from `from_position` on, and before `until_position`. */
create table cutter_auth.key (
  key_id text primary key,
  lane text not null,
  principal_id uuid not null references cutter_auth.principal,
  public_key bytea not null check (octet_length(public_key) = 32),
  from_position bigint not null,
  until_position bigint,
  created_at timestamptz not null default transaction_timestamp()
);
create index key_lane_idx on cutter_auth.key (lane, from_position);

/* The token itself is shown once and kept nowhere; what stands here is its SHA-256. */
create table cutter_auth.token (
  token_sha256 bytea primary key check (octet_length(token_sha256) = 32),
  token_id uuid not null unique,
  principal_id uuid not null references cutter_auth.principal,
  scopes text[],
  entry_ids uuid[],
  created_at timestamptz not null default transaction_timestamp(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create index token_principal_idx on cutter_auth.token (principal_id);

/* No foreign key: a refused call may come with a token or a principal that doesn't exist. */
create table cutter_auth.audit (
  audit_id uuid primary key,
  at timestamptz not null default transaction_timestamp(),
  token_id uuid,
  principal_id uuid,
  verb text not null,
  outcome text not null,
  detail text
);
create index audit_at_idx on cutter_auth.audit (at);

create schema cutter_log;

/* A queue. `always` and the grants keep `seq` out of writers' hands; `cache 1` keeps it in the order in which it was drawn. */
create table cutter_log.pending (
  seq bigint generated always as identity (cache 1) primary key,
  record_id uuid not null,
  record_hash text not null,
  row_ids uuid[] not null
);

create table cutter_log.record_part (
  record_id uuid not null,
  part integer not null,
  body text not null,
  primary key (record_id, part)
);

create table cutter_log.log (
  position bigint primary key,
  record_id uuid not null unique,
  record_hash text not null,
  row_ids uuid[] not null
);
/* Without `fastupdate` a look-up never walks a list of rows not yet sorted in. */
create index log_row_ids_idx on cutter_log.log using gin (row_ids) with (fastupdate = off);

create table cutter_log.head (
  singleton boolean primary key check (singleton),
  next_position bigint not null,
  incarnation uuid not null
);
