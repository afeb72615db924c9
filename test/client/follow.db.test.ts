import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { FollowEnded } from '../../src/client/follow/follower.ts';
import { LedgerKeysDocument } from '../../src/client/generated/graphql.ts';
import { keysOf, openKeys } from '../../src/client/verification.ts';
import { breakableLine, type Line } from '../harness/breakable-line.ts';
import { marked, sweepAll, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ heartbeatMs: 1_000 });
  for (let made = 0; made < 4; made += 1) await verified(server);
});
const lines: Line[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.close();
});

/** The log as the database has it: the hash of each position. */
async function logOf(): Promise<readonly string[]> {
  const { rows } = await server.superuser.query(
    'select record_hash as hash from cutter_log.log order by position',
  );
  return rows.map(({ hash }) => hash);
}

const keys = async () => {
  const client = createClient({ url: server.url, token: server.tokens.observer });
  return openKeys(keysOf(await client.request(LedgerKeysDocument, {})));
};

describe('a follower', () => {
  test.each(['socket', 'events'] as const)(
    'over %s gets each record once and in order, however often the line breaks, and holds heads to the keys',
    async (over) => {
      const line = await breakableLine(server.url);
      lines.push(line);
      const { url, cut } = line;
      const client = createClient({ url, token: server.tokens.observer });
      const leaving = new AbortController();
      let losses = 0;
      const follower = client.follow({
        after: '',
        everyRecord: true,
        over,
        keys: (await keys()).headKeys,
        reconnect: { firstMs: 1, longestMs: 5 },
        signal: leaving.signal,
        onLost: () => (losses += 1),
      });
      const seen: string[] = [];
      let wanted = Number.POSITIVE_INFINITY;
      for await (const message of follower) {
        if (message.__typename === 'CaughtUp' && wanted === Number.POSITIVE_INFINITY) {
          await verified(server);
          await vi.waitFor(async () => expect((await logOf()).length).toBeGreaterThan(seen.length + 4));
          wanted = (await logOf()).length;
        }
        if (message.__typename !== 'HistoryEvent') continue;
        seen.push(message.recordHash);
        expect(Number(message.position)).toBe(seen.length - 1);
        if (seen.length % 4 === 0) cut();
        if (seen.length >= wanted) leaving.abort();
      }
      expect(seen).toEqual((await logOf()).slice(0, seen.length));
      expect(losses).toBeGreaterThan(0);
      expect(follower.position).toBe(seen.length);
    },
  );

  test('goes on where another was, by what that one kept', async () => {
    const client = createClient({ url: server.url, token: server.tokens.observer });
    const first = client.follow({ after: '', everyRecord: true });
    let last = -1;
    for await (const message of first) {
      if (message.__typename !== 'HistoryEvent') continue;
      last = Number(message.position);
      if (last === 5) break;
    }
    const state: unknown = JSON.parse(JSON.stringify(first.state()));
    for await (const message of client.follow({ everyRecord: true, state })) {
      if (message.__typename !== 'HistoryEvent') continue;
      expect(Number(message.position)).toBe(last + 1);
      break;
    }
    for await (const message of client.follow({ after: first.cursor ?? '', everyRecord: true })) {
      if (message.__typename !== 'HistoryEvent') continue;
      expect(Number(message.position)).toBe(last + 1);
      break;
    }
  });

  test('shows what is written while it watches, with the entry that it is about', async () => {
    const client = createClient({ url: server.url, token: server.tokens.observer });
    let entryId: string | null = null;
    for await (const message of client.follow({})) {
      if (message.__typename === 'CaughtUp') ({ entryId } = await marked(server));
      if (message.__typename !== 'HistoryEvent') continue;
      // The registration of the document moves no entry.
      const [row] = message.rows;
      if (row === undefined) continue;
      expect(row.entry).toMatchObject({ entryId });
      break;
    }
  });

  test('a cursor that the ledger didn’t give ends it: a person has to look', async () => {
    const client = createClient({ url: server.url, token: server.tokens.observer });
    const reading = async () => {
      for await (const _ of client.follow({ after: 'nonsense' }));
    };
    const end = await reading().catch((error: unknown) => error);
    expect(end).toBeInstanceOf(FollowEnded);
    expect(end).toMatchObject({ reason: 'CURSOR_UNKNOWN' });
  });

  test('a token that nobody knows is refused at once', async () => {
    const client = createClient({ url: server.url, token: 'cutter_nobody' });
    const reading = async () => {
      for await (const _ of client.follow({}));
    };
    await expect(reading()).rejects.toMatchObject({ name: 'LedgerFault', kind: 'refused' });
  });

  test('what is left alone ends by its signal, also while nobody answers', async () => {
    const leaving = new AbortController();
    const client = createClient({ url: 'http://127.0.0.1:1', token: 't', signal: leaving.signal });
    let losses = 0;
    const onLost = () => {
      losses += 1;
      if (losses === 3) leaving.abort();
    };
    for await (const _ of client.follow({ reconnect: { firstMs: 1 }, onLost }));
    expect(losses).toBe(3);
  });

  test('a subscription of the caller’s own is followed with the caller’s types', async () => {
    const client = createClient({ url: server.url, token: server.tokens.observer });
    const own = `subscription ($after: String, $kinds: [HistoryChangeKind!]) {
      history(after: $after, filter: { changeKindIn: $kinds }) {
        __typename
        ... on Ready { cursor head heartbeatMs incarnation }
        ... on HistoryEvent { cursor position rows { changeKind } }
        ... on CaughtUp { cursor }
        ... on Heartbeat { cursor head }
        ... on Reset { reason message }
      }
    }`;
    await sweepAll(server);
    const found: string[] = [];
    for await (const message of client.follow<{ __typename?: string; rows?: { changeKind: string }[] }>({
      after: '',
      operation: own as never,
      variables: { kinds: ['CUT'] },
    })) {
      if (message.__typename === 'CaughtUp') break;
      for (const { changeKind } of message.rows ?? []) found.push(changeKind);
    }
    expect(found.length).toBeGreaterThan(3);
    expect(new Set(found)).toEqual(new Set(['CUT']));
  });
});
