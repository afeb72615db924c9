import { beforeAll, describe, expect, test } from 'vitest';
import { type DoorServer, doorServer, openSocket, send } from '../harness/doors.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

describe('what a foreign page can send without asking is refused', () => {
  const form = new URLSearchParams({ query: 'mutation { touch }' }).toString();
  const multipart = [
    '--x',
    'Content-Disposition: form-data; name="operations"',
    '',
    '{"query":"mutation{touch}"}',
    '--x--',
    '',
  ];

  test.each([
    ['a form', 'application/x-www-form-urlencoded', form],
    ['a multipart form', 'multipart/form-data; boundary=x', multipart.join('\r\n')],
    ['plain text that is JSON', 'text/plain', '{"query":"mutation{touch}"}'],
    ['a bare operation', 'application/graphql', 'mutation { touch }'],
    [
      'JSON beside a form',
      'application/x-www-form-urlencoded, application/json',
      '{"query":"mutation{touch}"}',
    ],
    ['JSON in another encoding', 'application/json; charset=utf-16', '{"query":"mutation{touch}"}'],
    ['no content type', '', '{"query":"mutation{touch}"}'],
  ])('%s', async (_name, type, body) => {
    const answer = await send(doors.url, { token: doors.token, body, headers: { 'content-type': type } });
    expect(answer.status).toBe(415);
    expect(answer.json().errors?.[0]?.extensions).toEqual({ code: 'UNSUPPORTED_MEDIA_TYPE' });
    expect(doors.seen.mutations).toBe(0);
  });

  test('a mutation by GET', async () => {
    const answer = await send(`${doors.url}?query=mutation{touch}`, { method: 'GET', token: doors.token });
    expect(answer.status).toBe(405);
    expect(doors.seen.mutations).toBe(0);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('%s', async (method) => {
    const answer = await send(doors.url, { method, token: doors.token, body: '{"query":"mutation{touch}"}' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST, GET']);
  });
});

test('no other origin is invited: neither to look nor to ask', async () => {
  const headers = { origin: 'https://elsewhere.example' };
  const answers = [
    await send(doors.url, { token: doors.token, body: { query: '{ hello }' }, headers }),
    await send(doors.url, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    }),
  ];
  for (const answer of answers) {
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
  expect(answers[1]?.status).toBe(405);
});

describe('a WebSocket', () => {
  test('of a foreign page is refused before it opens', async () => {
    for (const origin of [
      'https://elsewhere.example',
      'null',
      'http://127.0.0.1.elsewhere.example',
      'http://127.0.0.1:1',
    ]) {
      await expect(openSocket(doors.wsUrl, { origin })).rejects.toThrow('403');
    }
  });

  test('of our own page, and of a program, is let in', async () => {
    for (const options of [{}, { origin: new URL(doors.url).origin }]) {
      const socket = await openSocket(doors.wsUrl, options);
      await socket.introduce(doors.token);
      socket.socket.terminate();
    }
  });

  test('at another path is refused', async () => {
    await expect(openSocket(doors.wsUrl.replace('/graphql', '/elsewhere'))).rejects.toThrow('404');
  });

  test('of another protocol is closed', async () => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(doors.wsUrl, 'graphql-ws');
    const refused = await new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message));
      socket.on('close', (code) => resolve(String(code)));
    });
    expect(refused).toMatch(/4406|subprotocol/);
  });
});

test('a method or a path that is not there gets a plain answer', async () => {
  const answer = await send(new URL('/elsewhere', doors.url).href, { method: 'GET' });
  expect([answer.status, answer.json().errors?.[0]?.extensions]).toEqual([404, { code: 'NOT_FOUND' }]);
});
