import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigFault, readConfig } from '../../src/config.ts';
import { Forwarding } from '../../src/doors/address.ts';
import { Meter } from '../../src/doors/bounds/meter.ts';
import { Turnstile } from '../../src/doors/bounds/turnstile.ts';
import { type DoorServer, doorServer, openEvents, openSocket, send } from '../harness/doors.ts';

let doors: DoorServer;
let marker: string;

beforeAll(async () => {
  doors = await doorServer();
  marker = doors.database.tokens['marker'] as string;
});

const body = { query: '{ hello }' };
const hello = (server: DoorServer, token: string, headers: Record<string, string> = {}) =>
  send(server.url, { token, body, headers });
const narrow = (limits: Parameters<typeof doorServer>[0] = {}) =>
  doorServer({ database: doors.database, ...limits });

function expectTooMany(answer: Awaited<ReturnType<typeof send>>): void {
  expect([answer.status, answer.json().errors?.[0]?.extensions['code']]).toEqual([429, 'TOO_MANY_REQUESTS']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

describe('tokens that don’t open', () => {
  test('200 in a row from one address meet a limit, and whoever has opened before goes on', async () => {
    const server = await narrow({ limits: { failedTokensPerSecond: 0.01 } });
    expect((await hello(server, doors.token)).status).toBe(200);
    const statuses = new Map<number, number>();
    for (let guess = 0; guess < 200; guess++) {
      const { status } = await hello(server, `guess${guess}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([
      [401, 100],
      [429, 100],
    ]);
    expectTooMany(await hello(server, 'another'));
    expect((await hello(server, doors.token)).status).toBe(200);
  });

  test('over WebSockets they are counted with those over HTTP, and close with 4429', async () => {
    const server = await narrow({ limits: { failedTokens: 3, failedTokensPerSecond: 0.01 } });
    const codes: number[] = [];
    for (let guess = 0; guess < 3; guess++) {
      const socket = await openSocket(server.wsUrl);
      socket.send({ type: 'connection_init', payload: { authorization: `Bearer guess${guess}` } });
      codes.push((await socket.closed).code);
    }
    const socket = await openSocket(server.wsUrl);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer guess' } });
    codes.push((await socket.closed).code);
    expect(codes).toEqual([4403, 4403, 4403, 4429]);
    expectTooMany(await hello(server, 'guess'));
  });

  test('are counted for the address that a trusted proxy names, and for the proxy’s own where none is trusted', async () => {
    const limits = { failedTokens: 1, failedTokensPerSecond: 0.01 };
    const behind = await narrow({ limits, proxies: ['127.0.0.0/8'] });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    expect((await hello(behind, 'guess', from('203.0.113.1'))).status).toBe(401);
    expectTooMany(await hello(behind, 'guess', from('203.0.113.1')));
    // What the caller wrote before is believed of nobody.
    expectTooMany(await hello(behind, 'guess', from('198.51.100.9, 203.0.113.1')));
    expect((await hello(behind, 'guess', from('203.0.113.2'))).status).toBe(401);
    const open = await narrow({ limits });
    expect((await hello(open, 'guess', from('203.0.113.1'))).status).toBe(401);
    expectTooMany(await hello(open, 'guess', from('203.0.113.2')));
  });
});

describe('proofs of which ledger this is', () => {
  test('of one address beyond its rate are refused; whoever has a token is answered', async () => {
    const server = await narrow({
      limits: { proofsAtOnce: 3, proofsPerSecond: 0.01 },
      proxies: ['127.0.0.1'],
    });
    const { origin } = new URL(server.url);
    const proof = (address: string) =>
      send(`${origin}/identity?nonce=${'n'.repeat(43)}&origin=${origin}`, {
        method: 'GET',
        headers: { 'x-forwarded-for': address },
      });
    for (let time = 0; time < 3; time++) expect((await proof('203.0.113.1')).status).toBe(200);
    expectTooMany(await proof('203.0.113.1'));
    expect((await proof('203.0.113.2')).status).toBe(200);
    expect((await hello(server, doors.token, { 'x-forwarded-for': '203.0.113.1' })).status).toBe(200);
  });
});

describe('calls', () => {
  test('of one principal beyond its rate are refused; another’s are answered', async () => {
    const server = await narrow({ limits: { callsAtOnce: 3, callsPerSecond: 0.01 } });
    for (let call = 0; call < 3; call++) expect((await hello(server, doors.token)).status).toBe(200);
    expectTooMany(await hello(server, doors.token));
    expect((await hello(server, marker)).status).toBe(200);
    const socket = await openSocket(server.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: body });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: expect.any(Number) } }],
    });
    socket.socket.terminate();
  });

  test('of one token run so many at a time, wait so many more, and leave the others alone', async () => {
    const server = await narrow({ limits: { callsRunning: 1, callsWaiting: 1 } });
    const unset = server.seen.release;
    const slow = { token: doors.token, body: { query: '{ slow }' } };
    const running = send(server.url, slow);
    await expect.poll(() => server.seen.release !== unset).toBe(true);
    const answers: number[] = [];
    const behind = [hello(server, doors.token), hello(server, doors.token), hello(server, doors.token)];
    for (const one of behind) void one.then(({ status }) => answers.push(status));
    await expect.poll(() => answers).toEqual([429, 429]);
    expect((await hello(server, marker)).status).toBe(200);
    server.seen.release();
    expect((await running).status).toBe(200);
    await expect.poll(() => answers).toEqual([429, 429, 200]);
  });

  test('the default is beyond what honest programs do', async () => {
    const answers = await Promise.all(Array.from({ length: 500 }, () => hello(doors, doors.token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('messages on one socket', () => {
  test('beyond their rate close it with 4429', async () => {
    const server = await narrow({ limits: { messagesAtOnce: 50, messagesPerSecond: 1 } });
    const socket = await openSocket(server.wsUrl);
    await socket.introduce(doors.token);
    for (let turn = 0; turn < 60; turn++) {
      socket.send({ type: 'subscribe', id: String(turn), payload: { query: 'subscription { quiet }' } });
      socket.send({ type: 'complete', id: String(turn) });
    }
    expect((await socket.closed).code).toBe(4429);
    await expect.poll(() => server.seen.live).toBe(0);
    expect((await hello(server, doors.token)).status).toBe(200);
  });

  test('5,000 subscriptions begun and ended in one burst leave others their turn', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    for (let turn = 0; turn < 5_000; turn++) {
      socket.send({ type: 'subscribe', id: String(turn), payload: { query: 'subscription { quiet }' } });
      socket.send({ type: 'complete', id: String(turn) });
    }
    expect((await hello(doors, marker)).status).toBe(200);
    expect((await socket.closed).code).toBe(4429);
    await expect.poll(() => doors.seen.live).toBe(0);
  });
});

describe('what one principal holds', () => {
  test('is half of the sockets at most: another still gets in', async () => {
    const server = await narrow({ limits: { sockets: 8 } });
    const open = [];
    for (let count = 0; count < 4; count++) {
      const socket = await openSocket(server.wsUrl);
      await socket.introduce(doors.token);
      open.push(socket);
    }
    const fifth = await openSocket(server.wsUrl);
    fifth.send({ type: 'connection_init', payload: { authorization: `Bearer ${doors.token}` } });
    expect((await fifth.closed).code).toBe(4429);
    const other = await openSocket(server.wsUrl);
    await other.introduce(marker);
    // A socket that has gone is given back.
    open[0]?.socket.terminate();
    await expect
      .poll(async () => {
        const again = await openSocket(server.wsUrl);
        return again.introduce(doors.token).then(
          () => 'in',
          () => 'out',
        );
      })
      .toBe('in');
    for (const { socket } of [...open, other]) socket.terminate();
  });

  test('is half of the event streams at most', async () => {
    const server = await narrow({ limits: { sockets: 4 } });
    const quiet = 'subscription { quiet }';
    const open = [
      await openEvents(server.url, doors.token, quiet),
      await openEvents(server.url, doors.token, quiet),
    ];
    for (const events of open) await events.next();
    expectTooMany(await send(server.url, { token: doors.token, body: { query: quiet } }));
    const other = await openEvents(server.url, marker, quiet);
    expect(other.response.status).toBe(200);
    for (const events of [...open, other]) events.leave();
    await expect.poll(() => server.seen.live).toBe(0);
    const again = await openEvents(server.url, doors.token, 'subscription { count(to: 1) }');
    expect(again.response.status).toBe(200);
  });

  test('is a number of subscriptions, over sockets and event streams together', async () => {
    const server = await narrow({ limits: { subscriptions: 2 } });
    const socket = await openSocket(server.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { quiet }' } });
    await socket.next();
    const events = await openEvents(server.url, doors.token, 'subscription { quiet }');
    await events.next();
    expectTooMany(await send(server.url, { token: doors.token, body: { query: 'subscription { quiet }' } }));
    socket.send({ type: 'subscribe', id: '2', payload: { query: 'subscription { quiet }' } });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }],
    });
    socket.send({ type: 'complete', id: '1' });
    await expect.poll(() => server.seen.live).toBe(1);
    socket.send({ type: 'subscribe', id: '3', payload: { query: 'subscription { count(to: 1) }' } });
    expect(await socket.next()).toMatchObject({ type: 'next', id: '3' });
    socket.socket.terminate();
    events.leave();
  });

  test('strangers of one address hold a quarter of the sockets', async () => {
    const server = await narrow({ limits: { sockets: 8, socketInitMs: 60_000 } });
    const strangers = [await openSocket(server.wsUrl), await openSocket(server.wsUrl)];
    await expect(openSocket(server.wsUrl)).rejects.toThrow('429');
    await strangers[0]?.introduce(doors.token);
    strangers.push(await openSocket(server.wsUrl));
    for (const { socket } of strangers) socket.terminate();
  });
});

describe('a meter', () => {
  test('fills again with time, and no further than it was', () => {
    const meter = new Meter({ burst: 2, perSecond: 4 });
    expect([meter.take('a', 0), meter.take('a', 0), meter.take('a', 0)]).toEqual([0, 0, 250]);
    expect(meter.take('b', 0)).toBe(0);
    expect(meter.take('a', 250)).toBe(0);
    expect([meter.take('a', 60_000), meter.take('a', 60_000), meter.take('a', 60_000)]).toEqual([0, 0, 250]);
  });

  test('remembers so many and forgets who was seen longest ago', () => {
    const meter = new Meter({ burst: 1, perSecond: 0.001 }, 2);
    for (const who of ['a', 'b', 'c']) expect(meter.take(who, 0)).toBe(0);
    expect(meter.take('a', 0)).toBe(0);
    expect(meter.take('c', 0)).toBeGreaterThan(0);
  });
});

test('a turnstile lets the next one in when one leaves, once', async () => {
  const turnstile = new Turnstile(1, 2);
  const leave = await turnstile.enter('a');
  const order: string[] = [];
  const second = turnstile.enter('a').then((left) => {
    order.push('second');
    return left;
  });
  const third = turnstile.enter('a').then(() => order.push('third'));
  expect(await turnstile.enter('a')).toBeNull();
  leave?.();
  leave?.();
  await second;
  expect(order).toEqual(['second']);
  (await second)?.();
  await third;
  expect(order).toEqual(['second', 'third']);
});

describe('an address', () => {
  const asked = (remoteAddress: string, told?: string) =>
    ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': told } }) as never;

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is counted as %s', (address, counted) => {
    expect(new Forwarding([]).of(asked(address)).address).toBe(counted);
  });

  test('behind proxies it is the last that is none of them', () => {
    const forwarding = new Forwarding(['10.0.0.0/8', 'fd00::/8']);
    const callerOf = (peer: string, said?: string) => forwarding.of(asked(peer, said)).address;
    expect(callerOf('10.1.1.1', '1.1.1.1, 203.0.113.7, 10.2.2.2')).toBe('203.0.113.7');
    expect(callerOf('10.1.1.1', '203.0.113.7:4711')).toBe('203.0.113.7');
    expect(callerOf('fd00::1', '2001:db8::7')).toBe('2001:db8:0:0::/64');
    expect(callerOf('10.1.1.1', 'nonsense')).toBe('10.1.1.1');
    expect(callerOf('10.1.1.1')).toBe('10.1.1.1');
    expect(callerOf('192.0.2.1', '203.0.113.7')).toBe('192.0.2.1');
  });
});

test('config: what is metered can be chosen, and proxies are addresses', () => {
  const env = {
    CUTTER_MAX_CALLS_PER_SECOND: '10',
    CUTTER_MAX_FAILED_TOKENS: '7',
    CUTTER_MAX_SUBSCRIPTIONS: '9',
  };
  expect(readConfig(env).limits).toMatchObject({
    callsPerSecond: 10,
    callsAtOnce: 50,
    failedTokens: 7,
    subscriptions: 9,
  });
  expect(readConfig({ CUTTER_TRUSTED_PROXIES: '10.0.0.0/8, ::1' }).proxies).toEqual(['10.0.0.0/8', '::1']);
  for (const proxies of ['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8'])
    expect(() => readConfig({ CUTTER_TRUSTED_PROXIES: proxies })).toThrow(ConfigFault);
});
