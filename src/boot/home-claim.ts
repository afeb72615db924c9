import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { openDedicated } from '../database/connection.ts';
import { backoffMs, createWake, restUnless } from '../database/wake.ts';
import type { Login, Secrets } from '../home/secrets.ts';

/**
 * A home's claim on the logins of a PostgreSQL server. A login has one password, and it is the home's: a server
 * started from another home would set its own and lock the first one out. So each server holds, shared, one advisory
 * lock for each login and password it has, as long as it lives. Servers with the same secrets share the locks; a
 * server with other secrets finds a lock that isn't its own.
 */
export interface HomeClaim {
  release(): Promise<void>;
}

/** Another home's server runs. */
class ClaimedByAnother extends Error {
  override readonly name = 'ClaimedByAnother';
}

/**
 * Claims the logins for as long as this session lives, or throws if another home has them. It takes its locks first
 * and then looks: of two servers that start together, at most one passes.
 */
export async function claimLogins(client: ClientBase, secrets: Secrets): Promise<void> {
  const locks = locksOf(secrets);
  const [classes, objects] = [locks.map((lock) => lock.login), locks.map((lock) => lock.password)];
  await client.query(
    `/* claim.take */ select pg_advisory_lock_shared(login, password)
    from unnest($1::int[], $2::int[]) as mine (login, password)`,
    [classes, objects],
  );
  // In every database: logins belong to the server.
  const { rows } = await client.query<{ database: string }>(
    `/* claim.look */ select distinct coalesce(datname, '?') as database
    from pg_catalog.pg_locks as held
    join unnest($1::int[], $2::int[]) as mine (login, password)
      on held.classid::bigint = mine.login::bigint & 4294967295
      and held.objid::bigint <> mine.password::bigint & 4294967295
    left join pg_catalog.pg_database as place on place.oid = held.database
    where held.locktype = 'advisory' and held.objsubid = 2`,
    [classes, objects],
  );
  const [other] = rows;
  if (other === undefined) return;
  throw new ClaimedByAnother(
    `Another home's server runs on this PostgreSQL server (database ${other.database}), and the logins ` +
      'can have the passwords of one home only. Stop that server first, or start this one with its ' +
      'CUTTER_HOME or a copy of its secrets.json.',
  );
}

/**
 * Holds the claim on a connection of the runtime's own, and takes it again after a loss. Calls `report` once another
 * home has the logins.
 */
export async function holdClaim(
  url: string,
  secrets: Secrets,
  report: (line: string) => void,
): Promise<HomeClaim> {
  const lost = createWake();
  const closing = new AbortController();
  const open = async () => {
    const opened = await openDedicated(url, HOLDER, () => lost.ring());
    try {
      await claimLogins(opened.client, secrets);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  };
  let connection: Awaited<ReturnType<typeof open>> | null = await open();
  let isReported = false;
  const reopen = async (): Promise<void> => {
    for (let failures = 0; connection === null && !closing.signal.aborted; failures += 1) {
      try {
        connection = await open();
      } catch (error) {
        // Reported once; the other home may end, and a start sets this one's passwords again.
        if (isTakenOver(error) && !isReported) report(TAKEN_OVER);
        isReported ||= isTakenOver(error);
        await restUnless(closing.signal, backoffMs(failures));
      }
    }
  };
  const keep = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (!(await lost.sleep(PATROL_MS)) || closing.signal.aborted) continue;
      await connection?.close();
      connection = null;
      await reopen();
    }
    await connection?.close();
  };
  const ended = keep();
  return {
    async release() {
      closing.abort();
      lost.ring();
      await ended;
    },
  };
}

const HOLDER: Login = 'cutter_observe';
const PATROL_MS = 600_000;
const TAKEN_OVER =
  "Another home's server has taken over this PostgreSQL server's logins. This server can't log in any " +
  "more. Stop it, and start it with the other home's CUTTER_HOME or a copy of its secrets.json.";

function isTakenOver(error: unknown): boolean {
  return (error as { code?: unknown }).code === '28P01';
}

/**
 * Two numbers for each login that this home has a password for. 32 bits of a hash of 256 random bits reveal nothing
 * of them.
 */
function locksOf(secrets: Secrets): readonly { login: number; password: number }[] {
  return Object.entries(secrets.logins).map(([login, password]) => ({
    login: lockNumber(`cutter:login:${login}`),
    password: lockNumber(`cutter:password:${login}:${password}`),
  }));
}

function lockNumber(text: string): number {
  return createHash('sha256').update(text).digest().readInt32BE(0);
}
