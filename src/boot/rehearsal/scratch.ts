/** A database for a rehearsal, on the ledger's own server: made, used, and dropped. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../database/migrate/migrate.ts';
import { ownerClient } from '../../database/owner.ts';

/** What a rehearsal needs and doesn't find. The message has the way out. */
export class RehearsalGap extends Error {
  override readonly name = 'RehearsalGap';
}

const PREFIX = 'cutter_rehearsal_';
/** Long enough for the time between the making of a database and the first connection to it. */
const ABANDONED_AFTER_S = 60;

/**
 * Runs `work` on an empty ledger in a database of its own, with the owner's connection to it, and drops it then,
 * whatever happens. What a rehearsal that was killed left behind is dropped first.
 * @param ownerUrl of the ledger's database; its server takes the other one
 */
export async function withScratch<Result>(
  ownerUrl: string,
  work: (scratch: { readonly ownerUrl: string; readonly owner: pg.Client }) => Promise<Result>,
): Promise<Result> {
  return await withClient(ownerUrl, async (server) => {
    await refuseWithoutRight(server);
    await dropAbandoned(server);
    const name = `${PREFIX}${Math.floor(Date.now() / 1000)}_${randomBytes(4).toString('hex')}`;
    await server.query(
      `/* rehearsal.create */ create database ${name} template template0 encoding 'UTF8' locale 'C'`,
    );
    try {
      const url = new URL(ownerUrl);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return await withClient(url.href, (owner) => work({ ownerUrl: url.href, owner }));
    } finally {
      await dropDatabase(server, name);
    }
  });
}

async function refuseWithoutRight(server: pg.Client): Promise<void> {
  const { rows } = await server.query<{ owner: string; may: boolean }>(
    `/* rehearsal.right */ select quote_ident(rolname) as owner, rolsuper or rolcreatedb as may
    from pg_catalog.pg_roles where rolname = current_user`,
  );
  const { owner, may } = rows[0]!;
  if (may) return;
  throw new RehearsalGap(
    `A rehearsal is made in a database of its own, and ${owner} may create none. As a superuser, run: ` +
      `alter role ${owner} createdb; Nothing was changed.`,
  );
}

async function dropAbandoned(server: pg.Client): Promise<void> {
  const { rows } = await server.query<{ name: string }>(
    `/* rehearsal.abandoned */ select d.datname as name from pg_catalog.pg_database d
    where d.datname ~ '^${PREFIX}[0-9]+_[0-9a-f]{8}$' and pg_catalog.pg_get_userbyid(d.datdba) = current_user
      and split_part(d.datname, '_', 3)::bigint < extract(epoch from clock_timestamp()) - ${ABANDONED_AFTER_S}
      and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid)`,
  );
  for (const { name } of rows) await dropDatabase(server, name);
}

async function dropDatabase(server: pg.Client, name: string): Promise<void> {
  await server.query(
    `/* rehearsal.drop */ drop database if exists ${pg.escapeIdentifier(name)} with (force)`,
  );
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = ownerClient(url, 'cutter rehearse');
  // Ended by the server where its database is dropped under it.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
