import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FeedOptions, HistoryFeed } from '../../../src/log/feed/feed.ts';
import type { HistoryMessage } from '../../../src/log/feed/history-message.ts';
import type { SubscribeOptions } from '../../../src/log/feed/subscription.ts';
import type { Integrator } from '../../../src/log/queue/integrator.ts';
import { drained, type Ground, logGround, mark, positionsOf, pull, range } from '../log-ground.ts';

type Heartbeat = Extract<HistoryMessage, { type: 'Heartbeat' }>;

const caughtUp = ({ type }: HistoryMessage): boolean => type === 'CaughtUp';
const heartbeat = ({ type }: HistoryMessage): boolean => type === 'Heartbeat';
const event = ({ type }: HistoryMessage): boolean => type === 'HistoryEvent';
const NOBODY = { equal: [{ column: 'changed_by', values: ['nobody'] }] } as const;

let ground: Ground;
let integrator: Integrator;
const feeds: HistoryFeed[] = [];
const streams: AsyncIterator<HistoryMessage>[] = [];

beforeAll(async () => {
  ground = await logGround();
  integrator = ground.integrate();
  await ground.burst(5000);
  await drained(ground.database, integrator);
});
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.return?.();
  for (const feed of feeds.splice(0)) await feed.close();
});
afterAll(() => ground.close());

function start(options: Partial<FeedOptions> = {}): HistoryFeed {
  const feed = ground.feed({ integrator, heartbeatMs: 20, ...options });
  feeds.push(feed);
  return feed;
}

function subscribe(
  feed: HistoryFeed,
  options: Partial<SubscribeOptions> = {},
): AsyncIterableIterator<HistoryMessage> {
  const stream = feed.subscribe({ tokenId: null, ...options });
  streams.push(stream);
  return stream;
}

async function headOf(feed: HistoryFeed): Promise<number> {
  return Number((await feed.head()).nextPosition);
}

async function markNow(feed: HistoryFeed, by?: string): Promise<number> {
  return Number(await feed.waitForPosition((await mark(ground.exec, by)).recordId));
}

describe('heartbeats', () => {
  test('say again and again where a quiet log ends; events go on between them, and each is good to resume from', async () => {
    const feed = start();
    const head = await headOf(feed);
    const stream = subscribe(feed);
    await pull(stream, caughtUp);
    const { cursor } = await feed.head();
    const expected = { type: 'Heartbeat', cursor, head: String(head), checkpoint: null };
    expect(await pull(stream, heartbeat)).toEqual([expected]);
    expect(await pull(stream, heartbeat)).toEqual([expected]);
    const position = await markNow(feed);
    expect(positionsOf(await pull(stream, event))).toEqual([position]);
    const [after] = (await pull(stream, heartbeat)) as [Heartbeat];
    expect(after.head).toBe(String(position + 1));
    const resumed = subscribe(feed, { after: after.cursor });
    await pull(resumed, caughtUp);
    const next = await markNow(feed);
    expect(positionsOf(await pull(resumed, event))).toEqual([next]);
  });

  test('go on while a filter lets nothing through, and tell how far the log has come', async () => {
    const feed = start();
    const stream = subscribe(feed, { filter: NOBODY });
    await pull(stream, caughtUp);
    for (let turn = 0; turn < 3; turn += 1) {
      const position = await markNow(feed);
      const passed = await pull(
        stream,
        (message) => heartbeat(message) && Number((message as Heartbeat).head) > position,
      );
      expect(passed.every(heartbeat)).toBe(true);
      expect(passed.at(-1)).toEqual({ type: 'Heartbeat', ...(await placeNow(feed)), checkpoint: null });
    }
  });

  test('come in the middle of a replay that matches nothing, and the rest can be resumed from there', async () => {
    const feed = start({ heartbeatMs: 4, ringCapacity: 10 });
    const target = await headOf(feed);
    const messages = await pull(subscribe(feed, { after: '', filter: NOBODY }), caughtUp);
    const beats = messages.filter(heartbeat) as Heartbeat[];
    const heads = beats.map(({ head }) => Number(head));
    expect(messages.filter(event)).toEqual([]);
    expect(heads.length).toBeGreaterThan(0);
    expect(heads).toEqual(heads.toSorted((one, other) => one - other));
    const [first] = beats as [Heartbeat];
    const rest = await pull(subscribe(feed, { after: first.cursor }), caughtUp);
    expect(positionsOf(rest)).toEqual(range(Number(first.head), target));
  });

  test('are not stored up for a reader that has paused', async () => {
    const feed = start();
    const [paused, other] = [subscribe(feed), subscribe(feed)];
    await Promise.all([pull(paused, caughtUp), pull(other, caughtUp)]);
    for (let beats = 0; beats < 5; beats += 1) await pull(other, heartbeat);
    const positions = [await markNow(feed), await markNow(feed)];
    // Once another has them, they are there to be pulled: the paused reader doesn't wait, however busy the machine is.
    for (let events = 0; events < 2; events += 1) await pull(other, event);
    const seen = [...(await pull(paused, event)), ...(await pull(paused, event))];
    expect(positionsOf(seen)).toEqual(positions);
    expect(seen.filter(heartbeat)).toEqual([]);
  });

  test('are not sent while nobody can say where the log ends', async () => {
    const feed = start({ lostAfterMs: 300, authorityMs: 20 });
    const stream = subscribe(feed);
    await pull(stream, caughtUp);
    const { superuser } = ground.database;
    const blocker = await superuser.connect();
    try {
      await blocker.query('begin; lock table cutter_log.head in access exclusive mode');
      const rest = await pull(stream, ({ type }) => type === 'Reset');
      expect(rest.at(-1)).toMatchObject({ type: 'Reset', reason: 'LISTENER_LOST' });
      // One may have been on its way.
      expect(rest.filter(heartbeat).length).toBeLessThanOrEqual(1);
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
  });
});

async function placeNow(feed: HistoryFeed): Promise<{ cursor: string; head: string }> {
  const { cursor, nextPosition } = await feed.head();
  return { cursor, head: nextPosition };
}

describe('everyRecord', () => {
  let feed: HistoryFeed;
  beforeEach(() => {
    feed = start({ heartbeatMs: 60_000 });
  });

  test('delivers each record of the log, with its hash and the rows that match', async () => {
    const from = await headOf(feed);
    const after = (await feed.head()).cursor;
    const first = await markNow(feed, 'anna');
    const last = await markNow(feed, 'berta');
    const filter = { equal: [{ column: 'changed_by', values: ['berta'] }] } as const;
    const messages = await pull(subscribe(feed, { after, filter, everyRecord: true }), caughtUp);
    const events = messages.filter((message) => message.type === 'HistoryEvent');
    expect(positionsOf(events)).toEqual(range(from, last + 1));
    expect(events.map(({ rows }) => rows.length)).toEqual(
      range(from, last + 1).map((position) => (position === last ? 1 : 0)),
    );
    const { rows } = await ground.database.superuser.query<{ record_hash: string }>(
      'select record_hash from cutter_log.log where position >= $1 order by log.position',
      [from],
    );
    expect(events.map(({ recordHash }) => recordHash)).toEqual(rows.map((row) => row.record_hash));
    expect(first).toBeLessThan(last);
  });

  test('shows a token that is narrowed to entries no row of another', async () => {
    const own = await mark(ground.exec);
    await feed.waitForPosition(own.recordId);
    const end = await headOf(feed);
    const entryIds = new Set([own.entryId]);
    const messages = await pull(subscribe(feed, { after: '', entryIds, everyRecord: true }), caughtUp);
    expect(positionsOf(messages)).toEqual(range(0, end));
    const shown = messages.flatMap((message) => (message.type === 'HistoryEvent' ? message.rows : []));
    expect(shown.map((row) => row.history_id)).toEqual([own.historyId]);
  });
});

describe('a log with a hole', () => {
  const reset = { type: 'Reset', reason: 'LOG_BROKEN' };
  const lastOf = async (stream: AsyncIterator<HistoryMessage>) => (await pull(stream, () => false)).at(-1);

  test('is not read past: the streams that come to it end (LOG_BROKEN), the others go on', async () => {
    const feed = start({ ringCapacity: 10 });
    const live = subscribe(feed);
    await pull(live, caughtUp);
    const { superuser } = ground.database;
    await superuser.query('delete from cutter_log.log where position = 700');
    const seen = await pull(subscribe(feed, { after: '' }), () => false);
    expect(seen.at(-1)).toMatchObject(reset);
    expect(Math.max(...positionsOf(seen))).toBeLessThan(700);
    const position = await markNow(feed);
    expect(positionsOf(await pull(live, event))).toEqual([position]);
  });

  test('at its end ends the live streams, too', async () => {
    const feed = start();
    const live = subscribe(feed);
    await pull(live, caughtUp);
    await ground.database.superuser.query('update cutter_log.head set next_position = next_position + 1');
    integrator.nudge();
    expect(await lastOf(live)).toMatchObject(reset);
    expect(ground.log.alarms.map(({ alarm }) => alarm)).toContain('LOG_BROKEN');
  });
});
