import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Verb } from '../../auth/authority.ts';
import type { Session } from '../../auth/session.ts';
import type { LaneKey } from '../../law/keys.ts';
import { buildRecord } from '../../law/record.ts';
import { Busy, LaneNotServed, Refusal } from '../../law/refusals.ts';
import type { EXECUTOR_LANE, Lane, VERIFIER_LANE } from '../../law/values.ts';
import { notDurableBecause } from '../../log/durable.ts';
import { pendingStatement } from '../../log/queue/pending.ts';
import { suspendedBecause } from '../../log/setback/suspension.ts';
import type { PlanCache } from '../effect/plan-cache.ts';
import { databaseRefusal, isRetryable } from './constraints.ts';
import { type PhaseIds, phaseIds } from './ids.ts';
import { isKeyRefusal } from './key-registry.ts';
import type { RowCount, Writes } from './writes.ts';

const ATTEMPTS = 6;

/**
 * What a verb gets: its connection inside one open transaction, its caller, and ids that derive from the caller's
 * key.
 */
export interface LaneTx<L extends Lane, V extends Verb = Verb> {
  readonly lane: L;
  readonly connection: DatabaseTransactionConnection;
  readonly caller: Session;
  readonly idempotencyKey: string;
  readonly dryRun: boolean;
  /** The lane's signing key; a dry run signs nothing with it. */
  readonly key: LaneKey;
  readonly plans: PlanCache;
  /** The ids of what this call makes; the same on every attempt and every replay. */
  readonly ids: PhaseIds<V>;
}
export type ExecTx<V extends Verb = Verb> = LaneTx<typeof EXECUTOR_LANE, V>;
export type VerifyTx = LaneTx<typeof VERIFIER_LANE, 'verify'>;
export type AnyTx = ExecTx | VerifyTx;

/** What a verb gives back: its answer, and what it wrote (null: nothing, this was answered before). */
export interface Done<T> {
  readonly value: T;
  readonly writes: Writes | null;
  /** The record that answered first, where it wasn't this key's. */
  readonly recordId?: string;
}

/** A verb's answer, with what every success has. */
export type Written<T> = T & {
  readonly replayed: boolean;
  readonly dryRun: boolean;
  readonly rows: readonly RowCount[];
  /** The log record that holds what was written; its position is known once it is integrated. */
  readonly recordId: string;
  /** In a dry run, what would have been written. */
  readonly preview: Writes | null;
};

export interface PhaseCall<V extends Verb = Verb> {
  readonly verb: V;
  readonly caller: Session;
  readonly idempotencyKey: string;
  readonly dryRun: boolean;
  /**
   * The entries that the input names, for tokens narrowed to some; verbs that find theirs in the ledger judge it
   * there.
   */
  readonly entryIds?: readonly string[];
}

/** A call with the ids that derive from its key. */
type NamedCall<V extends Verb> = PhaseCall<V> & { readonly ids: PhaseIds<V> };

/** What a lane needs to run phases; a process without the lane's secrets has none. */
export interface LaneResources<L extends Lane> {
  readonly lane: L;
  readonly pool: DatabasePool;
  /** The keys that are held for the lane's statements at this moment: both, during a rotation. */
  readonly keys: () => readonly LaneKey[];
  readonly plans: PlanCache;
  /** Why what is acknowledged might not outlive a crash; null where it does. */
  readonly lost: () => string | null;
  /** Called at the end of each writing transaction: with its error, or null. */
  readonly wrote: (error: unknown) => void;
  /** Called after the commit, never inside it. */
  readonly committed: () => void;
}

class DryRunRollback extends Error {}

/**
 * The envelope of every verb: one transaction, bounded retries on serialization and deadlock errors, the log's
 * pending row as its last statement, and the answer. A dry run takes the same path and rolls back before the pending
 * row is drawn.
 */
export async function runPhase<L extends Lane, V extends Verb, T extends object>(
  resources: LaneResources<L>,
  call: PhaseCall<V>,
  work: (tx: LaneTx<L, V>) => Promise<Done<T>>,
): Promise<Written<T>> {
  const ids = phaseIds(call.verb, call.idempotencyKey);
  const spent = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const key = keyFor(resources, spent);
    try {
      const done = await inTransaction(resources, key, { ...call, ids }, work);
      if (done.writes !== null && !call.dryRun) {
        resources.wrote(null);
        resources.committed();
      }
      return answerOf({ ...call, ids }, done);
    } catch (error) {
      // Another key may have replaced this one while the transaction waited for it.
      if (isKeyRefusal(error) && attempt < ATTEMPTS) {
        spent.add(key.keyId);
        if (!spent.has(keyFor(resources, spent).keyId)) continue;
      }
      if (error instanceof Refusal) throw error;
      resources.wrote(error);
      if (!isRetryable(error)) throw databaseRefusal(error);
      if (attempt === ATTEMPTS) {
        throw new Busy(
          'The ledger was too busy to finish this call; repeat it with the same idempotency key.',
        );
      }
      await delay(2 ** attempt * (2 + Math.random() * 6));
    }
  }
}

/** The first of the lane's keys that wasn't refused yet, or else the first. */
function keyFor(
  { keys, lane }: Pick<LaneResources<Lane>, 'keys' | 'lane'>,
  spent: ReadonlySet<string>,
): LaneKey {
  const held = keys();
  const key = held.find(({ keyId }) => !spent.has(keyId)) ?? held[0];
  if (key === undefined)
    throw new LaneNotServed(`This server's home no longer holds a key of lane ${lane}; call one that does.`);
  return key;
}

async function inTransaction<L extends Lane, V extends Verb, T extends object>(
  resources: LaneResources<L>,
  key: LaneKey,
  call: NamedCall<V>,
  work: (tx: LaneTx<L, V>) => Promise<Done<T>>,
): Promise<Done<T>> {
  let done: Done<T> | undefined;
  try {
    await resources.pool.transaction(async (connection) => {
      done = await work(openLaneTx(resources, key, call, connection));
      if (done.writes === null) return;
      if (call.dryRun) throw new DryRunRollback();
      const lost = resources.lost();
      if (lost !== null) throw new LaneNotServed(notDurableBecause(lost), [], true);
      const handed = await connection.query(pendingStatement(recordOf(resources.lane, call, done.writes)));
      if (handed.rowCount === 0) throw await heldBack(connection);
    }, 0);
  } catch (error) {
    if (!(error instanceof DryRunRollback)) throw error;
  }
  return done as Done<T>;
}

const heldBackRow = z.object({
  settings: z.string(),
  cause: z.enum(['set back', 'copied']).nullable(),
  position: z.string().nullable(),
  seen: z.string().nullable(),
  reason: z.string().nullable(),
});

/**
 * The refusal of a verb whose record wasn't taken: the database was set back or is a copy and the lanes have not
 * accepted it, or it may lose what it acknowledges.
 */
async function heldBack(connection: DatabaseTransactionConnection): Promise<Refusal> {
  const { settings, cause, position, seen, reason } = await connection.one(sql.type(
    heldBackRow,
  )`/* phase.held_back */
    select format('fsync is %s, full_page_writes is %s and synchronous_commit is %s in the database.',
        current_setting('fsync'), current_setting('full_page_writes'),
        current_setting('synchronous_commit')) as settings,
      head.next_position::text as position, s.seen_size::text as seen, s.cause, s.reason
    from (select) as one left join (cutter_log.head join cutter_log.suspension s using (incarnation)) on true`);
  const why =
    cause === null || position === null || reason === null
      ? notDurableBecause(settings)
      : suspendedBecause({ cause, position: Number(position), seenSize: Number(seen), reason });
  return new LaneNotServed(why, [], true);
}

function openLaneTx<L extends Lane, V extends Verb>(
  resources: LaneResources<L>,
  key: LaneKey,
  call: NamedCall<V>,
  connection: DatabaseTransactionConnection,
): LaneTx<L, V> {
  return {
    lane: resources.lane,
    connection,
    caller: call.caller,
    idempotencyKey: call.idempotencyKey,
    dryRun: call.dryRun,
    key,
    plans: resources.plans,
    ids: call.ids,
  };
}

function recordOf(lane: Lane, call: NamedCall<Verb>, writes: Writes) {
  return buildRecord({
    recordId: call.ids.record,
    verb: call.verb,
    lane,
    principalId: call.caller.principalId,
    personId: call.caller.personId,
    mode: call.caller.mode,
    at: writes.at,
    history: writes.history,
    rows: writes.rows,
  });
}

function answerOf<T extends object>(call: NamedCall<Verb>, done: Done<T>): Written<T> {
  return {
    ...done.value,
    replayed: done.writes === null,
    dryRun: call.dryRun,
    rows: done.writes?.counts ?? [],
    recordId: done.recordId ?? call.ids.record,
    preview: call.dryRun ? done.writes : null,
  };
}
