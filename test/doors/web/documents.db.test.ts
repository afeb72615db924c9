import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { parseDocuments } from '../../../src/doors/documents/documents-file.ts';
import { type DoorServer, doorServer, openSocket, send } from '../../harness/doors.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const LENGTH = 'query Length($text: String) { length(text: $text) }';
const COUNT = 'subscription Count { count(to: 2) }';
const TOUCH = 'mutation Touch { touch }';
const REGISTER = 'mutation Register($text: String) { registerSource(text: $text) }';
const OWN = '{ node { name } }';
const UNFIT = '{ nothing }';
const texts = new Map([
  ['length', LENGTH],
  ['count', COUNT],
  ['touch', TOUCH],
  ['register', REGISTER],
  ['unfit', UNFIT],
  [sha256('{ hello }'), '{ hello }'],
]);

let also: DoorServer;
let only: DoorServer;

beforeAll(async () => {
  also = await doorServer({ documents: { texts, only: false } });
  only = await doorServer({ documents: { texts, only: true, own: [OWN] }, database: also.database });
});

type Body = Record<string, unknown>;
const post = (server: DoorServer, body: Body, headers: Record<string, string> = {}) =>
  send(server.url, { token: server.token, body, headers });
const get = (server: DoorServer, params: Record<string, string>, headers: Record<string, string> = {}) =>
  send(`${server.url}?${new URLSearchParams(params)}`, { method: 'GET', token: server.token, headers });

/** What one operation over a WebSocket is answered with. */
async function overSocket(server: DoorServer, payload: Body) {
  const socket = await openSocket(server.wsUrl);
  await socket.introduce(server.token);
  socket.send({ type: 'subscribe', id: 'mine', payload });
  const frames: unknown[] = [];
  for (;;) {
    const { type, id, payload: got } = await socket.next();
    expect(id).toBe('mine');
    if (type === 'next' || type === 'error') frames.push(got);
    if (type === 'complete' || type === 'error') break;
  }
  socket.socket.terminate();
  return frames;
}

const codeOf = (answer: { json(): { errors?: { extensions: Body }[] | never } | Body }) =>
  (answer.json() as { errors?: { extensions: Body }[] }).errors?.[0]?.extensions['code'];

describe.each([
  ['also', () => also],
  ['only', () => only],
] as const)('mode %s: a document runs by its id', (_mode, server) => {
  test('by POST, with variables', async () => {
    const answer = await post(server(), { documentId: 'length', variables: { text: 'four' } });
    expect([answer.status, answer.json()]).toEqual([200, { data: { length: 4 } }]);
  });

  test('by GET', async () => {
    const answer = await get(server(), { documentId: 'length', variables: '{"text":"four"}' });
    expect([answer.status, answer.json()]).toEqual([200, { data: { length: 4 } }]);
  });

  test('a mutation not by GET', async () => {
    const before = server().seen.mutations;
    expect((await get(server(), { documentId: 'touch' })).status).toBe(405);
    expect(server().seen.mutations).toBe(before);
    expect((await post(server(), { documentId: 'touch' })).status).toBe(200);
  });

  test('as an event stream', async () => {
    const answer = await post(server(), { documentId: 'count' }, { accept: 'text/event-stream' });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.text).toContain('data: {"data":{"count":2}}');
  });

  test('over a WebSocket', async () => {
    expect(await overSocket(server(), { documentId: 'count' })).toEqual([
      { data: { count: 1 } },
      { data: { count: 2 } },
    ]);
    expect(await overSocket(server(), { documentId: 'length', variables: { text: 'four' } })).toEqual([
      { data: { length: 4 } },
    ]);
  });

  test('by its hash, as GraphQL over HTTP and clients of persisted queries write it', async () => {
    const hash = sha256('{ hello }');
    for (const body of [
      { documentId: hash },
      { documentId: `sha256:${hash}` },
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } },
    ]) {
      expect((await post(server(), body)).json()).toEqual({ data: { hello: 'hello' } });
      expect(await overSocket(server(), body)).toEqual([{ data: { hello: 'hello' } }]);
    }
  });

  test('a large body registers a source by a document', async () => {
    const text = 'x'.repeat(2_000_000);
    const token = server().database.tokens['marker'] as string;
    const answer = await send(server().url, { token, body: { documentId: 'register', variables: { text } } });
    expect(answer.json()).toEqual({ data: { registerSource: text.length } });
    const refused = await send(server().url, { token, body: { documentId: 'length', variables: { text } } });
    expect(refused.status).toBe(413);
  });

  test('an id that nothing has is a typed error, over every door', async () => {
    const typed = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const answers = [
      await post(server(), { documentId: 'nothing' }, typed),
      await get(server(), { documentId: 'nothing' }, typed),
    ];
    for (const answer of answers) {
      expect([answer.status, codeOf(answer)]).toEqual([400, 'DOCUMENT_NOT_FOUND']);
      expect(answer.text).toContain('CUTTER_DOCUMENTS');
    }
    const events = await post(server(), { documentId: 'nothing' }, { accept: 'text/event-stream' });
    expect(events.text).toMatch(/DOCUMENT_NOT_FOUND/);
    expect(JSON.stringify(await overSocket(server(), { documentId: 'nothing' }))).toContain(
      'DOCUMENT_NOT_FOUND',
    );
  });

  test('a document that this schema doesn’t fit is refused as any operation is, and was logged', async () => {
    expect(codeOf(await post(server(), { documentId: 'unfit' }))).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test.each([
    ['an id that is no string', { documentId: 7 }],
    ['an id and a text', { documentId: 'length', query: '{ hello }' }],
    [
      'a hash of another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: 'a'.repeat(64) } } },
    ],
    ['a hash of another form', { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } }],
  ])('refused: %s', async (_name, body) => {
    expect([(await post(server(), body)).status, codeOf(await post(server(), body))]).toEqual([
      400,
      'BAD_REQUEST',
    ]);
    expect(JSON.stringify(await overSocket(server(), body))).toContain('BAD_REQUEST');
  });

  test('a stranger learns of no document', async () => {
    for (const documentId of ['length', 'nothing']) {
      const answer = await send(server().url, { body: { documentId } });
      expect([answer.status, codeOf(answer)]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });
});

test('also: every other text runs as before', async () => {
  expect((await post(also, { query: '{ node { name } }' })).status).toBe(200);
});

describe('only: every other text is refused with a typed error', () => {
  const refused = [
    '{ hello  }',
    '{ __typename }',
    'mutation { touch }',
    'not GraphQL',
    '',
    '{ __schema { types { name } } }',
  ];

  test.each(refused)('%s', async (query) => {
    const before = only.seen.mutations;
    expect(codeOf(await post(only, { query }))).toBe('DOCUMENT_NOT_TRUSTED');
    expect(codeOf(await get(only, { query }))).toBe('DOCUMENT_NOT_TRUSTED');
    expect(JSON.stringify(await overSocket(only, { query }))).toContain('DOCUMENT_NOT_TRUSTED');
    expect(only.seen.mutations).toBe(before);
  });

  test('a subscription, as events', async () => {
    const answer = await post(only, { query: 'subscription { quiet }' }, { accept: 'text/event-stream' });
    expect(answer.text).toContain('DOCUMENT_NOT_TRUSTED');
    expect(only.seen.live).toBe(0);
  });

  test('a text beside a hash, trusted or not, is not registered', async () => {
    const query = '{ node { child { name } } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(query) } };
    expect(codeOf(await post(only, { query, extensions }))).toBe('DOCUMENT_NOT_TRUSTED');
    expect(codeOf(await post(only, { extensions }))).toBe('DOCUMENT_NOT_FOUND');
    // The id of one text doesn't open the door to another.
    const other = { persistedQuery: { version: 1, sha256Hash: sha256('{ hello }') } };
    expect((await post(only, { query, extensions: other })).json()).toEqual({ data: { hello: 'hello' } });
  });

  test('the very text of a document, and those of the command line, run', async () => {
    expect((await post(only, { query: '{ hello }' })).json()).toEqual({ data: { hello: 'hello' } });
    expect((await post(only, { query: OWN })).status).toBe(200);
  });
});

describe('a text that a caller registered by its hash (APQ)', () => {
  const query = '{ node { name child { name } } }';
  const persistedQuery = { version: 1, sha256Hash: sha256(query) };
  const data = { data: { node: { name: 'root', child: { name: 'child' } } } };

  test('is asked for, comes once, and is known then, by POST, GET and WebSocket', async () => {
    const first = await post(also, { extensions: { persistedQuery } });
    expect([first.status, first.json().errors?.[0]]).toEqual([
      200,
      expect.objectContaining({
        message: 'PersistedQueryNotFound',
        extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' },
      }),
    ]);
    expect((await post(also, { query, extensions: { persistedQuery } })).json()).toEqual(data);
    expect((await post(also, { extensions: { persistedQuery } })).json()).toEqual(data);
    expect((await get(also, { extensions: JSON.stringify({ persistedQuery }) })).json()).toEqual(data);
    expect(await overSocket(also, { extensions: { persistedQuery } })).toEqual([data]);
  });

  test('has that hash', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256('another') } };
    expect((await post(also, { query, extensions })).status).toBe(400);
    expect((await post(also, { extensions })).text).toContain('PersistedQueryNotFound');
  });

  test('is forgotten when a thousand younger ones have come', async () => {
    for (let at = 0; at <= 1_000; at += 1) {
      const text = `{ a${at}: hello }`;
      const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(text) } };
      expect((await post(also, { query: text, extensions })).status).toBe(200);
    }
    expect((await post(also, { extensions: { persistedQuery } })).text).toContain('PersistedQueryNotFound');
  });
});

describe('the file', () => {
  test('is what relay-compiler and graphql-codegen write', () => {
    expect(parseDocuments('{"a":"{ b }","c":"{ d }"}')).toEqual({
      texts: new Map([
        ['a', '{ b }'],
        ['c', '{ d }'],
      ]),
      faults: [],
    });
  });

  test('or the manifest of Apollo’s generator', () => {
    const operations = [{ id: 'a', name: 'B', type: 'query', body: 'query B { b }' }];
    const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
    expect([...parseDocuments(JSON.stringify(manifest)).texts]).toEqual([['a', 'query B { b }']]);
  });

  test.each([
    ['no JSON', 'nothing', /must be a JSON object/],
    ['a list', '["{ a }"]', /must be a JSON object/],
    ['a text that is none', '{"a": 7}', /document "a": its text must be a string/],
    ['an empty id', '{"": "{ a }"}', /an id has from 1 to 256/],
    ['a manifest without operations', '{"format":"apollo-persisted-query-manifest"}', /must be a list/],
    [
      'an id twice',
      '{"format":"apollo-persisted-query-manifest","operations":[{"id":"a","body":"b"},{"id":"a","body":"c"}]}',
      /"a" is there twice/,
    ],
  ])('%s ends the start', (_name, text, message) => {
    const path = join(mkdtempSync(join(tmpdir(), 'cutter-documents-')), 'documents.json');
    writeFileSync(path, text);
    expect(() => readConfig({ CUTTER_DOCUMENTS: path })).toThrow(message);
    expect(() => readConfig({ CUTTER_DOCUMENTS: path })).toThrow(`CUTTER_DOCUMENTS: ${path}, `);
  });

  test('that is no GraphQL ends the start, by the id of the text', async () => {
    const documents = { texts: new Map([['broken', '{ a']]), only: false };
    await expect(doorServer({ documents, database: also.database })).rejects.toThrow(
      /CUTTER_DOCUMENTS .*document "broken": Syntax Error/,
    );
  });
});

describe('config', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'cutter-documents-')), 'documents.json');
  writeFileSync(path, '{"a":"{ b }"}');

  test('the file and its mode', () => {
    const { documents, graphiql } = readConfig({ CUTTER_DOCUMENTS: path, CUTTER_DOCUMENTS_MODE: 'only' });
    expect([documents, graphiql]).toEqual([{ texts: new Map([['a', '{ b }']]), only: true }, false]);
    expect(readConfig({ CUTTER_DOCUMENTS: path }).documents.only).toBe(false);
  });

  test.each([
    [{ CUTTER_DOCUMENTS: '/nowhere' }, /CUTTER_DOCUMENTS: \/nowhere can't be read \(ENOENT\)/],
    [{ CUTTER_DOCUMENTS: path, CUTTER_DOCUMENTS_MODE: 'off' }, /must be one of also, only/],
    [{ CUTTER_DOCUMENTS_MODE: 'only' }, /CUTTER_DOCUMENTS must name the file/],
    [
      { CUTTER_DOCUMENTS: path, CUTTER_DOCUMENTS_MODE: 'only', CUTTER_GRAPHIQL: 'on' },
      /CUTTER_GRAPHIQL: "on" is of no use/,
    ],
  ])('%o is refused', (env, message) => {
    expect(() => readConfig(env)).toThrow(message);
  });
});
