import { once } from 'node:events';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { codingFor } from '../../../src/doors/web/codings.ts';
import { LEAST_COMPRESSED_BYTES, piecesOf } from '../../../src/doors/web/compress.ts';
import { type DoorServer, doorServer, largeText, openEvents } from '../../harness/doors.ts';
import { askBytes, rawConnection } from '../../harness/raw-http.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

const DECODE = {
  zstd: zstdDecompressSync,
  br: brotliDecompressSync,
  gzip: gunzipSync,
  identity: (bytes: Buffer) => bytes,
} as const;

function ask(lines: number, accepted: string | null, more: Record<string, string> = {}) {
  return askBytes(doors.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${doors.token}`,
      ...(accepted === null ? {} : { 'accept-encoding': accepted }),
      ...more,
    },
    body: JSON.stringify({ query: `{ large(lines: ${lines}) }` }),
  });
}

describe('a coding is the one that the caller likes best', () => {
  test.each([
    ['gzip', 'gzip'],
    ['br', 'br'],
    ['zstd', 'zstd'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0.500', 'br'],
    ['BR', 'br'],
    ['x-gzip', 'gzip'],
    ['*', 'zstd'],
    ['*;q=0.1, gzip;q=0.2', 'gzip'],
    ['zstd;q=0, *', 'br'],
    ['identity;q=0, gzip;q=0.001', 'gzip'],
    ['identity, gzip', 'gzip'],
    ['identity, gzip;q=0.9', null],
    ['identity', null],
    ['gzip;q=0', null],
    ['gzip;q=0, *;q=0', null],
    ['gzip;q=2', null],
    ['gzip;q=high', null],
    ['deflate, compress', null],
    ['', null],
    [undefined, null],
  ])('%s: %s', (accepted, coding) => {
    expect(codingFor(accepted)).toBe(coding);
  });
});

test.each(['zstd', 'br', 'gzip'] as const)('%s: short and long answers come back whole', async (coding) => {
  for (const lines of [100, 1_000, 60_000]) {
    const { status, headers, bytes } = await ask(lines, coding);
    expect([status, headers['content-encoding'], headers['vary']]).toEqual([200, coding, 'accept-encoding']);
    const text = String(DECODE[coding](bytes));
    expect(JSON.parse(text).data.large === largeText(lines)).toBe(true);
    expect(bytes.length).toBeLessThan(Buffer.byteLength(text) / 2);
  }
});

test('as it is, where nothing else was asked for, and what a cache has for the one isn’t for the other', async () => {
  for (const accepted of [null, 'identity', 'gzip;q=0']) {
    const { headers, bytes } = await ask(1_000, accepted);
    expect([headers['content-encoding'], headers['vary']]).toEqual([undefined, 'accept-encoding']);
    expect(headers['content-length']).toBe(String(bytes.length));
  }
});

test('a short answer goes as it is', async () => {
  const { headers, bytes } = await ask(2, 'gzip, br, zstd');
  expect(bytes.length).toBeLessThan(LEAST_COMPRESSED_BYTES);
  expect([headers['content-encoding'], headers['vary']]).toEqual([undefined, undefined]);
});

test('an event stream goes as it is, so that each event leaves at once', async () => {
  const events = await openEvents(doors.url, doors.token, 'subscription { quiet }');
  expect(events.response.headers.get('content-encoding')).toBeNull();
  expect(await events.next()).toEqual({ event: 'next', data: '{"data":{"quiet":1}}' });
  events.leave();
});

test('a reader that pauses, and one that goes, leave the server as it was', async () => {
  const body = JSON.stringify({ query: '{ large(lines: 30000) }' });
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    `Authorization: Bearer ${doors.token}`,
    'Content-Type: application/json',
    'Accept-Encoding: br',
    `Content-Length: ${body.length}`,
  ];
  // More than compress at a time: each gives its place back when its reader has gone.
  for (let round = 0; round < 7; round += 1) {
    const readers = Array.from({ length: 10 }, async () => {
      const { socket, until } = rawConnection(doors.url, `${head.join('\r\n')}\r\n\r\n${body}`);
      await until(/content-encoding: br/i);
      const closed = once(socket.pause(), 'close');
      socket.destroy();
      await closed;
    });
    await Promise.all(readers);
  }
  const { headers } = await ask(1_000, 'br');
  expect(headers['content-encoding']).toBe('br');
});

test('no character is parted between two pieces', () => {
  const text = `x${'😀'.repeat(100_000)}`;
  const pieces = [...piecesOf(text)];
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) expect(piece.toString()).not.toContain('\ufffd');
  expect(Buffer.concat(pieces).toString() === text).toBe(true);
});

test('no answer shows the token that was sent (a compressed secret could be guessed by its length)', async () => {
  const guess = `Bearer ${'A'.repeat(43)}`;
  for (const authorization of [`Bearer ${doors.token}`, guess, 'Basic abc', `Bearer ${doors.token}x`]) {
    const { bytes } = await askBytes(doors.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: '{ hello nothing }' }),
    });
    expect(String(bytes)).not.toContain(authorization.split(' ')[1]);
  }
});
