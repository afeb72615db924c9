/* What a cut makes: information units (19 columns) and their versions (16). They stand in `public`, as the target system has
   them; the ledger's own schema knows them by id only. */

create table public.information_unit (
  id uuid primary key,
  canonical_address text not null unique,
  unit_kind text not null,
  lifecycle_status text not null,
  content_anchor_ref text,
  version_anchor_ref uuid,
  owner_ref text not null,
  parent_or_container_ref uuid,
  conformance_status text not null,
  identity_profile jsonb not null,
  doc_code text not null,
  section_type text not null,
  section_code text,
  sort_order integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  created_by text not null,
  updated_by text not null,
  deleted_at timestamptz
);

create table public.unit_version (
  id uuid primary key,
  unit_id uuid not null references public.information_unit,
  version_seq integer not null,
  title text,
  description text,
  body text not null,
  content_hash text not null,
  content_profile jsonb not null,
  lifecycle_status text not null,
  review_state text not null,
  provenance jsonb not null,
  editor text,
  enacted_at timestamptz,
  created_at timestamptz not null,
  created_by text not null,
  updated_at timestamptz not null,
  unique (unit_id, version_seq)
);

/* Unit and version name each other, so one of the two keys is looked at when the transaction ends. */
alter table public.information_unit
  add constraint information_unit_version_anchor_ref_fkey foreign key (version_anchor_ref) references public.unit_version
  deferrable initially deferred;

create index information_unit_doc_code_idx on public.information_unit (doc_code);
create index unit_version_change_set_idx on public.unit_version ((provenance ->> 'change_set_id'));
