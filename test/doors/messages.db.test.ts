import { beforeAll, describe, expect, test } from 'vitest';
import { type DoorServer, doorServer, openSocket, type Socket } from '../harness/doors.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

async function introduced(): Promise<Socket> {
  const socket = await openSocket(doors.wsUrl);
  await socket.introduce(doors.token);
  return socket;
}

const subscribe = (id: string, query = 'subscription { quiet }') => ({
  type: 'subscribe',
  id,
  payload: { query },
});

describe('a message that no client sends closes its socket with 4400', () => {
  test.each([
    ['an acknowledgement', { type: 'connection_ack' }],
    ['a result', { type: 'next', id: '1', payload: { data: {} } }],
    ['an error', { type: 'error', id: '1', payload: [{ message: 'x' }] }],
    ['a word of the older protocol', { type: 'start', id: '1', payload: { query: '{hello}' } }],
    ['a name of every object', { type: 'constructor' }],
    ['no type', { id: '1' }],
    ['a list', [{ type: 'ping' }]],
    ['a number', '7'],
    ['null', 'null'],
    ['no JSON', '{"type":'],
    ['a type given twice', '{"type":"ping","type":"ping"}'],
    ['an operation without an id', { type: 'subscribe', payload: { query: '{hello}' } }],
    ['an operation without a payload', { type: 'subscribe', id: '1' }],
    ['an operation whose query is a number', { type: 'subscribe', id: '1', payload: { query: 1 } }],
    ['an id of 257 characters', subscribe('i'.repeat(257))],
    ['an end with such an id', { type: 'complete', id: 'ж'.repeat(257) }],
    ['a long type', { type: '€'.repeat(500) }],
  ])('%s', async (_name, message) => {
    const socket = await introduced();
    socket.send(message);
    expect((await socket.closed).code).toBe(4400);
  });

  test('bytes instead of text', async () => {
    const socket = await introduced();
    socket.socket.send(Buffer.from(JSON.stringify({ type: 'ping' })), { binary: true });
    expect((await socket.closed).code).toBe(4400);
  });

  test('also before it has introduced itself', async () => {
    const socket = await openSocket(doors.wsUrl);
    socket.send({ type: 'connection_ack' });
    expect((await socket.closed).code).toBe(4400);
  });
});

describe('an id that is in use closes with 4409, and the reason fits its frame', () => {
  test.each([
    ['short', '1'],
    ['of 200 characters', 'i'.repeat(200)],
    ['of 100 Cyrillic letters', 'ж'.repeat(100)],
    ['of 256 characters of three bytes', '€'.repeat(256)],
    ['of emoji', '😀'.repeat(64)],
    ['that is a property of objects', '__proto__'],
  ])('%s', async (_name, id) => {
    const socket = await introduced();
    socket.send(subscribe(id));
    expect(await socket.next()).toMatchObject({ type: 'next', id });
    socket.send(subscribe(id));
    const { code, reason } = await socket.closed;
    expect(code).toBe(4409);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
    expect(reason).not.toContain('\ufffd');
  });

  test('and is free again when its operation has ended', async () => {
    const socket = await introduced();
    for (let time = 0; time < 3; time++) {
      socket.send(subscribe('ж'.repeat(100), '{ hello }'));
      expect(await socket.next()).toMatchObject({ type: 'next' });
      expect(await socket.next()).toMatchObject({ type: 'complete' });
    }
    socket.socket.terminate();
  });
});

describe('an operation that its client has ended', () => {
  test('leaves its id to the next one at once, and takes nothing of it along', async () => {
    const socket = await introduced();
    for (let turn = 0; turn < 20; turn++) {
      socket.send(subscribe('x'));
      socket.send({ type: 'complete', id: 'x' });
    }
    socket.send(subscribe('x'));
    await expect.poll(() => doors.seen.live).toBe(1);
    socket.send(subscribe('y', '{ hello }'));
    while ((await socket.next()).id !== 'y');
    // The last one is still known by its id: it isn't taken again, and it can be ended.
    socket.send({ type: 'complete', id: 'x' });
    await expect.poll(() => doors.seen.live).toBe(0);
    socket.send(subscribe('x'));
    await expect.poll(() => doors.seen.live).toBe(1);
    socket.send(subscribe('x'));
    expect((await socket.closed).code).toBe(4409);
    await expect.poll(() => doors.seen.live).toBe(0);
  });

  test('says nothing more: what comes next under the id is the next one’s', async () => {
    const socket = await introduced();
    socket.send(subscribe('x', '{ slow }'));
    socket.send({ type: 'complete', id: 'x' });
    socket.send(subscribe('x', '{ hello }'));
    expect(await socket.next()).toEqual({ type: 'next', id: 'x', payload: { data: { hello: 'hello' } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: 'x' });
    doors.seen.release();
    socket.send(subscribe('x', '{ node { name } }'));
    expect(await socket.next()).toMatchObject({ id: 'x', payload: { data: { node: { name: 'root' } } } });
    socket.socket.terminate();
  });

  test('may be ended twice, and one that never was may be ended too', async () => {
    const socket = await introduced();
    for (const id of ['never', '1', 'never']) socket.send({ type: 'complete', id });
    socket.send(subscribe('1', '{ hello }'));
    expect(await socket.next()).toMatchObject({ type: 'next', id: '1' });
    socket.socket.terminate();
  });
});

test('a second introduction closes with 4429, an operation before the first with 4401', async () => {
  const twice = await introduced();
  twice.send({ type: 'connection_init', payload: { authorization: `Bearer ${doors.token}` } });
  expect((await twice.closed).code).toBe(4429);
  const early = await openSocket(doors.wsUrl);
  early.send(subscribe('1'));
  expect((await early.closed).code).toBe(4401);
});

test('a burst of messages is taken in order', async () => {
  const socket = await introduced();
  for (let turn = 0; turn < 200; turn++) {
    socket.send(subscribe(String(turn), '{ hello }'));
    socket.send({ type: 'ping', payload: { turn } });
  }
  const pongs: unknown[] = [];
  while (pongs.length < 200) {
    const frame = await socket.next();
    if (frame.type === 'pong') pongs.push((frame.payload as { turn: number }).turn);
  }
  expect(pongs).toEqual(Array.from({ length: 200 }, (_, turn) => turn));
  socket.socket.terminate();
});
