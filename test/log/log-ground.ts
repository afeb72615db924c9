import pg from 'pg';
import type { Log } from '../../src/database/connection.ts';
import { type FeedOptions, type HistoryFeed, startFeed } from '../../src/log/feed/feed.ts';
import type { HistoryMessage } from '../../src/log/feed/history-message.ts';
import { type Integrator, startIntegrator } from '../../src/log/queue/integrator.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';

/** What was said to the log, for tests that expect an alarm. */
export interface HeardLog extends Log {
  readonly alarms: { readonly alarm: string; readonly recordId?: string }[];
}

export function heardLog(): HeardLog {
  const alarms: HeardLog['alarms'] = [];
  return {
    alarms,
    info: () => {},
    warn: () => {},
    error: (fields: unknown) => alarms.push(fields as HeardLog['alarms'][number]),
  } as HeardLog;
}

/** Feeds of one ledger know each other's cursors. */
const CURSOR_KEY = Buffer.alloc(32, 1);

/** A database with writers in the executor's lane; integrators and feeds started here are closed with it. */
export interface Ground {
  readonly database: TestDatabase;
  readonly log: HeardLog;
  /** Connections of cutter_exec: one for each of 16 writers. */
  readonly exec: pg.Pool;
  integrate(options?: { pollMs?: number; batch?: number }): Integrator;
  feed(options?: Partial<FeedOptions>): HistoryFeed;
  /** Writes `count` marks, each a record of its own, in one transaction. */
  burst(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function logGround(): Promise<Ground> {
  const database = await testDatabase({ log: 'empty' });
  const log = heardLog();
  const exec = new pg.Pool({ connectionString: database.urls.exec as string, max: 16 });
  const closers: (() => Promise<void>)[] = [];
  return {
    database,
    log,
    exec,
    integrate(options = {}) {
      const integrator = startIntegrator({
        url: database.urls.integrator as string,
        log,
        pollMs: 20,
        ...options,
      });
      closers.unshift(() => integrator.close());
      return integrator;
    },
    feed(options = {}) {
      const feed = startFeed({
        observe: database.pools.observe,
        listenUrl: database.urls.observe,
        authorityEnded: async () => new Set(),
        log,
        cursorKey: CURSOR_KEY,
        ...options,
      });
      closers.unshift(() => feed.close());
      return feed;
    },
    burst: (count) => burst(exec, count),
    async close() {
      for (const close of closers) await close();
      await exec.end();
    },
  };
}

const ENTRY = `insert into cutter_governance.decision_backlog_entry (entry_id, kind, status, payload, emitted_at)`;
const HISTORY = `insert into cutter_governance.decision_backlog_history
  (history_id, entry_id, entry_version_before, entry_version_after, change_kind, changed_by, changed_at)`;
const PENDING = 'insert into cutter_log.pending (record_id, record_hash, row_ids)';

const BURST = `
  with made as materialized (
    select gen_random_uuid() as entry_id, gen_random_uuid() as history_id, gen_random_uuid() as record_id
    from generate_series(1, $1)
  ), entry as (
    ${ENTRY} select entry_id, 'cut_request', 'marked', '{"idempotency_key": "burst"}', transaction_timestamp() from made
  ), history as (
    ${HISTORY} select history_id, entry_id, null, 'marked', 'mark', $2, transaction_timestamp() from made
  )
  ${PENDING} select record_id, 'sha256:' || encode(sha256(record_id::text::bytea), 'hex'), array[entry_id, history_id] from made`;

/** Writes `count` marks, each a record of its own, in one transaction. */
export async function burst(exec: pg.Pool, count: number, by = 'burst'): Promise<void> {
  await exec.query(BURST, [count, by]);
}

/** A mark written by hand: the transaction is the caller's. */
export interface Mark {
  readonly recordId: string;
  readonly entryId: string;
  readonly historyId: string;
}

async function insertEntry(client: pg.ClientBase, entryId: string): Promise<void> {
  await client.query(
    `${ENTRY} values ($1, 'cut_request', 'marked', '{"idempotency_key": "k"}', transaction_timestamp())`,
    [entryId],
  );
}

export async function insertHistory(
  client: pg.ClientBase,
  row: { historyId: string; entryId: string; before?: string | null; kind?: string; by?: string },
): Promise<void> {
  await client.query(`${HISTORY} values ($1, $2, $3, 'marked', $4, $5, transaction_timestamp())`, [
    row.historyId,
    row.entryId,
    row.before ?? null,
    row.kind ?? 'mark',
    row.by ?? 'writer',
  ]);
}

export async function insertPending(
  client: pg.ClientBase,
  recordId: string,
  rowIds: readonly string[],
): Promise<void> {
  await client.query(`${PENDING} values ($1, 'sha256:hand', $2)`, [recordId, rowIds]);
}

/** One entry marked in one transaction, as one record. */
export async function mark(exec: pg.Pool, by = 'writer'): Promise<Mark> {
  const made = {
    recordId: crypto.randomUUID(),
    entryId: crypto.randomUUID(),
    historyId: crypto.randomUUID(),
  };
  await inTransaction(exec, async (client) => {
    await insertEntry(client, made.entryId);
    await insertHistory(client, { ...made, by });
    await insertPending(client, made.recordId, [made.entryId, made.historyId]);
  });
  return made;
}

export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const answer = await work(client);
    await client.query('commit');
    return answer;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Pulls messages until `enough` says so; the stream stays open. */
export async function pull(
  stream: AsyncIterator<HistoryMessage>,
  enough: (message: HistoryMessage) => boolean,
): Promise<HistoryMessage[]> {
  const all: HistoryMessage[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return all;
    all.push(step.value);
    if (enough(step.value)) return all;
  }
}

export function positionsOf(messages: readonly HistoryMessage[]): number[] {
  return messages.flatMap((message) => (message.type === 'HistoryEvent' ? [Number(message.position)] : []));
}

export const range = (from: number, until: number): number[] =>
  Array.from({ length: until - from }, (_, i) => from + i);

/** The log as it stands: record ids by position, checked to be dense. */
export async function logOf(database: TestDatabase): Promise<Map<string, number>> {
  const { rows } = await database.superuser.query<{ record_id: string; position: string }>(
    'select record_id::text, position::text from cutter_log.log order by log.position',
  );
  rows.forEach((row, at) => {
    if (Number(row.position) !== at) throw new Error(`The log has a gap at ${at}`);
  });
  return new Map(rows.map((row) => [row.record_id, Number(row.position)]));
}

/** Resolves when the queue is empty, asked after each batch. */
export async function drained(database: TestDatabase, integrator: Integrator): Promise<void> {
  for (;;) {
    const batch = new Promise<void>((resolve) => {
      const stop = integrator.onIntegrated(() => {
        stop();
        resolve();
      });
    });
    const { rows } = await database.superuser.query('select 1 from cutter_log.pending limit 1');
    if (rows.length === 0) return;
    integrator.nudge();
    await batch;
  }
}
