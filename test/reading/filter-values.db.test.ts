import { isInputObjectType } from 'graphql';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { schema } from '../../src/resolvers/index.ts';
import { type Loose, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await verified(server);
});

/** Every filter over a closed set: a value that rows have, by list and field. */
const CLOSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  entries: { kind: 'CUT_REQUEST', status: 'VERIFIED_COMPLETE' },
  history: { changeKind: 'REVIEW_APPROVE', entryVersionAfter: 'MARKED' },
  dependencies: { dependencyKind: 'RELATED_TO' },
  unitBlocks: { blockRole: 'RESULT' },
  reviewDecisions: { verdict: 'APPROVE', riskClassAssessment: 'STANDARD' },
  changeSets: { changeKind: 'CUT', riskClass: 'HIGH' },
  affectedRows: { effectKind: 'INSERT' },
  verifyResults: { verdict: 'PASS', axis1Status: 'PASS', axis2Status: 'FAIL' },
  signatures: { signatureKind: 'VERIFIER', signerDotId: 'DOT_992' },
};
/** What stands beside a filter that no index serves. */
const BESIDE: Readonly<Record<string, string>> = {
  unitBlocks: 'proposedCanonicalAddress: "x"',
  affectedRows: 'targetRowId: "x"',
};
/** Filters of text that any word may stand in: ids as text, names inside a plan, addresses. */
const OPEN = new Set([
  ...['changedBy', 'createdBy', 'sweptBy', 'emittedBy', 'decidedBy', 'verifiedBy', 'reviewer', 'revokedBy'],
  ...['sourceDocRef', 'unitLocalId', 'proposedCanonicalAddress', 'targetRowId', 'aliasText', 'aliasKind'],
  ...[
    'docCode',
    'address',
    'addressPrefix',
    'kind',
    'sectionType',
    'registeredBy',
    'signalSource',
    'commentedBy',
    'scenarioRef',
    'operation',
    'refusal',
    'guard',
    'requestId',
  ],
]);
const FIELDS = Object.entries(CLOSED).flatMap(([list, fields]) =>
  Object.entries(fields).map(([field, value]) => [list, field, value] as const),
);

async function listed(list: string, filter: string): Promise<Loose> {
  const query = `{ ${list}(first: 5, filter: { ${filter} }) { nodes { __typename } } }`;
  return (await server.gql(server.tokens.observer, query)).body;
}

test('every filter of text is known to be open', () => {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const filter = field.args.find(({ name }) => name === 'filter')?.type;
    if (!isInputObjectType(filter)) continue;
    for (const { name, type } of Object.values(filter.getFields())) {
      if (String(type) !== 'String') continue;
      expect([field.name, name, OPEN.has(name)]).toEqual([field.name, name, true]);
    }
  }
});

describe.each(FIELDS)('%s filtered by %s', (list, field, value) => {
  test.each([value.toLowerCase(), `"${value}"`, '""', 'NOTHING_LIKE_IT'])('refuses %s', async (unknown) => {
    for (const filter of [`${field}: ${unknown}`, `${field}In: [${value}, ${unknown}]`]) {
      const { errors, data } = await listed(list, filter);
      expect(data).toBeUndefined();
      expect(errors[0].message).toContain(unknown.replaceAll('"', ''));
      expect(errors[0].message).toMatch(/enum/i);
    }
  });

  test('takes what rows have', async () => {
    const beside = BESIDE[list] ?? '';
    expect((await listed(list, `${beside} ${field}: ${value}`)).errors).toBeUndefined();
    expect((await listed(list, `${beside} ${field}In: [${value}]`)).errors).toBeUndefined();
  });
});

const ID_FIELDS = [
  ['history', 'changedBy'],
  ['sweepPasses', 'sweptBy'],
  ['manifests', 'createdBy'],
  ['manifests', 'reviewer'],
  ['manifests', 'sourceDocRef'],
  ['reviewDecisions', 'decidedBy'],
  ['changeSets', 'emittedBy'],
  ['affectedRows', 'targetRowId'],
  ['verifyResults', 'verifiedBy'],
] as const;

test.each(ID_FIELDS)('%s filtered by %s, an id, finds its rows in upper case', async (list, field) => {
  const query = `{ ${list}(first: 1) { nodes { ${field} } } }`;
  const { data }: Loose = (await server.gql(server.tokens.observer, query)).body;
  const id: string = data[list].nodes[0][field];
  for (const filter of [`${field}: "${id.toUpperCase()}"`, `${field}In: ["${id.toUpperCase()}"]`])
    expect((await listed(list, filter)).data[list].nodes.length).toBeGreaterThan(0);
});

test('a range that ends before it begins is refused; an empty one is empty', async () => {
  const range = (from: string, until: string) =>
    listed('history', `changedAtFrom: "${from}", changedAtUntil: "${until}"`);
  const reversed = await range('2026-03-01T09:00:00.000002Z', '2026-03-01T10:00:00.000001+01:00');
  expect(reversed.errors[0].message).toMatch(/changedAtFrom:\}\) must not be after changedAtUntil/);
  const same = await range('2026-03-01T09:00:00Z', '2026-03-01T10:00:00+01:00');
  expect(same.data.history.nodes).toEqual([]);
});

describe('the subscription history', () => {
  const SUBSCRIPTION =
    'subscription ($filter: HistoryFilter) { history(after: "", filter: $filter) { __typename } }';
  const FILTERS = [
    { changeKind: 'REVIEW_APROVE' },
    { changeKindIn: ['CUT', 'cut'] },
    { entryVersionAfter: 'done' },
    { entryVersionAfterIn: [''] },
    { changedAtFrom: '2026-03-02T00:00:00Z', changedAtUntil: '2026-03-01T00:00:00Z' },
  ];

  const REFUSED = /does not exist in \\?"\w+\\?" enum|history\(filter: \{\w+:\}\) must not be/;

  test.each(FILTERS)('refuses the filter %j over a socket', async (filter) => {
    const client = createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${server.tokens.observer}` },
      retryAttempts: 0,
    });
    const next = client.iterate({ query: SUBSCRIPTION, variables: { filter } }).next();
    const answer: Loose = await next.catch((error: unknown) => ({ value: { errors: error } }));
    expect(answer.value.errors[0].message).toMatch(REFUSED);
    await client.dispose();
  });

  test.each(FILTERS)('refuses the filter %j over server-sent events', async (filter) => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${server.tokens.observer}`,
      },
      body: JSON.stringify({ query: SUBSCRIPTION, variables: { filter } }),
    });
    expect(await response.text()).toMatch(REFUSED);
  });
});
