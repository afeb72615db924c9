import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type DoorServer, doorServer, openEvents, openSocket, send } from '../../harness/doors.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

/** Resolves when a number has stopped growing: a paused reader has filled what lies between. */
async function settled(read: () => number): Promise<number> {
  let before = -1;
  let steady = 0;
  await expect
    .poll(
      () => {
        steady = read() === before ? steady + 1 : 0;
        before = read();
        return steady;
      },
      { interval: 50, timeout: WAITS_FOR_OTHERS_MS },
    )
    .toBeGreaterThan(10);
  return before;
}

describe('an event stream', () => {
  test('carries each value as `next` and ends with `complete`', async () => {
    const events = await openEvents(doors.url, doors.token, 'subscription { count(to: 2) }');
    expect(events.response.headers.get('content-type')).toContain('text/event-stream');
    expect(await events.next()).toEqual({ event: 'next', data: '{"data":{"count":1}}' });
    expect(await events.next()).toEqual({ event: 'next', data: '{"data":{"count":2}}' });
    expect(await events.next()).toEqual({ event: 'complete', data: '' });
    expect(await events.next()).toBeNull();
  });

  test('opens by GET as well, for event sources that can send a header', async () => {
    const query = encodeURIComponent('subscription { count(to: 1) }');
    const headers = { accept: 'text/event-stream', 'last-event-id': '7' };
    const answer = await send(`${doors.url}?query=${query}`, { method: 'GET', token: doors.token, headers });
    expect(answer.text).toContain('event: next\ndata: {"data":{"count":1}}');
  });

  test('is not forced on a client that reads JSON only', async () => {
    const answer = await send(doors.url, {
      token: doors.token,
      body: { query: 'subscription { quiet }' },
      headers: { accept: 'application/json' },
    });
    expect(answer.status).toBe(406);
    expect(doors.seen.live).toBe(0);
  });

  test('that fails inside says so without telling how', async () => {
    const events = await openEvents(doors.url, doors.token, 'subscription { broken }');
    await events.next();
    const last = await events.next();
    expect(last?.data).toContain('INTERNAL_SERVER_ERROR');
    expect(last?.data).not.toContain('secret_table');
    expect((await events.next())?.event).toBe('complete');
  });

  test('in which a value is lost ends with that word: nobody reads on past it', async () => {
    const events = await openEvents(doors.url, doors.token, 'subscription { lossy }');
    expect((await events.next())?.data).toBe('{"data":{"lossy":1}}');
    expect((await events.next())?.data).toMatch(/"errors".*"data":null/);
    expect((await events.next())?.event).toBe('complete');
    await expect.poll(() => doors.seen.live).toBe(0);
  });

  test('ends its source when the reader leaves', async () => {
    const events = await openEvents(doors.url, doors.token, 'subscription { quiet }');
    await events.next();
    expect(doors.seen.live).toBe(1);
    events.leave();
    await expect.poll(() => doors.seen.live).toBe(0);
  });

  test('draws nothing more while its reader pauses, and ends its source when the paused reader leaves', async () => {
    const before = doors.seen.drawn;
    const events = await openEvents(doors.url, doors.token, 'subscription { flood }');
    const drawn = (await settled(() => doors.seen.drawn)) - before;
    // What the kernel and the client's buffers hold, at 100 kB each.
    expect(drawn).toBeLessThan(400);
    events.leave();
    await expect.poll(() => doors.seen.live).toBe(0);
  });

  test('beyond the number of streams is refused', async () => {
    const narrow = await doorServer({ limits: { sockets: 1 }, database: doors.database });
    const first = await openEvents(narrow.url, doors.token, 'subscription { quiet }');
    await first.next();
    const second = await openEvents(narrow.url, doors.token, 'subscription { quiet }');
    expect(second.response.status).toBe(503);
    first.leave();
    await expect
      .poll(
        async () =>
          (await openEvents(narrow.url, doors.token, 'subscription { count(to: 1) }')).response.status,
      )
      .toBe(200);
  });

  test('whose reader leaves before it has begun gives its place back at once, and its source when it begins', async () => {
    const narrow = await doorServer({ limits: { sockets: 1 }, database: doors.database });
    const leave = new AbortController();
    const headers = {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${doors.token}`,
    };
    const body = JSON.stringify({ query: 'subscription { late }' });
    const gone = fetch(narrow.url, { method: 'POST', headers, body, signal: leave.signal });
    const another = async () =>
      (await openEvents(narrow.url, doors.token, 'subscription { count(to: 1) }')).response.status;
    await expect.poll(another).toBe(503);
    leave.abort();
    await expect(gone).rejects.toThrow();
    await expect.poll(another).toBe(200);
    const { release } = narrow.seen;
    release();
    await expect.poll(() => narrow.seen.live).toBe(0);
    expect(narrow.logged).toEqual([]);
  });

  test('with a syntax error is an answer, not a stream', async () => {
    const answer = await send(doors.url, {
      token: doors.token,
      body: { query: 'subscription { count(to: ' },
      headers: { accept: 'text/event-stream, application/json' },
    });
    expect(answer.json().errors?.[0]?.message).toContain('Syntax Error');
  });
});

describe('a WebSocket', () => {
  test('carries each value and ends with `complete`', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { count(to: 2) }' } });
    expect(await socket.next()).toEqual({ type: 'next', id: '1', payload: { data: { count: 1 } } });
    expect(await socket.next()).toEqual({ type: 'next', id: '1', payload: { data: { count: 2 } } });
    expect(await socket.next()).toEqual({ type: 'complete', id: '1' });
    socket.socket.terminate();
  });

  test('on which a value is lost ends that stream', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { lossy }' } });
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { lossy: 1 } } });
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: null, errors: [{}] } });
    expect(await socket.next()).toMatchObject({ type: 'complete' });
    await expect.poll(() => doors.seen.live).toBe(0);
    socket.socket.terminate();
  });

  test('stays open after a syntax error, an unknown field and a missing operation', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: 'quiet', payload: { query: 'subscription { quiet }' } });
    expect(await socket.next()).toMatchObject({ type: 'next', id: 'quiet' });
    const faulty = ['{ hello', '{ nothing }', 'query A { hello } query B { hello }', ''];
    for (const [index, query] of faulty.entries()) {
      socket.send({ type: 'subscribe', id: String(index), payload: { query } });
      expect(await socket.next()).toMatchObject({ type: 'error', id: String(index), payload: [{}] });
    }
    socket.send({ type: 'complete', id: 'quiet' });
    await expect.poll(() => doors.seen.live).toBe(0);
    socket.socket.terminate();
  });

  test('masks what fails inside', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    for (const [id, query] of [
      ['1', '{ defect }'],
      ['2', 'subscription { broken }'],
    ] as const) {
      socket.send({ type: 'subscribe', id, payload: { query } });
      const frames = [];
      for (let frame = await socket.next(); frame.type !== 'complete'; frame = await socket.next())
        frames.push(frame);
      expect(JSON.stringify(frames)).toContain('INTERNAL_SERVER_ERROR');
      expect(JSON.stringify(frames)).not.toMatch(/secret_table|"http"|unexpected/);
    }
    socket.socket.terminate();
  });

  test('draws nothing more while its reader pauses, and ends its source with the socket', async () => {
    const before = doors.seen.drawn;
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.socket.pause();
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { flood }' } });
    await expect.poll(() => doors.seen.drawn - before).toBeGreaterThan(0);
    const drawn = (await settled(() => doors.seen.drawn)) - before;
    expect(drawn).toBeLessThan(400);
    socket.socket.terminate();
    await expect.poll(() => doors.seen.live).toBe(0);
  });

  test('whose reader answers no ping is ended', async () => {
    const impatient = await doorServer({ limits: { pingMs: 100, pongMs: 200 }, database: doors.database });
    const socket = await openSocket(impatient.wsUrl, { autoPong: false });
    expect((await socket.closed).code).toBe(1006);
  });

  test('that answers its pings stays', async () => {
    const impatient = await doorServer({ limits: { pingMs: 20, pongMs: 2_000 }, database: doors.database });
    const socket = await openSocket(impatient.wsUrl);
    let pings = 0;
    await new Promise<void>((resolve) => {
      socket.socket.on('ping', () => ++pings === 5 && resolve());
    });
    expect(socket.socket.readyState).toBe(socket.socket.OPEN);
    socket.socket.terminate();
  });

  test('that never introduces itself is closed', async () => {
    const impatient = await doorServer({ limits: { socketInitMs: 50 }, database: doors.database });
    const socket = await openSocket(impatient.wsUrl);
    expect((await socket.closed).code).toBe(4408);
  });

  test('carries a bounded number of operations at a time', async () => {
    const narrow = await doorServer({ limits: { socketOperations: 2 }, database: doors.database });
    const socket = await openSocket(narrow.wsUrl);
    await socket.introduce(doors.token);
    for (const id of ['1', '2']) {
      socket.send({ type: 'subscribe', id, payload: { query: 'subscription { quiet }' } });
      expect(await socket.next()).toMatchObject({ type: 'next', id });
    }
    socket.send({ type: 'subscribe', id: '3', payload: { query: 'subscription { quiet }' } });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      id: '3',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    expect(narrow.seen.live).toBe(2);
    socket.socket.terminate();
    await expect.poll(() => narrow.seen.live).toBe(0);
  });

  test('beyond the number of sockets is refused', async () => {
    const narrow = await doorServer({ limits: { sockets: 1 }, database: doors.database });
    const first = await openSocket(narrow.wsUrl);
    await expect(openSocket(narrow.wsUrl)).rejects.toThrow('503');
    first.socket.terminate();
  });

  test('with a frame that is too large is closed', async () => {
    const narrow = await doorServer({ limits: { bodyBytes: 50_000 }, database: doors.database });
    const socket = await openSocket(narrow.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: `{hello} #${'x'.repeat(60_000)}` } });
    expect((await socket.closed).code).toBe(1009);
  });

  test('of a stranger that sends more than an introduction is closed', async () => {
    const socket = await openSocket(doors.wsUrl);
    socket.send({ type: 'connection_init', payload: { authorization: 'x'.repeat(20_000) } });
    expect((await socket.closed).code).toBe(4400);
  });

  test('with JSON nested 5,000 deep is closed, not the process', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.send(
      `{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
    );
    expect((await socket.closed).code).toBe(4400);
    expect((await send(doors.url, { token: doors.token, body: { query: '{ hello }' } })).status).toBe(200);
  });
});

describe('closing', () => {
  test('tells sockets to come back (1001), ends streams without `complete`, and frees the port', async () => {
    const closing = await doorServer({ database: doors.database });
    const socket = await openSocket(closing.wsUrl);
    await socket.introduce(doors.token);
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { quiet }' } });
    await socket.next();
    const events = await openEvents(closing.url, doors.token, 'subscription { quiet }');
    await events.next();
    await closing.close();
    expect((await socket.closed).code).toBe(1001);
    expect(await events.next()).toBeNull();
    expect(closing.seen.live).toBe(0);
    await expect(fetch(closing.url)).rejects.toThrow();
  });

  test('lets a request under way finish', async () => {
    const closing = await doorServer({ database: doors.database });
    const unset = closing.seen.release;
    const answer = send(closing.url, { token: doors.token, body: { query: '{ slow }' } });
    await expect.poll(() => closing.seen.release !== unset).toBe(true);
    const closed = closing.close();
    closing.seen.release();
    expect((await answer).json()).toEqual({ data: { slow: 'done' } });
    await closed;
  });

  test('does not wait for readers that have paused', async () => {
    const closing = await doorServer({ database: doors.database, limits: { drainMs: 500 } });
    const socket = await openSocket(closing.wsUrl);
    await socket.introduce(doors.token);
    socket.socket.pause();
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'subscription { flood }' } });
    const events = await openEvents(closing.url, doors.token, 'subscription { flood }');
    await settled(() => closing.seen.drawn);
    await closing.close();
    await expect.poll(() => closing.seen.live).toBe(0);
    socket.socket.terminate();
    events.leave();
  });
});
