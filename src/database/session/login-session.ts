/** What a session must be before the ledger uses it: which login it has, and which settings the promises need. */

import type { Login } from '../../home/secrets.ts';
import { UNFIT_CODE } from '../outage.ts';
import { SESSION_SETTINGS, type Settings, serverRepair, type Unfit, unfitIn } from './session-settings.ts';

/** A connection has another user than it should. Ends the process that was set up so. */
export class WrongLogin extends Error {
  override readonly name = 'WrongLogin';
}

/** A setting of the session would break a promise of the ledger. The message names it and the SQL that corrects it. */
class UnfitSession extends Error {
  override readonly name = 'UnfitSession';
  readonly code = UNFIT_CODE;
}

const LOOK = `/* session.look */ select current_user::text as "current", session_user::text as "session",
  current_setting('default_transaction_isolation') as "isolation",
  (select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = current_user) as "beyond_policies",
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_roles r on r.oid = c.relowner
    where r.rolname = current_user and c.relkind in ('r', 'v') and c.relpersistence <> 't') as "owns",
  pg_backend_pid() as pid,
  ${SESSION_SETTINGS} as settings`;

/** Which setting of a role or a database is the one that this session has. */
const SOURCE = `/* session.source */
  select setrole <> 0 and setdatabase <> 0 as in_database, quote_ident(current_database()) as database
  from pg_catalog.pg_db_role_setting, unnest(setconfig) as kept
  where setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
    and setrole in (0, (select oid from pg_catalog.pg_roles where rolname = current_user))
    and lower(split_part(kept, '=', 1)) = lower('$NAME')
  order by in_database desc limit 1`;

/** What can send a statement: a pool's client, or a connection of its own. */
export interface Asks {
  query(text: string): Promise<{ readonly rows: readonly object[] }>;
}

interface Found {
  readonly current: string;
  readonly session: string;
  readonly isolation: string;
  readonly beyond_policies: boolean;
  readonly owns: boolean;
  readonly pid: number;
  readonly settings: Settings;
}

/** A session that may be used, and the limits that its role sets. */
export interface LoginSession {
  readonly pid: number;
  /** How long a statement waits for a lock, in ms; 0: without a limit. */
  readonly lockLimitMs: number;
  /** How long a statement may take, in ms; 0: without a limit. */
  readonly statementLimitMs: number;
}

/**
 * Asserts, as the first thing on a new connection, that it is the login's and has every setting that the ledger's
 * promises need.
 */
export async function checkSession(client: Asks, login: Login): Promise<LoginSession> {
  const found = (await client.query(LOOK)).rows[0] as Found;
  refuseWrongLogin(found, login);
  if (found.isolation !== 'read committed') {
    // Phases lock first and look then; at any other level the look is as old as the transaction, and a guard judges
    // by what was before it waited.
    throw new UnfitSession(
      `Transactions of ${login} are ${found.isolation} by default here, and the ledger's guards need ` +
        "read committed. Remove default_transaction_isolation from the connection's options and from " +
        `"alter role ${login} in database".`,
    );
  }
  const [unfit] = unfitIn(found.settings, login);
  if (unfit !== undefined) {
    throw new UnfitSession(
      `${unfit.name} is "${unfit.value}" for ${login}, and ${unfit.otherwise}. To correct it, run: ` +
        `${await repairOf(client, unfit, login)}`,
    );
  }
  const limitMs = (name: string) => Number(found.settings[name]);
  return {
    pid: found.pid,
    lockLimitMs: limitMs('lock_timeout'),
    statementLimitMs: limitMs('statement_timeout'),
  };
}

function refuseWrongLogin(found: Found, login: Login): void {
  if (found.current !== login || found.session !== login) {
    throw new WrongLogin(
      `The pool of ${login} is connected as ${found.current}. The runtime connects as ${login} and as nobody else.`,
    );
  }
  if (found.beyond_policies || found.owns) {
    throw new WrongLogin(
      `${login} is a superuser, bypasses row security or owns tables, so grants don't limit it. Remove ` +
        'that from the role.',
    );
  }
}

/** A setting for a role in one database takes precedence over a setting for the role. */
async function repairOf(client: Asks, unfit: Unfit, login: Login): Promise<string> {
  const { name, setTo, ofServer } = unfit;
  const { rows } = await client.query(SOURCE.replace('$NAME', name));
  const kept = rows[0] as { in_database: boolean; database: string } | undefined;
  if (kept?.in_database) return `alter role ${login} in database ${kept.database} reset ${name};`;
  return ofServer ? serverRepair(unfit) : `alter role ${login} set ${name} = ${setTo};`;
}
