/* Provable history: the Merkle tree over the log (RFC 6962), and the heads of it that both lanes have signed. */

/* Complete subtrees alone: node (level, idx) covers the positions from idx * 2^level up to (idx + 1) * 2^level. A leaf is the hash
   of the 32 bytes of the record's hash. What is incomplete at the right edge is made when it is asked for, and never kept. */
create table cutter_log.node (
  level integer not null check (level between 0 and 52),
  idx bigint not null check (idx >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (level, idx)
);

/* How much of the log is folded. `checkpoint_size` is the size that both lanes are asked to sign, so that lanes in two processes
   sign the same ones; it moves seldom, and only forward. */
create table cutter_log.tree_head (
  singleton boolean primary key check (singleton),
  size bigint not null check (size >= 0),
  checkpoint_size bigint not null check (checkpoint_size between 0 and size),
  proposed_at timestamptz not null
);
insert into cutter_log.tree_head (singleton, size, checkpoint_size, proposed_at) values (true, 0, 0, '-infinity');

/* A key signs statements or heads, never both. */
alter table cutter_auth.key add column purpose text not null default 'statement'
  check (purpose in ('statement', 'checkpoint'));

/* What a lane has signed. The key keeps a lane from signing two roots for one size, in whatever incarnation. */
create table cutter_log.cosignature (
  lane text not null,
  size bigint not null check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  signature bytea not null check (octet_length(signature) = 64),
  key_id text not null,
  origin text not null,
  signed_at timestamptz not null,
  primary key (lane, size)
);

/* A head is published when both lanes signed it. The view reads as its owner: neither lane sees what the other wrote. */
create view cutter_log.v_checkpoint as
  select executor.origin, executor.size, executor.root,
    executor.signature as executor_signature, executor_key.public_key as executor_public_key,
    verifier.signature as verifier_signature, verifier_key.public_key as verifier_public_key,
    greatest(executor.signed_at, verifier.signed_at) as published_at
  from cutter_log.cosignature executor
  join cutter_log.cosignature verifier
    on verifier.lane = 'DOT-992' and verifier.size = executor.size
    and verifier.root = executor.root and verifier.origin = executor.origin
  join cutter_auth.key executor_key on executor_key.key_id = executor.key_id
    and executor_key.lane = 'DOT-991' and executor_key.purpose = 'checkpoint'
    and executor_key.from_position <= executor.size
    and (executor_key.until_position is null or executor.size <= executor_key.until_position)
  join cutter_auth.key verifier_key on verifier_key.key_id = verifier.key_id
    and verifier_key.lane = 'DOT-992' and verifier_key.purpose = 'checkpoint'
    and verifier_key.from_position <= verifier.size
    and (verifier_key.until_position is null or verifier.size <= verifier_key.until_position)
  where executor.lane = 'DOT-991';

/* One connection more for each process: the integrator's login folds, and each lane's signs heads. */
alter role cutter_integrator with connection limit 16;
alter role cutter_exec with connection limit 33;
alter role cutter_verify with connection limit 33;
grant select, insert on cutter_log.node to cutter_integrator;
grant select, update on cutter_log.tree_head to cutter_integrator;

/* Each lane looks at the tree before it signs, and writes what it signed. */
grant select on cutter_log.node, cutter_log.tree_head, cutter_log.head, cutter_log.log to cutter_exec, cutter_verify;
grant select, insert on cutter_log.cosignature to cutter_exec, cutter_verify;

/* Observers check for themselves. */
grant select on cutter_log.node, cutter_log.tree_head, cutter_log.v_checkpoint to cutter_observe;
grant select on cutter_log.node, cutter_log.tree_head, cutter_log.cosignature, cutter_log.v_checkpoint to cutter_evidence;

/* A lane sees and writes its own signatures alone, forward, on the ledger as it stands now, under its own key for heads. */
alter table cutter_log.cosignature enable row level security;
create policy exec_read on cutter_log.cosignature for select to cutter_exec using (lane = 'DOT-991');
create policy verify_read on cutter_log.cosignature for select to cutter_verify using (lane = 'DOT-992');
create policy read on cutter_log.cosignature for select to cutter_evidence using (true);
create policy exec_insert on cutter_log.cosignature for insert to cutter_exec
  with check (
    lane = 'DOT-991'
    and signed_at = transaction_timestamp()
    and exists (select from cutter_log.tree_head where cosignature.size <= tree_head.size)
    and exists (select from cutter_log.head where cosignature.origin = 'cutter/' || head.incarnation)
    and exists (
      select from cutter_auth.key
      where key.key_id = cosignature.key_id and key.lane = cosignature.lane and key.purpose = 'checkpoint'
        and key.from_position <= cosignature.size and key.until_position is null
    )
    and not exists (
      select from cutter_log.cosignature later where later.lane = cosignature.lane and later.size >= cosignature.size
    )
  );
create policy verify_insert on cutter_log.cosignature for insert to cutter_verify
  with check (
    lane = 'DOT-992'
    and signed_at = transaction_timestamp()
    and exists (select from cutter_log.tree_head where cosignature.size <= tree_head.size)
    and exists (select from cutter_log.head where cosignature.origin = 'cutter/' || head.incarnation)
    and exists (
      select from cutter_auth.key
      where key.key_id = cosignature.key_id and key.lane = cosignature.lane and key.purpose = 'checkpoint'
        and key.from_position <= cosignature.size and key.until_position is null
    )
    and not exists (
      select from cutter_log.cosignature later where later.lane = cosignature.lane and later.size >= cosignature.size
    )
  );
