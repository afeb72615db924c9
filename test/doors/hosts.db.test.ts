import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigFault, readConfig } from '../../src/config.ts';
import { type DoorServer, doorServer, openSocket, send } from '../harness/doors.ts';
import { rawConnection, rawRequest } from '../harness/raw-http.ts';

let doors: DoorServer;
/** The same with names of its own. */
let named: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
  named = await doorServer({
    database: doors.database,
    names: { hosts: ['ledger.example', 'inside.example:8443'], origins: ['https://app.example'] },
  });
});

const BODY = '{"query":"{ hello }"}';

function ask(server: DoorServer, host: readonly string[], more: readonly string[] = []) {
  const lines = [
    'POST /graphql HTTP/1.1',
    ...host.map((name) => `Host: ${name}`),
    `Authorization: Bearer ${doors.token}`,
    'Content-Type: application/json',
    `Content-Length: ${BODY.length}`,
    ...more,
  ];
  return rawRequest(server.url, lines, BODY);
}

function upgrade(server: DoorServer, host: readonly string[], more: readonly string[] = []) {
  const lines = [
    'GET /graphql HTTP/1.1',
    ...host.map((name) => `Host: ${name}`),
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    ...more,
  ];
  const connection = rawConnection(server.url, `${lines.join('\r\n')}\r\n\r\n`);
  return connection.until(/\r\n\r\n/).then((text) => {
    connection.socket.destroy();
    return Number(text.slice(9, 12));
  });
}

const portOf = (server: DoorServer) => new URL(server.url).port;

describe('a name that is not this server’s is refused, over HTTP and WebSocket', () => {
  test.each([
    ['a rebound name', 'rebound.example'],
    ['a rebound name with our port', 'rebound.example:PORT'],
    ['a name that begins like ours', 'localhost.rebound.example'],
    ['an address that begins like ours', '127.0.0.1.rebound.example'],
    ['an address of somebody else', '192.0.2.1'],
    ['an IPv6 address of somebody else', '[2001:db8::1]:PORT'],
    ['an address in another notation', '2130706433'],
  ])('%s', async (_name, written) => {
    const host = written.replace('PORT', portOf(doors));
    const answer = await ask(doors, [host], [`Origin: http://${host}`]);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('FORBIDDEN_HOST')]);
    expect(answer.text).toContain('CUTTER_HOSTS');
    expect(await upgrade(doors, [host], [`Origin: http://${host}`])).toBe(403);
  });

  test('pages are shown under it no more than data', async () => {
    const headers = ['Host: rebound.example', 'Accept: text/html'];
    expect((await rawRequest(doors.url, ['GET /graphql HTTP/1.1', ...headers])).status).toBe(403);
    expect((await rawRequest(doors.url, ['GET /passport HTTP/1.1', ...headers])).status).toBe(403);
  });

  test('but a probe of health may use any', async () => {
    for (const path of ['/health', '/ready'])
      expect((await rawRequest(doors.url, [`GET ${path} HTTP/1.1`, 'Host: anything.example'])).status).toBe(
        200,
      );
  });
});

test.each([
  'localhost',
  'LOCALHOST:PORT',
  'localhost.',
  '127.0.0.1',
  '127.0.0.1:PORT',
  '127.9.9.9:1',
  '[::1]:PORT',
])('this machine’s name %s is taken', async (written) => {
  const host = written.replace('PORT', portOf(doors));
  expect((await ask(doors, [host])).status).toBe(200);
  expect(await upgrade(doors, [host])).toBe(101);
});

describe('a request that names its host badly is refused with 400', () => {
  test.each([
    ['two hosts', ['127.0.0.1', '127.0.0.1']],
    ['two hosts, one ours', ['127.0.0.1', 'rebound.example']],
    ['none', []],
    ['an empty one', ['']],
    ['two in one', ['127.0.0.1, rebound.example']],
    ['a user before it', ['somebody@127.0.0.1']],
    ['a port of no meaning', ['127.0.0.1:99999']],
    ['a port in letters', ['127.0.0.1:http']],
    ['a path behind it', ['127.0.0.1/graphql']],
    ['half an IPv6 address', ['[::1']],
  ])('%s', async (_name, hosts) => {
    expect((await ask(doors, hosts)).status).toBe(400);
    expect(await upgrade(doors, hosts)).toBe(400);
  });

  test('also where it asks for health', async () => {
    const lines = ['GET /health HTTP/1.1', 'Host: a', 'Host: b'];
    expect((await rawRequest(doors.url, lines)).status).toBe(400);
  });

  test('and a target that names a server instead of a path', async () => {
    for (const target of ['http://127.0.0.1/graphql', 'http://rebound.example/health', '*'])
      expect((await rawRequest(doors.url, [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1'])).status).toBe(400);
  });
});

describe('a page of another site is refused', () => {
  test.each([
    'null',
    'https://elsewhere.example',
    'http://127.0.0.1:1',
    'file://',
    'http://user@127.0.0.1',
    'http://127.0.0.1, http://127.0.0.1',
  ])('%s', async (origin) => {
    const host = `127.0.0.1:${portOf(doors)}`;
    const answer = await ask(doors, [host], [`Origin: ${origin}`]);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('FORBIDDEN_ORIGIN')]);
    expect(await upgrade(doors, [host], [`Origin: ${origin}`])).toBe(403);
    const got = await rawRequest(doors.url, [
      'GET /graphql?query=subscription%7Bquiet%7D HTTP/1.1',
      `Host: ${host}`,
      `Origin: ${origin}`,
      'Accept: text/event-stream',
      `Authorization: Bearer ${doors.token}`,
    ]);
    expect(got.status).toBe(403);
  });

  test('our own is let in, by whichever of our names', async () => {
    for (const name of ['localhost', '127.0.0.1', 'LocalHost', '[::1]']) {
      const host = `${name}:${portOf(doors)}`;
      expect((await ask(doors, [host], [`Origin: http://${host.toLowerCase()}`])).status).toBe(200);
      expect(await upgrade(doors, [host], [`Origin: http://${host.toLowerCase()}`])).toBe(101);
    }
    // A proxy ends TLS; the port that goes without saying is that of the page.
    expect((await ask(doors, ['localhost'], ['Origin: https://localhost'])).status).toBe(200);
  });
});

describe('names that the keeper has given', () => {
  test('are taken, with the port where one was given', async () => {
    expect((await ask(named, ['ledger.example'])).status).toBe(200);
    expect((await ask(named, ['Ledger.Example:9999'])).status).toBe(200);
    expect((await ask(named, ['inside.example:8443'])).status).toBe(200);
    expect((await ask(named, ['inside.example:8444'])).status).toBe(403);
    expect(await upgrade(named, ['ledger.example'], ['Origin: https://ledger.example'])).toBe(101);
    // A proxy that names the inner address in Host.
    expect((await ask(named, ['127.0.0.1'], ['Origin: https://ledger.example'])).status).toBe(200);
  });

  test('an invited page may ask, and its browser may show the answer', async () => {
    const headers = { origin: 'https://app.example' };
    const asked = await send(named.url, { method: 'OPTIONS', headers });
    expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([
      204,
      expect.stringContaining('authorization'),
    ]);
    const answer = await send(named.url, { token: doors.token, body: { query: '{ hello }' }, headers });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example',
    ]);
    const socket = await openSocket(named.wsUrl, { origin: 'https://app.example' });
    socket.socket.terminate();
  });

  test('that are none are refused at the start, each by name', () => {
    const env = { CUTTER_HOSTS: 'ledger.example, http://x, a b', CUTTER_ORIGINS: 'https://app.example/path' };
    expect(() => readConfig(env)).toThrow(ConfigFault);
    expect(() => readConfig(env)).toThrow(/"http:\/\/x" must be[\s\S]*"a b" must be[\s\S]*CUTTER_ORIGINS/);
    expect(readConfig({ CUTTER_HOSTS: 'a.example,[::1]:80' }).names.hosts).toEqual(['a.example', '[::1]:80']);
  });
});

describe('an offer of another protocol is passed over', () => {
  const H2C = [
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA',
  ];

  test.each([
    ['HTTP/2 at health', 'GET /health', H2C],
    ['HTTP/2 at readiness', 'GET /ready', H2C],
    ['a WebSocket at health', 'GET /health', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['something unknown', 'GET /health', ['Connection: Upgrade', 'Upgrade: foo/2, bar']],
  ])('%s', async (_name, request, offer) => {
    const connection = rawConnection(
      doors.url,
      `${[`${request} HTTP/1.1`, 'Host: localhost', ...offer].join('\r\n')}\r\n\r\n`,
    );
    expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    connection.socket.destroy();
  });

  test('and an operation with it is answered as usual, on a connection that goes on', async () => {
    const request = [
      'POST /graphql HTTP/1.1',
      'Host: localhost',
      ...H2C,
      `Authorization: Bearer ${doors.token}`,
      'Content-Type: application/json',
      `Content-Length: ${BODY.length}`,
    ].join('\r\n');
    const connection = rawConnection(doors.url, `${request}\r\n\r\n${BODY}`);
    expect(await connection.until(/"hello":"hello"/)).toMatch(/^HTTP\/1\.1 200 /);
    connection.socket.write(`${request}\r\n\r\n${BODY}`);
    await connection.until(/"hello":"hello"[\s\S]*"hello":"hello"/);
    connection.socket.destroy();
  });
});
