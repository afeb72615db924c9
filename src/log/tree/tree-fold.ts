import type { Client } from 'pg';
import { isDigest } from '../../proof/digest.ts';
import { leafHash } from '../../proof/merkle.ts';
import { type Edge, growEdge } from '../../proof/merkle-edge.ts';
import { rootNodes } from '../../proof/merkle-nodes.ts';
import { IS_DURABLE } from '../durable.ts';
import { IS_SUSPENDED } from '../setback/suspension.ts';
import { readTreeNodes, TreeBroken } from './tree-nodes.ts';

/** What one turn of the folder did. */
export interface FoldedBatch {
  /** Leaves added now. */
  readonly leaves: number;
  /** Positions in the tree after it. */
  readonly size: number;
  /** The size that the lanes are asked to sign. */
  readonly proposed: number;
}

/** The 32 bytes of a record's hash, as the leaf of its position. */
export function recordLeaf(recordHash: string, position: number): Buffer {
  if (!isDigest(recordHash))
    throw new TreeBroken(`The log's record at position ${position} has no SHA-256 for its hash.`);
  return leafHash(Buffer.from(recordHash.slice(7), 'hex'));
}

/**
 * Whether the next size may be proposed, as SQL over `$1` or `$5` milliseconds. Nothing vouches for `proposed_at`: a
 * time that is still to come must not keep the lanes from being asked.
 */
const isDue = (ms: '$1' | '$5') =>
  `(proposed_at < clock_timestamp() - ${ms}::float8 * interval '1 ms' or proposed_at > clock_timestamp())`;

/** Whether there is anything to fold or to propose; asked without a lock, since it is asked often. */
const WAITING = `/* log.fold_waiting */
  select exists (
    select from cutter_log.tree_head tree, cutter_log.head
    where not ${IS_SUSPENDED} and ${IS_DURABLE} and (head.next_position > tree.size
      or (tree.checkpoint_size < tree.size and ${isDue('$1')}))
  ) as waiting`;

/** A process that folds already goes on by itself, so no other waits for this lock. */
const LOCK = `/* log.fold_lock */
  select size::text from cutter_log.tree_head where singleton for update skip locked`;

const LEAVES = `/* log.fold_leaves */
  select position::text, record_hash from cutter_log.log
  where log.position >= $1 order by log.position limit $2`;
const WRITE = `/* log.fold */
  with added as (
    insert into cutter_log.node (level, idx, hash) select * from unnest($1::int[], $2::bigint[], $3::bytea[])
  )
  update cutter_log.tree_head set size = $4::bigint,
    checkpoint_size = case when due then $4::bigint else checkpoint_size end,
    proposed_at = case when due then clock_timestamp() else proposed_at end
  from (
    select ${isDue('$5')} as due from cutter_log.tree_head
  ) proposal
  where singleton
  returning checkpoint_size::text as proposed`;

/**
 * Folds one batch of the log into the tree: one transaction under the tree head's lock, memory for one batch however
 * long the log is. Null where nothing waits, or where another process is folding. After an error the connection is of
 * no more use.
 */
export async function foldBatch(
  client: Client,
  limit: number,
  proposeMs: number,
): Promise<FoldedBatch | null> {
  const queue = await client.query<{ waiting: boolean }>(WAITING, [proposeMs]);
  if (queue.rows[0]?.waiting !== true) return null;
  await client.query('begin isolation level read committed');
  const head = await client.query<{ size: string }>(LOCK);
  const locked = head.rows[0];
  if (locked === undefined) {
    await client.query('rollback');
    return null;
  }
  const from = Number(locked.size);
  const leaves = await readLeaves(client, from, from + limit);
  const nodes = growEdge(await readEdge(client, from), from, leaves);
  const size = from + leaves.length;
  const written = await client.query<{ proposed: string }>(WRITE, [
    nodes.map((node) => node.level),
    nodes.map((node) => node.index),
    nodes.map((node) => node.hash),
    size,
    proposeMs,
  ]);
  await client.query('commit');
  return { leaves: leaves.length, size, proposed: Number(written.rows[0]?.proposed) };
}

/** The leaves of the positions from `from` to before `until`, out of the log; fewer only at its end. */
export async function readLeaves(client: Client, from: number, until: number): Promise<Buffer[]> {
  const { rows } = await client.query<{ position: string; record_hash: string }>(LEAVES, [
    from,
    until - from,
  ]);
  return rows.map(({ position, record_hash }, at) => {
    if (Number(position) !== from + at)
      throw new TreeBroken(`The log has no record at position ${from + at}, and one at ${position}.`);
    return recordLeaf(record_hash, from + at);
  });
}

async function readEdge(client: Client, size: number): Promise<Edge> {
  const nodes = rootNodes(size);
  const hashes = await readTreeNodes(client, nodes);
  return new Map(nodes.map((node) => [node.level, hashes.of([node])]));
}
