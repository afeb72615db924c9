import { type DatabasePool, sql } from 'slonik';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Context } from '../../src/context.ts';
import type { Noun } from '../../src/reading/nouns/noun.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { columnsOf, fillLedger, idOf, READS_ALL, read, readingContext } from './reading-ledger.ts';

let database: TestDatabase;
let context: Context;

beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, 250);
  context = readingContext(database.pools.reads, READS_ALL);
});

/** Statements that the logins which read have had executed in this database, as PostgreSQL counts them; neither a new connection's proof of its login, nor the check of its settings that each pool repeats. */
async function statements(): Promise<number> {
  const { rows } = await database.superuser.query<{ calls: number }>(
    `/* test.statements */ select coalesce(sum(s.calls), 0)::int as calls from pg_stat_statements s
       join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
      where r.rolname in ('cutter_observe', 'cutter_reader', 'cutter_evidence') and d.datname = current_database() and s.query not like '%current_user%' and s.query not like '%synchronous_commit%'`,
  );
  return rows[0]!.calls;
}

async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  await database.superuser.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
  );
  await work();
  return statements();
}

/** Every column, and every relation to `levels` below. */
function everything(noun: Noun, levels: number): string {
  const relations = Object.entries(levels === 0 ? {} : noun.relations).map(([name, { to, many, listed }]) => {
    const below = everything(NOUNS[to], levels - 1);
    return many && listed === undefined
      ? `${name}(first: 1) { edges { cursor node { ${below} } } pageInfo { hasNextPage } }`
      : `${name} { ${below} }`;
  });
  const place = noun.seat.of === null ? [] : ['position', 'logOrdinal'];
  return [...columnsOf(noun), ...place, ...Object.keys(noun.derived), ...relations].join(' ');
}

const CONNECTIONS = {
  entries: 'Entry',
  history: 'History',
  dependencies: 'Dependency',
  sweepPasses: 'Sweep',
  manifests: 'Manifest',
  unitBlocks: 'UnitBlock',
  reviewDecisions: 'ReviewDecision',
  changeSets: 'ChangeSet',
  affectedRows: 'AffectedRow',
  verifyResults: 'VerifyResult',
  signatures: 'Signature',
  addressAliases: 'AddressAlias',
  documents: 'Document',
  sources: 'Source',
  units: 'Unit',
  principals: 'Principal',
} as const;

/** How many rows the ledger of this test has, where that is less than a page. */
const ROWS: Readonly<Record<string, number>> = {
  ...{ sweepPasses: 50, addressAliases: 50, principals: 6 },
  ...{ documents: 0, sources: 0, units: 0 },
};

describe('a root field is one statement, whatever hangs under it', () => {
  for (const [field, noun] of Object.entries(CONNECTIONS)) {
    for (const levels of [1, 2]) {
      test(`${field} with every relation, ${levels} deep, at page sizes 1 and 200`, async () => {
        for (const first of [1, 200]) {
          const document = `{ ${field}(first: ${first}) { nodes { ${everything(NOUNS[noun], levels)} } pageInfo { endCursor } } }`;
          let rows = 0;
          const count = await statementsOf(async () => {
            rows = (await read(context, document))[field].nodes.length;
          });
          expect([first, count]).toEqual([first, 1]);
          expect(rows).toBe(Math.min(first, ROWS[field] ?? 200));
        }
      });
    }
  }

  test('all the way down: twelve levels from an entry back to it', async () => {
    const deep = `{ entries(first: 200, filter: {kind: CUT_REQUEST}) { nodes { manifests(first: 2) { nodes { reviewDecisions(first: 2) { nodes { changeSets(first: 2) { nodes {
      verifyResults(first: 2) { nodes { verifierSignature { prior { changeSet { affectedRows(first: 2) { nodes { changeSet { manifest { unitBlocks(first: 3) { nodes { manifest { entry {
        history(first: 3) { nodes { entry { status position } } } } } } } } } } } } } } } } } } } } } } } } }`;
    let answer: { entries?: { nodes: unknown[] } } = {};
    const count = await statementsOf(async () => {
      answer = await read(context, deep);
    });
    expect(count).toBe(1);
    expect(answer.entries?.nodes).toHaveLength(200);
    expect(JSON.stringify(answer)).toContain('VERIFIED_COMPLETE');
  });

  test('what the law says of the entries of a page is in their statement', async () => {
    const document = '{ entries(first: 200) { nodes { actions blockedBecause { code } } } }';
    expect(await statementsOf(() => read(context, document))).toBe(1);
  });

  test('a look-up is one statement too, and two root fields are two', async () => {
    const id = idOf('entry:', 1);
    const document = `{ a: entry(entryId: "${id}") { ${everything(NOUNS.Entry, 2)} } b: entry(entryId: "${id}") { status } }`;
    expect(await statementsOf(() => read(context, document))).toBe(2);
  });

  test('a field that is refused or skipped is none', async () => {
    expect(
      await statementsOf(() => read(context, '{ entries(first: 1) @skip(if: true) { nodes { status } } }')),
    ).toBe(0);
    expect(
      await statementsOf(() => read(context, '{ entries(first: 500) { nodes { status } } }').catch(() => {})),
    ).toBe(0);
  });
});

/** The statements that these documents leave prepared on a connection, beside those it had. */
async function preparedBy(documents: Iterable<readonly [string, Record<string, unknown>]>) {
  return await database.pools.observe.connect(async (connection) => {
    const prepared = () =>
      connection.any(
        sql.type(
          z.object({ name: z.string(), statement: z.string() }),
        )`/* test.prepared */ select name, statement from pg_prepared_statements where name like 'read%'`,
      );
    const before = new Set((await prepared()).map(({ name }) => name));
    const one = readingContext(connection as unknown as DatabasePool);
    for (const [document, variables] of documents) await read(one, document, variables);
    return (await prepared()).filter(({ name }) => !before.has(name));
  });
}

test('a recurring statement is prepared under one name: its text is the same for other values', async () => {
  const document =
    'query ($first: Int, $after: String, $status: EntryStatus) { entries(first: $first, after: $after, filter: {status: $status}) { nodes { entryId kind } } }';
  const statuses = ['VERIFIED_COMPLETE', 'MARKED', 'ABANDONED', 'VERIFY_FAILED_ESCALATED'];
  const prepared = await preparedBy(
    statuses.map((status, at) => [document, { first: at + 1, status }] as const),
  );
  expect(prepared).toHaveLength(1);
  expect(prepared[0]).toMatchObject({
    name: expect.stringMatching(/^read_[0-9a-f]{24}$/),
    statement: expect.stringMatching(/^\/\* read\.entries \*\//),
  });
});

test('a document asked once is not prepared, and any number of them leave at most 64 names', async () => {
  const columns = [...NOUNS.ReviewDecision.columns.keys()];
  const different = (n: number) =>
    `{ reviewDecisions(first: 1) { nodes { ${columns.filter((_, at) => n & (1 << at)).join(' ')} } } }`;
  const once = Array.from({ length: 40 }, (_, n) => [different(1000 + n), {}] as const);
  expect(await preparedBy(once)).toHaveLength(0);
  const twice = Array.from({ length: 300 }, (_, n) => [different(2000 + n), {}] as const).flatMap((asked) => [
    asked,
    asked,
  ]);
  expect((await preparedBy(twice)).length).toBeLessThanOrEqual(64);
});
