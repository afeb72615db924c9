import { beforeAll, describe, expect, test } from 'vitest';
import { withShortQuotes } from '../../src/doors/quotes.ts';
import { openSocket, send } from '../harness/doors.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  token = server.tokens.observer;
});

interface Told {
  readonly status: number;
  readonly length: number;
  readonly errors: { message: string; extensions?: { code?: string } }[];
}

async function post(body: unknown, accept: string): Promise<Told> {
  const { status, text } = await send(server.url, { token, body, headers: { accept } });
  return { status, length: text.length, errors: JSON.parse(text).errors };
}

/** Both ways of a refusal over WebSocket: as the end of the operation, and as its only answer. */
async function overSocket(payload: unknown): Promise<Told['errors']> {
  const socket = await openSocket(server.wsUrl);
  await socket.introduce(token);
  socket.send({ type: 'subscribe', id: 'a', payload });
  const { type, payload: told } = await socket.next();
  socket.socket.close();
  return type === 'error' ? (told as Told['errors']) : (told as Told).errors;
}

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';

/** A text that was not asked before: what is wrong with a text is remembered with it. */
let asked = 0;
const once = (query: string) => `${query} # ${asked++}`;

const FAULTS: readonly (readonly [
  name: string,
  code: string,
  statusOfJson: number,
  operation: (long: string) => { query: string; variables?: Record<string, unknown> },
])[] = [
  [
    'a variable of another type',
    'BAD_USER_INPUT',
    400,
    (long) => ({
      query: 'query ($n: Int!) { entries(first: $n) { nodes { status } } }',
      variables: { n: long },
    }),
  ],
  [
    'a variable of another type, beside what is executed field by field',
    'BAD_USER_INPUT',
    400,
    (long) => ({
      query: 'query ($n: Int!) { whoAmI { name } entries(first: $n) { nodes { status } } }',
      variables: { n: [long] },
    }),
  ],
  [
    'a variable with an unknown field',
    'BAD_USER_INPUT',
    400,
    (long) => ({
      query: 'query ($f: EntryFilter) { entries(filter: $f) { nodes { status } } }',
      variables: { f: { [`${long}:`]: { deep: [long, long] } } },
    }),
  ],
  [
    'a missing variable',
    'BAD_USER_INPUT',
    400,
    () => ({ query: 'query ($n: Int!) { entries(first: $n) { nodes { status } } }' }),
  ],
  ['a syntax error', 'GRAPHQL_PARSE_FAILED', 200, (long) => ({ query: `{ whoAmI { name } } ${long}` })],
  [
    'a character that opens nothing',
    'GRAPHQL_PARSE_FAILED',
    200,
    (long) => ({ query: `{ whoAmI { name } ? ${long}` }),
  ],
  ['an unknown field', 'GRAPHQL_VALIDATION_FAILED', 200, (long) => ({ query: `{ ${long} }` })],
  [
    'a literal of another type',
    'GRAPHQL_VALIDATION_FAILED',
    200,
    (long) => ({ query: `{ entries(first: "${long}") { nodes { status } } }` }),
  ],
  [
    'a number that is none',
    'GRAPHQL_VALIDATION_FAILED',
    200,
    (long) => ({ query: `{ entries(first: 1${'0'.repeat(20 + long.length)}) { nodes { status } } }` }),
  ],
];

describe.each(FAULTS)('%s', (_name, code, statusOfJson, operation) => {
  const fresh = (long: string) => {
    const { query, variables } = operation(long);
    return { query: once(query), ...(variables === undefined ? {} : { variables }) };
  };

  test(`is ${code} over HTTP, for both types of answer, and over WebSocket`, async () => {
    const codesOf = (errors: Told['errors']) => [...new Set(errors.map((error) => error.extensions?.code))];
    expect(codesOf(await overSocket(fresh('word')))).toEqual([code]);
    const plain = await post(fresh('word'), JSON_TYPE);
    expect([plain.status, codesOf(plain.errors)]).toEqual([statusOfJson, [code]]);
    const typed = await post(fresh('word'), GRAPHQL_TYPE);
    expect([typed.status, codesOf(typed.errors)]).toEqual([400, [code]]);
  });

  test('quotes little of the request', async () => {
    const { length } = await post(fresh('x'.repeat(20_000)), JSON_TYPE);
    expect(length).toBeLessThan(1_500);
    const errors = await overSocket(fresh('x'.repeat(20_000)));
    expect(JSON.stringify(errors).length).toBeLessThan(1_500);
  });
});

describe('a body that is no operation is told what to send', () => {
  const BODIES: readonly (readonly [body: unknown, message: string, statusOfJson: number])[] = [
    [{}, 'Send the operation\'s text in "query".', 200],
    [{ query: null }, 'Send the operation\'s text in "query".', 200],
    [{ query: 5 }, '"query" must be a string.', 400],
    ['null', 'Send a JSON object with "query".', 400],
    ['5', 'Send a JSON object with "query".', 400],
    [{ query: '{whoAmI{name}}', operationName: 5 }, '"operationName" must be a string.', 400],
    [{ query: '{whoAmI{name}}', variables: [] }, '"variables" must be an object.', 400],
    [{ query: '{whoAmI{name}}', extensions: 'x' }, '"extensions" must be an object.', 400],
    [
      { query: '{whoAmI{name}}', id: 1 },
      '"id" is no parameter of an operation; there are query, documentId, variables, operationName, extensions.',
      400,
    ],
  ];
  test.each(BODIES)('%j', async (body, message, statusOfJson) => {
    const told = { message, extensions: { code: 'BAD_REQUEST' } };
    expect(await post(body, JSON_TYPE)).toMatchObject({ status: statusOfJson, errors: [told] });
    expect(await post(body, GRAPHQL_TYPE)).toMatchObject({ status: 400, errors: [told] });
  });

  const get = async (query: string) => {
    const answer = await send(`${server.url}?query={whoAmI{name}}&${query}`, { token, method: 'GET' });
    return { status: answer.status, ...answer.json() };
  };

  test('by GET it is told of the parameter, not of a body', async () => {
    const faulty = { 'variables={': '"variables" is not valid JSON.' };
    for (const [query, message] of Object.entries({
      ...faulty,
      'variables="a': '"variables" is not valid JSON: a string is not closed.',
      'variables={"a":1,"a":2}': '"variables" gives the key "a" twice in one object.',
      'extensions=[': '"extensions" is not valid JSON.',
    })) {
      expect(await get(query)).toMatchObject({
        status: 400,
        errors: [{ message, extensions: { code: 'BAD_JSON' } }],
      });
    }
    expect(await get('variables=5')).toMatchObject({
      errors: [{ message: '"variables" must be an object.' }],
    });
    expect(await get('variables=')).toMatchObject({ data: { whoAmI: { name: 'observer' } } });
  });
});

test('what is short stays, what is long is cut where it is quoted, and nothing is cut in half', () => {
  const long = 'word '.repeat(1_000);
  expect(withShortQuotes(`Unexpected Name "a", found "b" ${'and so on '.repeat(12)}`)).toContain(
    '"b" and so on',
  );
  const cut = withShortQuotes(`Variable "$a" got invalid value { a: "}", b: ["${long}"] } at "a.b"; no.`);
  expect(cut).toMatch(/^Variable "\$a" got invalid value \{ a: "\}", b: \["word .*…\} at "a\.b"; no\.$/);
  expect(cut.length).toBeLessThan(200);
  expect(withShortQuotes(`found "${'\\"'.repeat(200)}" there`)).toMatch(/^found "(\\")+…" there$/);
  expect(withShortQuotes(`found "${'a'.repeat(99)}\u{1f600}${'b'.repeat(50)}"`).isWellFormed()).toBe(true);
  expect(withShortQuotes('{'.repeat(100_000)).length).toBeLessThan(200);
  expect(withShortQuotes(long).length).toBeLessThanOrEqual(1_001);
});
