import type pg from 'pg';
import { INFORMATION_UNIT, UNIT_VERSION } from '../ledger/tables/unit.ts';
import type { Unseen } from './finding.ts';
import { KINDS } from './kinds.ts';
import { BEGIN, connectionTo, joinSnapshot, SETTINGS } from './snapshot.ts';

/** Tables beside the kinds that must be readable. */
const BESIDE = [
  'cutter_log.log',
  'cutter_log.pending',
  'cutter_log.record_part',
  'cutter_log.row_place',
  'cutter_log.act',
  'cutter_log.counted',
  'cutter_log.entry_stay',
  'cutter_log.status_count',
  'cutter_log.moves_by_hour',
  'cutter_log.waits_by_hour',
  'cutter_log.head',
  'cutter_log.node',
  'cutter_log.tree_head',
  'cutter_log.cosignature',
  'cutter_log.suspension',
  'cutter_log.resumption',
  'cutter_log.witness_cosignature',
  'cutter_source.vocabulary',
];

export interface SnapshotSession {
  readonly client: pg.Client;
  /** A second connection in the same snapshot, so that two streams can be read at once. */
  readonly beside: pg.Client;
  /** The name by which other connections join it. */
  readonly snapshot: string;
  /** Tables that this login can't read whole. */
  readonly unseen: Unseen[];
  close(): Promise<void>;
}

/** One snapshot of the whole ledger for reading, as cutter_evidence alone, on two connections. */
export async function openSession(url: string): Promise<SnapshotSession> {
  const client = connectionTo(url);
  let beside: pg.Client | null = null;
  const close = async () => {
    await Promise.all([client.end(), beside?.end()]);
  };
  try {
    await client.connect();
    await client.query(`${BEGIN}; ${SETTINGS}; ${BY_KEY}`);
    const { rows } = await client.query<{ id: string }>(
      '/* fsck.snapshot */ select pg_export_snapshot() as id',
    );
    const snapshot = rows[0]?.id as string;
    beside = await joinSnapshot(url, snapshot);
    return { client, beside, snapshot, unseen: await findUnreadableTables(client), close };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

// Pages of the log are looked up by key. A plan that joins the whole log for each page would read it a thousand times.
const BY_KEY = 'set local enable_hashjoin = off; set local enable_mergejoin = off';

const COLUMNS_OF = new Map(KINDS.map(({ table, columns }) => [table, columns.join(' ')]));

/** A policy that hides rows raises no error, so grants and policies are read from the catalog. */
async function findUnreadableTables(client: pg.Client): Promise<Unseen[]> {
  const tables = [...KINDS.map((kind) => kind.table), ...BESIDE];
  const { rows } = await client.query<{ name: string; there: boolean; granted: boolean; whole: boolean }>(
    `/* fsck.grants */ select t.name, c.oid is not null as there,
      coalesce(has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or (
        select bool_and(has_column_privilege(c.oid, a.attnum, 'select')) from pg_attribute a
        where a.attrelid = c.oid and a.attname = any (string_to_array(t.columns, ' ')))), false) as granted,
      coalesce(not c.relrowsecurity or not row_security_active(c.oid) or (
        exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
          and pg_get_expr(p.polqual, p.polrelid) = 'true'
          and ((select oid from pg_roles where rolname = current_user) = any (p.polroles)
            or 0::oid = any (p.polroles)))
        and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive
          and p.polcmd in ('r', '*'))), false) as whole
    from unnest($1::text[], $2::text[]) as t (name, columns)
    left join pg_namespace n on n.nspname = split_part(t.name, '.', 1)
    left join pg_class c on c.relnamespace = n.oid and c.relname = split_part(t.name, '.', 2)`,
    // Of tokens all but their hashes may be read.
    [tables, tables.map((table) => COLUMNS_OF.get(table) ?? null)],
  );
  const unseen = rows.flatMap(({ name, there, granted, whole }) => {
    if (there && granted && whole) return [];
    const why = !there
      ? 'is not there'
      : granted
        ? 'is shown to cutter_evidence only in part, by a row policy'
        : 'may not be read by cutter_evidence';
    return [{ table: name, message: `${name} ${why}.` }];
  });
  if (
    unseen.some(({ table }) => table === UNIT_VERSION.name) &&
    !unseen.some(({ table }) => table === INFORMATION_UNIT.name)
  )
    unseen.push({
      table: INFORMATION_UNIT.name,
      message: `${INFORMATION_UNIT.name} can't be judged without ${UNIT_VERSION.name}.`,
    });
  return unseen;
}
