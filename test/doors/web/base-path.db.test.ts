import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { pathWithin } from '../../../src/doors/web/paths.ts';
import { type DoorServer, doorServer, openEvents, openSocket, send } from '../../harness/doors.ts';
import { askBytes } from '../../harness/raw-http.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer({ basePath: '/a/ledger' });
});

const at = (path: string) => new URL(path, doors.url).href;
const HTML = { accept: 'text/html' };

test('GraphQL answers under the base: POST, GET, events, WebSocket', async () => {
  expect(new URL(doors.url).pathname).toBe('/a/ledger/graphql');
  const { token } = doors;
  expect((await send(doors.url, { token, body: { query: '{ hello }' } })).text).toBe(
    '{"data":{"hello":"hello"}}',
  );
  expect((await send(`${doors.url}?query={hello}`, { method: 'GET', token })).status).toBe(200);
  const events = await openEvents(doors.url, token, 'subscription { count(to: 1) }');
  expect((await events.next())?.data).toBe('{"data":{"count":1}}');
  events.leave();
  const socket = await openSocket(doors.wsUrl);
  await socket.introduce(token);
  socket.socket.terminate();
});

test('pages are there, and their links lead there', async () => {
  for (const path of ['/a/ledger', '/a/ledger/']) {
    const page = await askBytes(at(path), { headers: HTML });
    expect(page.status).toBe(200);
    const links = [...String(page.bytes).matchAll(/(?:href|src)="([^"]*)"/g)].map(
      ([, link]) => link as string,
    );
    expect(links.length).toBeGreaterThanOrEqual(4);
    for (const link of links) {
      expect(link).toMatch(/^\/a\/ledger\//);
      expect((await askBytes(at(link), { headers: HTML })).status).toBe(200);
    }
  }
  const facts = JSON.parse(String((await askBytes(at('/a/ledger/'))).bytes));
  expect(facts.links).toMatchObject({ graphql: '/a/ledger/graphql', health: '/a/ledger/health' });
});

test('GraphiQL asks there', async () => {
  const page = String((await askBytes(doors.url, { headers: HTML })).bytes);
  expect(page).toContain('"endpoint":"/a/ledger/graphql"');
});

test('health, readiness and identity are there', async () => {
  for (const path of ['health', 'ready']) expect((await askBytes(at(`/a/ledger/${path}`))).status).toBe(200);
  const { origin } = new URL(doors.url);
  const nonce = Buffer.alloc(32).toString('base64url');
  expect((await askBytes(at(`/a/ledger/identity?nonce=${nonce}&origin=${origin}`))).status).toBe(200);
});

describe('beside the base there is nothing', () => {
  test.each([
    '/',
    '/graphql',
    '/health',
    '/passport',
    '/a',
    '/a/',
    '/a/ledgers/graphql',
    '/a/ledger/a/ledger',
  ])('%s', async (path) => {
    const answer = await send(at(path), { token: doors.token, body: { query: '{ hello }' } });
    expect([answer.status, answer.json().errors?.[0]?.message]).toEqual([
      404,
      'There is nothing at this path. GraphQL is at /a/ledger/graphql.',
    ]);
    const wsUrl = at(path).replace('http', 'ws');
    await expect(openSocket(wsUrl)).rejects.toThrow('404');
  });
});

test('a path is within the base, or it isn’t', () => {
  expect(pathWithin(null, '/graphql')).toBe('/graphql');
  expect(pathWithin('/l', '/l/graphql')).toBe('/graphql');
  expect(pathWithin('/l', '/l')).toBe('/');
  expect(pathWithin('/l', '/lx/graphql')).toBeNull();
});

describe('config', () => {
  test.each([
    ['/ledger', '/ledger'],
    ['/a/b.c_d-e~f', '/a/b.c_d-e~f'],
    ['/ledger/', '/ledger'],
    ['/', null],
  ])('%s is a base', (text, base) => {
    expect(readConfig({ CUTTER_BASE_PATH: text }).basePath).toBe(base);
  });

  test.each(['ledger', '/a//b', '/..', '/a/../b', '/a b', '/a?b', '/ä', 'https://x/ledger', '//'])(
    '%s is none, and ends the start',
    (text) => {
      expect(() => readConfig({ CUTTER_BASE_PATH: text })).toThrow(
        'CUTTER_BASE_PATH: must be a path of letters, digits, "-", "_" and ".", for example /ledger',
      );
    },
  );

  test('the command line asks under it', () => {
    expect(readConfig({ CUTTER_BASE_PATH: '/ledger' }).client.defaultUrl).toBe(
      'http://127.0.0.1:4000/ledger/graphql',
    );
  });
});
