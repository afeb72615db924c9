import { randomUUID } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { approvalFaults } from '../../src/law/approval.ts';
import { IllegalTransition, NotFound } from '../../src/law/refusals.ts';
import { canBecome, nextState, statesBefore, TRANSITIONS } from '../../src/law/states.ts';
import { AT } from '../../src/ledger/envelope/reading.ts';
import type { ExecTx } from '../../src/ledger/envelope/transaction.ts';
import {
  type Candidate,
  lockNamed,
  lockOldest,
  notDue,
  refusalOfNamed,
} from '../../src/ledger/sweep-candidates.ts';
import { REVIEW_DECISION, supersedeDecision } from '../../src/ledger/tables/review-decision.ts';
import { insertInto } from '../../src/ledger/tables/table.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { insertEntries, liveDecision, type RandomEntry, randomEntries } from './random-entries.ts';

let database: TestDatabase;
let exec: DatabasePool;
beforeAll(async () => {
  database = await testDatabase();
  exec = database.pools.exec as DatabasePool;
});

let made: Promise<RandomEntry[]> | undefined;
/** Entries at the end of random ways, made for the first test that asks. */
function ledger(): Promise<RandomEntry[]> {
  const entries = randomEntries(seeded(testSeed()).named('entries'), 1000);
  made ??= insertEntries(database.superuser, entries).then(() => entries);
  return made;
}

/** One transaction of the executor, and its time. */
function inExec<T>(work: (tx: ExecTx, at: string) => Promise<T>): Promise<T> {
  return exec.transaction(async (connection) => {
    const at = await connection.oneFirst(sql.type(z.object({ at: z.string() }))`select ${AT} as at`);
    return work({ connection, lane: 'DOT-991' } as ExecTx, at);
  });
}

/** By the law: a sweep may promote it, and the time to which a reviewer deferred it has come. */
function isDue(entry: RandomEntry, at: string): boolean {
  const isSwept = nextState(entry.status, 'sweep_promote', 'DOT-991') !== null;
  return entry.kind === 'cut_request' && isSwept && !isEarly(entry, at);
}

function isEarly(entry: RandomEntry, at: string): boolean {
  const { verdict, notBefore } = liveDecision(entry) ?? { verdict: 'defer', notBefore: null };
  return approvalFaults({ verdict, notBefore }, { at }).includes('early');
}

const candidateOf = ({ id, kind, status, emittedAt }: RandomEntry): Candidate => ({
  entry_id: id,
  kind,
  status,
  emitted_at: emittedAt,
});
const byText = (textOf: (entry: RandomEntry) => string) => (a: RandomEntry, b: RandomEntry) =>
  textOf(a) < textOf(b) ? -1 : 1;
const byAge = byText(({ emittedAt, id }) => `${emittedAt} ${id}`);
const byId = byText(({ id }) => id);

test('a sweep takes the oldest entries that the law lets it promote, and no others', async () => {
  const entries = await ledger();
  for (const limit of [1, 2, 7, 40, 1000]) {
    await inExec(async (tx, at) => {
      const due = entries.filter((entry) => isDue(entry, at)).sort(byAge);
      const oldest = due.slice(0, limit).sort(byId);
      expect(await lockOldest(tx, limit), `a limit of ${limit}`).toEqual({
        at,
        rows: oldest.map(candidateOf),
      });
      expect(due.length).toBeGreaterThan(10);
    });
  }
});

test('an entry is deferred to a later time where its live decision says so, and no earlier one', async () => {
  const entries = await ledger();
  await inExec(async (tx, at) => {
    const early = entries.filter((entry) => isEarly(entry, at)).sort(byId);
    const found = await notDue(
      tx,
      entries.map(({ id }) => id),
    );
    expect([...found].sort()).toEqual(early.map(({ id }) => id));
    expect(early.length).toBeGreaterThan(0);
  });
});

test('named entries that a sweep can’t promote are refused with their state, their time, and whether they can wait', async () => {
  const entries = await ledger();
  const random = seeded(testSeed()).named('named');
  for (let round = 0; round < 60; round += 1) {
    const named = [...new Set(Array.from({ length: random.between(1, 6) }, () => random.pick(entries)))].sort(
      byId,
    );
    await inExec(async (tx, at) => {
      const { rows } = await lockNamed(
        tx,
        named.map(({ id }) => id),
      );
      expect(rows).toEqual(named.filter(isOwn).map(candidateOf));
      const due = named.filter((entry) => isDue(entry, at));
      const others = named.filter((entry) => !due.includes(entry));
      if (others.length === 0) return;
      const ids = named.map(({ id }) => id);
      const refusal = await refusalOfNamed(tx, ids, new Set(due.map(({ id }) => id)));
      expect(refusal).toBeInstanceOf(IllegalTransition);
      expect(refusal.retryable).toBe(others.every(canWait));
      const problems = others.map((entry) => ({
        path: ['input', 'entryIds', String(ids.indexOf(entry.id))],
        code: entry.status,
        entryId: entry.id,
        notBefore: liveDecision(entry)?.notBefore ?? null,
      }));
      expect(refusal.problems.length).toBe(problems.length);
      expect(refusal.problems).toEqual(
        expect.arrayContaining(problems.map((one) => expect.objectContaining(one))),
      );
      const unknown = randomUUID();
      const missing = await refusalOfNamed(tx, [...ids, unknown], new Set(due.map(({ id }) => id)));
      expect(missing).toBeInstanceOf(NotFound);
      expect(missing.problems.map(({ entryId }) => entryId)).toEqual([unknown]);
    });
  }
});

const SWEPT = statesBefore('sweep_promote', 'DOT-991');
const canWait = ({ kind, status }: RandomEntry) => kind === 'cut_request' && canBecome(status, SWEPT);
/** The executor's lane locks entries in the states out of which it moves them. */
const isOwn = ({ status }: RandomEntry) =>
  TRANSITIONS.some(({ from, lane }) => from === status && lane === 'DOT-991');

test('a deferral ends at its time, to the microsecond', async () => {
  const entries = await ledger();
  const deferred = entries.filter(
    ({ kind, status }) => kind === 'cut_request' && status === 'reviewed_deferred',
  );
  expect(deferred.length).toBeGreaterThan(2);
  for (const [at, entry] of deferred.slice(0, 9).entries()) {
    const micros = (at % 3) - 1;
    await exec
      .transaction(async (connection) => {
        const tx = { connection } as ExecTx;
        const { time } = await connection.one(sql.type(z.object({ time: z.string() }))`
          select to_char((transaction_timestamp() + ${micros} * interval '1 microsecond') at time zone 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as time`);
        await defer(tx, entry, time);
        const { rows } = await lockOldest(tx, 1000);
        const isEarlyNow = micros > 0;
        expect(rows.some(({ entry_id: id }) => id === entry.id)).toBe(!isEarlyNow);
        expect((await notDue(tx, [entry.id])).has(entry.id)).toBe(isEarlyNow);
        throw new Undone();
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undone)) throw error;
      });
  }
});

/** Takes back what a transaction wrote. */
class Undone extends Error {}

/** Supersedes the live decision by one that defers until `time`. */
async function defer({ connection }: ExecTx, entry: RandomEntry, time: string): Promise<void> {
  const live = liveDecision(entry);
  if (live === null) throw new Error(`Entry ${entry.id} has no decision.`);
  const id = randomUUID();
  const decision = {
    review_decision_id: id,
    governance_event_kind: 'manifest_review',
    manifest_id: live.manifestId,
    manifest_version: live.manifestDigest,
    manifest_unit_local_id: null,
    review_scope: 'whole_manifest',
    status: 'recorded',
    verdict: 'defer',
    findings: { input: {}, not_before: time },
    reviewer_class: 'person',
    reviewer_identity: 'p',
    reviewer_independence_evidence: null,
    risk_class_assessment: 'standard',
    decided_by: 'p',
    cross_signed_by_dot_verifier: false,
    tool_revision: null,
    version: '1',
    prior_review_decision_id: live.id,
    superseded_by_review_decision_id: null,
    escalation_ref: null,
    cut_change_set_ref: null,
    expires_at: null,
  } as const;
  const any = sql.type(z.looseObject({}));
  await connection.query(any`${insertInto(REVIEW_DECISION, [decision])}`);
  await connection.query(any`${supersedeDecision(live.id, id)}`);
}
