import { execute, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import type { Session } from '../src/auth/session.ts';
import { executeWhole, wholeRoot } from '../src/resolvers/reading/whole.ts';
import { schema } from '../src/schema/index.ts';
import { fresh, type Loose, marked, reviewed, verified } from './harness/cycle.ts';
import { type TestServer, testServer } from './harness/server.ts';

let server: TestServer;
let entryId: string;
beforeAll(async () => {
  server = await testServer();
  entryId = (await verified(server)).entryId;
  await verified(server, await marked(server, fresh(), { blockedBy: [entryId] }));
  await reviewed(server, 'DEFER');
});

const session = (scopes: Session['scopes']): Session => ({
  tokenId: 't',
  principalId: 'p',
  personId: 'q',
  name: 'observer',
  kind: 'person',
  scopes,
  entryIds: null,
  mode: 'rehearsal',
  expiresAt: '',
});

const READ_WHOLE: readonly (readonly [what: string, query: string, variables?: Record<string, unknown>])[] = [
  [
    'columns of a page',
    '{ entries { nodes { entryId kind status emittedAt scenarioRef position logOrdinal } } }',
  ],
  [
    'aliases and type names',
    '{ a: entries(first: 1) { __typename n: nodes { t: __typename id: entryId status __typename } p: pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor } } b: entries(first: 2, order: NEWEST_FIRST) { edges { __typename cursor node { entryId } } } }',
  ],
  [
    'relations, many and one, three deep',
    '{ entries { nodes { entryId history { nodes { changeKind entry { entryId status } } } manifests { nodes { effectiveStatus unitBlocks(first: 3) { nodes { unitLocalId position logOrdinal } } reviewDecisions { nodes { verdict prior { verdict } } } } } changeSets { nodes { changeSetId affectedRows { nodes { ordinal targetRowId } } executorSignature { signatureKind prior { signatureId } } } } } } }',
  ],
  [
    'named and inline fragments, merged',
    'query { entries { ...page nodes { ... on Entry { status } } } } fragment page on EntryConnection { nodes { entryId ...more } } fragment more on Entry { kind status }',
  ],
  [
    'variables, skip and include',
    'query ($n: Int!, $skip: Boolean!, $f: EntryFilter) { entries(first: $n, filter: $f) { nodes { entryId kind @skip(if: $skip) status @include(if: $skip) } } }',
    { n: 2, skip: true, f: { statusIn: ['verified_complete', 'reviewed_deferred'] } },
  ],
  [
    'look-ups, found and not',
    'query ($id: UUID!, $no: UUID!) { yes: entry(entryId: $id) { entryId history { nodes { historyId } } } no: entry(entryId: $no) { entryId } }',
    { id: '@entry', no: '00000000-0000-5000-8000-000000000000' },
  ],
  ['a bad argument', '{ entries(first: 1000) { nodes { entryId } } }'],
  ['a bad argument below', '{ entries { nodes { history(first: 0) { nodes { historyId } } } } }'],
  ['a malformed id', '{ entry(entryId: "x") { entryId } }'],
];

test.each(READ_WHOLE)(
  '%s: the same, to the character, as executed field by field',
  async (_, query, variables = {}) => {
    const variableValues = JSON.parse(JSON.stringify(variables).replace('@entry', entryId));
    const contextValue: Loose = {
      session: session(new Set(['ledger:observe'])),
      ledger: server.ledger,
      observe: server.pools.observe,
      feed: server.feed,
    };
    const args = { schema, document: parse(query as string), variableValues, contextValue };
    const root = wholeRoot(args);
    expect(root).not.toBeNull();
    const oracle = JSON.stringify(await execute(args));
    let fellBack = false;
    const whole = await executeWhole(root as NonNullable<typeof root>, args, (again) => {
      fellBack = true;
      return execute(again);
    });
    expect(JSON.stringify(whole)).toBe(oracle);
    expect(fellBack).toBe(oracle.includes('"errors"'));
  },
);

test.each([
  ['a mutation', 'mutation { sweep(input: { idempotencyKey: "x" }) { __typename } }'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['a field that is no view', '{ whoAmI { name } entries { nodes { entryId } } }'],
  ['a fragment at the root', 'query { ...root } fragment root on Query { entries { nodes { entryId } } }'],
] as const)('%s is executed field by field', (_, query) => {
  expect(wholeRoot({ schema, document: parse(query as string) })).toBeNull();
});

test('authority stands before it: without the scope, Forbidden and nothing read', async () => {
  const contextValue: Loose = {
    session: session(new Set()),
    ledger: server.ledger,
    observe: server.pools.observe,
    feed: server.feed,
  };
  const args = { schema, document: parse('{ entries(first: 1000) { nodes { entryId } } }'), contextValue };
  const result = await executeWhole(wholeRoot(args) as Loose, args, execute as Loose);
  expect(result.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});
