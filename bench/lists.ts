/**
 * Pages of lists in a ledger of 1,000,000 records, as ratios to a page of the same rows by the key of their table:
 * without a filter, with one that all rows meet, and with ones that few meet; from the start, from the middle, and
 * newest first.
 */

import { createHash } from 'node:crypto';
import pg from 'pg';
import { nameOfWord } from '../src/text/words.ts';
import { capture, type Sent } from './capture.ts';
import { type BenchDatabase, type Ground, gqlAt, median } from './ground.ts';
import { localServer } from './local-server.ts';

const RECORDS = Number(process.env['BENCH_RECORDS'] ?? 1_000_000);
const ROUNDS = 41;

/**
 * Entries with their first move, one record each. One in 100,000 is an escalation; the newest thousandth waits for
 * its plan.
 */
const FILL = [
  `insert into cutter_governance.decision_backlog_entry
     select md5('entry:' || n)::uuid, case when n % 100000 = 50000 then 'escalation' else 'cut_request' end,
       case when n > ${RECORDS - RECORDS / 1000} then 'marked' else 'verified_complete' end, '{}',
       timestamptz '2026-03-01 09:00:00+00' + n * interval '1 millisecond', null from generate_series(1, ${RECORDS}) n`,
  `insert into cutter_governance.decision_backlog_history
     select md5('history:' || n)::uuid, md5('entry:' || n)::uuid, null, 'marked', case when n % 100000 = 50000 then 'verify:fail' else 'mark' end,
       null, case when n % 20 = 0 then 'second' else 'first' end, timestamptz '2026-03-01 09:00:00+00' + n * interval '1 millisecond', null
     from generate_series(1, ${RECORDS}) n`,
  `insert into cutter_log.log
     select n - 1, md5('record:' || n)::uuid, 'sha256:bench', array[md5('entry:' || n)::uuid, md5('history:' || n)::uuid] from generate_series(1, ${RECORDS}) n`,
  `insert into cutter_log.row_place
     select noun, n - 1, ordinal, md5(kind || n)::uuid from generate_series(1, ${RECORDS}) n,
       (values ('Entry', 0, 'entry:'), ('History', 1, 'history:')) as noun (noun, ordinal, kind)`,
  `delete from cutter_log.pending`,
  `update cutter_log.head set next_position = ${RECORDS}`,
  'vacuum (analyze)',
];

/** The id that PostgreSQL makes of the same text. */
function idOf(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

interface Listed {
  readonly field: 'entries' | 'history';
  readonly fields: string;
  readonly view: string;
  readonly key: string;
  /** The same cells, by the columns' names. */
  readonly cells: string;
}
const time = (column: string) => `to_char(a.${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const ENTRIES: Listed = {
  field: 'entries',
  fields: 'entryId kind status emittedAt',
  view: 'cutter_governance.v_decision_backlog_entry_observe',
  key: 'entry_id',
  cells: `a.entry_id, a.kind, a.status, ${time('emitted_at')}`,
};
const HISTORY: Listed = {
  field: 'history',
  fields: 'historyId entryId changeKind changedBy changedAt',
  view: 'cutter_governance.v_decision_backlog_history_observe',
  key: 'history_id',
  cells: `a.history_id, a.entry_id, a.change_kind, a.changed_by, ${time('changed_at')}`,
};

interface Case {
  readonly what: string;
  readonly list: Listed;
  readonly filter: string | null;
  readonly where: string;
}
const CASES: readonly Case[] = [
  { what: 'entries, no filter', list: ENTRIES, filter: null, where: 'true' },
  ...filtered(ENTRIES, 'kind', 'kind', [
    ['cut_request', 'all'],
    ['escalation', '1 in 100,000'],
  ]),
  ...filtered(ENTRIES, 'status', 'status', [
    ['verified_complete', 'nearly all'],
    ['marked', '1 in 1,000, all of them newest'],
    ['abandoned', 'none'],
  ]),
  { what: 'history, no filter', list: HISTORY, filter: null, where: 'true' },
  ...filtered(HISTORY, 'changeKind', 'change_kind', [
    ['mark', 'all'],
    ['verify:fail', '1 in 100,000'],
  ]),
  ...filtered(HISTORY, 'changedBy', 'changed_by', [
    ['second', '1 in 20'],
    ['nobody', 'none'],
  ]),
];

function filtered(
  list: Listed,
  field: string,
  column: string,
  values: readonly (readonly [string, string])[],
): Case[] {
  return values.map(([value, share]) => ({
    what: `${list.field}, ${field}: ${value} (${share})`,
    list,
    filter: `{${field}: ${column === 'changed_by' ? JSON.stringify(value) : nameOfWord(value)}}`,
    where: `${column} = '${value}'`,
  }));
}

export async function benchLists(ground: Ground): Promise<void> {
  const database = await ground.database();
  await fill(database);
  const server = await localServer(database.urls, ground.secrets);
  const gql = gqlAt(server.url);
  const observe = new pg.Client({ connectionString: database.urls.observe });
  await observe.connect();
  console.log(
    `\nA page of 50 in a ledger of ${RECORDS.toLocaleString('en')} records; milliseconds in PostgreSQL, and the ratio (aim <= 2) to a page by key`,
  );
  for (const one of CASES) {
    for (const [where, order, after] of [
      ['start', 'OLDEST_FIRST', false],
      ['middle', 'OLDEST_FIRST', true],
      ['newest', 'NEWEST_FIRST', false],
    ] as const) {
      const cursor = after ? await middle(gql, ground.tokens['observer'] as string, one) : null;
      const statement = await sentFor(() =>
        gql(ground.tokens['observer'] as string, pageOf(one, order), { after: cursor }),
      );
      const [ours, byKey] = await alternated(observe, statement, keyPage(one, order));
      console.log(
        `  ${`${one.what}, ${where}`.padEnd(62)} ${ours.toFixed(2)} / ${byKey.toFixed(2)} = ${(ours / byKey).toFixed(2)}`,
      );
    }
  }
  await observe.end();
  await server.close();
}

async function fill({ ownerUrl }: BenchDatabase): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  for (const statement of FILL) await owner.query(statement);
  await owner.end();
}

const pageOf = ({ list, filter }: Case, order: string): string =>
  `query ($after: String) { ${list.field}(first: 50, after: $after, order: ${order}${filter === null ? '' : `, filter: ${filter}`}) {
    nodes { ${list.fields} } pageInfo { hasNextPage endCursor } } }`;

/** The cursor of a row in the middle of the ledger. */
async function middle(gql: ReturnType<typeof gqlAt>, token: string, { list }: Case): Promise<string> {
  const key = list === ENTRIES ? 'entryId' : 'historyId';
  const id = list === ENTRIES ? 'entry:' : 'history:';
  const { [list.field]: page } = (await gql(
    token,
    `query ($id: UUID!) { ${list.field}(filter: {${key}: $id}) { pageInfo { endCursor } } }`,
    {
      id: idOf(`${id}${RECORDS / 2}`),
    },
  )) as unknown as Record<string, { pageInfo: { endCursor: string } }>;
  return (page as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
}

/** The page by the key of the table: what such a page costs at least. */
function keyPage({ list, where }: Case, order: string): Sent {
  const way = order === 'NEWEST_FIRST' ? ' desc' : '';
  const text = `select coalesce(json_agg(json_build_array(${list.cells}) order by a.${list.key}${way}), '[]')::text
    from (select * from ${list.view} where ${where} order by ${list.key}${way} limit 51) a`;
  return { login: 'cutter_observe', name: undefined, text, values: [] };
}

/** Medians of both, asked in turn; prepared, as the product does with what comes again. */
async function alternated(client: pg.Client, ours: Sent, byKey: Sent): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, { text, values }] of [ours, byKey].entries()) {
      const began = performance.now();
      await client.query({ text, values: values ?? [], name: `list_${idOf(text)}` });
      if (round > 6) times[at as 0 | 1].push(performance.now() - began);
    }
  }
  return [median(times[0]), median(times[1])];
}

async function sentFor(ask: () => Promise<unknown>): Promise<Sent> {
  let found: Sent | undefined;
  const end = capture((sent) => {
    if (sent.text.startsWith('/* read.')) found = sent;
  });
  await ask();
  end();
  return found as Sent;
}
