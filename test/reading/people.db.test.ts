import { beforeAll, describe, expect, test } from 'vitest';
import { type Caller, caller, tokenFor } from '../harness/callers.ts';
import { type Loose, verified, type WasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

/** A person who answers for a service and an agent beside being a principal, and another person. */
let server: TestServer;
let cut: WasCut;
let person: Caller;
let service: Caller;
let agent: Caller;
let other: Caller;

beforeAll(async () => {
  server = await testServer();
  cut = await verified(server);
  person = await caller(server, { scopes: ['ledger:observe'] });
  const { personId } = person;
  service = await caller(server, { kind: 'service', scopes: ['ledger:observe'], personId });
  agent = await caller(server, { kind: 'agent', scopes: ['entry:mark'], personId });
  other = await caller(server, { scopes: ['ledger:observe'] });
});

const ask = async (token: string, query: string, variables?: Record<string, unknown>): Promise<Loose> =>
  (await server.gql(token, query, variables)).body;

async function data(token: string, query: string, variables?: Record<string, unknown>): Promise<Loose> {
  const body = await ask(token, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

const idsOf = (...callers: readonly Caller[]): string[] =>
  callers.map(({ principalId }) => principalId).sort();

test('a principal leads to its person, and the person to all principals', async () => {
  const found = await data(
    other.token,
    `query ($id: UUID!) { principal(principalId: $id) { personId personName
      person { id personId name principals { totalCount nodes { principalId person { personId } } } } } }`,
    { id: agent.principalId },
  );
  const { personId, personName, person: theirs } = found.principal;
  expect([theirs.personId, theirs.name]).toEqual([personId, personName]);
  expect(personId).toBe(person.personId);
  expect(theirs.principals.totalCount).toBe(3);
  expect(theirs.principals.nodes).toEqual(
    idsOf(person, service, agent).map((principalId) => ({ principalId, person: { personId } })),
  );
});

test('the principals of a person are read by pages, sorted and filtered', async () => {
  const query = `query ($id: UUID!, $after: String) { principal(principalId: $id) { person {
    principals(first: 2, after: $after, sort: NAME) { nodes { name } pageInfo { endCursor hasNextPage } } } } }`;
  const pages: Loose[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const found = await data(other.token, query, { id: service.principalId, after });
    const { nodes, pageInfo } = found.principal.person.principals;
    pages.push(nodes.map(({ name }: Loose) => name));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  expect(pages.map((names) => names.length)).toEqual([2, 1]);
  expect(pages.flat()).toEqual(pages.flat().toSorted());
  const one = await data(
    other.token,
    `query ($id: UUID!) { principal(principalId: $id) { person {
      principals(filter: { principalId: $id }) { nodes { principalId } } } } }`,
    { id: service.principalId },
  );
  expect(one.principal.person.principals.nodes).toEqual([{ principalId: service.principalId }]);
});

test('a person is an entity: node gives it back by its id, and needs ledger:observe', async () => {
  const { principal } = await data(
    other.token,
    'query ($id: UUID!) { principal(principalId: $id) { person { __typename id name } } }',
    { id: person.principalId },
  );
  const query = 'query ($id: ID!) { node(id: $id) { __typename id ... on Person { name } } }';
  expect(await data(other.token, query, { id: principal.person.id })).toEqual({ node: principal.person });
  expect(await ask(agent.token, query, { id: principal.person.id })).toMatchObject({
    data: { node: null },
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  });
});

test('who moved an entry is answered down to the person', async () => {
  const { entry } = await data(
    other.token,
    `query ($id: UUID!) { entry(entryId: $id) { history { nodes { changedByPrincipal { name person { name } } } } } }`,
    { id: cut.entryId },
  );
  expect(entry.history.nodes[0].changedByPrincipal).toEqual({
    name: 'marker',
    person: { name: 'Mara Sample' },
  });
});

describe('of the caller alone', () => {
  const WHO = 'principalId person { personId';

  test('a token without a scope is answered its person, and not who else belongs to it', async () => {
    const own = await data(agent.token, `{ whoAmI { ${WHO} } } }`);
    expect(own.whoAmI).toEqual({
      principalId: agent.principalId,
      person: { personId: person.personId },
    });
    const all = await ask(agent.token, `{ whoAmI { ${WHO} principals { nodes { principalId } } } } }`);
    expect(all.errors).toMatchObject([
      {
        path: ['whoAmI', 'person', 'principals'],
        extensions: { code: 'FORBIDDEN', scope: 'ledger:observe' },
      },
    ]);
    expect(JSON.stringify(all)).not.toContain(service.principalId);
  });

  test('a token with the scope is answered all of them', async () => {
    const { whoAmI } = await data(
      person.token,
      `{ whoAmI { ${WHO} principals { nodes { principalId } } } } }`,
    );
    expect(whoAmI.person.principals.nodes.map(({ principalId }: Loose) => principalId)).toEqual(
      idsOf(person, service, agent),
    );
  });
});

describe('a token narrowed to an entry', () => {
  test('is answered its own person, and of the principals those that moved the entry', async () => {
    const narrow = await tokenFor(server, person.principalId, { entryIds: [cut.entryId] });
    const { whoAmI } = await data(
      narrow,
      '{ whoAmI { principalId person { personId principals { totalCount nodes { principalId } } } } }',
    );
    expect(whoAmI).toEqual({
      principalId: person.principalId,
      person: { personId: person.personId, principals: { totalCount: 0, nodes: [] } },
    });
  });

  test('reads persons who moved the entry, and no other', async () => {
    const narrow = await tokenFor(server, person.principalId, { entryIds: [cut.entryId] });
    const idOf = (personId: string) => Buffer.from(`Person:${personId}`).toString('base64url');
    const { history } = await data(
      narrow,
      '{ history { nodes { changedByPrincipal { person { id principals { nodes { name } } } } } } }',
    );
    const [marker] = history.nodes;
    expect(marker.changedByPrincipal.person.principals.nodes).toEqual([{ name: 'marker' }]);
    const { nodes } = await data(narrow, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: [marker.changedByPrincipal.person.id, idOf(other.personId), idOf(person.personId)],
    });
    expect(nodes).toEqual([{ id: marker.changedByPrincipal.person.id }, null, null]);
  });
});
