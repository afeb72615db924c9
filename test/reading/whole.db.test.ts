import { type ExecutionResult, execute, parse, validate } from 'graphql';
import { pino } from 'pino';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Session } from '../../src/auth/session.ts';
import { openPools } from '../../src/database/pools.ts';
import { ReadPool, type Reads } from '../../src/database/reads/read-pool.ts';
import { maskError, resultText } from '../../src/doors/errors.ts';
import { finishWhole, readWhole, wholeRoot } from '../../src/reading/whole.ts';
import { schema } from '../../src/resolvers/index.ts';
import { fresh, type Loose, marked, reviewed, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

let server: TestServer;
let entryId: string;
beforeAll(async () => {
  server = await testServer();
  entryId = (await verified(server)).entryId;
  await verified(server, await marked(server, fresh(), { blockedBy: [entryId] }));
  await reviewed(server, 'DEFER');
  // Positions change once more, from null, when the log is reached.
  await vi.waitFor(async () => {
    const { rows } = await server.superuser.query('select from cutter_log.pending');
    expect(rows).toHaveLength(0);
  }, WAITS_FOR_OTHERS_MS);
});

const session = (scopes: Session['scopes']): Session => ({
  tokenId: 't',
  principalId: 'p',
  personId: 'q',
  name: 'observer',
  kind: 'person',
  scopes,
  entryIds: null,
  manifestDigest: null,
  mode: 'rehearsal',
  expiresAt: '',
});

const READ_WHOLE: readonly (readonly [what: string, query: string, variables?: Record<string, unknown>])[] = [
  ['columns of a page', '{ entries { nodes { entryId kind status emittedAt position logOrdinal } } }'],
  [
    'aliases and type names',
    '{ a: entries(first: 1) { __typename n: nodes { t: __typename id: entryId status __typename } p: pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor } } b: entries(first: 2, order: NEWEST_FIRST) { edges { __typename cursor node { entryId } } } }',
  ],
  [
    'relations, many and one, three deep',
    '{ entries(first: 20) { nodes { entryId history { nodes { changeKind entry { entryId status } } } manifests { nodes { effectiveStatus unitBlocks(first: 3) { nodes { unitLocalId position logOrdinal } } reviewDecisions { nodes { verdict prior { verdict } } } } } changeSets { nodes { changeSetId affectedRows { nodes { ordinal targetRowId } } executorSignature { signatureKind prior { signatureId } } } } } } }',
  ],
  [
    'named and inline fragments, merged',
    'query { entries { ...page nodes { ... on Entry { status } } } } fragment page on EntryConnection { nodes { entryId ...more } } fragment more on Entry { kind status }',
  ],
  [
    'variables, skip and include',
    'query ($n: Int!, $skip: Boolean!, $f: EntryFilter) { entries(first: $n, filter: $f) { nodes { entryId kind @skip(if: $skip) status @include(if: $skip) } } }',
    { n: 2, skip: true, f: { statusIn: ['VERIFIED_COMPLETE', 'REVIEWED_DEFERRED'] } },
  ],
  [
    'look-ups, found and not',
    'query ($id: UUID!, $no: UUID!) { yes: entry(entryId: $id) { entryId history { nodes { historyId } } } no: entry(entryId: $no) { entryId } }',
    { id: '@entry', no: '00000000-0000-5000-8000-000000000000' },
  ],
];

const REFUSED = [
  ['a bad argument', '{ entries(first: 1000) { nodes { entryId } } }'],
  ['a bad argument below', '{ entries { nodes { history(first: 0) { nodes { historyId } } } } }'],
  ['a malformed id', '{ entry(entryId: "x") { entryId } }'],
] as const;

/** A context of an observer, and how often something was read through it. */
function observer(reads: Reads = server.pools.reads.observe, scopes: Session['scopes'] = OBSERVE) {
  const counted = { reads: 0 };
  const observe: Reads = {
    ask(statement) {
      counted.reads += 1;
      return reads.ask(statement);
    },
  };
  const contextValue: Loose = {
    session: session(scopes),
    ledger: server.ledger,
    reads: { observe },
    feed: server.feed,
    audit: () => {},
  };
  return { contextValue, counted };
}
const OBSERVE: Session['scopes'] = new Set(['ledger:observe']);

const mask = maskError(pino({ level: 'silent' }));

/** A result, its errors as they are and as clients see them, in the order of the fields: those that fail at once arrive in any. */
function sent(result: ExecutionResult): string {
  if (result.errors === undefined) return resultText(result);
  const errors = result.errors.toSorted((a, b) => String(a.path).localeCompare(String(b.path)));
  const raw = { errors, data: result.data };
  return `${JSON.stringify(raw)}\n${resultText({ ...result, errors: errors.map(mask) })}`;
}

interface Both {
  readonly whole: string;
  readonly oracle: string;
  readonly result: ExecutionResult;
  readonly reads: { readonly whole: number; readonly oracle: number };
  readonly fellBack: boolean;
}

/** A query answered as it is read, and field by field. */
async function both(
  query: string,
  variableValues: Loose = {},
  ...as: Parameters<typeof observer>
): Promise<Both> {
  const [field, read] = [observer(...as), observer(...as)];
  const args = { schema, document: parse(query), variableValues, contextValue: read.contextValue };
  expect(validate(schema, args.document)).toEqual([]);
  const root = wholeRoot(args);
  expect(root).not.toBeNull();
  const oracle = (await execute({ ...args, contextValue: field.contextValue })) as ExecutionResult;
  let fellBack = false;
  const result = await finishWhole(await readWhole(root as NonNullable<typeof root>, args), args, (again) => {
    fellBack = true;
    return execute(again);
  });
  const reads = { whole: read.counted.reads, oracle: field.counted.reads };
  return { whole: sent(result), oracle: sent(oracle), result, reads, fellBack };
}

test.each(READ_WHOLE)(
  '%s: the same, to the character, as executed field by field',
  async (_, query, variables = {}) => {
    const variableValues = JSON.parse(JSON.stringify(variables).replace('@entry', entryId));
    const { whole, oracle, result, reads, fellBack } = await both(query as string, variableValues);
    expect(result.errors).toBeUndefined();
    expect(whole).toBe(oracle);
    expect(reads.whole).toBe(reads.oracle);
    expect(fellBack).toBe(false);
  },
);

test.each(REFUSED)('%s is refused as executed field by field, and nothing is read', async (_, query) => {
  const { whole, oracle, result, reads, fellBack } = await both(query);
  expect(result.errors).toHaveLength(1);
  expect(whole).toBe(oracle);
  expect(reads).toEqual({ whole: 0, oracle: 0 });
  expect(fellBack).toBe(false);
});

test('a variable of the wrong type is worded by ordinary execution, and nothing is read', async () => {
  const query = 'query ($n: Int!) { entries(first: $n) { nodes { entryId } } }';
  const { whole, oracle, reads, fellBack } = await both(query, { n: 'many' });
  expect(whole).toBe(oracle);
  expect(fellBack).toBe(true);
  expect(reads.whole).toBe(0);
});

/** One non-null root field, one that may be null beside one that stands, and both kinds failing. */
const FAILING = [
  ['a page', '{ entries { nodes { entryId } } }', 1],
  [
    'a look-up beside a page',
    'query ($id: UUID!) { gone: entry(entryId: $id) { entryId } manifests { nodes { envelopeId } } }',
    2,
  ],
  [
    'look-ups alone',
    'query ($id: UUID!) { one: entry(entryId: $id) { status } two: entry(entryId: $id) { kind } }',
    2,
  ],
  ['a page beside a page', '{ manifests { nodes { envelopeId } } entries { nodes { entryId } } }', 2],
] as const;

describe('what the database refuses is said as executed field by field, and asked once', () => {
  test.each(FAILING)('a right that was taken away: %s', async (_, query, statements) => {
    const view = 'select on cutter_governance.v_decision_backlog_entry_observe';
    await server.superuser.query(`revoke ${view} from cutter_ro`);
    const { whole, oracle, result, reads, fellBack } = await both(query, { id: entryId });
    await server.superuser.query(`grant ${view} to cutter_ro`);
    expect(whole).toBe(oracle);
    expect(fellBack).toBe(false);
    expect(reads).toEqual({ whole: statements, oracle: statements });
    expect(result.errors?.length).toBeGreaterThan(0);
    expect(whole).toContain('"code":"INTERNAL_SERVER_ERROR"');
  });

  test.each(FAILING)('a statement that took too long: %s', async (_, query, statements) => {
    const { name, urls } = server.database;
    await server.superuser.query(
      `alter role cutter_observe in database ${name} set statement_timeout = '200ms'`,
    );
    const pools = await openPools(urls);
    const holding = await server.superuser.connect();
    await holding.query(
      'begin; lock table cutter_governance.decision_backlog_entry in access exclusive mode',
    );
    const { whole, oracle, result, reads, fellBack } = await both(
      query,
      { id: entryId },
      pools.reads.observe,
    );
    await holding.query('rollback');
    holding.release();
    await pools.close();
    expect(whole).toBe(oracle);
    expect(fellBack).toBe(false);
    expect(reads).toEqual({ whole: statements, oracle: statements });
    expect(result.errors?.[0]?.extensions['code']).toBe('READ_TOO_LONG');
  });

  test('a pool without a free connection', async () => {
    const { urls, watch } = server.pools;
    const pool = new ReadPool({
      url: urls.observe,
      login: 'cutter_observe',
      size: 1,
      statementLimitMs: 60_000,
      connectLimitMs: 5_000,
      idleLimitMs: 60_000,
      waits: { limitMs: 20, stuckMs: 20 },
      watch,
    });
    const holding = pool.ask({ name: null, sql: 'select pg_sleep(60)', values: [] });
    const { whole, oracle, reads } = await both('{ entries { nodes { entryId } } }', {}, pool);
    await Promise.all([pool.end(), expect(holding).rejects.toThrow()]);
    expect(whole).toBe(oracle);
    expect(whole).toContain('"code":"UNAVAILABLE"');
    expect(reads.whole).toBe(1);
  });

  test('an argument that is refused beside a page that is read: the page is read once', async () => {
    const query =
      '{ manifests { nodes { envelopeId } } entries(first: 1000) { nodes { entryId } } history { nodes { historyId } } }';
    const { whole, oracle, reads } = await both(query);
    expect(whole).toBe(oracle);
    expect(reads).toEqual({ whole: 2, oracle: 2 });
  });
});

test.each([
  ['a mutation', 'mutation { sweep(input: { idempotencyKey: "x" }) { __typename } }'],
  ['a directive on the operation', 'query @some { entries { nodes { entryId } } }'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['a field that is no view', '{ whoAmI { name } entries { nodes { entryId } } }'],
  ['a fragment at the root', 'query { ...root } fragment root on Query { entries { nodes { entryId } } }'],
] as const)('%s is executed field by field', (_, query) => {
  expect(wholeRoot({ schema, document: parse(query as string) })).toBeNull();
});

test('authority stands before it: without the scope, Forbidden and nothing read', async () => {
  const query =
    '{ entry(entryId: "x") { entryId } entries(first: 1000) { nodes { entryId } } history { nodes { historyId } } }';
  const { whole, oracle, result, reads } = await both(query, {}, server.pools.reads.observe, new Set());
  expect(whole).toBe(oracle);
  expect(result.errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  expect(reads.whole).toBe(0);
});
