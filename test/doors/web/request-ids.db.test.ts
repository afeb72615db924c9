import { beforeAll, describe, expect, test } from 'vitest';
import { requestIdOf } from '../../../src/doors/web/call.ts';
import { type DoorServer, doorServer, openSocket, send } from '../../harness/doors.ts';
import { rawConnection, rawRequest } from '../../harness/raw-http.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a request has the name that its caller gave', () => {
  test.each([
    ['an id', { 'x-request-id': 'ab-12_3.4:5+6/7=@8' }, 'ab-12_3.4:5+6/7=@8'],
    ['a long id', { 'x-request-id': 'x'.repeat(128) }, 'x'.repeat(128)],
    [
      'a trace',
      { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ],
    [
      'an id before a trace',
      { 'x-request-id': 'mine', traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
      'mine',
    ],
  ])('%s', (_name, headers, id) => {
    expect(requestIdOf(headers)).toBe(id);
  });

  test.each([
    ['none', {}],
    ['too long', { 'x-request-id': 'x'.repeat(129) }],
    ['empty', { 'x-request-id': '' }],
    ['a blank in it', { 'x-request-id': 'a b' }],
    ['a line break in it', { 'x-request-id': 'a\nb' }],
    ['a quote in it', { 'x-request-id': 'a"b' }],
    ['two of them', { 'x-request-id': 'a, b' }],
    ['no trace', { traceparent: '00-00000000000000000000000000000000-00f067aa0ba902b7-01' }],
    ['a trace of another form', { traceparent: '4bf92f3577b34da6a3ce929d0e0e4736' }],
  ])('or a new one: %s', (_name, headers) => {
    expect(requestIdOf(headers)).toMatch(UUID);
  });
});

test('it comes back with every answer: pages, refusals, results, streams, upgrades', async () => {
  const headers = { 'x-request-id': 'mine' };
  const { token } = doors;
  const answers = [
    await send(doors.url, { token, body: { query: '{ hello }' }, headers }),
    await send(doors.url, { body: { query: '{ hello }' }, headers }),
    await send(`${doors.url}?query={hello}`, { method: 'GET', token, headers }),
    await send(new URL('/health', doors.url).href, { method: 'GET', headers }),
    await send(new URL('/', doors.url).href, { method: 'GET', headers }),
    await send(new URL('/nowhere', doors.url).href, { method: 'GET', headers }),
    await send(doors.url, {
      token,
      body: { query: 'subscription { count(to: 1) }' },
      headers: { ...headers, accept: 'text/event-stream' },
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 200, 200, 404, 200]);
  for (const answer of answers) expect(answer.headers.get('x-request-id')).toBe('mine');
  const opened = rawConnection(
    doors.url,
    [
      'GET /graphql HTTP/1.1',
      'Host: localhost',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: graphql-transport-ws',
      'X-Request-Id: mine\r\n\r\n',
    ].join('\r\n'),
  );
  expect(await opened.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 101 [\s\S]*x-request-id: mine\r\n/i);
  opened.socket.destroy();
  const upgraded = await rawRequest(doors.url, [
    'GET /graphql HTTP/1.1',
    'Host: elsewhere.example',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'X-Request-Id: mine',
  ]);
  expect([upgraded.status, upgraded.text]).toEqual([403, expect.stringMatching(/x-request-id: mine/i)]);
});

describe('a defect is found in the log by the id in its answer', () => {
  const lastLine = () => JSON.parse(doors.logged.at(-1) ?? '{}');

  test('over HTTP', async () => {
    const headers = { 'x-request-id': 'find-me' };
    const answer = await send(doors.url, { token: doors.token, body: { query: '{ defect }' }, headers });
    expect(answer.json().errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: 'find-me',
    });
    expect(lastLine()).toMatchObject({ requestId: 'find-me', address: '127.0.0.1' });
  });

  test('each of many that run at a time', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `one-${at}`);
    const answers = await Promise.all(
      ids.map((id) =>
        send(doors.url, {
          token: doors.token,
          body: { query: '{ defect }' },
          headers: { 'x-request-id': id },
        }),
      ),
    );
    expect(answers.map((answer) => answer.json().errors?.[0]?.extensions['requestId'])).toEqual(ids);
    const logged = doors.logged.map((line) => JSON.parse(line).requestId);
    expect(logged).toEqual(expect.arrayContaining(ids));
  });

  test('over a WebSocket, by the id of its upgrade', async () => {
    const socket = await openSocket(doors.wsUrl, { headers: { 'x-request-id': 'my-socket' } });
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: '{ defect }' } });
    const { payload } = await socket.next();
    expect(JSON.stringify(payload)).toContain('"requestId":"my-socket"');
    expect(lastLine()).toMatchObject({ requestId: 'my-socket' });
    socket.socket.terminate();
  });

  test('over an event stream', async () => {
    const answer = await send(doors.url, {
      token: doors.token,
      body: { query: 'subscription { broken }' },
      headers: { accept: 'text/event-stream', 'x-request-id': 'my-stream' },
    });
    expect(answer.text).toContain('"requestId":"my-stream"');
    expect(lastLine()).toMatchObject({ requestId: 'my-stream' });
  });
});
