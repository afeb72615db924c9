import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigFault, readConfig } from '../../src/config.ts';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { type DoorServer, doorServer, openEvents, openSocket } from '../harness/doors.ts';
import { rawConnection } from '../harness/raw-http.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let doors: DoorServer;
/** A server that waits for nobody. */
let strict: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
  const limits = { slowMs: 200, headersMs: 300, lingerMs: 200, pingMs: 150, pongMs: 150 };
  strict = await doorServer({ database: doors.database, limits });
});

const HEAD = (path: string, length: number) =>
  `${[
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${doors.token}`,
    'Content-Type: application/json',
    `Content-Length: ${length}`,
  ].join('\r\n')}\r\n\r\n`;

/** Sends one byte after the other until the connection ends; answers with what came. */
async function trickle(url: string, begin: string, byte: () => Buffer | string = () => ' '): Promise<string> {
  const connection = rawConnection(url, begin);
  const dripping = setInterval(() => connection.socket.write(byte()), 20);
  const text = await connection.ended;
  clearInterval(dripping);
  return text;
}

test('the bounds are as promised: what trickles in is cut within 30 s', () => {
  expect(LIMITS.slowMs).toBeLessThanOrEqual(25_000);
  expect(LIMITS.headersMs).toBeLessThanOrEqual(25_000);
  // A sender of one byte a second wins no time worth the name.
  expect(LIMITS.bytesPerSecond).toBeGreaterThan(1_000);
});

describe('what comes byte by byte is cut', () => {
  test('a body: 408, and the connection ends', async () => {
    expect(await trickle(strict.url, HEAD('/graphql', 100_000))).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*BODY_TOO_SLOW/,
    );
  });

  test('a body in chunks', async () => {
    const head = HEAD('/graphql', 0).replace(/Content-Length: 0/, 'Transfer-Encoding: chunked');
    expect(await trickle(strict.url, head, () => '1\r\n \r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a body that nobody asked for, after its answer', async () => {
    expect(await trickle(strict.url, HEAD('/elsewhere', 100_000))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await trickle(strict.url, HEAD('/health', 100_000))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('headers', async () => {
    expect(await trickle(strict.url, 'GET /health HTTP/1.1\r\nX: ', () => 'x')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a connection on which nothing is said', async () => {
    await rawConnection(strict.url).ended;
  });

  test('a frame of a WebSocket', async () => {
    const socket = await openSocket(strict.wsUrl);
    await socket.introduce(doors.token);
    // The head of a text frame of 60,000 bytes; what follows never comes to an end.
    const connection = (socket.socket as unknown as { _socket: import('node:net').Socket })._socket;
    connection.write(Buffer.from([0x81, 0xfe, 0xea, 0x60, 0, 0, 0, 0]));
    const dripping = setInterval(() => connection.write(' '), 20);
    expect([1006, 4408]).toContain((await socket.closed).code);
    clearInterval(dripping);
  });

  test('a message of a WebSocket in fragments, though pings are answered', async () => {
    const patient = await doorServer({ database: doors.database, limits: { slowMs: 200, pingMs: 50 } });
    const socket = await openSocket(patient.wsUrl);
    await socket.introduce(doors.token);
    socket.socket.send(' ', { fin: false });
    const dripping = setInterval(() => socket.socket.send(' ', { fin: false }, () => {}), 20);
    expect(await socket.closed).toEqual({ code: 4408, reason: 'A message came too slowly.' });
    clearInterval(dripping);
  });
});

test('a body that keeps a pace may take longer', async () => {
  const paced = await doorServer({
    database: doors.database,
    limits: { slowMs: 100, bytesPerSecond: 2_000 },
  });
  const text = JSON.stringify({ query: `{ hello } #${'x'.repeat(8_000)}` });
  const connection = rawConnection(paced.url, HEAD('/graphql', text.length));
  let sent = 0;
  const sending = setInterval(() => {
    connection.socket.write(text.slice(sent, sent + 400));
    sent += 400;
  }, 20);
  expect(await connection.until(/"hello":"hello"/)).toMatch(/^HTTP\/1\.1 200 /);
  clearInterval(sending);
  connection.socket.destroy();
});

describe('a reader that takes nothing is ended, and its stream with it', () => {
  test('of server-sent events', async () => {
    await openEvents(strict.url, doors.token, 'subscription { flood }');
    await expect.poll(() => strict.seen.live, { timeout: WAITS_FOR_OTHERS_MS }).toBe(1);
    await expect.poll(() => strict.seen.live, { timeout: WAITS_FOR_OTHERS_MS }).toBe(0);
  });

  test('of a WebSocket, though it says without reading that it is there', async () => {
    const socket = await openSocket(strict.wsUrl);
    await socket.introduce(doors.token);
    socket.socket.pause();
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { flood }' } });
    const claiming = setInterval(() => socket.socket.pong('', true, () => {}), 30);
    await expect.poll(() => strict.seen.live, { timeout: WAITS_FOR_OTHERS_MS }).toBe(1);
    await expect.poll(() => strict.seen.live, { timeout: WAITS_FOR_OTHERS_MS }).toBe(0);
    clearInterval(claiming);
    socket.socket.terminate();
  });

  test('a quiet stream stands: nothing waits for its reader', async () => {
    const query = 'query=subscription%7Bquiet%7D';
    const head = `GET /graphql?${query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${doors.token}\r\n`;
    const connection = rawConnection(strict.url, `${head}Accept: text/event-stream\r\n\r\n`);
    // Six pings take three times as long as a reader may pause.
    await connection.until(/(:\n\n[\s\S]*){6}/);
    connection.socket.destroy();
  });
});

describe('idle connections', () => {
  test('stay 75 s, longer than a balancer keeps its own; a variable says otherwise', () => {
    expect(readConfig({}).limits.keepAliveMs).toBe(75_000);
    expect(readConfig({ CUTTER_KEEP_ALIVE_MS: '5000' }).limits.keepAliveMs).toBe(5_000);
    expect(() => readConfig({ CUTTER_KEEP_ALIVE_MS: '0' })).toThrow(ConfigFault);
    expect(doors.server.httpServer.keepAliveTimeout).toBe(75_000);
  });

  test('are good for another request after the time that headers may take', async () => {
    const brief = await doorServer({
      database: doors.database,
      limits: { headersMs: 100, keepAliveMs: 60_000 },
    });
    const connection = rawConnection(brief.url, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until(/alive/);
    // The server looks once a second for connections that are late; one that says nothing is cut by that look.
    await rawConnection(brief.url).ended;
    connection.socket.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await connection.until(/"ready"/);
    connection.socket.destroy();
  });

  test('end when their time is over', async () => {
    const brief = await doorServer({ database: doors.database, limits: { keepAliveMs: 100 } });
    const connection = rawConnection(brief.url, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await connection.ended).toMatch(/alive/);
  });
});
