import pg from 'pg';
import { vi } from 'vitest';
import { phaseIds } from '../../src/ledger/envelope/ids.ts';
import { PATIENCE } from './crash-processes.ts';
import { call, type Loose, manifestOf, marked, sampleText, sweepAll } from './cycle.ts';
import type { Answer, SampleTokens, TestServer } from './server.ts';

/** Cuts that are stopped inside their transaction, sent by clients who mean to get an answer in the end. */

/** What a client needs to speak with a server that runs elsewhere. */
export function clientOf(url: string, tokens: Readonly<Record<string, string>>): TestServer {
  return {
    url,
    wsUrl: url.replace(/^http/, 'ws'),
    tokens: tokens as SampleTokens,
    async gql(token, query, variables) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    },
  } as TestServer;
}

/** The same client as one that means to get an answer: what the database was away for is asked again, with the same key. */
export function patient(client: TestServer): TestServer {
  return {
    ...client,
    gql: (...call) =>
      vi.waitUntil(async () => {
        const answer = await client.gql(...call);
        return comesAgain({ answer }) || asksAgain(answer) ? false : answer;
      }, PATIENCE),
  };
}

/** Whether a verb refused for now. */
function asksAgain({ body }: Answer): boolean {
  return Object.values(body.data ?? {}).some((member: Loose) => member?.retryable === true);
}

export interface Approved {
  readonly entryId: string;
  readonly manifestDigest: string;
  /** The idempotency key of its cut. */
  readonly key: string;
}

/** As many different documents, each with an entry in `reviewed_approved`. */
export async function approvedEntries(
  client: TestServer,
  prefix: string,
  count: number,
): Promise<Approved[]> {
  const names = Array.from({ length: count }, (_, at) => `${prefix}-${at}`);
  const preparing = patient(client);
  const entries = await Promise.all(names.map((name) => marked(preparing, name, { text: sampleText(name) })));
  await sweepAll(preparing);
  return Promise.all(
    entries.map(async ({ entryId, name }) => {
      const manifestDigest = await manifestOf(preparing, entryId);
      const input = { idempotencyKey: `review:${name}`, entryId, verdict: 'APPROVE', manifestDigest };
      const review = await call(preparing, client.tokens.reviewer, 'review', input);
      if (review.__typename !== 'ReviewSuccess') throw new Error(JSON.stringify(review));
      return { entryId, manifestDigest, key: `cut:${name}` };
    }),
  );
}

/** What became of one call: an answer, or a connection that ended before one came. */
export type Outcome = { readonly answer: Loose } | { readonly unanswered: Error };

const CUT = `mutation ($input: CutInput!) { cut(input: $input) { __typename
  ... on CutSuccess { replayed entry { entryId status } changeSet { changeSetId } }
  ... on Refusal { message retryable } } }`;

/** One attempt, as it went. */
export async function attemptCut(client: TestServer, entry: Approved): Promise<Outcome> {
  try {
    const { entryId, manifestDigest, key } = entry;
    const variables = { input: { entryId, manifestDigest, idempotencyKey: key } };
    return { answer: await client.gql(client.tokens.executor, CUT, variables) };
  } catch (error) {
    return { unanswered: error as Error };
  }
}

/** The member of the outcome union, where GraphQL answered with one. */
export function memberOf(outcome: Outcome): Loose {
  return 'answer' in outcome ? (outcome.answer.body.data?.cut ?? null) : null;
}

/** Whether a call without a member of its outcome is one to repeat: nobody answered, or the database was away. */
function comesAgain(outcome: Outcome): boolean {
  if ('unanswered' in outcome) return true;
  const errors: { extensions: { code: string } }[] = outcome.answer.body.errors ?? [];
  return errors.length > 0 && errors.every(({ extensions }) => extensions.code === 'UNAVAILABLE');
}

/** The same call with the same key until an answer is final. What says neither that nor to come again fails the test. */
export async function resolvedCut(client: TestServer, entry: Approved): Promise<Loose> {
  return vi.waitUntil(async () => {
    const outcome = await attemptCut(client, entry);
    const member = memberOf(outcome);
    if (member === null && !comesAgain(outcome)) throw new Error(JSON.stringify(outcome));
    return member !== null && member.retryable !== true ? member : false;
  }, PATIENCE);
}

/** The tables that a cut has written when it comes to its last statement. */
const WRITTEN = [
  'decision_backlog_entry',
  'decision_backlog_history',
  'cut_change_set',
  'cut_change_set_affected_row',
  'dot_pair_signature',
  'information_unit',
  'unit_version',
  'record_part',
];

const INSIDE = `/* crash.inside */ select a.pid from pg_stat_activity a
  where a.datname = current_database() and a.usename = 'cutter_exec' and a.state = 'active'
    and a.backend_xid is not null and a.query like '%/* log.pending */%' and a.wait_event_type = 'Lock'
    and $1 = any (pg_blocking_pids(a.pid))
    and (select count(distinct c.relname) from pg_locks l join pg_class c on c.oid = l.relation
      where l.pid = a.pid and l.granted and l.mode = 'RowExclusiveLock' and c.relname = any ($2)) = cardinality($2)`;

export interface Hold {
  /** Waits until as many cuts stand inside their transaction, all written but its last row; gives back their backends. */
  inside(count: number): Promise<readonly number[]>;
  release(): Promise<void>;
}

/**
 * Locks one row of each cut before the cut writes it: the first part of its record, which its last statement inserts. The row of the
 * holder is never committed, so the cuts go on as if nothing had been.
 */
export async function holdCuts(ownerUrl: string, entries: readonly Approved[]): Promise<Hold> {
  const holder = new pg.Client({ connectionString: ownerUrl, application_name: 'test holder' });
  holder.on('error', () => {}); // it dies with its server
  await holder.connect();
  const { rows } = await holder.query<{ pid: number }>('/* crash.pid */ select pg_backend_pid() as pid');
  await holder.query('begin');
  await holder.query(
    `/* crash.hold */ insert into cutter_log.record_part (record_id, part, body)
    select id, 0, 'held' from unnest($1::uuid[]) as id`,
    [entries.map(({ key }) => phaseIds('cut', key).record)],
  );
  const watcher = new pg.Client({ connectionString: ownerUrl, application_name: 'test watcher' });
  watcher.on('error', () => {});
  await watcher.connect();
  return {
    inside: (count) =>
      vi.waitUntil(async () => {
        const inside = await watcher.query<{ pid: number }>(INSIDE, [rows[0]?.pid, WRITTEN]);
        return inside.rows.length === count ? inside.rows.map(({ pid }) => pid) : false;
      }, PATIENCE),
    release: async () => {
      await Promise.all([holder, watcher].map((client) => client.end().catch(() => {})));
    },
  };
}

/** From now on commits wait, durable and unanswered, for a standby that never comes. */
export async function withholdAnswers(owner: pg.Pool): Promise<{ waiting(count: number): Promise<void> }> {
  await owner.query(`alter system set synchronous_standby_names = 'nobody'`);
  await owner.query('select pg_reload_conf()');
  // The reload takes its time to arrive: a commit of our own that waits proves that it has.
  let probes = 0;
  const probe = (): void => {
    probes += 1;
    owner
      .query(`/* crash.probe */ select pg_logical_emit_message(true, 'probe', '')`)
      .catch(() => {})
      .finally(() => {
        probes -= 1;
      });
  };
  const waiting = async (pattern: string): Promise<number> => {
    const { rows } = await owner.query<{ count: number }>(
      `/* crash.waiting */ select count(*)::int from pg_stat_activity
      where datname = current_database() and wait_event = 'SyncRep' and (usename = $1 or query like $2)`,
      [pattern, `%${pattern}%`],
    );
    return rows[0]?.count ?? 0;
  };
  await vi.waitUntil(async () => {
    if (probes === 0) probe();
    return (await waiting('crash.probe')) > 0;
  }, PATIENCE);
  return {
    waiting: async (count) => {
      await vi.waitUntil(async () => (await waiting('cutter_exec')) === count, PATIENCE);
    },
  };
}

/** Takes the word back from the configuration; only a reload or a new start hears of it. */
export async function forgetStandby(owner: pg.Pool): Promise<void> {
  await owner.query('alter system reset synchronous_standby_names');
}
