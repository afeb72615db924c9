import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { FollowEnded } from '../../src/client/follow/follower.ts';
import { breakableLine, type Line } from '../harness/breakable-line.ts';
import { BacklogFold, foldedHistory } from '../harness/counted.ts';
import { call, fresh, type Loose, marked, sweepAll, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { drained } from '../log/log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ heartbeatMs: 1_000 });
  await verified(server);
  await marked(server);
});
const lines: Line[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.close();
});

const clientAt = (url: string) => createClient({ url, token: server.tokens.observer });

/** The counts behind a position, by a fold of the history. */
async function foldedUntil(position: number): Promise<Loose> {
  const fold = new BacklogFold();
  for (const move of await foldedHistory(server.superuser))
    if (Number(move.position) <= position) fold.add(move);
  return Object.fromEntries(Object.entries(fold.counts()).map(([key, { count }]) => [key, count]));
}

const byKey = (counts: readonly { status: string; kind: string; count: number }[]) =>
  Object.fromEntries(counts.map(({ status, kind, count }) => [`${status} ${kind}`.toLowerCase(), count]));

describe('a follower of the backlog', () => {
  test.each(['socket', 'events'] as const)(
    'over %s gets one snapshot and each change, with counts that are true, however often the line breaks',
    async (over) => {
      const line = await breakableLine(server.url);
      lines.push(line);
      const leaving = new AbortController();
      let losses = 0;
      const follower = clientAt(line.url).followBacklog({
        over,
        first: 5,
        reconnect: { firstMs: 1, longestMs: 5 },
        signal: leaving.signal,
        onLost: () => (losses += 1),
      });
      const seen: { readonly type: string; readonly position: number; readonly counts: Loose }[] = [];
      let wanted = Number.POSITIVE_INFINITY;
      for await (const message of follower) {
        if (message.__typename === 'BacklogSnapshot') {
          // Before anything comes that the client would have already.
          line.cut();
          await verified(server);
          await drained(server.database, server.integrator!);
          wanted = Math.max(
            ...(await foldedHistory(server.superuser)).map(({ position }) => Number(position)),
          );
        }
        if (message.__typename !== 'BacklogSnapshot' && message.__typename !== 'BacklogChange') continue;
        const position = Number(message.position);
        seen.push({ type: message.__typename, position, counts: byKey(message.counts) });
        if (message.__typename === 'BacklogChange') expect(message.entries.length).toBeGreaterThan(0);
        line.cut();
        if (position >= wanted) leaving.abort();
      }
      expect(seen.map(({ type }) => type)).toEqual([
        'BacklogSnapshot',
        ...Array(seen.length - 1).fill('BacklogChange'),
      ]);
      const moved = [
        ...new Set((await foldedHistory(server.superuser)).map(({ position }) => Number(position))),
      ];
      const [first] = seen;
      expect(seen.slice(1).map(({ position }) => position)).toEqual(
        moved.filter((position) => position > first!.position),
      );
      for (const { position, counts } of seen) expect(counts).toEqual(await foldedUntil(position));
      expect(losses).toBeGreaterThan(0);
    },
  );

  test('goes on where another was, by what that one kept, without a second snapshot', async () => {
    const client = clientAt(server.url);
    const first = client.followBacklog();
    for await (const message of first) if (message.__typename === 'BacklogSnapshot') break;
    const state: unknown = JSON.parse(JSON.stringify(first.state()));
    const { entryId } = await marked(server);
    for (const going of [{ state }, { after: first.cursor! }]) {
      for await (const message of client.followBacklog(going)) {
        expect(message.__typename).not.toBe('BacklogSnapshot');
        if (message.__typename !== 'BacklogChange') continue;
        expect(message.entries).toMatchObject([{ entryId }]);
        break;
      }
    }
  });

  test('shows what a filter asks for, and what leaves it', async () => {
    const client = clientAt(server.url);
    const words: Loose[] = [];
    for await (const message of client.followBacklog({ filter: { status: 'MARKED', kind: 'CUT_REQUEST' } })) {
      if (message.__typename === 'BacklogSnapshot') {
        words.push(message.page.nodes.length);
        const { entryId } = await marked(server);
        await call(server, server.tokens.marker, 'sweep', {
          idempotencyKey: fresh('sweep'),
          entryIds: [entryId],
        });
      }
      if (message.__typename !== 'BacklogChange') continue;
      words.push(message.counts[0]?.count ?? 0);
      if (words.length === 3) break;
    }
    const [listed] = words;
    expect(words).toEqual([listed, listed + 1, listed]);
    await sweepAll(server);
  });

  test('a cursor that the ledger didn’t give ends it: a person has to look', async () => {
    const reading = async () => {
      for await (const _ of clientAt(server.url).followBacklog({ after: 'nonsense' }));
    };
    const end = await reading().catch((error: unknown) => error);
    expect(end).toBeInstanceOf(FollowEnded);
    expect(end).toMatchObject({ reason: 'CURSOR_UNKNOWN' });
  });

  test('a subscription of the caller’s own is followed with the caller’s types', async () => {
    const own = `subscription ($after: String) { backlog(after: $after) {
      __typename
      ... on Ready { cursor head heartbeatMs incarnation }
      ... on BacklogSnapshot { cursor position counts { status kind count } }
      ... on BacklogChange { cursor position counts { status kind count } }
      ... on Heartbeat { cursor head }
      ... on Reset { reason message } } }`;
    const found: Loose[] = [];
    const follower = clientAt(server.url).followBacklog<{ __typename?: string; counts?: Loose }>({
      operation: own as never,
    });
    for await (const message of follower) {
      if (message.__typename === 'BacklogSnapshot') await marked(server);
      if (message.counts !== undefined) found.push(message.counts);
      if (found.length === 2) break;
    }
    expect(found[1].length).toBeGreaterThan(0);
  });
});
