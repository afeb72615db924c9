import type pg from 'pg';
import { ownerClient } from '../owner.ts';
import { checkDatabase } from '../session/database-check.ts';
import { type Migration, readMigrations, SQL_DIRECTORY } from './migrations.ts';
import { allowedToPublic, closeToPublic, keepingPublicRights, takenFromPublic } from './public-rights.ts';
import { layRights, layRoles, refuseAnothersLedger } from './rights.ts';
import { refuseTakenSchemas, refuseTakenTables, refuseTakenView } from './target-tables.ts';

/** The file that every start runs. */
const EVERY_TIME = 'database.sql';

export interface MigrateOptions {
  /** Whether others use this database, too: then nothing of PUBLIC's is changed outside the ledger's own schemas. */
  readonly shared?: boolean;
  /** Receives whole sentences. */
  readonly report?: (line: string) => void;
}

/**
 * Brings the database to the newest schema, lays rights that are gone, and returns the names of the files applied
 * now: a new ledger in one transaction, an older one file by file. One process migrates at a time. What was applied
 * before must equal the files.
 */
export async function migrate(
  ownerUrl: string,
  directory = SQL_DIRECTORY,
  { shared = false, report = () => {} }: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = readMigrations(directory);
  const client = ownerClient(ownerUrl, 'cutter migrate');
  await client.connect();
  try {
    await refuseAnothersLedger(client);
    await checkDatabase(client);
    await client.query(`/* migrate.lock */ select pg_advisory_lock(hashtext('cutter.migrate'))`);
    const { applied, steps, isFresh } = await stepsOf(client, migrations, report);
    // A ledger begins whole or not at all. One that others serve meanwhile isn't locked for longer than each file
    // takes.
    for (const together of isFresh ? [steps] : steps.map((step) => [step]))
      await inTransaction(client, shared, async () => {
        for (const step of together) await step();
      });
    if (shared) await reportPublicRights(client, applied, report);
    else await closeToPublic(client);
    return { applied };
  } finally {
    await client.end(); // and with it, whatever a fault left open
  }
}

/** What a migration would do now. */
export interface MigrationPlan {
  /** Whether the database holds no ledger yet. */
  readonly isFresh: boolean;
  /** Names of the files that it would run, in order. */
  readonly pending: readonly string[];
}

/** Looks what `migrate` would do, and changes nothing. It refuses what `migrate` refuses before its first change. */
export async function planMigration(ownerUrl: string): Promise<MigrationPlan> {
  const client = ownerClient(ownerUrl, 'cutter migrate');
  await client.connect();
  try {
    await client.query('begin transaction read only');
    await refuseAnothersLedger(client);
    await checkDatabase(client);
    const { isFresh, pending } = await lookForPending(client, readMigrations());
    if (isFresh) await refuseTakenSchemas(client);
    return { isFresh, pending: pending.map(({ name }) => name) };
  } finally {
    await client.end();
  }
}

type Step = () => Promise<unknown>;

async function inTransaction(
  client: pg.ClientBase,
  shared: boolean,
  work: () => Promise<void>,
): Promise<void> {
  await client.query('begin isolation level read committed; set local statement_timeout = 0');
  if (shared) await keepingPublicRights(client, work);
  else await work();
  await client.query('commit');
}

/**
 * What there is to do: the files that this database hasn't had, rights that it lost, and the file that every start
 * runs.
 */
async function stepsOf(
  client: pg.ClientBase,
  migrations: readonly Migration[],
  report: (line: string) => void,
): Promise<{ applied: string[]; steps: Step[]; isFresh: boolean }> {
  const everyTime = migrations
    .filter((migration) => migration.name === EVERY_TIME)
    .map((file) => () => client.query(file.sql));
  const { isFresh, pending } = await lookForPending(client, migrations);
  const files = pending.map((migration) => () => applyMigration(client, migration));
  const applied = pending.map((migration) => migration.name);
  // A version before may have stopped at the tables' names, with the files before them applied.
  const names = pending
    .filter(({ name }) => name === TARGET_TABLES)
    .map(
      ({ sql }) =>
        () =>
          refuseTakenTables(client, sql),
    );
  const view = pending.some(({ name }) => name === TARGET_VIEW) ? [() => refuseTakenView(client)] : [];
  if (isFresh) {
    const begin = [() => refuseTakenSchemas(client), ...names, ...view, () => client.query(CREATE_RECORD)];
    return { applied, steps: [...begin, ...files, ...everyTime], isFresh };
  }
  let laid = 0;
  // Roles belong to the server: a database restored on another one is without them, and later files give them rights.
  const roles = async () => {
    laid += await layRoles(
      client,
      pending.map(({ sql }) => sql),
    );
  };
  const rights = async () => {
    laid += await layRights(client);
    if (laid > 0)
      report(
        "Rights of the ledger's logins were missing, as after a restore without privileges or on another " +
          `server. This start granted them again (${laid} statements).`,
      );
  };
  return { applied, steps: [...names, ...view, roles, ...files, rights, ...everyTime], isFresh };
}

/** The file that makes the two tables in `public`. */
const TARGET_TABLES = '0004_units.sql';
/** The file that makes the view in `public`. */
const TARGET_VIEW = '0018_reader.sql';
/** The file that takes PUBLIC's defaults. */
const GRANTS = '0006_grants.sql';

/** Says what an earlier version took from PUBLIC on a database that others use, and what PUBLIC may do there. */
async function reportPublicRights(
  client: pg.ClientBase,
  applied: readonly string[],
  report: (line: string) => void,
): Promise<void> {
  if (applied.includes(GRANTS))
    await client.query(
      '/* migrate.public_kept */ update cutter_meta.migration set public_kept = true where name = $1',
      [GRANTS],
    );
  const { rowCount } = await client.query(
    '/* migrate.public_taken */ select from cutter_meta.migration where name = $1 and not public_kept',
    [GRANTS],
  );
  const taken = rowCount === 0 ? [] : await takenFromPublic(client);
  if (taken.length > 0)
    report(
      'An earlier version of Cutter took rights on this database from PUBLIC. If other applications need ' +
        `them, run as its owner: ${taken.join(' ')}`,
    );
  const allowed = await allowedToPublic(client);
  if (allowed !== null)
    report(
      `On this database PUBLIC, and so every login of the server, may ${allowed}. Cutter leaves that as it is.`,
    );
}

/**
 * Refuses a database that isn't of this version: what an older one lacks is no damage, and a start adds it.
 * @param ownerUrl of the owner, who alone may read which migrations there were
 */
export async function refuseOtherVersion(ownerUrl: string): Promise<void> {
  const client = ownerClient(ownerUrl, 'cutter version');
  await client.connect();
  try {
    const { isFresh, pending } = await lookForPending(client, readMigrations());
    if (isFresh) throw new Error('This database holds no ledger.');
    if (pending.length === 0) return;
    throw new Error(
      `This database is of an earlier version: ${pending.map(({ name }) => name).join(', ')} ` +
        `${pending.length === 1 ? 'is' : 'are'} still to come. Start the server, which migrates it. ` +
        'Then repeat this command.',
    );
  } finally {
    await client.end();
  }
}

/** The numbered files that this database hasn't had. */
async function lookForPending(
  client: pg.ClientBase,
  migrations: readonly Migration[],
): Promise<{ readonly isFresh: boolean; readonly pending: readonly Migration[] }> {
  const numbered = migrations.filter(({ name }) => name !== EVERY_TIME);
  const isFresh = await isWithoutRecord(client);
  return { isFresh, pending: isFresh ? numbered : pendingAmong(numbered, await recordedMigrations(client)) };
}

async function isWithoutRecord(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ fresh: boolean }>(
    `/* migrate.fresh */ select to_regclass('cutter_meta.migration') is null as fresh`,
  );
  return rows[0]?.fresh === true;
}

const CREATE_RECORD = `/* migrate.record */
create schema if not exists cutter_meta;
create table cutter_meta.migration (
  ordinal integer primary key,
  name text not null unique,
  checksum text not null,
  applied_at timestamptz not null default transaction_timestamp()
)`;

type Recorded = { ordinal: number; name: string; checksum: string };

async function recordedMigrations(client: pg.ClientBase): Promise<readonly Recorded[]> {
  const { rows } = await client.query<Recorded>(
    '/* migrate.recorded */ select ordinal, name, checksum from cutter_meta.migration order by ordinal',
  );
  return rows;
}

function pendingAmong(migrations: readonly Migration[], applied: readonly Recorded[]): readonly Migration[] {
  for (const [i, row] of applied.entries()) {
    const file = migrations[i];
    if (file === undefined) {
      throw new Error(
        `The database has the migration ${row.name}, which this version doesn't know. Start the version ` +
          'that made it, or a newer one.',
      );
    }
    if (file.name !== row.name || file.checksum !== row.checksum) {
      throw new Error(
        `The database was migrated with another ${row.name} than the one in this version (${file.name}). ` +
          'Nothing was changed. Start the version that migrated it.',
      );
    }
  }
  return migrations.slice(applied.length);
}

async function applyMigration(client: pg.ClientBase, migration: Migration): Promise<void> {
  const ordinal = Number.parseInt(migration.name, 10);
  try {
    await client.query(migration.sql);
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(
      `The migration ${migration.name} failed and was rolled back: ${(error as Error).message}`,
      { cause: error },
    );
  }
  await client.query(
    '/* migrate.applied */ insert into cutter_meta.migration (ordinal, name, checksum) values ($1, $2, $3)',
    [ordinal, migration.name, migration.checksum],
  );
}
