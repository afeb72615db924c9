import type { ClientBase } from 'pg';

/** The server lacks something that a start relies on. The message has the way out. */
class UnfitServer extends Error {
  override readonly name = 'UnfitServer';
}

/** What one process of the ledger opens at most. */
const CONNECTIONS = 60;
const CLOCK_LIMIT_MS = 60_000;

interface Found {
  readonly database: string;
  readonly standby: boolean;
  readonly has_public: boolean;
  readonly read_only: string;
  readonly strings: string;
  readonly connections: number;
  readonly used: number;
  readonly database_limit: number;
  readonly collation: string | null;
  readonly collation_now: string | null;
  readonly now_ms: number;
}

const LOOK = `/* checks.assumptions */
  select quote_ident(datname) as database, pg_is_in_recovery() as standby,
    exists (select from pg_catalog.pg_namespace where nspname = 'public') as has_public,
    current_setting('transaction_read_only') as read_only,
    current_setting('standard_conforming_strings') as strings,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - current_setting('reserved_connections')::int as connections,
    (select count(*)::int from pg_catalog.pg_stat_activity
      where backend_type = 'client backend' and application_name not like 'cutter %') as used,
    datconnlimit as database_limit, datcollversion as collation,
    pg_database_collation_actual_version(oid) as collation_now,
    (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms
  from pg_catalog.pg_database where datname = current_database()`;

/** Asserts before the first write what the ledger relies on beside durability; names all faults at once. */
export async function checkStartAssumptions(
  owner: ClientBase,
  report: (line: string) => void,
): Promise<void> {
  const { rows } = await owner.query<Found>(LOOK);
  const found = rows[0]!;
  const faults = [...assumptionFaults(found)];
  if (faults.length > 0) throw new UnfitServer(faults.join(' '));
  for (const line of assumptionDoubts(found, Date.now())) report(line);
}

function* assumptionFaults(found: Found): Generator<string> {
  const { database, connections, database_limit: limit } = found;
  if (found.standby)
    yield 'This PostgreSQL server is a standby, which takes no writes. Name its primary in CUTTER_DATABASE_URL.';
  else if (found.read_only !== 'off')
    yield 'Transactions are read-only on this database (default_transaction_read_only is on). Turn it off: ' +
      `alter database ${database} set default_transaction_read_only = off; or change it for the owner or ` +
      'the server, if it is set there.';
  if (!found.has_public)
    yield 'This database has no schema public, in which the ledger puts its information units. Create it: ' +
      'create schema public;';
  if (found.strings !== 'on')
    yield 'standard_conforming_strings is off on this database, so texts with a backslash would change. Turn ' +
      `it on: alter database ${database} set standard_conforming_strings = on;`;
  if (connections < CONNECTIONS)
    yield `This PostgreSQL server has room for ${connections} connections, and the ledger opens up to ` +
      `${CONNECTIONS}. Raise max_connections, and restart the server.`;
  if (limit >= 0 && limit < CONNECTIONS)
    yield `The database has a limit of ${limit} connections, and the ledger opens up to ${CONNECTIONS}. Raise ` +
      `it: alter database ${database} connection limit -1;`;
  // An index in the order of another version no longer finds some texts, and accepts others twice.
  if (found.collation !== null && found.collation !== found.collation_now)
    yield `The database was made with version ${found.collation} of its collation, and the system has ` +
      `${found.collation_now ?? 'none'} now: its indexes may miss texts or hold them twice. As the owner, ` +
      `run: reindex database ${database}; alter database ${database} refresh collation version;`;
}

function* assumptionDoubts({ connections, used, now_ms: theirs }: Found, ours: number): Generator<string> {
  if (connections - used < CONNECTIONS)
    yield `Others hold ${used} of the ${connections} connections of this PostgreSQL server, and the ledger ` +
      `opens up to ${CONNECTIONS}: calls may be refused as Busy. Raise max_connections.`;
  const apart = Math.round((theirs - ours) / 1000);
  if (Math.abs(theirs - ours) > CLOCK_LIMIT_MS)
    yield `The clock of the PostgreSQL server is ${Math.abs(apart)} s ${apart > 0 ? 'ahead of' : 'behind'} ` +
      "this machine's: tokens and approvals end by the server's clock, and witnesses may refuse what this " +
      'machine signs. Synchronise both by NTP.';
}
