import { sql } from 'slonik';
import { z } from 'zod';
import { AT, timeText } from './reading.ts';
import { ENTRY } from './tables/entry.ts';
import { HISTORY } from './tables/history.ts';
import { SWEEP_LOG } from './tables/sweep-log.ts';
import type { Done, ExecTx } from './transaction.ts';
import { Writes } from './writes.ts';

/** The largest batch of one pass; a larger `limit` is clamped to it. */
export const MAX_SWEEP = 1000;

export interface SweepInput {
  readonly idempotencyKey: string;
  readonly limit: number;
}
export interface SweepAnswer {
  readonly sweepId: string;
  /** Entries looked at and moved by this pass; of a replay they are read from the ledger. */
  readonly examined: number;
  readonly promoted: readonly string[];
}

const candidate = z.object({
  at: z.string(),
  entry_id: z.string().nullable(),
  status: z.string().nullable(),
  emitted_at: z.string().nullable(),
});
const writtenRow = z.object({ logged: z.int(), moved: z.array(z.string()) });

/**
 * SWEEP — promote what waits to review, oldest first.
 *
 *     marked | reviewed_deferred ──sweep──▶ review_pending        lane DOT-991, role cutter_exec
 *
 * Reads    the oldest entries that wait (locked in id order); a deferred one only once its `notBefore` has passed
 * Writes   1 sweep_log a pass · 1 history and entry.status (CAS) for each promoted entry
 * Refuses  IdempotencyConflict  the key swept with another limit
 * Replay   same key: nothing moves; the first pass's answer is read from the ledger
 * Source   ledger specification §5
 */
export async function sweep(tx: ExecTx, input: SweepInput): Promise<Done<SweepAnswer>> {
  const limit = Math.min(input.limit, MAX_SWEEP);
  const rows = await lock(tx, limit);
  const at = rows[0]?.at ?? '';
  const early = await notDue(
    tx,
    rows.flatMap((row) => row.entry_id ?? []),
  );
  const waiting = rows.filter(
    (row) =>
      (row.status === 'marked' || row.status === 'reviewed_deferred') && !early.has(row.entry_id ?? ''),
  );
  const last = rows.reduce<(typeof rows)[number] | undefined>(
    (a, b) => (a === undefined || after(b, a) ? b : a),
    undefined,
  );
  const examined = rows.filter((row) => row.entry_id !== null).length;

  const writes = new Writes(at);
  const log = writes.insert(SWEEP_LOG, [
    {
      sweep_id: tx.id('log'),
      trigger_kind: 'manual',
      swept_by: tx.caller.principalId,
      batch_limit: limit,
      cursor_after: last?.entry_id == null ? null : `${last.emitted_at}|${last.entry_id}`,
      examined_count: examined,
      promoted_count: waiting.length,
      last_entry_id: last?.entry_id ?? null,
      rationale: null,
    },
  ]);
  const ids = waiting.map((row) => row.entry_id as string);
  for (const id of ids) writes.update(ENTRY, id, { status: 'review_pending' });
  const history = writes.insert(
    HISTORY,
    waiting.map((row) => historyOf(tx, row.entry_id as string, row.status as string)),
  );
  const { logged, moved } = await tx.connection.one(sql.prepared('sweep.write', writtenRow)`
    /* sweep.write */ with logged as (${log} on conflict do nothing returning 1),
      moved as (update cutter_governance.decision_backlog_entry e set status = 'review_pending'
        from unnest(${sql.array(ids, 'uuid')}, ${sql.array(
          waiting.map((row) => row.status as string),
          'text',
        )}) as w(entry_id, status)
        where e.entry_id = w.entry_id and e.status = w.status and exists (select 1 from logged) returning e.entry_id),
      history as (${history} where exists (select 1 from logged))
    select (select count(*) from logged)::int as logged,
      (select coalesce(json_agg(entry_id), '[]') from moved) as moved`);
  if (logged === 0) return { value: { sweepId: tx.id('log'), examined: 0, promoted: [] }, writes: null };
  if (moved.length !== ids.length) throw new Error('sweep: a locked entry did not move');
  return { value: { sweepId: tx.id('log'), examined, promoted: ids }, writes };
}

/** Picks by age, locks by id: two sweeps never wait for each other in a circle. What another pass took meanwhile shows its new status. */
async function lock(tx: ExecTx, limit: number): Promise<readonly z.infer<typeof candidate>[]> {
  return tx.connection.any(sql.prepared('sweep.lock', candidate)`
    /* sweep.lock */ with waiting as materialized (
      (select entry_id, emitted_at from cutter_governance.decision_backlog_entry
        where status = 'marked' and kind = 'cut_request' order by emitted_at, entry_id limit ${limit})
      union all
      (select e.entry_id, e.emitted_at from cutter_governance.decision_backlog_entry e
        where e.status = 'reviewed_deferred' and e.kind = 'cut_request' and not exists (
          select 1 from cutter_governance.manifest_envelope m
          join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
          where m.source_doc_ref = e.entry_id::text and d.superseded_by_review_decision_id is null
            and (d.findings->>'not_before')::timestamptz > transaction_timestamp())
        order by e.emitted_at, e.entry_id limit ${limit})),
    picked as materialized (select entry_id from waiting order by emitted_at, entry_id limit ${limit}),
    locked as materialized (select e.entry_id, e.status, e.emitted_at from cutter_governance.decision_backlog_entry e
      where e.entry_id in (select entry_id from picked) order by e.entry_id for no key update)
    select ${AT} as at, l.entry_id, l.status, ${timeText(sql.fragment`l.emitted_at`)} as emitted_at
    from (select 1) one left join locked l on true`);
}

const earlyRow = z.object({ entry_id: z.string() });

/** Of the locked entries, those deferred to a later time: read after the lock, since a review may have come in between. */
async function notDue(tx: ExecTx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.connection.any(sql.prepared('sweep.look', earlyRow)`
    /* sweep.look */ select m.source_doc_ref as entry_id from cutter_governance.manifest_envelope m
    join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
    where m.source_doc_ref = any(${sql.array(ids, 'text')}) and d.superseded_by_review_decision_id is null
      and (d.findings->>'not_before')::timestamptz > transaction_timestamp()`);
  return new Set(rows.map((row) => row.entry_id));
}

function after(a: z.infer<typeof candidate>, b: z.infer<typeof candidate>): boolean {
  return `${a.emitted_at}|${a.entry_id}` > `${b.emitted_at}|${b.entry_id}`;
}

function historyOf(tx: ExecTx, entryId: string, from: string) {
  return {
    history_id: tx.id(`history:${entryId}`),
    entry_id: entryId,
    entry_version_before: from,
    entry_version_after: 'review_pending',
    change_kind: 'sweep_promote',
    change_diff: { from, to: 'review_pending' },
    changed_by: tx.caller.principalId,
    rationale: null,
  };
}
