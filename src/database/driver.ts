import { createPgDriverFactory } from '@slonik/pg-driver';
import type { DriverFactory } from 'slonik';
import type { Login } from './secrets.ts';

/** A pool met another user than the one it is for. Stops the process that was set up so. */
export class WrongLogin extends Error {
  override readonly name = 'WrongLogin';
}

/** The server said nothing for longer than any statement may take. The connection is given up. */
export class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
  /** PostgreSQL's own code for a connection that failed: whether the statement ran is unknown, in both cases. */
  readonly code = '08006';
}

type Client = Awaited<ReturnType<Awaited<ReturnType<DriverFactory>>['createClient']>>;

/**
 * slonik's pg driver with two additions: each new connection proves whom it speaks as before anything else is sent on it, and no
 * statement waits for ever on a server that has gone silent (the role's statement_timeout works only where the server does).
 */
export function assertingDriver(login: Login, silenceLimitMs: number): DriverFactory {
  const createDriver = createPgDriverFactory();
  return async (options) => {
    const driver = await createDriver(options);
    return {
      createClient: async () => {
        const client = boundedQueries(await driver.createClient(), silenceLimitMs);
        await assertLogin(client, login);
        return client;
      },
    };
  };
}

async function assertLogin(client: Client, login: Login): Promise<void> {
  client.acquire();
  try {
    const { rows } = await client.query(
      `/* pool.assert_login */ select current_user::text as "current", session_user::text as "session",
        (select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = current_user) as "beyond_policies",
        exists (select from pg_catalog.pg_class c join pg_catalog.pg_roles r on r.oid = c.relowner
          where r.rolname = current_user and c.relkind in ('r', 'v')) as "owns"`,
    );
    const found = rows[0] as { current: string; session: string; beyond_policies: boolean; owns: boolean };
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
    await client.release();
  } catch (error) {
    await client.destroy().catch(() => {});
    throw error;
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
