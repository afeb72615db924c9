import type { ClientBase } from 'pg';
import { LOGINS } from '../../home/secrets.ts';

/** The oldest PostgreSQL whose catalogs and grants the ledger was made for. */
const OLDEST_VERSION = 16;

/** Why a server can't keep a ledger: a sentence for the person who set it up. */
class UnfitDatabase extends Error {
  override readonly name = 'UnfitDatabase';
}

/**
 * Asserts, before the first write, that the server keeps what it acknowledges and stores text as it is, and that the
 * owner may own.
 */
export async function checkDatabase(client: ClientBase): Promise<void> {
  await refuseUnfitSettings(client);
  await refuseUnfitOwner(client);
}

interface Lacking {
  readonly owner: string;
  readonly database: string;
  readonly schemas: boolean;
  readonly tables: boolean;
  readonly roles: boolean;
  readonly attributes: boolean;
  /** Roles that another ledger's owner made on this server; null where there are none. */
  readonly logins: string | null;
}

/**
 * What a superuser has anyway. The tables in `public` and the roles' attributes are made once, by the first
 * migration.
 */
async function refuseUnfitOwner(client: ClientBase): Promise<void> {
  const { rows } = await client.query<Lacking>(
    `/* checks.owner */
    select quote_ident(rolname) as owner, quote_ident(current_database()) as database,
      not has_database_privilege(current_database(), 'create') as schemas,
      fresh and not has_schema_privilege('public', 'create') as tables,
      not rolsuper and not rolcreaterole as roles,
      not rolsuper and fresh and not rolcreatedb as attributes,
      (select string_agg(quote_ident(rolname), ', ' order by rolname) from pg_catalog.pg_roles as login
        where rolname = any($1) and not pg_has_role(login.oid, 'member with admin option')) as logins
    from pg_catalog.pg_roles, (select to_regclass('cutter_meta.migration') is null as fresh) as before
    where rolname = current_user`,
    [[...LOGINS, 'cutter_ro']],
  );
  const { owner, database, schemas, tables, roles, attributes, logins } = rows[0]!;
  const repairs = [
    ...(schemas ? [`grant create on database ${database} to ${owner};`] : []),
    ...(tables ? [`grant create on schema public to ${owner};`] : []),
    ...(roles ? [`alter role ${owner} createrole;`] : []),
    // PostgreSQL lets only those make a role without a right who have that right themselves.
    ...(attributes ? [`alter role ${owner} createdb;`] : []),
    ...(logins === null ? [] : [`grant ${logins} to ${owner} with admin true, inherit false, set false;`]),
  ];
  if (repairs.length === 0) return;
  throw new UnfitDatabase(
    `The owner ${owner} lacks rights that the ledger's schemas and logins need. As a superuser, ` +
      `connected to the database ${database}, run: ${repairs.join(' ')}`,
  );
}

interface FoundSettings {
  readonly version: number;
  readonly encoding: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
}

async function refuseUnfitSettings(client: ClientBase): Promise<void> {
  const { rows } = await client.query<FoundSettings>(`/* checks.server */
    select current_setting('server_version_num')::int / 10000 as version,
      pg_encoding_to_char(encoding) as encoding,
      current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit
    from pg_database where datname = current_database()`);
  const found = rows[0]!;
  if (found.version < OLDEST_VERSION) {
    throw new UnfitDatabase(
      `The ledger needs PostgreSQL ${OLDEST_VERSION} or newer; this server is version ${found.version}.`,
    );
  }
  if (found.encoding !== 'UTF8') {
    throw new UnfitDatabase(
      `The database's encoding is ${found.encoding}. Create one with: create database cutter template ` +
        "template0 encoding 'UTF8' locale 'C'.",
    );
  }
  for (const setting of ['fsync', 'full_page_writes'] as const) {
    if (found[setting] !== 'on') {
      throw new UnfitDatabase(
        `${setting} is ${found[setting]} on this server: a crash could take back what was acknowledged. Turn it on.`,
      );
    }
  }
  // `remote_apply` promises more than `on`; `remote_write` and `local` give up a standby's disk, and `off` our own.
  if (!['on', 'remote_apply'].includes(found.synchronous_commit)) {
    throw new UnfitDatabase(
      `synchronous_commit is ${found.synchronous_commit} on this server: an acknowledged phase could be ` +
        'lost. Set it to on.',
    );
  }
}
