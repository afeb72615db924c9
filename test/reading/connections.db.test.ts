import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { digestOf, fillLedger, idOf, read, readingContext } from './reading-ledger.ts';

const COUNT = 500;
let database: TestDatabase;
let context: Context;

beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, COUNT);
  context = readingContext(database.pools.observe);
});

const CONNECTIONS = [
  ['entries', 'entryId', 600],
  ['history', 'historyId', 1000], // a third is not in the log
  ['dependencies', 'dependencyId', 499],
  ['sweepPasses', 'sweepId', 100],
  ['manifests', 'envelopeId', 1000],
  ['unitBlocks', 'unitLocalId envelopeId', 1500],
  ['reviewDecisions', 'reviewDecisionId', 1000],
  ['changeSets', 'changeSetId', 600],
  ['affectedRows', 'affectedRowId', 1000],
  ['verifyResults', 'verifyResultId', 500],
  ['signatures', 'signatureId', 1000],
  ['addressAliases', 'aliasId', 100],
] as const;

describe('paging', () => {
  for (const [name, key, total] of CONNECTIONS) {
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      test(`${name}, ${order}: a walk by cursor meets each of ${total} rows once`, async () => {
        const document = `query ($after: String) { ${name}(first: 173, after: $after, order: ${order}) {
          nodes { ${key} } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
        const met = new Set<string>();
        let after: string | null = null;
        for (let more = true; more; ) {
          const { [name]: page } = await read(context, document, { after });
          expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
          for (const row of page.nodes) {
            const seen = JSON.stringify(row);
            expect(met.has(seen)).toBe(false);
            met.add(seen);
          }
          after = page.pageInfo.endCursor;
          more = page.pageInfo.hasNextPage;
        }
        expect(met.size).toBe(total);
      });
    }
  }

  test('edges carry the cursors that pageInfo names, and the rows that nodes has', async () => {
    const { page } = await read(
      context,
      '{ page: entries(first: 3) { edges { cursor node { entryId } } nodes { entryId } pageInfo { startCursor endCursor } } }',
    );
    expect(page.edges.map((edge: { node: unknown }) => edge.node)).toEqual(page.nodes);
    expect(page.pageInfo).toEqual({ startCursor: page.edges[0].cursor, endCursor: page.edges[2].cursor });
  });

  test('a nested connection pages by its own cursor', async () => {
    const document = `query ($id: UUID!, $after: String) { entry(entryId: $id) {
      history(first: 2, after: $after) { nodes { changeKind } pageInfo { hasNextPage endCursor } } } }`;
    const first = await read(context, document, { id: idOf('entry:', 7) });
    const after = first.entry.history.pageInfo.endCursor;
    const second = await read(context, document, { id: idOf('entry:', 7), after });
    const kinds = [...first.entry.history.nodes, ...second.entry.history.nodes].map((row) => row.changeKind);
    expect(kinds.sort()).toEqual(['MARK', 'REVIEW_APPROVE', 'SWEEP_PROMOTE']);
    expect(second.entry.history.pageInfo.hasNextPage).toBe(false);
  });

  test('an empty page has no cursors', async () => {
    const { entries } = await read(
      context,
      '{ entries(filter: {status: ABANDONED}) { nodes { entryId } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
    );
    expect(entries).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});

describe('look-ups', () => {
  const LOOK_UPS = [
    ['entry', 'entryId', 'entry:'],
    ['dependency', 'dependencyId', 'dependency:'],
    ['sweepPass', 'sweepId', 'sweep:'],
    ['manifest', 'envelopeId', 'envelope:'],
    ['reviewDecision', 'reviewDecisionId', 'decision:'],
    ['changeSet', 'changeSetId', 'cut:'],
    ['verifyResult', 'verifyResultId', 'result:'],
    ['signature', 'signatureId', 'sig:cut:'],
    ['addressAlias', 'aliasId', 'alias:'],
  ] as const;
  for (const [name, key, kind] of LOOK_UPS) {
    test(`${name} finds its row by ${key}, and null for another id`, async () => {
      const document = `query ($id: UUID!) { ${name}(${key}: $id) { ${key} } }`;
      expect(await read(context, document, { id: idOf(kind, 5) })).toEqual({
        [name]: { [key]: idOf(kind, 5) },
      });
      expect(await read(context, document, { id: idOf('nobody', 1) })).toEqual({ [name]: null });
    });
  }

  test('historyRow, affectedRow and unitBlock find theirs', async () => {
    const found = await read(
      context,
      `query ($h: UUID!, $a: UUID!, $e: UUID!) { historyRow(historyId: $h) { changeKind } affectedRow(affectedRowId: $a) { ordinal }
        unitBlock(envelopeId: $e, unitLocalId: "u2") { renderOrder } none: unitBlock(envelopeId: $e, unitLocalId: "u9") { renderOrder } }`,
      { h: idOf('history:1:', 3), a: idOf('affected:1:', 2), e: idOf('envelope:', 1) },
    );
    expect(found).toEqual({
      historyRow: { changeKind: 'REVIEW_APPROVE' },
      affectedRow: { ordinal: 1 },
      unitBlock: { renderOrder: 2 },
      none: null,
    });
  });
});

describe('filters', () => {
  const count = async (field: string, filter: string) =>
    (await read(context, `{ ${field}(first: 200, filter: {${filter}}) { nodes { __typename } } }`))[field]
      .nodes.length;

  test('equality, lists, absence and time ranges are applied before the page is cut', async () => {
    expect(await count('entries', `entryId: "${idOf('entry:', 3).toUpperCase()}"`)).toBe(1);
    expect(await count('entries', 'kind: ESCALATION, status: MARKED')).toBe(100);
    expect(
      await count(
        'entries',
        `entryIdIn: ["${idOf('entry:', 3)}", "${idOf('entry:', 4)}", "${idOf('nobody', 1)}"]`,
      ),
    ).toBe(2);
    expect(await count('entries', 'entryIdIn: []')).toBe(0);
    expect(await count('changeSets', 'changeKind: COMPENSATION, compensatesChangeSetIdIsNull: false')).toBe(
      100,
    );
    expect(await count('changeSets', `manifestVersion: "${digestOf(5)}"`)).toBe(2);
    expect(await count('verifyResults', 'verdict: FAIL, axis1Status: FAIL')).toBe(100);
    expect(
      await count('reviewDecisions', 'supersededByReviewDecisionIdIsNull: true, manifestVersion: null'),
    ).toBe(200);
    expect(await count('unitBlocks', `envelopeId: "${idOf('envelope:', 9)}"`)).toBe(3);
  });

  test('the start of a time range belongs to it and its end does not, to the microsecond', async () => {
    const history = (range: string) => count('history', `changeKind: MARK, ${range}`);
    expect(
      await history(
        'changedAtFrom: "2026-03-01T09:00:02.000001Z", changedAtUntil: "2026-03-01T09:00:03.000001Z"',
      ),
    ).toBe(5);
    expect(
      await history(
        'changedAtFrom: "2026-03-01T09:00:02.000002Z", changedAtUntil: "2026-03-01T09:00:03.000001Z"',
      ),
    ).toBe(0);
    expect(
      await history(
        'changedAtFrom: "2026-03-01T10:00:02.000001+01:00", changedAtUntil: "2026-03-01T09:00:03.000002Z"',
      ),
    ).toBe(10);
  });

  test('a filter and a cursor hold together', async () => {
    const document = `query ($after: String) { entries(first: 60, after: $after, filter: {kind: ESCALATION}, order: NEWEST_FIRST) {
      nodes { kind } pageInfo { endCursor hasNextPage } } }`;
    const first = await read(context, document);
    const second = await read(context, document, { after: first.entries.pageInfo.endCursor });
    expect([first.entries.nodes.length, second.entries.nodes.length]).toEqual([60, 40]);
    expect(second.entries.pageInfo.hasNextPage).toBe(false);
    expect(second.entries.nodes.every((row: { kind: string }) => row.kind === 'ESCALATION')).toBe(true);
  });
});

test('columns are as the database has them: times with microseconds in UTC, ids in lower case, null as null', async () => {
  const { changeSet } = await read(
    context,
    'query ($id: UUID!) { changeSet(changeSetId: $id) { emittedAt toolRevisionMatch affectedRowCount effectDigest manifestId rollbackInitiatedBy state } }',
    { id: idOf('cut:', 6) },
  );
  expect(changeSet).toEqual({
    emittedAt: '2026-03-01T09:00:01.000001Z',
    toolRevisionMatch: null,
    affectedRowCount: 2,
    effectDigest: digestOf(6),
    manifestId: idOf('envelope:', 6),
    rollbackInitiatedBy: null,
    state: 'APPLIED',
  });
});
