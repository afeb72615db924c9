import { sql } from 'slonik';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { tokenHash } from '../../../src/auth/authenticate.ts';
import { LANES } from '../../../src/law/values.ts';
import { publicKeyOf } from '../../../src/proof/ed25519.ts';
import { marked } from '../../harness/cycle.ts';
import {
  Fold,
  isCosigned,
  type Message,
  overEvents,
  overWebSocket,
  type Subscription,
} from '../../harness/protocol-client.ts';
import { checkpointSeedOf } from '../../harness/seeds.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const transports = [
  { name: 'WebSocket', over: overWebSocket, other: overEvents },
  { name: 'server-sent events', over: overEvents, other: overWebSocket },
] as const;

let server: TestServer;
let keys: Record<string, Uint8Array>;

beforeAll(async () => {
  server = await testServer({ heartbeatMs: 100 });
  keys = Object.fromEntries(
    LANES.map((lane) => [lane, publicKeyOf(checkpointSeedOf(server.database.secrets, lane) as Uint8Array)]),
  );
  await grown();
});

/** Two records more, in the log when this resolves. */
async function grown(of = server): Promise<void> {
  await marked(of);
  await vi.waitUntil(async () => {
    const { rows } = await of.superuser.query('select 1 from cutter_log.pending limit 1');
    return rows.length === 0;
  }, WAITS_FOR_OTHERS_MS);
}

async function until(
  stream: Subscription,
  enough: (message: Message) => boolean,
  each: (message: Message) => void = () => {},
): Promise<Message[]> {
  const all: Message[] = [];
  for (let message = await stream.next(); message !== null; message = await stream.next()) {
    all.push(message);
    each(message);
    if (enough(message)) return all;
  }
  return all;
}

const named =
  (...names: string[]) =>
  (message: Message): boolean =>
    names.includes(message.__typename);
const namesOf = (messages: readonly Message[]): string[] => messages.map(({ __typename }) => __typename);
const positionsOf = (messages: readonly Message[]): number[] =>
  messages.filter(named('HistoryEvent')).map(({ position }) => Number(position));
const range = (from: number, until: number): number[] =>
  Array.from({ length: until - from }, (_, at) => from + at);

describe.each(transports)(
  'a client written from docs/reference/stream.md alone, over $name',
  ({ over, other }) => {
    const follow = (variables: Parameters<typeof over>[2], token = server.tokens.observer, by = over) =>
      by(server.url, token, variables);

    test('connects, reads the past, follows live, and resumes by its last cursor over either transport', async () => {
      const stream = await follow({ after: '', everyRecord: true });
      const past = await until(stream, named('CaughtUp'));
      const head = Number(past[0].head);
      expect(namesOf(past)).toEqual(['Ready', ...range(0, head).map(() => 'HistoryEvent'), 'CaughtUp']);
      expect(positionsOf(past)).toEqual(range(0, head));
      await grown();
      const live = await until(stream, (message) => Number(message.position) === head + 1);
      expect(positionsOf(live)).toEqual([head, head + 1]);
      stream.leave();
      for (const by of [over, other]) {
        const { cursor } = live.find(named('HistoryEvent'));
        const again = await follow({ after: cursor, everyRecord: true }, server.tokens.observer, by);
        expect(positionsOf(await until(again, named('CaughtUp')))).toEqual([head + 1]);
        again.leave();
      }
    });

    test('folds what arrives, over two connections, into the root that both lanes signed', async () => {
      const fold = new Fold();
      const add = (message: Message): void => {
        if (message.__typename === 'HistoryEvent') fold.add(Number(message.position), message.recordHash);
      };
      const first = await follow({ after: '', everyRecord: true });
      const [, { cursor }] = await until(first, named('HistoryEvent'), add);
      first.leave();
      const second = await follow({ after: cursor, everyRecord: true });
      const [{ incarnation }] = await until(second, named('CaughtUp'), add);
      const quiet = await until(second, (message) => message.checkpoint?.size === message.head, add);
      second.leave();
      const { checkpoint } = quiet.at(-1);
      expect(checkpoint.note.startsWith(`cutter/${incarnation}\n${checkpoint.size}\n`)).toBe(true);
      expect(isCosigned(checkpoint.note, keys)).toBe(true);
      expect(checkpoint.root).toBe(fold.root());
      const [executor, verifier] = LANES.map((lane) => keys[lane] as Uint8Array);
      expect(isCosigned(checkpoint.note, { 'DOT-991': verifier!, 'DOT-992': executor! })).toBe(false);
    });

    test('hears heartbeats where nothing happens and where its filter lets nothing through', async () => {
      const stream = await follow({ filter: { changedBy: 'nobody' } });
      const [ready, ...rest] = await until(stream, named('Heartbeat'));
      expect(ready).toMatchObject({ __typename: 'Ready', heartbeatMs: 100 });
      expect(rest.at(-1)).toMatchObject({ cursor: ready.cursor, head: ready.head });
      await grown();
      const [beat] = (await until(stream, ({ head }) => Number(head) > Number(ready.head))).slice(-1);
      stream.leave();
      const resumed = await follow({ after: beat.cursor });
      const [again] = await until(resumed, named('CaughtUp'));
      expect(again.cursor).toBe(beat.cursor);
      resumed.leave();
    });

    test('is told by Reset, last of all, that its cursor is not known', async () => {
      const stream = await follow({ after: 'garbled' });
      expect(await until(stream, () => false)).toMatchObject([
        { __typename: 'Reset', reason: 'CURSOR_UNKNOWN' },
      ]);
      expect(await stream.ended).toBe('complete');
    });

    test('is told by Reset, last of all, that its token was revoked', async () => {
      const token = over === overWebSocket ? server.tokens.reviewer : server.tokens.executor;
      const stream = await follow({}, token);
      await until(stream, named('CaughtUp'));
      await server.pools.gate.query(
        sql.unsafe`update cutter_auth.token set revoked_at = transaction_timestamp() where token_sha256 = ${sql.binary(tokenHash(token))}`,
      );
      const last = (await until(stream, () => false)).at(-1);
      expect(last).toMatchObject({ __typename: 'Reset', reason: 'AUTHORITY_ENDED' });
      expect(await stream.ended).toBe('complete');
      const next = await follow({}, token);
      expect(await next.ended).toBe(over === overWebSocket ? 'closed 4403' : 'refused 401');
    });

    test('is not told that a stream is complete which a closing server cut off, and resumes at another', async () => {
      const closing = await testServer({ database: server.database });
      const stream = await over(closing.url, server.tokens.observer, { everyRecord: true });
      const [, { cursor }] = await until(stream, named('CaughtUp'));
      await closing.close();
      expect(await stream.ended).toBe(over === overWebSocket ? 'closed 1001' : 'cut off');
      await grown();
      const resumed = await follow({ after: cursor, everyRecord: true });
      expect(positionsOf(await until(resumed, named('CaughtUp')))).toHaveLength(2);
      resumed.leave();
    });
  },
);

test('another incarnation of the database ends the stream, and refuses its cursors (INCARNATION_CHANGED)', async () => {
  const own = await testServer();
  await grown(own);
  for (const { over } of transports) {
    const stream = await over(own.url, own.tokens.observer, { after: '' });
    const { cursor } = (await until(stream, named('CaughtUp'))).at(-1);
    await own.superuser.query('update cutter_log.head set incarnation = gen_random_uuid()');
    const reset = { __typename: 'Reset', reason: 'INCARNATION_CHANGED' };
    expect((await until(stream, () => false)).at(-1)).toMatchObject(reset);
    const again = await over(own.url, own.tokens.observer, { after: cursor });
    expect(await until(again, () => false)).toMatchObject([reset]);
  }
});
