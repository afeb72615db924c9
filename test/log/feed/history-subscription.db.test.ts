import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { tokenHash } from '../../../src/auth/authenticate.ts';
import { caller } from '../../harness/callers.ts';
import { call, type Loose, marked } from '../../harness/cycle.ts';
import { FIRST_RECORDS } from '../../harness/keys.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import { drained, type Mark, mark, range } from '../log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const HISTORY = `subscription ($after: String, $filter: HistoryFilter) {
  history(after: $after, filter: $filter) {
    __typename
    ... on Ready { cursor }
    ... on HistoryEvent {
      cursor
      position
      rows { historyId kind: changeKind entryVersionBefore entryVersionAfter changedBy changedAt position logOrdinal entry { entryId status } }
    }
    ... on CaughtUp { cursor }
    ... on Reset { reason message }
  }
}`;

interface Message {
  readonly __typename: string;
  readonly cursor: string;
  readonly position?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  readonly rows?: any[];
  readonly reason?: string;
}

let server: TestServer;
let exec: pg.Pool;
const clients: Client[] = [];

beforeAll(async () => {
  server = await testServer();
  exec = new pg.Pool({ connectionString: server.database.urls.exec as string, max: 4 });
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await exec.end();
});

function client(token: string): Client {
  const made = createClient({
    url: server.wsUrl,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {}, // one test cuts its own socket
    connectionParams: { authorization: `Bearer ${token}` },
  });
  clients.push(made);
  return made;
}

function follow(variables: Record<string, unknown>, token = server.tokens.observer, query = HISTORY) {
  return client(token).iterate<{ history: Message }>({ query, variables });
}

async function pull(
  stream: AsyncIterator<unknown>,
  enough: (message: Message) => boolean,
): Promise<Message[]> {
  const all: Message[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done) return all;
    const { data, errors } = step.value as { data?: { history: Message }; errors?: unknown };
    if (data === undefined || data === null) throw new Error(JSON.stringify(errors));
    all.push(data.history);
    if (enough(data.history)) return all;
  }
}

const caughtUp = (message: Message): boolean => message.__typename === 'CaughtUp';
const first = (): boolean => true;

async function integrated(made: Mark): Promise<number> {
  return Number(await server.feed.waitForPosition(made.recordId));
}

/** Marks many entries in one transaction, as one record; gives its id. */
async function markTogether(count: number): Promise<string> {
  const { rows } = await exec.query<{ record_id: string }>(
    `with made as materialized (
       select gen_random_uuid() as entry_id, gen_random_uuid() as history_id from generate_series(1, $1)
     ), entry as (
       insert into cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at)
       select entry_id, 'cut_request', 'marked', '{"idempotency_key": "many"}', transaction_timestamp() from made
     ), history as (
       insert into cutter_governance.decision_backlog_history
         (history_id, entry_id, entry_version_after, change_kind, changed_by, changed_at)
       select history_id, entry_id, 'marked', 'mark', 'many', transaction_timestamp() from made
     ), record as materialized (select gen_random_uuid() as record_id), pending as (
       insert into cutter_log.pending (record_id, record_hash, row_ids)
       select record_id, 'sha256:many', (select array_agg(history_id) from made) from record
     ) select record_id from record`,
    [count],
  );
  return rows[0]!.record_id;
}

/** PostgreSQL counts anew: of what was counted long ago it may forget some at any time. */
async function forgetReads(): Promise<void> {
  await server.superuser.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
  );
}

/** Statements of the subscriptions' that have read entries since, as PostgreSQL counts them. */
async function entryReads(): Promise<number> {
  const { rows } = await server.superuser.query<{ calls: number }>(
    `select coalesce(sum(s.calls), 0)::int as calls from pg_stat_statements s
       join pg_roles r on r.oid = s.userid join pg_database d on d.oid = s.dbid
      where r.rolname = 'cutter_observe' and d.datname = current_database()
        and s.query like '%v_decision_backlog_entry_observe%' and s.query not like '%as record on %'`,
  );
  return rows[0]!.calls;
}

describe('subscription history', () => {
  test('over WebSocket: Ready, replay, CaughtUp, live; a streamed row reads like any other, its entry too', async () => {
    const old = await mark(exec, 'anna');
    const place = await integrated(old);
    const stream = follow({ after: '' });
    const replayed = await pull(stream, caughtUp);
    expect(replayed.map((message) => message.__typename)).toEqual(['Ready', 'HistoryEvent', 'CaughtUp']);
    expect(replayed[1]).toMatchObject({
      position: String(place),
      rows: [
        {
          historyId: old.historyId,
          kind: 'MARK',
          entryVersionBefore: null,
          entryVersionAfter: 'MARKED',
          changedBy: 'anna',
          changedAt: expect.stringMatching(/\.\d{6}Z$/),
          position: String(place),
          logOrdinal: 1,
          entry: { entryId: old.entryId, status: 'MARKED' },
        },
      ],
    });
    const live = await mark(exec);
    server.integrator?.nudge();
    expect((await pull(stream, first))[0]?.rows?.[0].historyId).toBe(live.historyId);
    await stream.return?.();
    await vi.waitFor(() => expect(server.feed.subscribers).toBe(0), WAITS_FOR_OTHERS_MS);
  });

  test('the streamed columns equal those of the history connection', async () => {
    const query = (root: string) =>
      `${root} { historyId entryId entryVersionBefore entryVersionAfter changeKind changedBy changedAt position logOrdinal }`;
    const { body } = await server.gql(server.tokens.observer, `{ history { ${query('nodes')} } }`);
    const stream = follow(
      {},
      server.tokens.observer,
      `subscription { history(after: "") { __typename ... on HistoryEvent { ${query('rows')} } } }`,
    );
    const streamed = (await pull(stream, caughtUp)).flatMap((message) => message.rows ?? []);
    await stream.return?.();
    const byPosition = (rows: { position: string }[]) =>
      rows.toSorted((a, b) => Number(a.position) - Number(b.position));
    expect(streamed.length).toBeGreaterThan(0);
    expect(streamed).toEqual(byPosition(body.data.history.nodes));
  });

  test('a client that reconnects again and again with its last cursor sees every record once', async () => {
    let { cursor, nextPosition } = await server.feed.head();
    const seen: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const made = await Promise.all([mark(exec), mark(exec), mark(exec)]);
      for (const one of made) await integrated(one);
      const stream = follow({ after: cursor });
      // Some of it is left for the next connection.
      const messages = await pull(
        stream,
        turn === 7 ? caughtUp : (message) => message.__typename === 'HistoryEvent',
      );
      await stream.return?.();
      seen.push(...messages.flatMap(({ position }) => (position === undefined ? [] : [Number(position)])));
      cursor = messages.at(-1)?.cursor as string;
    }
    const from = Number(nextPosition);
    expect(seen).toEqual(range(from, from + 24));
  });

  test('over SSE the same messages arrive', async () => {
    const leave = new AbortController();
    const response = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${server.tokens.observer}`,
      },
      body: JSON.stringify({ query: HISTORY, variables: { after: '' } }),
      signal: leave.signal,
    });
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes('CaughtUp')) break;
    }
    leave.abort();
    expect(text.indexOf('"Ready"')).toBeLessThan(text.indexOf('"HistoryEvent"'));
    expect(text.match(/"HistoryEvent"/g)?.length).toBe(
      Number((await server.feed.head()).nextPosition) - FIRST_RECORDS,
    );
    await vi.waitFor(() => expect(server.feed.subscribers).toBe(0), WAITS_FOR_OTHERS_MS);
  });

  test('what hangs under the rows of a record is one statement for each field, however many rows', async () => {
    const { cursor } = await server.feed.head();
    await server.feed.waitForPosition(await markTogether(500));
    // A stream reads as soon as it is there, not only when it is pulled.
    await forgetReads();
    const stream = follow(
      { after: cursor },
      server.tokens.observer,
      `subscription ($after: String) { history(after: $after) { __typename ... on HistoryEvent {
        rows { entryId entry { entryId status } other: entry { id: entryId history(first: 200) { nodes { entryId } } } } } } }`,
    );
    const rows = (await pull(stream, caughtUp)).flatMap((message) => message.rows ?? []);
    await stream.return?.();
    expect(rows).toHaveLength(500);
    for (const { entryId, entry, other } of rows) {
      expect(entry).toEqual({ entryId, status: 'MARKED' });
      expect(other).toEqual({ id: entryId, history: { nodes: [{ entryId }] } });
    }
    expect(await entryReads()).toBe(2);
  });

  test('subscribers of one principal who ask the same share what is read; another one has it read anew', async () => {
    const query =
      'subscription ($after: String) { history(after: $after) { __typename ... on HistoryEvent { rows { entryId entry { status } } } } }';
    const { cursor: after } = await server.feed.head();
    const streams = [
      ...Array.from({ length: 6 }, (_, at) => follow(at % 2 ? { after } : {}, server.tokens.observer, query)),
      follow({}, server.tokens.verifier, query),
    ];
    await Promise.all(streams.map((stream) => pull(stream, caughtUp)));
    await forgetReads();
    const { entryId } = await mark(exec);
    server.integrator?.nudge();
    const arrived = await Promise.all(streams.map((stream) => pull(stream, first)));
    for (const [message] of arrived)
      expect(message?.rows).toEqual([{ entryId, entry: { status: 'MARKED' } }]);
    for (const stream of streams) await stream.return?.();
    expect(await entryReads()).toBe(2);
  });

  test('a streamed row has its id, who moved it, and the reason where the token may read it', async () => {
    const made = await mark(exec);
    await integrated(made);
    const query = `subscription ($filter: HistoryFilter) { history(after: "", filter: $filter) { __typename ... on HistoryEvent {
      rows { id changedBy changedByPrincipal { principalId } evidence { rationale changeDiff } } } } }`;
    const ask = async (token: string) => {
      const stream = follow({ filter: { entryId: made.entryId } }, token, query);
      try {
        return await pull(stream, caughtUp);
      } finally {
        await stream.return?.();
      }
    };
    const messages = await ask(server.tokens.verifier);
    const row = messages.find(({ rows }) => rows !== undefined)?.rows?.[0];
    const { body } = await server.gql(
      server.tokens.verifier,
      'query ($id: ID!) { node(id: $id) { id ... on History { changedBy evidence { rationale changeDiff } } } }',
      { id: row?.id },
    );
    expect(body.data.node).toEqual({ id: row?.id, changedBy: row?.changedBy, evidence: row?.evidence });
    expect(row).toMatchObject({ changedByPrincipal: null, evidence: { changeDiff: null } });
    const rows = (await ask(server.tokens.observer)).flatMap((message) => message.rows ?? []);
    expect(rows).toMatchObject([{ id: row?.id, evidence: null }]);
  });

  test('what may be asked of one row may be asked of a thousand: then by more statements', async () => {
    const { cursor } = await server.feed.head();
    await server.feed.waitForPosition(await markTogether(1000));
    await forgetReads();
    const stream = follow(
      { after: cursor },
      server.tokens.observer,
      `subscription ($after: String) { history(after: $after) { __typename ... on HistoryEvent {
        rows { entryId entry { history(first: 200) { nodes { entryId } } manifests(first: 200) { nodes { envelopeId } } } } } } }`,
    );
    const rows = (await pull(stream, caughtUp)).flatMap((message) => message.rows ?? []);
    await stream.return?.();
    expect(rows.map(({ entry }) => entry.history.nodes[0].entryId)).toEqual(
      rows.map(({ entryId }) => entryId),
    );
    expect(await entryReads()).toBe(2);
  });

  test('the filter is that of the history connection; times of any zone, ids of any case', async () => {
    const made = await mark(exec, 'berta');
    await integrated(made);
    const { body } = await server.gql(
      server.tokens.observer,
      `{ historyRow(historyId: "${made.historyId}") { changedAt } }`,
    );
    const at = body.data.historyRow.changedAt as string;
    const ids = async (filter: Record<string, unknown>): Promise<string[]> => {
      const stream = follow({ after: '', filter });
      const messages = await pull(stream, caughtUp);
      await stream.return?.();
      return messages.flatMap((message) => (message.rows ?? []).map((row) => row.historyId));
    };
    const inZone = `${new Date(Date.parse(`${at.slice(0, 19)}Z`) + 2 * 3_600_000).toISOString().slice(0, 19)}.${at.slice(20, 26)}+02:00`;
    expect(await ids({ entryId: made.entryId.toUpperCase() })).toEqual([made.historyId]);
    expect(await ids({ changedByIn: ['berta', 'nobody'], changeKind: 'MARK' })).toEqual([made.historyId]);
    expect(await ids({ changedAtFrom: inZone })).toEqual([made.historyId]);
    expect(await ids({ changedAtUntil: inZone, changedBy: 'berta' })).toEqual([]);
    expect(await ids({ changeKindIn: [] })).toEqual([]);
  });

  test('filters by document, kind and scenario of the entry, as the connection does', async () => {
    const [one, other] = [await marked(server), await marked(server)];
    await drained(server.database, server.integrator!);
    await server.superuser.query(
      'update cutter_governance.decision_backlog_entry set scenario_ref = $2 where entry_id = $1',
      [other.entryId, 'drill'],
    );
    for (const [filter, expected] of [
      [{ docCode: one.name }, [one.entryId]],
      [{ scenarioRef: 'drill' }, [other.entryId]],
      [{ scenarioRef: 'drill', docCode: one.name }, []],
      [{ docCode: one.name, entryKind: 'CUT_REQUEST', changeKind: 'MARK' }, [one.entryId]],
      [{ docCode: one.name, entryKind: 'ESCALATION' }, []],
    ] as const) {
      const stream = follow({ after: '', filter });
      const messages = await pull(stream, caughtUp);
      await stream.return?.();
      const shown = messages.flatMap((message) => (message.rows ?? []).map((row) => row.entry.entryId));
      expect([filter, shown]).toEqual([filter, expected]);
      const { body } = await server.gql(
        server.tokens.observer,
        'query ($filter: HistoryFilter) { history(filter: $filter) { nodes { entry { entryId } } } }',
        { filter },
      );
      expect(body.data.history.nodes.map((row: Loose) => row.entry.entryId)).toEqual(expected);
    }
    const { token } = await caller(server, { scopes: ['ledger:observe'] });
    await expect(pull(follow({ filter: { docCode: 'x' } }, token), first)).rejects.toThrow('document:read');
  });

  test('an event offers the entry, its document and the names; registrations and dependencies have content', async () => {
    const query = `subscription ($after: String, $every: Boolean! = false) { history(after: $after, everyRecord: $every) {
      __typename ... on Ready { cursor } ... on CaughtUp { cursor }
      ... on HistoryEvent {
        rows { changeKind changedByPrincipal { name personName } entry { kind document { docCode title } } }
        sources { docCode title registeredByPrincipal { name } }
        dependencies { dependencyKind fromEntry { entryId } toEntry { entryId } createdByPrincipal { name } } } } }`;
    const stream = follow({}, server.tokens.observer, query);
    await pull(stream, caughtUp);
    const before = await marked(server);
    const after = await marked(server, undefined, { blockedBy: [before.entryId] });
    const input = {
      idempotencyKey: 'edge',
      fromEntryId: before.entryId,
      toEntryId: after.entryId,
      kind: 'REFINES',
    };
    await call(server, server.tokens.marker, 'declareDependency', input);
    let left = 5;
    const events = await pull(stream, () => --left === 0);
    await stream.return?.();
    const registered = ({ name }: { name: string }) => ({
      __typename: 'HistoryEvent',
      rows: [],
      sources: [{ docCode: name, title: name, registeredByPrincipal: { name: 'marker' } }],
      dependencies: [],
    });
    const moved = ({ name }: { name: string }, dependencies: unknown[]) => ({
      __typename: 'HistoryEvent',
      rows: [
        {
          changeKind: 'MARK',
          changedByPrincipal: { name: 'marker', personName: expect.any(String) },
          entry: { kind: 'CUT_REQUEST', document: { docCode: name, title: name } },
        },
      ],
      sources: [],
      dependencies,
    });
    const edge = (kind: string) => ({
      dependencyKind: kind,
      fromEntry: { entryId: before.entryId },
      toEntry: { entryId: after.entryId },
      createdByPrincipal: { name: 'marker' },
    });
    expect(events).toEqual([
      registered(before),
      moved(before, []),
      registered(after),
      moved(after, [edge('BLOCKS')]),
      { __typename: 'HistoryEvent', rows: [], sources: [], dependencies: [edge('REFINES')] },
    ]);
  });

  test('who may not read documents gets null for sources, and a narrowed token no record but the moves of its entries', async () => {
    const query = `subscription ($every: Boolean!) { history(after: "", everyRecord: $every) { __typename
      ... on HistoryEvent { rows { entry { entryId } } sources { docCode } dependencies { dependencyKind } } } }`;
    const { token } = await caller(server, { scopes: ['ledger:observe'] });
    const open = (every: boolean, by: string) => client(by).iterate({ query, variables: { every } });
    const seenBy = async (every: boolean, by: string) => {
      const opened = open(every, by);
      const messages = await pull(opened, caughtUp);
      await opened.return?.();
      return messages;
    };
    const stream = open(false, token);
    for (;;) {
      const { data, errors } = (await stream.next()).value as Loose;
      if (data.history.sources === undefined || data.history.rows.length > 0) {
        if (data.history.__typename === 'CaughtUp') throw new Error('No registration arrived.');
        continue;
      }
      expect([data.history.sources, errors[0].extensions.code]).toEqual([null, 'FORBIDDEN']);
      break;
    }
    await stream.return?.();
    const made = await marked(server);
    await marked(server, undefined, { blockedBy: [made.entryId] });
    await drained(server.database, server.integrator!);
    const scopes = ['ledger:observe', 'document:read'] as const;
    const narrow = await caller(server, { scopes }, { entryIds: [made.entryId] });
    const seen = await seenBy(true, narrow.token);
    const events = seen.filter(({ __typename }) => __typename === 'HistoryEvent') as Loose[];
    expect(events.flatMap(({ rows }) => rows)).toEqual([{ entry: { entryId: made.entryId } }]);
    expect(events.flatMap(({ sources }) => sources)).toEqual([{ docCode: made.name }]);
    expect(events.flatMap(({ dependencies }) => dependencies)).toEqual([]);
    const few = await seenBy(false, narrow.token);
    expect(few.filter(({ __typename }) => __typename === 'HistoryEvent')).toHaveLength(1);
  });

  test('a filter that makes no sense is named, not followed', async () => {
    await expect(pull(follow({ filter: { entryId: 'no id' } }), first)).rejects.toThrow(
      '"code":"BAD_USER_INPUT"',
    );
  });

  test('without ledger:observe it is forbidden, whatever the arguments', async () => {
    const { superuser } = server.database;
    await superuser.query(`update cutter_auth.token set scopes = '{entry:mark}' where token_sha256 = $1`, [
      tokenHash(server.tokens.marker),
    ]);
    const bad = follow({ after: 'garbled', filter: { entryId: 'no id' } }, server.tokens.marker);
    await expect(pull(bad, first)).rejects.toThrow('"code":"FORBIDDEN"');
    expect(server.feed.subscribers).toBe(0);
  });

  test('a cursor that is unknown is answered with Reset and the end of the stream', async () => {
    const messages = await pull(follow({ after: 'garbled' }), () => false);
    expect(messages).toMatchObject([{ __typename: 'Reset', reason: 'CURSOR_UNKNOWN' }]);
  });

  test('a token that is revoked ends its stream with Reset AUTHORITY_ENDED', async () => {
    const stream = follow({}, server.tokens.reviewer);
    await pull(stream, caughtUp);
    const rest = pull(stream, () => false);
    await server.pools.gate.query(
      sql.unsafe`update cutter_auth.token set revoked_at = transaction_timestamp() where token_sha256 = ${sql.binary(tokenHash(server.tokens.reviewer))}`,
    );
    expect((await rest).at(-1)).toMatchObject({ __typename: 'Reset', reason: 'AUTHORITY_ENDED' });
    await vi.waitFor(() => expect(server.feed.subscribers).toBe(0), WAITS_FOR_OTHERS_MS);
  });

  test('a token that is narrowed to other entries ends its stream, and the next one shows those alone', async () => {
    const own = await mark(exec);
    await integrated(own);
    const narrow = (entryIds: readonly string[] | null) =>
      server.superuser.query('update cutter_auth.token set entry_ids = $2 where token_sha256 = $1', [
        tokenHash(server.tokens.executor),
        entryIds,
      ]);
    const stream = follow({}, server.tokens.executor);
    await pull(stream, caughtUp);
    const rest = pull(stream, () => false);
    await narrow([own.entryId]);
    expect((await rest).at(-1)).toMatchObject({ __typename: 'Reset', reason: 'AUTHORITY_ENDED' });
    const next = follow({ after: '' }, server.tokens.executor);
    const shown = (await pull(next, caughtUp)).flatMap((message) => message.rows ?? []);
    await next.return?.();
    await narrow(null);
    expect(shown.map((row) => row.historyId)).toEqual([own.historyId]);
  });

  test('a client whose socket is cut leaves nothing behind, even while nothing happens', async () => {
    const cut = client(server.tokens.observer);
    const stream = cut.iterate({ query: HISTORY });
    await pull(stream, caughtUp);
    expect(server.feed.subscribers).toBe(1);
    cut.terminate();
    await vi.waitFor(() => expect(server.feed.subscribers).toBe(0), WAITS_FOR_OTHERS_MS);
  });

  test('across a restart of the server the cursor goes on: what was written in between arrives, once', async () => {
    const stream = follow({});
    const [ready] = await pull(stream, caughtUp);
    const rest = pull(stream, () => false).catch(() => []);
    await server.close();
    const said = await rest;
    if (said.length > 0) expect(said).toMatchObject([{ __typename: 'Reset', reason: 'LISTENER_LOST' }]);
    const missed = [await mark(exec), await mark(exec), await mark(exec)];
    server = await testServer({ database: server.database });
    const resumed = follow({ after: ready?.cursor });
    let arrived = 0;
    const messages = await pull(resumed, (message) => {
      if (message.__typename === 'HistoryEvent') arrived += 1;
      return arrived === 3;
    });
    await resumed.return?.();
    expect(messages.flatMap((message) => (message.rows ?? []).map((row) => row.historyId))).toEqual(
      missed.map(({ historyId }) => historyId),
    );
  });
});
