import { request } from 'node:http';
import { beforeAll, describe, expect, test } from 'vitest';
import { caller } from '../harness/callers.ts';
import { verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
let entryId: string;
let narrow: string;
beforeAll(async () => {
  server = await testServer();
  entryId = (await verified(server)).entryId;
  narrow = (await caller(server, { scopes: ['ledger:observe'] }, { entryIds: [entryId] })).token;
});

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

interface Got {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** One request, and all of its answer but what is different each time. */
function send({ method = 'POST', headers = {}, body }: Sent): Promise<Got> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = {
    'content-type': 'application/json',
    authorization: `Bearer ${server.tokens.observer}`,
    'x-request-id': 'one',
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const asked = request(server.url, { method, headers: all, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { date: _, ...rest } = response.headers;
        resolve({
          status: response.statusCode,
          headers: rest,
          text: Buffer.concat(pieces).toString('latin1'),
        });
      });
    });
    asked.on('error', reject);
    asked.end(method === 'GET' ? undefined : text);
  });
}

/** How often tokens were looked up. */
async function lookUps(): Promise<number> {
  const { rows } = await server.superuser.query(
    `select coalesce(sum(s.calls), 0)::int as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname = current_database() and s.query like '%from cutter_auth.token t%' and s.query like '%left_ms%'`,
  );
  return rows[0].calls;
}

const ENTRY =
  'query ($id: UUID!) { entry(entryId: $id) { entryId status history { nodes { changeKind } } } }';
const entry = (query = ENTRY) => ({ query, variables: { id: entryId } });

/** The same parameters with one more that means nothing: yoga answers it. */
const byYoga = (sent: Sent): Sent => ({
  ...sent,
  body: { ...(sent.body as object), extensions: null },
});

/** A text is known when it was answered once. */
async function byBoth(sent: Sent): Promise<{ short: Got; long: Got; isShort: boolean }> {
  await send(byYoga(sent));
  const before = await lookUps();
  // Each of the calls that may use a session just looked up finds one: the call before looked it up.
  const short = await send(sent);
  const isShort = (await lookUps()) === before;
  return { short, long: await send(byYoga(sent)), isShort };
}

const TAKES_IT: Record<string, () => Sent> = {
  'an entry by its id': () => ({ body: entry() }),
  'an entry that is not there': () => ({
    body: { query: ENTRY, variables: { id: '00000000-0000-4000-8000-000000000000' } },
  }),
  'a page, compressed': () => ({
    headers: { 'accept-encoding': 'gzip' },
    body: {
      query:
        '{ history(first: 50) { nodes { id historyId changedAt entry { status } } pageInfo { endCursor } } }',
    },
  }),
  'a page that is wide, unfit for one packet': () => ({
    body: {
      query:
        '{ entries { nodes { history { nodes { id changedBy changedAt } } manifests { nodes { unitBlocks { nodes { id proposedCanonicalAddress } } } } } } }',
    },
  }),
  'two operations, one of them named': () => ({
    body: {
      query: 'query A { entries { nodes { status } } } query B { history { nodes { changeKind } } }',
      operationName: 'B',
    },
  }),
  'no variables at all': () => ({
    body: { query: '{ entries { nodes { status } } }', variables: null, operationName: null },
  }),
  'values that the database does not write': () => ({
    headers: { authorization: `Bearer ${server.tokens.administrator}` },
    body: { query: '{ entries { nodes { evidence { payload } } } }' },
  }),
  'any answer': () => ({ headers: { accept: '*/*' }, body: entry() }),
  'the newer type': () => ({ headers: { accept: 'application/graphql-response+json' }, body: entry() }),
  'what Apollo accepts': () => ({
    headers: { accept: 'application/graphql-response+json,application/json;q=0.9' },
    body: entry(),
  }),
  'what urql accepts': () => ({
    headers: {
      accept:
        'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    },
    body: entry(),
  }),
  'JSON before the newer type': () => ({
    headers: { accept: 'application/json, application/graphql-response+json' },
    body: entry(),
  }),
  'any application': () => ({ headers: { accept: 'text/html, application/*;q=0.1' }, body: entry() }),
  'a charset': () => ({
    headers: { 'content-type': 'application/json; charset=UTF-8', accept: 'application/json; charset=utf-8' },
    body: entry(),
  }),
  'an operation that validation lets pass and arguments fail': () => ({
    body: { query: 'query ($n: Int) { entries(first: $n) { nodes { status } } }', variables: { n: 1000 } },
  }),
  'a malformed id': () => ({ body: { query: ENTRY, variables: { id: 'x' } } }),
  'a variable of the wrong type': () => ({ body: { query: ENTRY, variables: { id: 7 } } }),
  'a variable that is missing': () => ({ body: { query: ENTRY } }),
  'a cursor of nothing': () => ({ body: { query: '{ entries(after: "x") { nodes { status } } }' } }),
  'a field beyond the scopes': () => ({
    body: { query: '{ entries { nodes { status evidence { payload } } } history { nodes { changeKind } } }' },
  }),
  'a root field beyond the scopes, beside one within': () => ({
    headers: { authorization: `Bearer ${narrow}` },
    body: { query: '{ documents { nodes { docCode } } }' },
  }),
  'a narrowed token': () => ({
    headers: { authorization: `Bearer ${narrow}` },
    body: { query: '{ entries { nodes { entryId } } sweepPasses { nodes { sweepId } } }' },
  }),
  'the newer type with an error': () => ({
    headers: { accept: 'application/graphql-response+json' },
    body: { query: ENTRY, variables: { id: 'x' } },
  }),
  'an error that costs the whole answer': () => ({
    headers: { accept: 'application/graphql-response+json' },
    body: { query: '{ entries(first: 0) { nodes { status } } }' },
  }),
};

describe('a plain read is answered as yoga would, in status, headers and body', () => {
  test.each(Object.entries(TAKES_IT))('%s', async (_, made) => {
    let got = await byBoth(made());
    // A session is remembered for a moment. A busy machine may take longer than that between two calls.
    for (let again = 0; again < 4 && !got.isShort; again += 1) got = await byBoth(made());
    expect(got.short).toEqual(got.long);
    expect(got.isShort).toBe(true);
  });
});

const LEAVES_IT: Record<string, () => Sent> = {
  'a parameter that means nothing': () => ({ body: { ...entry(), more: 1 } }),
  'a variable that is not declared': () => ({
    body: { query: '{ entries { nodes { status } } }', variables: { x: 1 } },
  }),
  'no operation of that name': () => ({
    body: { query: 'query A { entries { nodes { status } } }', operationName: 'B' },
  }),
  'several operations and no name': () => ({
    body: { query: 'query A { entries { nodes { status } } } query B { sweepPasses { nodes { sweepId } } }' },
  }),
  'variables that are a list': () => ({ body: { query: '{ entries { nodes { status } } }', variables: [] } }),
  'a name that is a number': () => ({
    body: { query: '{ entries { nodes { status } } }', operationName: 1 },
  }),
  'no text': () => ({ body: { variables: {} } }),
  'a text that is none': () => ({ body: { query: 7 } }),
  'a syntax error': () => ({ body: { query: '{ entries {' } }),
  'a field that is not there': () => ({ body: { query: '{ entries { nodes { nothing } } }' } }),
  'too many aliases': () => ({
    body: { query: `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: __typename`).join(' ')} }` },
  }),
  'a mutation': () => ({
    body: { query: 'mutation { sweep(input: { idempotencyKey: "x" }) { __typename } }' },
  }),
  'a type name at the root': () => ({ body: { query: '{ __typename }' } }),
  introspection: () => ({ body: { query: '{ __schema { queryType { name } } }' } }),
  'an answer as an image': () => ({ headers: { accept: 'image/png' }, body: entry() }),
  'another charset': () => ({ headers: { accept: 'application/json; charset=latin1' }, body: entry() }),
  'an answer as HTML': () => ({ headers: { accept: 'text/html' }, body: entry() }),
};

describe('anything unusual is left to yoga', () => {
  test.each(Object.entries(LEAVES_IT))('%s', async (_, made) => {
    const { short, long, isShort } = await byBoth(made());
    expect(short).toEqual(long);
    expect(isShort).toBe(false);
  });
});

const REFUSED: Record<string, () => Sent> = {
  'another type of body': () => ({ headers: { 'content-type': 'text/plain' }, body: entry() }),
  'a form': () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query=1' }),
  'another charset of the body': () => ({
    headers: { 'content-type': 'application/json; charset=latin1' },
    body: entry(),
  }),
  'what is no JSON': () => ({ body: '{"query":' }),
  'a key that is given twice': () => ({ body: `{"query":"{ a }","query":${JSON.stringify(ENTRY)}}` }),
  'a batch': () => ({ body: [entry(), entry()] }),
  nothing: () => ({ body: '' }),
  'a number': () => ({ body: '7' }),
  'a large body': () => ({ body: { ...entry(), operationName: 'x'.repeat(1_100_000) } }),
  'no token': () => ({ headers: { authorization: '' }, body: entry() }),
  'an unknown token': () => ({ headers: { authorization: 'Bearer abc' }, body: entry() }),
  'another host': () => ({ headers: { host: 'evil.example' }, body: entry() }),
  'another origin': () => ({ headers: { origin: 'https://evil.example' }, body: entry() }),
  'another method': () => ({ method: 'PUT', body: entry() }),
};

test.each(Object.entries(REFUSED))(
  '%s is refused by the door, whether the text is known or not',
  async (_, made) => {
    const unknown = made();
    const before = await send(unknown);
    await send({ body: entry() });
    expect(await send(made())).toEqual(before);
    expect(before.status).toBeGreaterThanOrEqual(400);
  },
);

test('a query by GET is answered by yoga with the same body', async () => {
  const { short } = await byBoth({ body: entry() });
  const url = `${server.url}?${new URLSearchParams({ query: ENTRY, variables: JSON.stringify({ id: entryId }) })}`;
  const got = await fetch(url, { headers: { authorization: `Bearer ${server.tokens.observer}` } });
  expect(await got.text()).toBe(short.text);
});

test('a plain read counts as a call and waits for its turn like any other', async () => {
  const limited = await testServer({
    database: server.database,
    limits: { callsAtOnce: 3, callsPerSecond: 0.001 },
  });
  const ask = () => limited.gql(limited.tokens.observer, '{ entries { nodes { status } } }');
  const statuses: number[] = [];
  for (let call = 0; call < 5; call += 1) statuses.push((await ask()).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
});

test('a database that refuses is reported as ever, and is asked once', async () => {
  const view = 'select on cutter_governance.v_decision_backlog_entry_observe';
  const { body } = await byBoth({ body: entry() }).then(() => ({ body: entry() }));
  await server.superuser.query(`revoke ${view} from cutter_ro`);
  const { short, long } = await byBoth({ body });
  await server.superuser.query(`grant ${view} to cutter_ro`);
  expect(short).toEqual(long);
  expect(short.text).toContain('INTERNAL_SERVER_ERROR');
});
