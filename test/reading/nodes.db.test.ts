import { type GraphQLObjectType, isObjectType } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { schema } from '../../src/resolvers/index.ts';
import { caller } from '../harness/callers.ts';
import { type Loose, verified } from '../harness/cycle.ts';
import { FIRST_RECORDS } from '../harness/keys.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  await verified(server);
  token = (await caller(server, { scopes: ['ledger:observe', 'document:read', 'ledger:evidence'] })).token;
});

async function data(query: string, variables: Record<string, unknown> = {}): Promise<Loose> {
  const { body } = await server.gql(token, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

/** What was called, and secrets: nobody holds on to a row of these, and none is looked up by an id of its own. */
const NO_ENTITIES = ['AuditRow', 'Token'];

/** Each connection of entities at the root with the type of its rows. */
const LISTS = Object.values(schema.getQueryType()!.getFields()).flatMap((field) => {
  const connection = /^(\w+)Connection!$/.exec(String(field.type));
  const type = connection?.[1];
  return type === undefined || NO_ENTITIES.includes(type) ? [] : [[field.name, type] as const];
});

test('every entity has an id, and node gives it back by that id', async () => {
  expect(LISTS.length).toBeGreaterThan(15);
  const ids: string[] = [];
  for (const [list, type] of LISTS) {
    const { nodes } = (await data(`{ ${list}(first: 5) { nodes { __typename id } } }`))[list];
    for (const { __typename, id } of nodes) {
      expect(__typename).toBe(type);
      const { node } = await data('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      expect(node).toEqual({ __typename, id });
      ids.push(id);
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
  const { nodes } = await data('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', {
    ids: ids.slice(0, 200),
  });
  expect(nodes.map(({ id }: Loose) => id)).toEqual(ids.slice(0, 200));
});

test('what isn’t there is null in its place, and what is no id is refused', async () => {
  const { entries } = await data('{ entries { nodes { id entryId status } } }');
  const [entry] = entries.nodes;
  const none = Buffer.from('Entry:00000000-0000-0000-0000-000000000000').toString('base64url');
  const { nodes } = await data('query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Entry { status } } }', {
    ids: [none, entry.id],
  });
  expect(nodes).toEqual([null, { status: entry.status }]);
  for (const id of [
    '',
    'x',
    'RW50cnk6eA',
    Buffer.from('Nothing:1').toString('base64url'),
    Buffer.from(`EntryEvidence:${entry.entryId}`).toString('base64url'),
  ]) {
    const { body } = await server.gql(token, 'query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a unit of the past has an id of its own, which leads back into the past', async () => {
  // Its cut: after source, mark, sweep and review.
  const at = FIRST_RECORDS + 5;
  const { unit } = await data(`{ unit(address: "doc-1/one", at: "${at}") { id address text } }`).catch(
    () => ({
      unit: null,
    }),
  );
  const { units } = await data(`{ units(filter: { at: "${at}" }) { nodes { id address } } }`);
  const [first] = units.nodes;
  const { node } = await data('query ($id: ID!) { node(id: $id) { id ... on Unit { address } } }', {
    id: first.id,
  });
  expect(node).toEqual(first);
  const { now } = await data('{ now: units { nodes { id address } } }');
  expect(now.nodes.find(({ address }: Loose) => address === first.address).id).not.toBe(first.id);
  expect(unit?.id ?? null).not.toBe(first.id);
});

test('a word of the vocabulary and a profile have ids, beside those of rows, and need document:read', async () => {
  const { vocabulary, profiles, entries } = await data(
    '{ vocabulary { __typename id term } profiles { nodes { __typename id name version } } entries(first: 1) { nodes { __typename id } } }',
  );
  const ids = [vocabulary[0].id, entries.nodes[0].id, profiles.nodes.at(-1).id, vocabulary.at(-1).id];
  const absent = [
    'VocabularyTerm:unit_kind/nothing',
    'Profile:nothing/1',
    'VocabularyTerm:nothing/section',
  ].map((text) => Buffer.from(text).toString('base64url'));
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
    ... on VocabularyTerm { term } ... on Profile { name version } } }`;
  const { nodes } = await data(query, { ids: [...ids, ...absent] });
  expect(nodes).toEqual([
    vocabulary[0],
    entries.nodes[0],
    profiles.nodes.at(-1),
    vocabulary.at(-1),
    null,
    null,
    null,
  ]);
  expect(new Set([...vocabulary, ...profiles.nodes].map(({ id }: Loose) => id)).size).toBe(
    vocabulary.length + profiles.nodes.length,
  );
  const observer = (await caller(server, { scopes: ['ledger:observe'] })).token;
  const { body } = await server.gql(observer, 'query ($id: ID!) { node(id: $id) { id } }', { id: ids[0] });
  expect(body).toMatchObject({ data: { node: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
});

test('node asks for the scope of the type, and the fields for theirs', async () => {
  const { entries, documents } = await data('{ entries { nodes { id } } documents { nodes { id } } }');
  const observer = (await caller(server, { scopes: ['ledger:observe'] })).token;
  const query = 'query ($id: ID!) { node(id: $id) { __typename ... on Entry { status title } } }';
  const forbidden = await server.gql(observer, query, { id: documents.nodes[0].id });
  expect(forbidden.body).toMatchObject({
    data: { node: null },
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  });
  const partly = await server.gql(observer, query, { id: entries.nodes[0].id });
  expect(partly.body).toMatchObject({
    data: { node: { __typename: 'Entry', status: 'VERIFIED_COMPLETE', title: null } },
    errors: [{ path: ['node', 'title'], extensions: { code: 'FORBIDDEN', scope: 'document:read' } }],
  });
});

test('every type with an id of its own is an entity', () => {
  for (const [, type] of LISTS) {
    const entity = schema.getType(type) as GraphQLObjectType;
    expect(isObjectType(entity) && entity.getInterfaces().map(({ name }) => name)).toContain('Node');
  }
});
