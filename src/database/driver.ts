import { createPgDriverFactory } from '@slonik/pg-driver';
import type { DriverFactory } from 'slonik';
import type { Login } from './secrets.ts';

/** A pool met another user than the one it is for. Stops the process that was set up so. */
export class WrongLogin extends Error {
  override readonly name = 'WrongLogin';
}

/**
 * A pool's transactions wouldn't be READ COMMITTED. Phases lock first and look then; at any other level the look is as old as the
 * transaction, and a guard judges by what stood before it waited.
 */
class WrongIsolation extends Error {
  override readonly name = 'WrongIsolation';
}

/** The server said nothing for longer than any statement may take. The connection is given up. */
class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
  /** PostgreSQL's own code for a connection that failed: whether the statement ran is unknown, in both cases. */
  readonly code = '08006';
}

type Client = Awaited<ReturnType<Awaited<ReturnType<DriverFactory>>['createClient']>>;

export interface DriverOptions {
  readonly login: Login;
  /** The longest that any one statement may go without an answer. */
  readonly silenceLimitMs: number;
  /** Whether the pool is closing: then a connection that is given up is truly ended. */
  readonly isClosing: () => boolean;
}

/**
 * slonik's pg driver with three additions: each new connection proves whom it speaks as, and
 * how it isolates, before anything else is sent on it; no
 * statement waits for ever on a server that has gone silent (the role's statement_timeout works only where the server does); and
 * a connection survives the refusals that are thrown through it.
 */
export function assertingDriver(options: DriverOptions): DriverFactory {
  const createDriver = createPgDriverFactory();
  return async (configuration) => {
    const driver = await createDriver(configuration);
    return {
      createClient: async () => {
        const client = boundedQueries(await driver.createClient(), options.silenceLimitMs);
        await assertLogin(client, options.login);
        return survivingRefusals(client, options.isClosing);
      },
    };
  };
}

interface Found {
  readonly current: string;
  readonly session: string;
  readonly isolation: string;
  readonly beyond_policies: boolean;
  readonly owns: boolean;
}

async function assertLogin(client: Client, login: Login): Promise<void> {
  client.acquire();
  try {
    const { rows } = await client.query(
      `/* pool.assert_login */ select current_user::text as "current", session_user::text as "session",
        current_setting('default_transaction_isolation') as "isolation",
        (select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = current_user) as "beyond_policies",
        exists (select from pg_catalog.pg_class c join pg_catalog.pg_roles r on r.oid = c.relowner
          where r.rolname = current_user and c.relkind in ('r', 'v') and c.relpersistence <> 't') as "owns"`,
    );
    refuseUnfit(rows[0] as unknown as Found, login);
    await client.release();
  } catch (error) {
    await client.destroy().catch(() => {});
    throw error;
  }
}

function refuseUnfit(found: Found, login: Login): void {
  if (found.current !== login || found.session !== login) {
    throw new WrongLogin(
      `The pool of ${login} is connected as ${found.current}. The runtime connects as ${login} and as nobody else.`,
    );
  }
  if (found.beyond_policies || found.owns) {
    throw new WrongLogin(
      `${login} is a superuser, bypasses row security or owns tables, so grants wouldn't hold it. Take that from the role.`,
    );
  }
  if (found.isolation !== 'read committed') {
    throw new WrongIsolation(
      `Transactions of ${login} are ${found.isolation} by default here, and the ledger's guards need read committed. Take default_transaction_isolation out of the connection's options and of "alter role ${login} in database".`,
    );
  }
}

function boundedQueries(client: Client, silenceLimitMs: number): Client {
  const { query } = client;
  const bounded: Client['query'] = async (...args) => {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DatabaseSilent(`The database has not answered for ${silenceLimitMs} ms.`));
        void client.destroy().catch(() => {});
      }, silenceLimitMs);
    });
    try {
      return await Promise.race([query(...args), silence]);
    } finally {
      clearTimeout(timer);
    }
  };
  return { ...client, query: bounded };
}

const OPENS = /^\s*(?:\/\*.*?\*\/\s*)?(?:start\s+transaction|begin)\b/is;
const CLOSES = /^\s*(?:\/\*.*?\*\/\s*)?(?:commit|rollback(?!\s+to)|abort|end)\b/is;

/**
 * slonik ends a connection whenever its handler throws, and here that is how a refusal or a dry run rolls back: a hundred refused
 * calls would cost a hundred logins, and more connections at once than the role may have. So one that is known to be sound, whose
 * last statement succeeded and whose transaction is closed, goes back to the pool.
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
