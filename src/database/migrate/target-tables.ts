import type { ClientBase } from 'pg';

/** Tables or schemas of somebody else are where the ledger's would be made. */
class PlaceTaken extends Error {
  override readonly name = 'PlaceTaken';
}

const TABLES = ['information_unit', 'unit_version'] as const;
const PROBE = 'cutter_probe';

/** Columns, keys and indexes of one of the tables, a line each. */
const SHAPE = `/* target.shape */
  select format('column %I %s%s', attname, format_type(atttypid, atttypmod),
      case when attnotnull then ' not null' else '' end) as line
    from pg_catalog.pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
  union all
  select replace(pg_get_constraintdef(oid), $2 || '.', 'public.')
    from pg_catalog.pg_constraint where conrelid = $1::regclass and contype in ('p', 'u', 'f')`;

/**
 * Refuses a database in which the names of the ledger's target tables are taken, and names what differs from the
 * tables that it would make. `make` is the migration that makes them: it runs in a schema of its own, in the caller's
 * transaction, which the refusal undoes.
 */
export async function refuseTakenTables(owner: ClientBase, make: string): Promise<void> {
  const { rows } = await owner.query<{ name: string; kind: string }>(
    `/* target.taken */ select relname as name, relkind as kind from pg_catalog.pg_class
    where relnamespace = 'public'::regnamespace and relname = any ($1) order by relname`,
    [TABLES],
  );
  if (rows.length === 0) return;
  await owner.query(
    `set local search_path = pg_catalog; create schema ${PROBE}; ${make.replaceAll('public.', `${PROBE}.`)}`,
  );
  const said: string[] = [];
  for (const { name, kind } of rows)
    said.push(
      `public.${name} ${['r', 'p'].includes(kind) ? await shapeDifferences(owner, name) : 'is no table'}`,
    );
  throw new PlaceTaken(
    'The ledger makes public.information_unit and public.unit_version, and this database has ' +
      `${rows.map(({ name }) => `public.${name}`).join(' and ')} already, which it doesn't take over: ` +
      `${said.join('; ')}. Name another database in CUTTER_DATABASE_URL, or rename what is there. Nothing ` +
      'was changed.',
  );
}

async function shapeDifferences(owner: ClientBase, name: string): Promise<string> {
  const [wanted, found] = [await shapeOf(owner, `${PROBE}.${name}`), await shapeOf(owner, `public.${name}`)];
  const [lacks, has] = [linesWithout(wanted, found), linesWithout(found, wanted)];
  if (lacks.length + has.length === 0) return 'has the same columns and keys';
  return [
    ...(lacks.length === 0 ? [] : [`lacks ${lacks.join(', ')}`]),
    ...(has.length === 0 ? [] : [`has instead ${has.join(', ')}`]),
  ].join(', and ');
}

async function shapeOf(owner: ClientBase, table: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ line: string }>(SHAPE, [table, PROBE]);
  return rows.map(({ line }) => line);
}

function linesWithout(lines: readonly string[], others: readonly string[]): readonly string[] {
  return lines.filter((line) => !others.includes(line));
}

/** Refuses a database that has schemas of a ledger without the record of what made them. */
export async function refuseTakenSchemas(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ names: string | null }>(
    `/* target.schemas */ select string_agg(nspname, ', ' order by nspname) as names from pg_catalog.pg_namespace
    where nspname in ('cutter_governance', 'cutter_source', 'cutter_auth', 'cutter_log')`,
  );
  const names = rows[0]?.names ?? null;
  if (names === null) return;
  throw new PlaceTaken(
    `This database has schemas of a ledger (${names}), but not the record of the migrations that made ` +
      'them (cutter_meta.migration). If it was restored, restore the whole dump into an empty database. ' +
      'Otherwise name another database in CUTTER_DATABASE_URL. Nothing was changed.',
  );
}
