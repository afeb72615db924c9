import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { tokenHash } from '../../../src/auth/authenticate.ts';
import {
  BACKLOG,
  type BacklogFollower,
  type BacklogMessage,
  faultsOf,
  followBacklog,
  snapshotsAndResets,
} from '../../harness/backlog-follower.ts';
import { caller } from '../../harness/callers.ts';
import { foldedHistory } from '../../harness/counted.ts';
import { marked, reviewed, sweepAll, verified } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { openStream, type Stream } from '../../harness/stream-doors.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import { drained } from '../log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
const followers: BacklogFollower[] = [];
const streams: Stream<BacklogMessage>[] = [];

beforeAll(async () => {
  server = await testServer({ heartbeatMs: 400 });
  await verified(server);
  await marked(server);
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.stop();
  for (const stream of streams.splice(0)) stream.leave();
  await vi.waitFor(() => expect(server.feed.subscribers).toBe(0), WAITS_FOR_OTHERS_MS);
});

function watch(...args: [token?: string, options?: Parameters<typeof followBacklog>[2]]): BacklogFollower {
  const follower = followBacklog(() => server.url, args[0] ?? (server.tokens.observer as string), args[1]);
  followers.push(follower);
  return follower;
}

function open(variables: Record<string, unknown>, token = server.tokens.observer as string) {
  const stream = openStream<BacklogMessage>('websocket', {
    url: server.url,
    token,
    query: BACKLOG,
    variables,
  });
  streams.push(stream);
  return stream.messages[Symbol.asyncIterator]();
}

/** The next message that isn't a heartbeat. */
async function next(stream: AsyncIterator<BacklogMessage>): Promise<BacklogMessage> {
  for (;;) {
    const step = await stream.next();
    if (step.done === true) throw new Error('The stream has ended.');
    if (step.value.__typename !== 'Heartbeat') return step.value;
  }
}

async function take(stream: AsyncIterator<BacklogMessage>, count: number): Promise<BacklogMessage[]> {
  const all: BacklogMessage[] = [];
  while (all.length < count) all.push(await next(stream));
  return all;
}

async function settled() {
  await drained(server.database, server.integrator!);
  return foldedHistory(server.superuser);
}

const types = (messages: readonly BacklogMessage[]) => messages.map(({ __typename }) => __typename);

describe('subscription backlog', () => {
  test.each(['websocket', 'events'] as const)(
    'over %s: Ready, one snapshot, then each change with the counts after it',
    async (door) => {
      const follower = watch(undefined, { door });
      await follower.reached(0);
      await reviewed(server);
      await verified(server);
      const moves = await settled();
      await follower.reached(Number(moves.at(-1)?.position));
      expect(types(follower.messages).slice(0, 3)).toEqual(['Ready', 'BacklogSnapshot', 'BacklogChange']);
      expect(faultsOf(follower.messages, moves)).toEqual([]);
      expect(snapshotsAndResets(follower.messages)).toEqual({ snapshots: 1, resets: [] });
    },
  );

  test('the snapshot has a page of the entries that have not ended', async () => {
    const [, snapshot] = await take(open({}), 2);
    const { body } = await server.gql(
      server.tokens.observer as string,
      '{ entries(filter: { statusIn: [MARKED, REVIEW_PENDING, REVIEWED_APPROVED, REVIEWED_DEFERRED, CUT_APPLIED] }) { nodes { entryId } } }',
    );
    expect(snapshot?.page.nodes).toEqual(body.data.entries.nodes.slice(0, 5));
  });

  test('a stream that goes on from a cursor has no second snapshot, and its counts are right from the first change on', async () => {
    const first = open({});
    const [, snapshot] = await take(first, 2);
    streams.splice(0).map((stream) => stream.leave());
    await verified(server);
    const moves = await settled();
    const since = moves.filter(({ position }) => Number(position) > Number(snapshot?.position));
    const positions = new Set(since.map(({ position }) => position));
    const rest = await take(open({ after: snapshot?.cursor }), 1 + positions.size);
    expect(types(rest)).toEqual(['Ready', ...[...positions].map(() => 'BacklogChange')]);
    expect(faultsOf([snapshot as BacklogMessage, ...rest], moves)).toEqual([]);
    // From the middle, in a process that has computed nothing yet.
    const other = await testServer({ database: server.database });
    const half = rest[2] as BacklogMessage;
    const stream = openStream<BacklogMessage>('events', {
      url: other.url,
      token: server.tokens.observer as string,
      query: BACKLOG,
      variables: { after: half.cursor },
    });
    const again = await take(stream.messages[Symbol.asyncIterator](), positions.size - 1);
    stream.leave();
    expect(again.slice(1)).toEqual(rest.slice(3));
    await other.close();
  });

  test('from the start there is no snapshot, and every change', async () => {
    const moves = await settled();
    const positions = new Set(moves.map(({ position }) => position));
    const all = await take(open({ after: '' }), 1 + positions.size);
    expect(types(all).slice(0, 2)).toEqual(['Ready', 'BacklogChange']);
    const nothing = { __typename: 'BacklogSnapshot', position: '0', counts: [] } as unknown as BacklogMessage;
    expect(faultsOf([nothing, ...all], moves)).toEqual([]);
  });

  test('who lost the connection between Ready and the snapshot gets the snapshot with the cursor of Ready', async () => {
    const ready = await next(open({}));
    await marked(server);
    await settled();
    const again = await take(open({ after: ready.cursor }), 2);
    expect(types(again)).toEqual(['Ready', 'BacklogSnapshot']);
    expect(faultsOf(again, await foldedHistory(server.superuser))).toEqual([]);
    // The same cursor is good for the history, which begins with nothing but Ready.
    const { body } = await server.gql(server.tokens.observer as string, '{ backlog { counts { count } } }');
    expect(body.errors).toBeUndefined();
  });

  test('a heartbeat comes where it is quiet, and its cursor goes on', async () => {
    const stream = open({});
    const [, snapshot] = await take(stream, 2);
    const beat = (await stream.next()).value as BacklogMessage;
    expect(beat.__typename).toBe('Heartbeat');
    await marked(server);
    await settled();
    const resumed = await take(open({ after: beat.cursor }), 2);
    expect(types(resumed)).toEqual(['Ready', 'BacklogChange']);
    expect(faultsOf([snapshot as BacklogMessage, ...resumed], await foldedHistory(server.superuser))).toEqual(
      [],
    );
  });

  test('a cursor that is unknown, and a token that is revoked or loses a scope of what it read, end with Reset', async () => {
    expect(await take(open({ after: 'garbled' }), 1)).toMatchObject([
      { __typename: 'Reset', reason: 'CURSOR_UNKNOWN' },
    ]);
    const made = await caller(server, { scopes: ['ledger:observe', 'document:read'] });
    const stream = open({}, made.token);
    await take(stream, 2);
    await server.superuser.query(
      `update cutter_auth.token set scopes = '{ledger:observe}' where token_sha256 = $1`,
      [tokenHash(made.token)],
    );
    expect(await next(stream)).toMatchObject({ __typename: 'Reset', reason: 'AUTHORITY_ENDED' });
  });
});

describe('a filter of the backlog', () => {
  test('of the status: what enters or leaves it is a change, and its counts alone are shown', async () => {
    const follower = watch(undefined, { filter: { statusIn: ['REVIEW_PENDING', 'REVIEWED_APPROVED'] } });
    await follower.reached(0);
    await verified(server);
    await marked(server);
    await sweepAll(server);
    const moves = await settled();
    await follower.reached(Number(moves.at(-1)?.position));
    const shows = (status: string) => ['review_pending', 'reviewed_approved'].includes(status);
    expect(faultsOf(follower.messages, moves, { shows })).toEqual([]);
    expect(follower.messages.length).toBeGreaterThan(4);
  });

  test('of the document and of the kind: others neither count nor arrive', async () => {
    const { entryId, name } = await marked(server);
    await settled();
    const one = watch(undefined, { filter: { docCode: name }, door: 'events' });
    const none = watch(undefined, { filter: { kind: 'ESCALATION' } });
    await one.reached(0);
    await none.reached(0);
    await verified(server);
    await verified(server, { entryId, name, sourceId: '' });
    const moves = await settled();
    const own = moves.filter(({ entry_id }) => entry_id === entryId);
    await one.reached(Number(own.at(-1)?.position));
    expect(faultsOf(one.messages, moves, { entry: ({ entry_id }) => entry_id === entryId })).toEqual([]);
    expect(types(none.messages)).toEqual(['Ready', 'BacklogSnapshot']);
  });

  test('that needs a scope is refused without it, and one that makes no sense is named', async () => {
    const { token } = await caller(server, { scopes: ['ledger:observe'] });
    await expect(next(open({ filter: { docCode: 'x' } }, token))).rejects.toThrow('document:read');
    await expect(next(open({ filter: { entryId: 'elsewhere' } }))).rejects.toThrow('"code":"BAD_USER_INPUT"');
    const other = await caller(server, { scopes: ['document:read'] });
    await expect(next(open({}, other.token))).rejects.toThrow('"code":"FORBIDDEN"');
  });

  test('a token narrowed to entries counts and sees those alone', async () => {
    const mine = [await marked(server), await marked(server)];
    const entryIds = mine.map(({ entryId }) => entryId);
    const { token } = await caller(server, { scopes: ['ledger:observe'] }, { entryIds });
    const follower = watch(token);
    await follower.reached(0);
    await marked(server);
    await reviewed(server, 'APPROVE', mine[0]);
    const moves = await settled();
    const own = moves.filter(({ entry_id }) => entryIds.includes(entry_id));
    await follower.reached(Number(own.at(-1)?.position));
    expect(
      faultsOf(follower.messages, moves, { entry: ({ entry_id }) => entryIds.includes(entry_id) }),
    ).toEqual([]);
  });
});

describe('what many watch', () => {
  /** Statements about the backlog, with how often each was run since. */
  async function runs(): Promise<Record<string, number>> {
    const { rows } = await server.superuser.query<{ what: string; calls: number }>(
      `select case when s.query like '%sum(by_some)%' then 'counts' when s.query like '%int8range%' then 'oldest'
           else 'entries' end as what, sum(s.calls)::int as calls
       from pg_stat_statements s join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
       where r.rolname = 'cutter_observe' and d.datname = current_database()
         and (s.query like '%entry_stay%' or s.query like '%with ordinality%')
       group by 1`,
    );
    return Object.fromEntries(rows.map(({ what, calls }) => [what, calls]));
  }

  test('200 watchers, each on a connection of its own, over both doors: one computation of a change for all of them', async () => {
    const { token } = await caller(server, { scopes: ['ledger:observe'] });
    const many = Array.from({ length: 200 }, (_, at) =>
      watch(token, { door: at % 50 === 0 ? 'events' : 'websocket' }),
    );
    for (const follower of many) await follower.reached(0);
    await server.superuser.query(
      'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
    );
    await marked(server);
    const moves = await settled();
    for (const follower of many) await follower.reached(Number(moves.at(-1)?.position));
    expect(await runs()).toEqual({ oldest: 1, entries: 1 });
    for (const { messages } of many) expect(messages).toHaveLength(3);
    const [first] = many;
    expect(faultsOf((first as BacklogFollower).messages, moves)).toEqual([]);
  });
});
