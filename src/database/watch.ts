/**
 * One connection that asks the database every second whether it still answers, and whether it still keeps what it
 * acknowledges. It bounds the silence of the database, not the length of a statement: as long as this connection is
 * answered, a statement may work.
 */
import type { Client } from 'pg';
import { LOGINS } from '../home/secrets.ts';
import { type DedicatedConnection, openDedicated } from './connection.ts';
import { codeOf } from './outage.ts';
import { restUnless } from './wake.ts';

/** The database said nothing for longer than a caller should wait. Whether what was under way ran is unknown. */
export class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
  /** PostgreSQL's own code for a connection that failed. */
  readonly code = '08006';

  constructor() {
    super(`The database has not answered for ${SILENCE_MS} ms.`);
  }
}

export interface DatabaseWatch {
  /** Does the work, or fails at once with DatabaseSilent when the database is or becomes silent. */
  unlessSilent<T>(work: () => Promise<T>): Promise<T>;
  /** Fails with DatabaseSilent while the database is silent. */
  refuseSilent(): void;
  /**
   * Called each time the database becomes silent, so that what depends on it can be given up. Gives back how to stop.
   */
  onSilent(listener: () => void): () => void;
  /** How many of these backends wait for a lock at this moment. */
  waitsForLock(pids: readonly number[]): Promise<number>;
  /** Why what is acknowledged might not outlive a crash; null where it does. Listeners get each change. */
  lost(): string | null;
  onDurability(listener: (lost: string | null) => void): void;
  close(): Promise<void>;
}

const LOGIN = 'cutter_observe';
const ASK_EVERY_MS = 1_000;
const TICK_MS = 250;
const TICKS = 12;
/** How long the database may be silent before callers get an error. */
const SILENCE_MS = TICK_MS * TICKS;

/**
 * Sessions of this login commit nothing and have no value of their own, so they show what the server and the database
 * say.
 */
const LOOK = `/* watch.look */ select
  current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  (select string_agg(format('%s in %s (%s)', coalesce(quote_ident(rolname), 'every role'),
      case when setdatabase = 0 then 'every database' else 'this database' end, kept), ', ')
    from pg_catalog.pg_db_role_setting left join pg_catalog.pg_roles r on r.oid = setrole, unnest(setconfig) as kept
    where setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
      and (setrole = 0 or rolname = any ($1))
      and split_part(kept, '=', 1) = 'synchronous_commit'
      and lower(split_part(kept, '=', 2)) not in ('on', 'remote_apply', 'true', 'yes', '1')
  ) as overrides`;

interface Look {
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly synchronous_commit: string;
  readonly overrides: string | null;
}

/**
 * Starts watching. The first look is made when this resolves, so that nobody trusts a database that nobody has looked
 * at.
 */
export async function startWatch(url: string): Promise<DatabaseWatch> {
  const closing = new AbortController();
  const waiting = new Set<(error: Error) => void>();
  const silenceListeners = new Set<() => void>();
  const durabilityListeners = new Set<(lost: string | null) => void>();
  let connection: DedicatedConnection | null = null;
  let silent = false;
  let lost: string | null = null;

  function beSilent(): void {
    silent = true;
    for (const reject of [...waiting]) reject(new DatabaseSilent());
    for (const listener of [...silenceListeners]) listener();
  }

  function beDurable(found: string | null): void {
    if (found === lost) return;
    lost = found;
    for (const listener of durabilityListeners) listener(lost);
  }

  async function open(): Promise<DedicatedConnection> {
    const opening = openDedicated(url, LOGIN, () => {});
    try {
      return await answeredInTime(opening);
    } catch (error) {
      opening.then((late) => late.close()).catch(() => {});
      throw error;
    }
  }

  async function look(): Promise<void> {
    connection ??= await open();
    const { rows } = await answeredInTime(connection.client.query<Look>(LOOK, [LOGINS]));
    silent = false;
    beDurable(notDurable(rows[0] as Look));
  }

  async function drop(): Promise<void> {
    const dropped = connection;
    connection = null;
    await dropped?.close();
  }

  async function watchAlways(): Promise<void> {
    while (!closing.signal.aborted) {
      await restUnless(closing.signal, ASK_EVERY_MS);
      if (closing.signal.aborted) break;
      try {
        await look();
      } catch (error) {
        if (error instanceof DatabaseSilent) beSilent();
        // A refusal is an answer: callers get their own at once.
        else if (codeOf(error) !== 'ETIMEDOUT') silent = false;
        void drop();
      }
    }
    await drop();
  }

  await look().catch(async (error: unknown) => {
    await drop();
    throw error;
  });
  const ended = watchAlways();
  return {
    unlessSilent(work) {
      if (silent) return Promise.reject(new DatabaseSilent());
      return new Promise((resolve, reject) => {
        waiting.add(reject);
        work()
          .then(resolve, reject)
          .finally(() => waiting.delete(reject));
      });
    },
    refuseSilent() {
      if (silent) throw new DatabaseSilent();
    },
    onSilent(listener) {
      silenceListeners.add(listener);
      return () => silenceListeners.delete(listener);
    },
    waitsForLock: async (pids) => (connection === null ? 0 : await waitingAmong(connection.client, pids)),
    lost: () => lost,
    onDurability: (listener) => void durabilityListeners.add(listener),
    async close() {
      closing.abort();
      await ended;
    },
  };
}

/** Waiting for a table to grow passes by itself, and is no lock that anybody holds. */
async function waitingAmong(client: Client, pids: readonly number[]): Promise<number> {
  const { rows } = await client.query<{ waiting: number }>(
    `/* watch.waits */ select count(distinct pid)::int as waiting from pg_catalog.pg_locks
    where pid = any ($1) and not granted and locktype <> 'extend'`,
    [pids],
  );
  return rows[0]?.waiting ?? 0;
}

/** Counts only time in which this process itself was awake: after a long turn of its own, the answer may lie unread. */
async function answeredInTime<T>(asked: Promise<T>): Promise<T> {
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      ticks += 1;
      if (ticks >= TICKS) reject(new DatabaseSilent());
    }, TICK_MS);
  });
  try {
    return await Promise.race([asked, silence]);
  } finally {
    clearInterval(timer);
  }
}

/** The sentence of the first thing that is not durable. */
function notDurable({ fsync, full_page_writes, synchronous_commit, overrides }: Look): string | null {
  if (fsync !== 'on') return `fsync is ${fsync} on the database server.`;
  if (full_page_writes !== 'on') return `full_page_writes is ${full_page_writes} on the database server.`;
  if (!['on', 'remote_apply'].includes(synchronous_commit))
    return `synchronous_commit is ${synchronous_commit} on the database server.`;
  return overrides === null ? null : `synchronous_commit is set for ${overrides}.`;
}
