import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { testDatabase } from '../harness/database.ts';
import { fillLedger, idOf, read, readingContext, refused } from './reading-ledger.ts';

let context: Context;

beforeAll(async () => {
  const database = await testDatabase();
  await fillLedger(database, 3);
  context = readingContext(database.pools.observe);
});

const bad = (...words: string[]) => ({
  code: 'BAD_USER_INPUT',
  message: expect.stringMatching(
    new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')),
  ),
});

describe('arguments of a connection', () => {
  test('first is 1 to 200, at the root and below', async () => {
    expect(await refused(context, '{ entries(first: 201) { nodes { status } } }')).toEqual(
      bad('entries(first:)', '200', '201'),
    );
    expect(await refused(context, '{ entries(first: 0) { nodes { status } } }')).toEqual(
      bad('entries(first:)'),
    );
    expect(
      await refused(context, '{ entries { nodes { h: history(first: -1) { nodes { changeKind } } } } }'),
    ).toEqual(bad('entries.h(first:)'));
  });

  test('null means the default', async () => {
    const { entries } = await read(
      context,
      '{ entries(first: null, after: null, order: null, filter: null) { nodes { status } } }',
    );
    expect(entries.nodes).toHaveLength(3);
  });

  test('a cursor is good for its noun and order alone', async () => {
    const { entries, history } = await read(
      context,
      '{ entries(first: 1) { pageInfo { endCursor } } history(first: 1) { pageInfo { endCursor } } }',
    );
    const own = entries.pageInfo.endCursor;
    const startingAt = (cursor: string, order = 'OLDEST_FIRST') =>
      refused(context, `query ($c: String) { entries(after: $c, order: ${order}) { nodes { status } } }`, {
        c: cursor,
      });
    expect(await startingAt(own)).toEqual({ code: undefined, message: '' });
    expect(await startingAt(own, 'NEWEST_FIRST')).toEqual(bad('entries(after:)', 'NEWEST_FIRST'));
    expect(await startingAt(history.pageInfo.endCursor)).toEqual(bad('entries(after:)', 'Entry'));
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [at, id] = ['2026-03-01T09:00:00.000001Z', idOf('entry:', 1)];
    for (const cursor of [
      '',
      'garbage',
      own.slice(0, -4),
      'x'.repeat(10_000),
      forged(null),
      forged({}),
      forged(['Entry', 'OLDEST_FIRST']),
      forged(['Entry', 'OLDEST_FIRST', at, 'no uuid']),
      forged(['Entry', 'OLDEST_FIRST', '2026-02-30T09:00:00.000001Z', id]),
      forged(['Entry', 'OLDEST_FIRST', 'infinity', id]),
      forged(['Entry', 'OLDEST_FIRST', at, id, 1]),
      forged(['Entry', 'OLDEST_FIRST', at, { a: 1 }]),
    ]) {
      expect(await startingAt(cursor)).toEqual(bad('entries(after:)'));
    }
  });

  test('filters say what they expected', async () => {
    const filter = (field: string, filter: Record<string, unknown>) =>
      refused(
        context,
        `query ($f: ${field === 'entries' ? 'EntryFilter' : 'ChangeSetFilter'}) { ${field}(filter: $f) { nodes { __typename } } }`,
        { f: filter },
      );
    expect(await filter('entries', { entryId: '{0}' })).toEqual(bad('filter: {entryId:}', 'UUID'));
    expect(await filter('entries', { entryIdIn: [idOf('entry:', 1), 'x'] })).toEqual(
      bad('entryIdIn', 'UUID'),
    );
    expect(await filter('entries', { statusIn: Array(201).fill('MARKED') })).toEqual(bad('statusIn', '200'));
    expect(await filter('changeSets', { emittedBy: 'a\0b' })).toEqual(bad('emittedBy', 'NUL'));
    for (const time of [
      'yesterday',
      '2026-02-30T00:00:00Z',
      '2026-03-01',
      '2026-03-01T00:00:00',
      '0000-01-01T00:00:00Z',
      '2026-03-01T24:00:00Z',
      '2026-03-01T00:00:00.1234567Z',
      '2026-03-01T00:00:00+20:00',
    ]) {
      expect(await filter('entries', { emittedAtFrom: time })).toEqual(bad('emittedAtFrom', 'RFC 3339'));
    }
    expect(await filter('changeSets', { manifestVersion: 'sha256:zz' })).toEqual(
      bad('manifestVersion', 'digest'),
    );
  });
});

test('a look-up names the id that is no UUID', async () => {
  expect(await refused(context, '{ entry(entryId: "x") { status } }')).toEqual(bad('entryId', 'UUID'));
  expect(await refused(context, '{ unitBlock(envelopeId: "x", unitLocalId: "") { renderOrder } }')).toEqual(
    bad('envelopeId', 'UUID'),
  );
  expect(
    await refused(
      context,
      `{ unitBlock(envelopeId: "${idOf('x', 1)}", unitLocalId: "\\u0000") { renderOrder } }`,
    ),
  ).toEqual(bad('unitLocalId', 'NUL'));
});

describe('the rows of one statement are bounded', () => {
  test('by the product of the pages, refused before SQL, naming the levels to lower', async () => {
    const refusal = await refused(
      context,
      '{ entries(first: 200) { nodes { changeSets { nodes { affectedRows(first: 200) { nodes { ordinal } } } } history { nodes { changeKind } } } } }',
    );
    expect(refusal).toEqual(
      bad('250,000', 'entries (200), entries.changeSets (50), entries.changeSets.affectedRows (200)'),
    );
    expect(refusal.message).not.toContain('entries.history');
  });

  test('and what stays below is answered', async () => {
    const { entries } = await read(
      context,
      '{ entries(first: 50) { nodes { changeSets(first: 20) { nodes { affectedRows(first: 200) { nodes { ordinal } } } } } } }',
    );
    expect(entries.nodes).toHaveLength(3);
  });

  test('levels of one row count as well', async () => {
    const chain = (depth: number): string =>
      depth === 0 ? 'entryId' : `history(first: 200) { nodes { entry { ${chain(depth - 1)} } } }`;
    expect(await refused(context, `{ entries(first: 200) { nodes { ${chain(2)} } } }`)).toEqual(
      bad('first', '250,000'),
    );
  });
});
