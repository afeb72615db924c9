import type { TestServer } from './server.ts';

/** Rows by table. A record of the log counts once, whether it waits or is integrated. */
export type RowCounts = Readonly<Record<string, number>>;

const SCHEMAS = ['cutter_governance', 'public', 'cutter_source', 'cutter_auth', 'cutter_log'];
const RECORDS = 'cutter_log.pending and log';
/**
 * Written behind the log by processes of its own, so that a phase neither makes nor unmakes rows there. A refusal's row
 * of the audit is written a moment later; its tests count it.
 */
const BEHIND = [
  'cutter_auth.token_use',
  'cutter_log.head',
  'cutter_log.node',
  'cutter_log.tree_head',
  'cutter_log.cosignature',
  'cutter_log.row_place',
  'cutter_log.act',
  'cutter_log.counted',
  'cutter_log.entry_stay',
  'cutter_log.status_count',
  'cutter_log.moves_by_hour',
  'cutter_log.waits_by_hour',
];

/** How many rows every table has, in one snapshot, so that the integrator's moving on can't show. */
export async function rowCounts(server: TestServer): Promise<RowCounts> {
  const { rows } = await server.superuser.query<{ name: string; count: number }>(
    await overTables(server, 'select count(*)::int'),
  );
  const counts: Record<string, number> = {};
  for (const { name, count } of rows) counts[name] = (counts[name] ?? 0) + count;
  return counts;
}

/**
 * Everything that stands in the ledger, as one text: equal before and after a call that wrote nothing, inserts and updates
 * alike.
 */
export async function fingerprint(server: TestServer): Promise<string> {
  const { rows } = await server.superuser.query<{ name: string; count: string }>(
    await overTables(server, "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0)"),
  );
  const records = rows.filter(({ name }) => name === RECORDS);
  const total = records.reduce((sum, { count }) => sum + Number.parseInt(count, 10), 0);
  const tables = rows.filter(({ name }) => name !== RECORDS).map(({ name, count }) => `${name} ${count}`);
  return [...tables.sort(), `${RECORDS} ${total}`].join('\n');
}

const statements = new WeakMap<TestServer, Promise<readonly string[]>>();

async function overTables(server: TestServer, aggregate: string): Promise<string> {
  let known = statements.get(server);
  if (known === undefined) {
    known = tablesOf(server);
    statements.set(server, known);
  }
  const parts = (await known).map((table) => {
    const name = /^cutter_log\.(pending|log)$/.test(table) ? RECORDS : table;
    return `select '${name}' as name, (${aggregate} from ${table} t) as count`;
  });
  return `/* harness.rows */ ${parts.join(' union all ')}`;
}

async function tablesOf(server: TestServer): Promise<readonly string[]> {
  const { rows } = await server.superuser.query<{ name: string }>(
    `/* harness.tables */ select n.nspname || '.' || c.relname as name from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any($1) and n.nspname || '.' || c.relname <> all($2)
       and c.relname !~ '^audit_'`,
    [SCHEMAS, BEHIND],
  );
  return rows.map((row) => row.name);
}

/** What `work` added, by table; tables that stayed as they were are left out. */
export async function added(server: TestServer, work: () => Promise<unknown>): Promise<RowCounts> {
  const before = await rowCounts(server);
  await work();
  const after = await rowCounts(server);
  const changed = Object.entries(after).filter(([name, count]) => count !== before[name]);
  return Object.fromEntries(changed.map(([name, count]) => [name, count - (before[name] ?? 0)]));
}
