import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';
import { fillQuestions } from './questions-ledger.ts';
import { ask, idOf, readingContext, session } from './reading-ledger.ts';

/** What a dashboard asks, each in one request; `n` is an entry in the middle of the ledger. */
const QUESTIONS: readonly (readonly [question: string, query: (n: number) => string])[] = [
  [
    'what waits for me',
    () =>
      '{ backlog { waitingForMe(first: 20) { totalCountAtLeast nodes { entryId title status statusSince actions } } } }',
  ],
  [
    'the timeline of an entry, with names',
    (n) =>
      `{ entry(entryId: "${idOf('entry:', n)}") { title status history { nodes { changeKind changedAt
        changedByPrincipal { name kind } evidence { rationale } } } } }`,
  ],
  [
    'documents with their current units',
    () =>
      '{ documents(first: 10) { nodes { docCode title unitCount units(first: 5) { nodes { address title text } } } } }',
  ],
  ['a text by its address', (n) => `{ unit(address: "doc/${n}/1") { text citation versionSeq verifiedAt } }`],
  [
    'all that a review needs',
    (n) =>
      `{ entry(entryId: "${idOf('entry:', n)}") { title signalSource scenarioRef status statusSince actions
        blockedBecause { code message entryId } source { docCode digest text registeredByPrincipal { name } }
        document { title currentChangeSet { changeSetId emittedAt } } liveDecision { verdict evidence { rationale } }
        dependenciesTo { nodes { dependencyKind fromEntry { entryId status } } }
        manifests(last: 1) { nodes { unitBlocks(first: 50) { nodes { proposedCanonicalAddress evidence { payloadSummary } } } } } } }`,
  ],
  [
    'a change set with its texts before and after',
    (n) =>
      `{ changeSet(changeSetId: "${idOf('cut:', n)}") { effectDigest affectedRows { nodes { effectKind evidence { before after }
        unitVersion { text title base { text title } } } } } }`,
  ],
  [
    'why a verification failed',
    (n) =>
      `{ verifyResult(verifyResultId: "${idOf('result:', n)}") { verdict axis1Status axis2Status evidence { findings rationale }
        rollbackChangeSet { changeSetId } escalation { entryId status } } }`,
  ],
  [
    'open escalations, and why',
    () =>
      `{ entries(first: 10, filter: { kind: ESCALATION, status: MARKED }) { nodes { entryId statusSince
        escalatedBy { nodes { evidence { rationale } entry { entryId title } } } } } }`,
  ],
  [
    'who did what',
    () =>
      `{ history(last: 20, filter: { changedBy: "marker", changedAtFrom: "2026-03-01T00:00:00Z" }) { nodes { changeKind changedAt
        changedByPrincipal { name } entry { entryId title } } } }`,
  ],
  [
    'throughput a day',
    () =>
      `{ throughput(from: "2026-02-25T00:00:00Z", until: "2026-03-07T00:00:00Z", by: DAY) { from marked reviewed cut verified failed } }`,
  ],
  ['what has waited longest', () => '{ backlog { oldest { status since entry { entryId title } } } }'],
  [
    'by signal or scenario',
    () =>
      `{ entries(first: 20, filter: { signalSource: "signal-3", scenarioRef: "scenario-3" }) { totalCount nodes { entryId status title } } }`,
  ],
];

/** A reviewer who may read everything, and has marked nothing. */
const REVIEWER = session('ledger:observe', 'document:read', 'ledger:evidence', 'entry:review');

interface Asked {
  readonly statements: number;
  readonly buffers: number;
}

interface Ground {
  readonly database: TestDatabase;
  readonly context: Context;
  readonly count: number;
}

async function makeGround(count: number): Promise<Ground> {
  const database = await testDatabase();
  await fillQuestions(database, count);
  return {
    database,
    context: { ...readingContext(database.pools.reads, REVIEWER), observe: database.pools.limited.observe },
    count,
  };
}

/** Asks once to have everything in memory and prepared, and counts the second time. */
async function measure({ database, context, count }: Ground, query: (n: number) => string): Promise<Asked> {
  const text = query(Math.floor(count / 10) * 5);
  const { errors } = await ask(context, text);
  expect(errors, text).toBeUndefined();
  await database.superuser.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
  );
  await ask(context, text);
  const { rows } = await database.superuser.query<Asked>(
    `select coalesce(sum(s.calls), 0)::int as statements,
        coalesce(sum(s.shared_blks_hit + s.shared_blks_read), 0)::int as buffers
      from pg_stat_statements s join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
      where r.rolname in ('cutter_observe', 'cutter_reader', 'cutter_evidence') and d.datname = current_database()
        and s.query !~ 'current_user|synchronous_commit|statement_timeout'`,
  );
  return rows[0]!;
}

const table: string[] = [];
let small: Ground;
let large: Ground;
beforeAll(async () => {
  small = await makeGround(10);
  large = await makeGround(10_000);
}, MAKES_A_LEDGER_MS);
afterAll(() => {
  console.log(['Buffers of 8 kB, at 10 and at 10,000 entries:', ...table].join('\n'));
});

describe('a question of a dashboard', () => {
  const fields = schema.getQueryType()!.getFields();

  test.each(QUESTIONS)(
    '%s: one statement, which reads no more of a large ledger than it shows',
    async (question, query) => {
      expect(Object.keys(fields)).toContain(/^\{ (\w+)/.exec(query(1))![1]);
      const [few, many] = [await measure(small, query), await measure(large, query)];
      table.push(
        `${question.padEnd(48)} ${String(few.buffers).padStart(6)} ${String(many.buffers).padStart(6)}`,
      );
      expect([few.statements, many.statements]).toEqual([1, 1]);
      // A filter looks at up to 1,000 rows, at ten pages each; else it is what is shown, behind a deeper index.
      expect(many.buffers).toBeLessThan(20 * few.buffers + (question.startsWith('by ') ? 10_000 : 1_000));
    },
  );
});
