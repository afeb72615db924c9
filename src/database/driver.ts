import { createPgDriverFactory } from '@slonik/pg-driver';
import type { DriverFactory } from 'slonik';
import type { Login } from '../home/secrets.ts';
import { LocksWaitedFor } from './locks-waited-for.ts';
import { checkSession, type LoginSession } from './session/login-session.ts';
import { DatabaseSilent, type DatabaseWatch } from './watch.ts';

type Client = Awaited<ReturnType<Awaited<ReturnType<DriverFactory>>['createClient']>>;

export interface DriverOptions {
  readonly login: Login;
  readonly watch: DatabaseWatch;
  /** Backends that have a statement under way. */
  readonly busy: Set<number>;
  /** Whether the pool is closing: then a connection that is given up is truly ended. */
  readonly isClosing: () => boolean;
  /** A shorter limit for statements than the role's. */
  readonly statementLimitMs?: number;
}

/**
 * slonik's pg driver with three additions. Each new connection proves which login it has and what its settings are,
 * before anything else is sent on it. No statement waits for a silent database, or for locks without a limit. A
 * connection survives the refusals that are thrown through it.
 */
export function assertingDriver(options: DriverOptions): DriverFactory {
  const createDriver = createPgDriverFactory();
  return async (configuration) => {
    const driver = await createDriver(configuration);
    return {
      createClient: async () => {
        const made = driver.createClient();
        try {
          const client = await options.watch.unlessSilent(() => made);
          const session = await sessionOf(client, options);
          return survivingRefusals(boundedQueries(client, session, options), options.isClosing);
        } catch (error) {
          // Nobody waits any more for a connection that comes too late.
          void made.then((client) => client.destroy()).catch(() => {});
          throw error;
        }
      },
    };
  };
}

async function sessionOf(
  client: Client,
  { login, watch, statementLimitMs }: DriverOptions,
): Promise<LoginSession> {
  client.acquire();
  const session = await watch.unlessSilent(async () => {
    const found = await checkSession(client, login);
    const { statementLimitMs: own } = found;
    if (statementLimitMs === undefined || (own > 0 && own <= statementLimitMs)) return found;
    await client.query(`/* session.limit */ set statement_timeout = ${statementLimitMs}`);
    return { ...found, statementLimitMs };
  });
  await client.release();
  return session;
}

const OPENS = /^\s*(?:\/\*.*?\*\/\s*)?(?:start\s+transaction|begin)\b/is;
const CLOSES = /^\s*(?:\/\*.*?\*\/\s*)?(?:commit|rollback(?!\s+to)|abort|end)\b/is;

/** The role's statement_timeout works only where the server does: so much later the connection is taken for lost. */
const GRACE_MS = 15_000;
/** The server's lock_timeout speaks first where there is one lock to wait for. */
const LOCK_GRACE_MS = 300;
const LOCK_LOOK_MS = 250;
/** A statement of less than that waits for no lock that would matter. */
const LEAST_LOCK_WAIT_MS = 1_000;

/**
 * Gives a connection up whose statement can't be waited for any longer: the database is silent, or the transaction
 * has spent its time in waiting for locks, each of which PostgreSQL bounds apart. Nothing more is sent on it, so
 * nothing of it is committed.
 */
function boundedQueries(client: Client, session: LoginSession, { watch, busy }: DriverOptions): Client {
  const { query, stream } = client;
  const { pid, lockLimitMs, statementLimitMs } = session;
  let lost: Error | null = null;
  let openedAt: number | null = null;
  const giveUp = (error: Error): void => {
    lost ??= error;
    client.destroy().catch(() => {});
  };
  const stopHearing = watch.onSilent(() => giveUp(new DatabaseSilent()));
  client.on('destroy', () => {
    stopHearing();
    busy.delete(pid);
  });

  /** Rejects when the statement that began now has to be given up. */
  function patience(began: number, reject: (error: Error) => void): () => void {
    let ended = false;
    let timer: NodeJS.Timeout | undefined;
    const lookAfter = (ms: number, seen: number): void => {
      timer = setTimeout(async () => {
        const waits = await watch.waitsForLock([pid]).catch(() => 0);
        if (ended) return;
        if (waits > 0 && seen > 0) reject(new LocksWaitedFor(lockLimitMs));
        else lookAfter(LOCK_LOOK_MS, waits);
      }, ms);
    };
    const spent = began - (openedAt ?? began);
    if (lockLimitMs > 0) lookAfter(Math.max(LEAST_LOCK_WAIT_MS, lockLimitMs - spent) + LOCK_GRACE_MS, 0);
    const limit =
      statementLimitMs === 0
        ? undefined
        : setTimeout(() => reject(new DatabaseSilent()), statementLimitMs + GRACE_MS);
    return () => {
      ended = true;
      clearTimeout(timer);
      clearTimeout(limit);
    };
  }

  return {
    ...client,
    query: async (...args) => {
      if (lost !== null) throw lost;
      const began = Date.now();
      if (OPENS.test(args[0])) openedAt = began;
      const impatience = Promise.withResolvers<never>();
      const stop = patience(began, impatience.reject);
      busy.add(pid);
      try {
        return await Promise.race([watch.unlessSilent(() => query(...args)), impatience.promise]);
      } catch (error) {
        if (error instanceof DatabaseSilent || error instanceof LocksWaitedFor) giveUp(error);
        throw error;
      } finally {
        stop();
        busy.delete(pid);
        if (CLOSES.test(args[0])) openedAt = null;
      }
    },
    stream: (...args) => {
      if (lost !== null) throw lost;
      return stream(...args);
    },
    // A caller that gives the connection up does not wait for its end.
    destroy: async () => {
      const ending = client.destroy();
      if (lost === null) await ending;
      else ending.catch(() => {});
    },
  };
}

/**
 * slonik ends a connection whenever its handler throws, and here that is how a refusal or a dry run rolls back: a
 * hundred refused calls would cost a hundred logins, and more connections at once than the role may have. So one that
 * is known to be sound, whose last statement succeeded and whose transaction is closed, goes back to the pool.
 */
function survivingRefusals(client: Client, isClosing: () => boolean): Client {
  const { query, stream, destroy } = client;
  let sound = true;
  let inTransaction = false;
  return {
    ...client,
    query: async (...args) => {
      sound = false; // until it has succeeded
      const result = await query(...args);
      if (OPENS.test(args[0])) inTransaction = true;
      else if (CLOSES.test(args[0])) inTransaction = false;
      sound = true;
      return result;
    },
    stream: (...args) => {
      inTransaction = true; // for good: nobody says when a stream has been read to its end
      return stream(...args);
    },
    destroy: () =>
      sound && !inTransaction && client.state() === 'ACQUIRED' && !isClosing() ? client.release() : destroy(),
  };
}
