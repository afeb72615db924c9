/* A database that was set back: it is noticed, publishes nothing, and goes on under another incarnation once both lanes have accepted
   the position that it resumes from. */

/* Stands while `incarnation` is the head's: nothing leaves the queue, nothing is folded, signed, shown or written. */
create table cutter_log.suspension (
  incarnation uuid primary key,
  reason text not null,
  /* What was seen of this ledger elsewhere; null where only a place was seen, and no root. */
  seen_size bigint not null check (seen_size > 0),
  seen_root bytea check (octet_length(seen_root) = 32),
  noticed_by text not null,
  noticed_at timestamptz not null
);

/* What each lane says to it. The record of the log, which holds both envelopes, is what counts for strangers. */
create table cutter_log.resumption (
  incarnation uuid not null references cutter_log.suspension,
  lane text not null check (lane in ('DOT-991', 'DOT-992')),
  position bigint not null check (position >= 0),
  root bytea not null check (octet_length(root) = 32),
  next_incarnation uuid not null,
  key_id text not null references cutter_auth.key,
  envelope jsonb not null,
  signed_at timestamptz not null,
  primary key (incarnation, lane)
);

grant select, insert on cutter_log.suspension to cutter_exec, cutter_verify, cutter_integrator;
grant select, insert on cutter_log.resumption to cutter_exec, cutter_verify;
grant select on cutter_log.resumption to cutter_integrator;
grant select on cutter_log.suspension, cutter_log.resumption to cutter_observe, cutter_evidence;
/* The integrator judges what the lanes signed before it takes their word. */
grant usage on schema cutter_auth to cutter_integrator;
grant select on cutter_auth.key to cutter_integrator;

alter table cutter_log.suspension enable row level security;
alter table cutter_log.resumption enable row level security;
create policy read on cutter_log.suspension for select
  to cutter_exec, cutter_verify, cutter_integrator, cutter_observe, cutter_evidence using (true);
create policy read on cutter_log.resumption for select
  to cutter_exec, cutter_verify, cutter_integrator, cutter_observe, cutter_evidence using (true);

/* Of the ledger as it stands now. */
create policy notice on cutter_log.suspension for insert to cutter_exec, cutter_verify, cutter_integrator
  with check (
    noticed_at = transaction_timestamp()
    and noticed_by = current_user
    and exists (select from cutter_log.head where head.incarnation = suspension.incarnation)
  );

/* A lane speaks for itself alone, under a key of its own that is in force, of the place where the log stands. */
create policy exec_insert on cutter_log.resumption for insert to cutter_exec
  with check (
    lane = 'DOT-991'
    and signed_at = transaction_timestamp()
    and exists (
      select from cutter_log.head
      where head.incarnation = resumption.incarnation and head.next_position = resumption.position
    )
    and exists (
      select from cutter_auth.key
      where key.key_id = resumption.key_id and key.lane = resumption.lane and key.until_position is null
    )
  );
create policy verify_insert on cutter_log.resumption for insert to cutter_verify
  with check (
    lane = 'DOT-992'
    and signed_at = transaction_timestamp()
    and exists (
      select from cutter_log.head
      where head.incarnation = resumption.incarnation and head.next_position = resumption.position
    )
    and exists (
      select from cutter_auth.key
      where key.key_id = resumption.key_id and key.lane = resumption.lane and key.until_position is null
    )
  );
