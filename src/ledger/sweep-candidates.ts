import { sql } from 'slonik';
import { z } from 'zod';
import { deferredMessage } from '../law/hindrances.ts';
import { IllegalTransition, NotFound, type Problem, problemAt, type Refusal } from '../law/refusals.ts';
import { canBecome, ENTRY_STATES, statesBefore } from '../law/states.ts';
import { ENTRY_KINDS } from '../law/values.ts';
import { timeText } from '../text/time-sql.ts';
import { AT } from './envelope/reading.ts';
import type { ExecTx } from './envelope/transaction.ts';

const candidate = z.object({
  entry_id: z.string(),
  kind: z.enum(ENTRY_KINDS),
  status: z.enum(ENTRY_STATES),
  emitted_at: z.string(),
});
/** A locked entry that a pass looks at. */
export type Candidate = z.infer<typeof candidate>;

const lockedRow = z.object({ at: z.string(), rows: z.array(candidate) });
type Locked = z.infer<typeof lockedRow>;

const ROWS = sql.fragment`(
  select coalesce(json_agg(json_build_object('entry_id', l.entry_id, 'kind', l.kind, 'status', l.status,
    'emitted_at', ${timeText(sql.fragment`l.emitted_at`)}) order by l.entry_id), '[]') from locked l)`;

/**
 * Picks by age, locks by id: two sweeps never wait for each other in a circle. What another pass took meanwhile shows
 * its new status.
 */
export function lockOldest(tx: ExecTx, limit: number): Promise<Locked> {
  return tx.connection.one(sql.prepared('sweep.lock', lockedRow)`
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
    locked as materialized (
      select e.entry_id, e.kind, e.status, e.emitted_at from cutter_governance.decision_backlog_entry e
      where e.entry_id in (select entry_id from picked) order by e.entry_id for no key update)
    select ${AT} as at, ${ROWS} as rows`);
}

/** Locks the named entries, by id like every pass; those in states that this lane doesn't own stay hidden. */
export function lockNamed(tx: ExecTx, entryIds: readonly string[]): Promise<Locked> {
  return tx.connection.one(sql.prepared('sweep.lock_named', lockedRow)`
    /* sweep.lock_named */ with locked as materialized (
      select e.entry_id, e.kind, e.status, e.emitted_at from cutter_governance.decision_backlog_entry e
      where e.entry_id = any(${sql.array(entryIds, 'uuid')}) order by e.entry_id for no key update)
    select ${AT} as at, ${ROWS} as rows`);
}

const earlyRow = z.object({ entry_id: z.string() });

/**
 * Of the locked entries, those deferred to a later time: read after the lock, since a review may have come in
 * between.
 */
export async function notDue(tx: ExecTx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.connection.any(sql.prepared('sweep.look', earlyRow)`
    /* sweep.look */ select m.source_doc_ref as entry_id from cutter_governance.manifest_envelope m
    cross join lateral (select d.findings from cutter_governance.review_decision d
      where d.manifest_id = m.envelope_id and d.superseded_by_review_decision_id is null offset 0) d
    where m.source_doc_ref = any(${sql.array(ids, 'text')})
      and (d.findings->>'not_before')::timestamptz > transaction_timestamp()`);
  return new Set(rows.map((row) => row.entry_id));
}

const namedRow = z.object({
  entry_id: z.string(),
  kind: z.enum(ENTRY_KINDS),
  status: z.enum(ENTRY_STATES),
  not_before: z.string().nullable(),
});
type Named = z.infer<typeof namedRow>;

/**
 * Why a pass can't promote the entries that its caller named: those that don't exist, or else those that don't wait.
 */
export async function refusalOfNamed(
  tx: ExecTx,
  entryIds: readonly string[],
  due: ReadonlySet<string>,
): Promise<Refusal> {
  const others = entryIds.filter((id) => !due.has(id));
  const rows = await tx.connection.any(sql.prepared('sweep.named', namedRow)`
    /* sweep.named */ select e.entry_id, e.kind, e.status, (
        select ${timeText(sql.fragment`(d.findings->>'not_before')::timestamptz`)}
        from cutter_governance.manifest_envelope m
        join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
        where m.source_doc_ref = e.entry_id::text and d.superseded_by_review_decision_id is null
        order by d.created_at desc, d.review_decision_id desc limit 1) as not_before
    from cutter_governance.decision_backlog_entry e where e.entry_id = any(${sql.array(others, 'uuid')})`);
  const found = new Map(rows.map((row) => [row.entry_id, row]));
  const problem = (id: string, code: string, message: string, notBefore: string | null = null) =>
    problemAt(['input', 'entryIds', String(entryIds.indexOf(id))], code, message, { entryId: id, notBefore });
  const unknown = others.filter((id) => !found.has(id));
  if (unknown.length > 0) {
    const problems = unknown.map((id) => problem(id, 'not-found', `There is no entry ${id}.`));
    return new NotFound(unpromotedMessage(problems), problems);
  }
  const problems = [...found.values()].map((row) =>
    problem(row.entry_id, row.status, namedMessage(row), row.not_before),
  );
  return new IllegalTransition(unpromotedMessage(problems), problems, [...found.values()].every(canWait));
}

/** Whether it may come to wait for a sweep: by time, or deferred by a reviewer. */
function canWait({ kind, status }: Named): boolean {
  return kind === 'cut_request' && canBecome(status, statesBefore('sweep_promote', 'DOT-991'));
}

function namedMessage({ entry_id: id, kind, status, not_before: notBefore }: Named): string {
  if (kind !== 'cut_request') return `Entry ${id} is of kind ${kind}, which isn't swept; abandon ends it.`;
  if (status === 'reviewed_deferred' && notBefore !== null) return deferredMessage(id, notBefore);
  const way = canBecome(status, statesBefore('sweep_promote', 'DOT-991'))
    ? '; a review may defer it yet'
    : '';
  return `Entry ${id} is ${status}; a sweep promotes entries that are marked or reviewed_deferred${way}.`;
}

function unpromotedMessage(problems: readonly Problem[]): string {
  const [first] = problems;
  if (first === undefined) throw new Error('Every entry that the caller named waits for a sweep.');
  const more = problems.length > 1 ? ` The other entries (${problems.length - 1}) are listed.` : '';
  return `No entry was promoted. ${first.message}${more}`;
}
