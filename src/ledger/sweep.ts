import { sql } from 'slonik';
import { z } from 'zod';
import { nextState } from '../law/states.ts';
import type { Lane, TriggerKind } from '../law/values.ts';
import { moveEntries } from './envelope/move.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { type Candidate, lockNamed, lockOldest, notDue, refusalOfNamed } from './sweep-candidates.ts';
import { namedText } from './sweep-named.ts';
import { SWEEP_LOG } from './tables/sweep-log.ts';

/** The largest batch of one pass; a larger `limit` is clamped to it. */
export const MAX_SWEEP = 1000;

export interface SweepInput {
  readonly idempotencyKey: string;
  readonly limit: number;
  readonly triggerKind: TriggerKind;
  /** The entries to promote, each once and sorted; null: the oldest that wait. */
  readonly entryIds: readonly string[] | null;
}
export interface SweepAnswer {
  readonly sweepId: string;
  /** Entries looked at and moved by this pass; of a replay they are read from the ledger. */
  readonly examined: number;
  readonly promoted: readonly string[];
}

const writtenRow = z.object({ logged: z.int(), moved: z.array(z.string()) });

/**
 * SWEEP — promote what waits to review: the oldest first, or the entries that the caller names.
 *
 *     marked | reviewed_deferred ──sweep──▶ review_pending        lane DOT-991, role cutter_exec
 *
 * Reads    the oldest entries that wait, or those named (locked in id order); a deferred one only once its
 *          `notBefore` has passed
 * Writes   1 sweep_log a pass · 1 history and entry.status (CAS) for each promoted entry
 * Refuses  IdempotencyConflict  the key swept with another limit, trigger or other entries, or for another principal
 *          NotFound             an entry that the caller names doesn't exist
 *          IllegalTransition    an entry that the caller names doesn't wait; none is promoted then
 * Replay   same key, entries and principal: nothing moves; the first pass's answer is read from the ledger
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function sweep(tx: ExecTx<'sweep'>, input: SweepInput): Promise<Done<SweepAnswer>> {
  const limit = Math.min(input.limit, MAX_SWEEP);
  const { at, rows } =
    input.entryIds === null ? await lockOldest(tx, limit) : await lockNamed(tx, input.entryIds);
  const early = await notDue(
    tx,
    rows.map((row) => row.entry_id),
  );
  const due = rows.filter((row) => isWaiting(row, tx.lane) && !early.has(row.entry_id));
  const refused = input.entryIds !== null && due.length < input.entryIds.length;
  const waiting = refused ? [] : due;
  const last = rows.reduce<Candidate | undefined>(
    (a, b) => (a === undefined || comesAfter(b, a) ? b : a),
    undefined,
  );
  const examined = rows.length;

  const log = insertRows(SWEEP_LOG, [
    {
      sweep_id: tx.ids.log,
      trigger_kind: input.triggerKind,
      swept_by: tx.caller.principalId,
      batch_limit: limit,
      cursor_after: last === undefined ? null : `${last.emitted_at}|${last.entry_id}`,
      examined_count: examined,
      promoted_count: waiting.length,
      last_entry_id: last?.entry_id ?? null,
      rationale: input.entryIds === null ? null : namedText(input.entryIds),
    },
  ]);
  const ids = waiting.map((row) => row.entry_id);
  const step = moveEntries(
    tx,
    waiting.map((row) => ({
      entryId: row.entry_id,
      from: row.status,
      verb: 'sweep_promote',
      historyId: tx.ids.each(`history:${row.entry_id}`),
      rationale: null,
    })),
  );
  const { writes, sent } = composeWrites(at, { log, ...step });
  const { logged, moved } = await tx.connection.one(sql.prepared('sweep.write', writtenRow)`
    /* sweep.write */ with logged as (${sent.log} on conflict do nothing returning 1),
      moved as (${sent.moved} and exists (select 1 from logged) returning e.entry_id),
      history as (${sent.history} where exists (select 1 from logged))
    select (select count(*) from logged)::int as logged,
      (select coalesce(json_agg(entry_id), '[]') from moved) as moved`);
  if (logged === 0) return { value: { sweepId: tx.ids.log, examined: 0, promoted: [] }, writes: null };
  // A repeated pass would find its entries promoted, and only now it is known that this is none. The refusal takes the
  // row back.
  if (refused) throw await refusalOfNamed(tx, input.entryIds ?? [], new Set(due.map((row) => row.entry_id)));
  if (moved.length !== ids.length) throw new Error('sweep: a locked entry did not move');
  return { value: { sweepId: tx.ids.log, examined, promoted: ids }, writes };
}

function isWaiting({ kind, status }: Candidate, lane: Lane): boolean {
  return kind === 'cut_request' && nextState(status, 'sweep_promote', lane) !== null;
}

function comesAfter(a: Candidate, b: Candidate): boolean {
  return `${a.emitted_at}|${a.entry_id}` > `${b.emitted_at}|${b.entry_id}`;
}
