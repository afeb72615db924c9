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
  entries: { kind: 'cut_request', status: 'verified_complete' },
  history: { changeKind: 'review:approve', entryVersionAfter: 'marked' },
  dependencies: { dependencyKind: 'related_to' },
  sweeps: { triggerKind: 'manual' },
  manifests: { operationKind: 'first_cut', status: 'under_review' },
  unitBlocks: { blockRole: 'result' },
  reviewDecisions: {
    verdict: 'approve',
    status: 'recorded',
    reviewScope: 'whole_manifest',
    riskClassAssessment: 'standard',
  },
  changeSets: { changeKind: 'cut', state: 'applied', riskClass: 'high' },
  affectedRows: { effectKind: 'insert', targetTable: 'public.unit_version' },
  verifyResults: { verdict: 'pass', axis1Status: 'pass', axis2Status: 'fail' },
  signatures: { signatureKind: 'verifier', signerDotId: 'DOT-992', validationState: 'valid' },
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
    'scenarioRef',
  ],
]);
const FIELDS = Object.entries(CLOSED).flatMap(([list, fields]) =>
  Object.entries(fields).map(([field, value]) => [list, field, value] as const),
);

async function listed(list: string, filter: string): Promise<Loose> {
  const query = `{ ${list}(first: 5, filter: { ${filter} }) { nodes { __typename } } }`;
  return (await server.gql(server.tokens.observer, query)).body;
}

test('every filter of text is closed or known to be open', () => {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const filter = field.args.find(({ name }) => name === 'filter')?.type;
    if (!isInputObjectType(filter)) continue;
    for (const { name, type } of Object.values(filter.getFields())) {
      if (String(type) !== 'String') continue;
      expect([field.name, name, OPEN.has(name) || CLOSED[field.name]?.[name] !== undefined]).toEqual([
        field.name,
        name,
        true,
      ]);
    }
  }
});

describe.each(FIELDS)('%s filtered by %s', (list, field, value) => {
  test.each([value.toUpperCase(), `${value} `, '', 'nothing-like-it'])('refuses %j', async (unknown) => {
    for (const filter of [`${field}: "${unknown}"`, `${field}In: ["${value}", "${unknown}"]`]) {
      const { errors, data } = await listed(list, filter);
      // A word that is the same in upper case is no other word.
      if (unknown === value) {
        expect(errors).toBeUndefined();
        continue;
      }
      expect(data).toBeNull();
      expect(errors[0].extensions.code).toBe('BAD_USER_INPUT');
      expect(errors[0].message).toContain(`filter: {${filter.split(':')[0]}:}`);
      expect(errors[0].message).toContain(JSON.stringify(unknown));
      expect(errors[0].message).toContain(value);
    }
  });

  test('takes what rows have', async () => {
    expect((await listed(list, `${field}: "${value}"`)).errors).toBeUndefined();
    expect((await listed(list, `${field}In: ["${value}"]`)).errors).toBeUndefined();
  });
});

const ID_FIELDS = [
  ['history', 'changedBy'],
  ['sweeps', 'sweptBy'],
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

test('a list below another refuses alike', async () => {
  const query = '{ entries { nodes { history(filter: { changeKind: "cutt" }) { nodes { historyId } } } } }';
  const { body } = await server.gql(server.tokens.observer, query);
  expect(body.errors?.[0]?.message).toMatch(
    /entries\.history\(filter: \{changeKind:\}\) has no value "cutt"; it is one of mark, /,
  );
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
    { changeKind: 'review:aprove' },
    { changeKindIn: ['cut', 'CUT'] },
    { entryVersionAfter: 'done' },
    { entryVersionAfterIn: [''] },
    { changedAtFrom: '2026-03-02T00:00:00Z', changedAtUntil: '2026-03-01T00:00:00Z' },
  ];

  test.each(FILTERS)('refuses the filter %j over a socket', async (filter) => {
    const client = createClient({
      url: server.wsUrl,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${server.tokens.observer}` },
      retryAttempts: 0,
    });
    const next = client.iterate({ query: SUBSCRIPTION, variables: { filter } }).next();
    const answer: Loose = await next.catch((error: unknown) => ({ value: { errors: error } }));
    expect(answer.value.errors[0].message).toMatch(/^history\(filter: \{\w+:\}\) (has no value|must not be)/);
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
    expect(await response.text()).toMatch(/history\(filter: \{\w+:\}\) (has no value|must not be)/);
  });
});
