import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { type DoorServer, doorServer, openSocket, send } from '../../harness/doors.ts';
import { askBytes } from '../../harness/raw-http.ts';

let doors: DoorServer;

beforeAll(async () => {
  const origins = ['https://app.example', 'http://localhost:5173'];
  doors = await doorServer({ names: { hosts: [], origins } });
});

const INVITED = { origin: 'https://app.example' };
const words = (header: string | null) => header?.split(', ') ?? [];

test('a page’s browser asks first, without a token, what it may send', async () => {
  const answer = await send(doors.url, {
    method: 'OPTIONS',
    headers: {
      ...INVITED,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-request-id,if-none-match',
    },
  });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(answer.headers.get('access-control-allow-origin')).toBe(INVITED.origin);
  expect(words(answer.headers.get('access-control-allow-methods'))).toEqual(['POST', 'GET']);
  const allowed = words(answer.headers.get('access-control-allow-headers'));
  expect(allowed).toEqual(
    expect.arrayContaining(['authorization', 'content-type', 'accept', 'if-none-match', 'x-request-id']),
  );
  expect(answer.headers.get('vary')).toBe('origin');
});

describe('what the page may read', () => {
  test('answers, refusals and pages, with the headers that programs need', async () => {
    const answers = [
      await send(doors.url, { token: doors.token, body: { query: '{ hello }' }, headers: INVITED }),
      await send(doors.url, { body: { query: '{ hello }' }, headers: INVITED }),
      await send(new URL('/ready', doors.url).href, { method: 'GET', headers: INVITED }),
      await send(new URL('/nowhere', doors.url).href, { method: 'GET', headers: INVITED }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 404]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe(INVITED.origin);
      expect(words(headers.get('access-control-expose-headers'))).toEqual([
        'x-request-id',
        'etag',
        'retry-after',
      ]);
      // A token goes in a header; no cookie and no star.
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  test('a stream of events, and a WebSocket', async () => {
    const events = await send(doors.url, {
      token: doors.token,
      body: { query: 'subscription { count(to: 2) }' },
      headers: { ...INVITED, accept: 'text/event-stream' },
    });
    expect([events.status, events.headers.get('access-control-allow-origin')]).toEqual([200, INVITED.origin]);
    const socket = await openSocket(doors.wsUrl, INVITED);
    await socket.introduce(doors.token);
    socket.socket.terminate();
  });
});

test('every answer varies by origin, so that a cache doesn’t give one page what was for another', async () => {
  const plain = await askBytes(new URL('/', doors.url).href, { headers: { accept: 'text/html' } });
  expect(plain.headers['vary']).toBe('origin, accept');
  const long = await askBytes(doors.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-encoding': 'gzip',
      authorization: `Bearer ${doors.token}`,
    },
    body: '{"query":"{ large(lines: 200) }"}',
  });
  expect(long.headers['vary']).toBe('origin, accept-encoding');
});

test.each([
  'https://app.example.elsewhere',
  'http://app.example',
  'https://app.example:8443',
  'https://sub.app.example',
  'http://localhost:5174',
  'null',
])('%s is not invited by its likeness', async (origin) => {
  for (const method of ['OPTIONS', 'POST']) {
    const answer = await send(doors.url, {
      method,
      token: doors.token,
      ...(method === 'POST' ? { body: { query: '{ hello }' } } : {}),
      headers: { origin },
    });
    expect(answer.status).toBe(method === 'POST' ? 403 : 405);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  }
  await expect(openSocket(doors.wsUrl, { origin })).rejects.toThrow('403');
});

test.each(['*', 'https://*.example', 'https://app.example/', 'app.example', 'null'])(
  'config: "%s" is no exact origin and ends the start',
  (text) => {
    expect(() => readConfig({ CUTTER_ORIGINS: `https://app.example,${text}` })).toThrow(
      `CUTTER_ORIGINS: "${text}" must be an exact origin without a path or a star, for example https://app.example`,
    );
  },
);
