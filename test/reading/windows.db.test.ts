import { execute, parse } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { resultText } from '../../src/doors/errors.ts';
import { WrittenText } from '../../src/reading/text/written.ts';
import { finishWhole, readWhole, wholeRoot } from '../../src/reading/whole.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';
import { type Answer, fillLedger, idOf, READS_ALL, read, readingContext, refused } from './reading-ledger.ts';

let database: TestDatabase;
let context: Context;
beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, 60);
  context = readingContext(database.pools.reads, READS_ALL);
});

/** Lists of every way of listing: by places, by shared places, hanging, inside one plan, by a key, with a filter. */
const LISTS: Readonly<Record<string, (window: string) => string>> = {
  entries: (window) => `{ list: entries(${window}) BODY }`,
  'entries of a kind': (window) => `{ list: entries(${window}, filter: { kind: CUT_REQUEST }) BODY }`,
  'entries of some': (window) =>
    `{ list: entries(${window}, filter: { entryIdIn: ["${idOf('entry:', 3)}", "${idOf('entry:', 9)}"] }) BODY }`,
  'unit blocks': (window) => `{ list: unitBlocks(${window}) BODY }`,
  'affected rows': (window) => `{ list: affectedRows(${window}) BODY }`,
  'blocks of plans': (window) =>
    `{ list: unitBlocks(${window}, filter: { envelopeIdIn: ["${idOf('envelope:', 3)}", "${idOf('envelope:', 9)}"] }) BODY }`,
  'moves of an entry, one not in the log': (window) =>
    `{ at: entry(entryId: "${idOf('entry:', 3)}") { list: history(${window}) BODY } }`,
  'blocks of a plan': (window) =>
    `{ at: manifest(envelopeId: "${idOf('envelope:', 3)}") { list: unitBlocks(${window}) BODY } }`,
  'entries by status': (window) => `{ list: entries(${window}, sort: STATUS) BODY }`,
  'change sets by size, those of one entry': (window) =>
    `{ at: entry(entryId: "${idOf('entry:', 5)}") { list: changeSets(${window}, sort: AFFECTED_ROW_COUNT) BODY } }`,
  'change sets by size': (window) => `{ list: changeSets(${window}, sort: AFFECTED_ROW_COUNT) BODY }`,
  'principals by name': (window) => `{ list: principals(${window}, sort: NAME) BODY }`,
  principals: (window) => `{ list: principals(${window}) BODY }`,
};
const BODY = `{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  totalCount totalCountAtLeast }`;

async function pageOf(list: keyof typeof LISTS, window: string): Promise<Answer> {
  const query = LISTS[list]!(window).replace('BODY', BODY);
  const answer = await read(context, query);
  expect(await writtenAnswer(query), query).toEqual(answer);
  return answer.list ?? answer.at.list;
}

/** The answer as the database writes it. */
async function writtenAnswer(query: string): Promise<Answer> {
  const args = { schema, document: parse(query), contextValue: context };
  const whole = await finishWhole(await readWhole(wholeRoot(args)!, args), args, execute);
  expect(Object.values(whole.data ?? {}).some((value) => value instanceof WrittenText)).toBe(true);
  return JSON.parse(resultText(whole)).data;
}

interface Edge {
  readonly cursor: string | null;
  readonly node: { readonly id: string };
}

/** Relay's algorithm over the whole list. */
function pageDue(all: readonly Edge[], { first, last, after, before }: Window) {
  const from = after === undefined ? 0 : all.findIndex(({ cursor }) => cursor === after) + 1;
  const end = before === undefined ? all.length : all.findIndex(({ cursor }) => cursor === before);
  const between = all.slice(from, Math.max(from, end));
  const edges = last === undefined ? between.slice(0, first) : between.slice(-last);
  const isShort = between.length > edges.length;
  return {
    edges,
    hasNextPage: last === undefined ? isShort : before !== undefined,
    hasPreviousPage: last === undefined ? after !== undefined : isShort,
  };
}

interface Window {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string;
}

function randomWindow(random: Seeded, all: readonly Edge[]): Window {
  const size = random.between(1, random.pick([3, all.length + 2]));
  const cursors = all.flatMap(({ cursor }) => cursor ?? []);
  const chance = () => random.between(0, 1) === 0;
  return {
    ...(chance() ? { first: size } : { last: size }),
    ...(chance() ? { after: random.pick(cursors) } : {}),
    ...(chance() ? { before: random.pick(cursors) } : {}),
  };
}

const argumentsOf = (window: Window): string =>
  Object.entries(window)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(', ');

describe.each(Object.keys(LISTS))('%s', (list) => {
  test.each(['OLDEST_FIRST', 'NEWEST_FIRST'])(
    '%s: any window shows what Relay says of the whole list',
    async (order) => {
      const random = seeded(testSeed()).named(`${list} ${order}`);
      const whole = await pageOf(list, `first: 200, order: ${order}`);
      const all: Edge[] = whole.edges;
      expect(whole).toMatchObject({ totalCount: all.length, totalCountAtLeast: all.length });
      for (let turn = 0; turn < 40; turn += 1) {
        const window = randomWindow(random, all);
        const { edges, pageInfo, totalCount } = await pageOf(list, `${argumentsOf(window)}, order: ${order}`);
        const due = pageDue(all, window);
        expect([window, edges]).toEqual([window, due.edges]);
        expect([window, pageInfo]).toMatchObject([
          window,
          { hasNextPage: due.hasNextPage, hasPreviousPage: due.hasPreviousPage },
        ]);
        expect(totalCount).toBe(all.length);
      }
    },
  );

  test('back by "last" and "before" from its end meets every row once', async () => {
    const whole = await pageOf(list, 'first: 200');
    const met: Edge[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const page: Answer = await pageOf(list, `last: 7${before === null ? '' : `, before: "${before}"`}`);
      met.unshift(...page.edges);
      before = page.pageInfo.startCursor;
      more = page.pageInfo.hasPreviousPage;
    }
    expect(met).toEqual(whole.edges);
  });
});

test.each([
  ['entries', 'STATUS', 'status'],
  ['changeSets', 'AFFECTED_ROW_COUNT', 'affectedRowCount'],
  ['principals', 'NAME', 'name'],
])('%s sorted by %s are in the order of their %s, either way', async (list, sort, field) => {
  for (const [order, way] of [
    ['OLDEST_FIRST', 1],
    ['NEWEST_FIRST', -1],
  ] as const) {
    const query = `{ ${list}(first: 200, sort: ${sort}, order: ${order}) { nodes { ${field} } } }`;
    const values: (string | number)[] = (await read(context, query))[list].nodes.map(
      (row: Answer) => row[field],
    );
    expect(new Set(values).size).toBeGreaterThan(1);
    expect(values).toEqual(values.toSorted((a, b) => (a < b ? -way : a > b ? way : 0)));
  }
});

test('without "first" and "last" a page has 50 rows; with both it is refused', async () => {
  expect((await pageOf('entries', 'order: OLDEST_FIRST')).edges).toHaveLength(50);
  const both = await refused(context, '{ entries(first: 1, last: 1) { nodes { id } } }');
  expect(both).toMatchObject({
    code: 'BAD_USER_INPUT',
    message: /^entries\(first:, last:\) ask for two ends/,
  });
  for (const size of [0, -1, 201]) {
    const { code, message } = await refused(context, `{ entries(last: ${size}) { nodes { id } } }`);
    expect([code, message]).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining('entries(last:) must be between'),
    ]);
  }
});

test('of more than 10,000 rows it is said that there are at least so many, unless counters know', {
  timeout: MAKES_A_LEDGER_MS,
}, async () => {
  const large = await testDatabase();
  await fillLedger(large, 8_400);
  const reading = readingContext(large.pools.observe, READS_ALL);
  const counts = await read(
    reading,
    `{ entries { totalCount totalCountAtLeast } unitBlocks { totalCount totalCountAtLeast }
      some: manifests(filter: { createdBy: "reviewer" }) { totalCount totalCountAtLeast } }`,
  );
  const above = { totalCount: null, totalCountAtLeast: 10_000 };
  expect(counts).toEqual({
    entries: { totalCount: 10_080, totalCountAtLeast: 10_080 },
    unitBlocks: above,
    some: above,
  });
});
