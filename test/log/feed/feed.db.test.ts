import { sql } from 'slonik';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { authorityEnded, tokenHash } from '../../../src/auth/authenticate.ts';
import { encodePlace } from '../../../src/log/feed/cursor.ts';
import type { HistoryFeed } from '../../../src/log/feed/feed.ts';
import type { HistoryMessage } from '../../../src/log/feed/history-message.ts';
import type { SubscribeOptions } from '../../../src/log/feed/subscription.ts';
import type { Integrator } from '../../../src/log/queue/integrator.ts';
import { asOwner } from '../../harness/cluster.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import {
  drained,
  type Ground,
  insertHistory,
  insertPending,
  inTransaction,
  logGround,
  mark,
  positionsOf,
  pull,
  range,
} from '../log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const caughtUp = (message: HistoryMessage): boolean => message.type === 'CaughtUp';
const ended = (): boolean => false;
function events(count: number): (message: HistoryMessage) => boolean {
  let missing = count;
  return (message) => {
    if (message.type === 'HistoryEvent') missing -= 1;
    return missing <= 0;
  };
}

let ground: Ground;
let integrator: Integrator;
let feed: HistoryFeed;
const streams: AsyncIterator<HistoryMessage>[] = [];

beforeAll(async () => {
  ground = await logGround();
  integrator = ground.integrate();
  feed = ground.feed({ integrator });
  await ground.burst(1000);
  await drained(ground.database, integrator);
});
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.return?.();
  expect(feed.subscribers).toBe(0);
});
afterAll(() => ground.close());

function subscribe(
  options: Partial<SubscribeOptions> = {},
  from = feed,
): AsyncIterableIterator<HistoryMessage> {
  const stream = from.subscribe({ tokenId: null, ...options });
  streams.push(stream);
  return stream;
}

async function headNow(): Promise<number> {
  return Number((await feed.head()).nextPosition);
}

async function markNow(by?: string): Promise<number> {
  const made = await mark(ground.exec, by);
  // On a busy machine the integrator may take longer than one wait, which then says null.
  return Number(
    await vi.waitUntil(() => feed.waitForPosition(made.recordId), { timeout: WAITS_FOR_OTHERS_MS }),
  );
}

describe('messages', () => {
  test('from the start: Ready, every record, CaughtUp once, then live', async () => {
    const head = await headNow();
    const stream = subscribe({ after: '' });
    const replayed = await pull(stream, caughtUp);
    expect(replayed.at(0)?.type).toBe('Ready');
    expect(positionsOf(replayed)).toEqual(range(0, head));
    expect(replayed).toHaveLength(head + 2);
    const live = [await markNow(), await markNow()];
    expect(positionsOf(await pull(stream, events(2)))).toEqual(live);
  });

  test('from now: Ready and CaughtUp at the head, then only what comes after', async () => {
    const { cursor, incarnation, nextPosition: head } = await feed.head();
    const stream = subscribe();
    expect(await pull(stream, caughtUp)).toEqual([
      { type: 'Ready', cursor, head, heartbeatMs: 15_000, incarnation },
      { type: 'CaughtUp', cursor, checkpoint: null },
    ]);
    const position = await markNow();
    expect(positionsOf(await pull(stream, events(1)))).toEqual([position]);
  });

  test('from a cursor in the middle: exclusive, without a gap', async () => {
    const whole = await pull(subscribe({ after: '' }), caughtUp);
    const middle = whole.filter((message) => message.type === 'HistoryEvent')[417];
    expect(middle?.position).toBe('417');
    const stream = subscribe({ after: middle?.cursor ?? null });
    expect(positionsOf(await pull(stream, caughtUp))).toEqual(range(418, await headNow()));
  });

  test('a row carries what observers see of it, its position and its ordinal', async () => {
    const stream = subscribe();
    await pull(stream, caughtUp);
    const made = await mark(ground.exec, 'somebody');
    integrator.nudge();
    const [event] = await pull(stream, events(1));
    expect(event).toMatchObject({
      type: 'HistoryEvent',
      rows: [
        {
          history_id: made.historyId,
          entry_id: made.entryId,
          entry_version_before: null,
          entry_version_after: 'marked',
          change_kind: 'mark',
          changed_by: 'somebody',
          changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
          position: await feed.waitForPosition(made.recordId),
          log_ordinal: 1,
        },
      ],
    });
  });

  test('a phase arrives whole, in record order; a record that moves no entry passes in silence', async () => {
    const stream = subscribe();
    await pull(stream, caughtUp);
    const made = await mark(ground.exec);
    const rowIds = Array.from({ length: 5 }, () => crypto.randomUUID());
    await inTransaction(ground.exec, (client) =>
      insertPending(client, crypto.randomUUID(), [crypto.randomUUID()]),
    );
    await inTransaction(ground.exec, async (client) => {
      for (const historyId of rowIds.toReversed())
        await insertHistory(client, { historyId, entryId: made.entryId });
      await insertPending(client, crypto.randomUUID(), rowIds);
    });
    integrator.nudge();
    const [first, second] = (await pull(stream, events(2))).filter(
      (message) => message.type === 'HistoryEvent',
    );
    expect(Number(second?.position)).toBe(Number(first?.position) + 2);
    expect(second?.rows.map((row) => row.history_id)).toEqual(rowIds);
    expect(second?.rows.map((row) => row.log_ordinal)).toEqual([0, 1, 2, 3, 4]);
  });

  test('a filter delivers the matching rows of a record in one message; a narrowed token sees its entries only', async () => {
    const streamOf = async (options: Partial<SubscribeOptions>) => {
      const stream = subscribe(options);
      await pull(stream, caughtUp);
      return stream;
    };
    const entryId = crypto.randomUUID();
    const byName = await streamOf({
      filter: { equal: [{ column: 'changed_by', values: ['anna', 'berta'] }] },
    });
    const byTime = await streamOf({
      filter: { changedAtFrom: '2000-01-01T00:00:00.000000Z', changedAtUntil: '2000-01-02T00:00:00.000000Z' },
    });
    const narrowed = await streamOf({ entryIds: new Set([entryId]) });
    await mark(ground.exec, 'carla');
    const made = await mark(ground.exec, 'anna');
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    await inTransaction(ground.exec, async (client) => {
      await insertHistory(client, { historyId: one, entryId: made.entryId, by: 'carla' });
      await insertHistory(client, { historyId: other, entryId: made.entryId, by: 'berta' });
      await insertPending(client, crypto.randomUUID(), [one, other]);
    });
    const last = await markNow();
    const seen = await pull(byName, events(2));
    expect(
      seen.map((message) => message.type === 'HistoryEvent' && message.rows.map((row) => row.history_id)),
    ).toEqual([[made.historyId], [other]]);
    expect(Number(positionsOf(seen)[1])).toBe(last - 1);
    for (const silent of [byTime, narrowed]) {
      const next = silent.next();
      await silent.return?.();
      expect((await next).done).toBe(true);
    }
  });
});

describe('resuming', () => {
  test('reconnecting again and again with the last cursor gives every record once', async () => {
    const start = await feed.head();
    const first = Number(start.nextPosition);
    const writing = (async () => {
      for (let i = 0; i < 12; i += 1) {
        await ground.burst(20);
        integrator.nudge();
      }
    })();
    const seen: number[] = [];
    for (let { cursor } = start; seen.length < 240; ) {
      const stream = subscribe({ after: cursor });
      const messages = await pull(
        stream,
        events(Math.min(240 - seen.length, 1 + Math.floor(Math.random() * 9))),
      );
      await stream.return?.();
      seen.push(...positionsOf(messages));
      cursor = (messages.at(-1) as { cursor: string }).cursor;
    }
    await writing;
    expect(seen).toEqual(range(first, first + 240));
  });

  test('a cursor goes on in another process, whoever drew it', async () => {
    const other = ground.feed();
    const [ready] = await pull(subscribe(), caughtUp);
    const position = await markNow();
    const stream = subscribe({ after: (ready as { cursor: string }).cursor }, other);
    expect(positionsOf(await pull(stream, events(1)))).toEqual([position]);
    await other.close();
  });

  test('garbled, foreign and future cursors are answered with Reset and the end', async () => {
    const { incarnation, nextPosition, cursor } = await feed.head();
    const resetOf = async (after: string) =>
      (await pull(subscribe({ after }), ended)).map((message) => message.type === 'Reset' && message.reason);
    expect(await resetOf('garbled')).toEqual(['CURSOR_UNKNOWN']);
    expect(await resetOf(`${cursor}A`)).toEqual(['CURSOR_UNKNOWN']);
    expect(await resetOf(`B${cursor.slice(1)}`)).toEqual(['CURSOR_UNKNOWN']);
    expect(
      await resetOf(encodePlace({ incarnation, next: Number(nextPosition) + 1 }, Buffer.alloc(32))),
    ).toEqual(['CURSOR_UNKNOWN']);
    expect(
      await resetOf(encodePlace({ incarnation: crypto.randomUUID(), next: 0 }, Buffer.alloc(32))),
    ).toEqual(['INCARNATION_CHANGED']);
  });
});

describe('many and slow subscribers', () => {
  test('a reader that stops pulling for a burst of 3,000 harms nobody and goes on where it stopped', async () => {
    const small = ground.feed({ integrator, ringCapacity: 400 });
    const [paused, healthy] = [subscribe({}, small), subscribe({}, small)];
    await Promise.all([pull(paused, caughtUp), pull(healthy, caughtUp)]);
    const first = await headNow();
    await ground.burst(3000);
    integrator.nudge();
    expect(positionsOf(await pull(healthy, events(3000)))).toEqual(range(first, first + 3000));
    expect(positionsOf(await pull(paused, events(3000)))).toEqual(range(first, first + 3000));
    const live = await markNow();
    expect(positionsOf(await pull(paused, events(1)))).toEqual([live]);
    expect(positionsOf(await pull(healthy, events(1)))).toEqual([live]);
    await small.close();
  });

  test('one record wakes 1,000 waiting subscribers', async () => {
    const waiting = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const stream = subscribe();
        await pull(stream, caughtUp);
        return stream;
      }),
    );
    expect(feed.subscribers).toBe(1000);
    const next = waiting.map((stream) => pull(stream, events(1)));
    const position = await markNow();
    for (const messages of await Promise.all(next)) expect(positionsOf(messages)).toEqual([position]);
  });

  test('a subscriber that leaves while it waits ends at once and leaves nothing behind', async () => {
    const stream = subscribe();
    await pull(stream, caughtUp);
    const waiting = stream.next();
    expect(feed.subscribers).toBe(1);
    await stream.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.subscribers).toBe(0);
    expect((await stream.next()).done).toBe(true);
    expect(feed.subscribers).toBe(0);
  });
});

describe('waitForPosition', () => {
  test('resolves when the record is integrated, and at once when it was', async () => {
    const made = await mark(ground.exec);
    const position = await feed.waitForPosition(made.recordId);
    expect(position).toMatch(/^\d+$/);
    expect(await feed.waitForPosition(made.recordId)).toBe(position);
  });

  test('finds what another process integrated, before and after the call', async () => {
    const other = ground.feed();
    const made = await mark(ground.exec);
    const waiting = other.waitForPosition(made.recordId);
    const position = await feed.waitForPosition(made.recordId);
    expect(await waiting).toBe(position);
    expect(await other.waitForPosition(made.recordId)).toBe(position);
    const old = ground.feed();
    expect(await old.waitForPosition(made.recordId)).toBe(position);
    await Promise.all([other.close(), old.close()]);
  });

  test('is bounded: null for a record that never comes, and when the signal fires', async () => {
    const impatient = ground.feed({ positionWaitMs: 50 });
    expect(await impatient.waitForPosition(crypto.randomUUID())).toBeNull();
    const signal = AbortSignal.abort();
    expect(await feed.waitForPosition(crypto.randomUUID(), signal)).toBeNull();
    const leaving = new AbortController();
    const waiting = feed.waitForPosition(crypto.randomUUID(), leaving.signal);
    leaving.abort();
    expect(await waiting).toBeNull();
    await impatient.close();
  });
});

describe('the end of a stream', () => {
  const lastOf = async (stream: AsyncIterator<HistoryMessage>) => (await pull(stream, ended)).at(-1);

  test('a revoked token ends its streams, and only its own (AUTHORITY_ENDED)', async () => {
    const { pools, tokens, superuser } = ground.database;
    const asks: number[] = [];
    const guarded = ground.feed({
      integrator,
      authorityMs: 20,
      authorityEnded: (tokens) => {
        asks.push(tokens.length);
        return authorityEnded(pools.gate, tokens);
      },
    });
    const idOf = async (name: string): Promise<string> => {
      const { rows } = await superuser.query(
        'select token_id from cutter_auth.token where token_sha256 = $1',
        [tokenHash(tokens[name] as string)],
      );
      return rows[0].token_id as string;
    };
    const [observer, marker] = [await idOf('observer'), await idOf('marker')];
    const doomed = [subscribe({ tokenId: observer }, guarded), subscribe({ tokenId: observer }, guarded)];
    const spared = subscribe({ tokenId: marker }, guarded);
    for (const stream of [...doomed, spared]) await pull(stream, caughtUp);
    const ends = doomed.map(lastOf);
    await pools.gate.query(
      sql.unsafe`update cutter_auth.token set revoked_at = transaction_timestamp() where token_id = ${observer}`,
    );
    for (const last of await Promise.all(ends))
      expect(last).toMatchObject({ type: 'Reset', reason: 'AUTHORITY_ENDED' });
    expect(guarded.subscribers).toBe(1);
    // Two tokens, however many streams: one question.
    expect(Math.max(...asks)).toBe(2);
    const position = await markNow();
    expect(positionsOf(await pull(spared, events(1)))).toEqual([position]);
    await guarded.close();
  });

  test('a stream whose token has ended shows nothing more, not even what was read before', async () => {
    let revoked = false;
    const guarded = ground.feed({
      integrator,
      authorityMs: 5,
      authorityEnded: async (tokens) => new Set(revoked ? tokens : []),
    });
    const stream = subscribe({ tokenId: crypto.randomUUID(), after: '' }, guarded);
    await pull(stream, events(3));
    revoked = true;
    await vi.waitFor(async () => {
      const [message] = await pull(stream, () => true);
      expect(message).toMatchObject({ type: 'Reset', reason: 'AUTHORITY_ENDED' });
    }, WAITS_FOR_OTHERS_MS);
    expect((await stream.next()).done).toBe(true);
    await guarded.close();
  });

  test('another incarnation under a living stream ends it (INCARNATION_CHANGED)', async () => {
    const stream = subscribe();
    const [ready] = await pull(stream, caughtUp);
    const last = lastOf(stream);
    await ground.database.superuser.query('update cutter_log.head set incarnation = gen_random_uuid()');
    await mark(ground.exec);
    integrator.nudge();
    expect(await last).toMatchObject({ type: 'Reset', reason: 'INCARNATION_CHANGED' });
    const again = subscribe({ after: (ready as { cursor: string }).cursor });
    expect(await lastOf(again)).toMatchObject({ type: 'Reset', reason: 'INCARNATION_CHANGED' });
    expect((await pull(subscribe(), caughtUp)).map((message) => message.type)).toEqual(['Ready', 'CaughtUp']);
  });

  test('a closing server ends its streams and tells them to resume', async () => {
    const closing = ground.feed({ integrator });
    const stream = subscribe({}, closing);
    await pull(stream, caughtUp);
    const last = lastOf(stream);
    await closing.close();
    expect(await last).toMatchObject({ type: 'Reset', reason: 'LISTENER_LOST' });
  });
});

describe('losing the database', () => {
  const KILL = `select pg_terminate_backend(pid) from pg_stat_activity
    where usename = 'cutter_observe' and datname = current_database() and pid <> pg_backend_pid()`;

  test('connections that die are made again, and no event is missed', async () => {
    const deaf = ground.feed({ pollMs: 60_000 });
    const stream = subscribe({}, deaf);
    await pull(stream, caughtUp);
    const expected: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await ground.database.superuser.query(KILL);
      expected.push(await markNow());
    }
    expect(positionsOf(await pull(stream, events(5)))).toEqual(expected);
    await deaf.close();
  });

  test('a database out of reach for longer than the bound ends the streams; then they can be resumed (LISTENER_LOST)', async () => {
    const { name, superuser } = ground.database;
    // As long as that a busy machine may take to open a stream, which the same bound holds for.
    const strict = ground.feed({ integrator, lostAfterMs: 5_000, pollMs: 50, authorityMs: 20 });
    const stream = subscribe({}, strict);
    const [ready] = await pull(stream, caughtUp);
    const last = pull(stream, ended);
    const { ownerUrl } = inject('cluster');
    await asOwner(ownerUrl, async (owner) => {
      await owner.query(`alter database ${name} with allow_connections false`);
      await superuser.query(KILL);
      expect((await last).at(-1)).toMatchObject({ type: 'Reset', reason: 'LISTENER_LOST' });
      expect(await pull(subscribe({}, strict), ended)).toMatchObject([
        { type: 'Reset', reason: 'LISTENER_LOST' },
      ]);
      await owner.query(`alter database ${name} with allow_connections true`);
    });
    const position = await markNow();
    const after = (ready as { cursor: string }).cursor;
    await vi.waitFor(async () => {
      expect(positionsOf(await pull(subscribe({ after }, strict), events(1)))).toEqual([position]);
    }, WAITS_FOR_OTHERS_MS);
    await strict.close();
  });
});
