/* Outside witnesses (C2SP tlog-witness): what they said of published heads. Nothing depends on it: a head is published when both
   lanes have signed it. */

/* The public key is the one that the signature was verified under before it was kept; whose it is, readers judge by a list of their
   own. `key_hash` binds the name, which the signature doesn't. */
create table cutter_log.witness_cosignature (
  size bigint not null check (size > 0),
  origin text not null check (octet_length(origin) <= 255),
  name text not null check (octet_length(name) between 1 and 1020),
  key_hash bytea not null check (octet_length(key_hash) = 4),
  public_key bytea not null check (octet_length(public_key) = 32),
  witnessed_at bigint not null check (witnessed_at between 0 and 253402300799),
  signature bytea not null check (octet_length(signature) = 64),
  primary key (size, public_key)
);
create index witness_cosignature_newest on cutter_log.witness_cosignature (public_key, size);

/* One connection more for each process: the one that keeps what witnesses signed. */
alter role cutter_integrator with connection limit 24;
grant insert on cutter_log.witness_cosignature to cutter_integrator;
grant select on cutter_log.witness_cosignature to cutter_observe, cutter_evidence;

/* Only of the present incarnation, and of no size that isn't folded. */
alter table cutter_log.witness_cosignature enable row level security;
create policy read on cutter_log.witness_cosignature for select to cutter_observe, cutter_evidence using (true);
create policy integrator_insert on cutter_log.witness_cosignature for insert to cutter_integrator
  with check (
    exists (select from cutter_log.tree_head where witness_cosignature.size <= tree_head.size)
    and exists (select from cutter_log.head where witness_cosignature.origin = 'cutter/' || head.incarnation)
  );
