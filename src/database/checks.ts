import type { ClientBase } from 'pg';

/** The oldest PostgreSQL whose catalogs and grants the ledger was made for. */
const OLDEST_VERSION = 16;

/** Why a server can't keep a ledger: a sentence for whoever set it up. */
class UnfitDatabase extends Error {
  override readonly name = 'UnfitDatabase';
}

/** Asserts, before the first write, that the server keeps what it acknowledges and stores text as it is. */
export async function checkServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<Record<string, string>>(`/* checks.server */
    select current_setting('server_version_num')::int / 10000 as version,
      pg_encoding_to_char(encoding) as encoding,
      current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes,
      current_setting('synchronous_commit') as synchronous_commit
    from pg_database where datname = current_database()`);
  const found = rows[0]!;
  if (Number(found['version']) < OLDEST_VERSION) {
    throw new UnfitDatabase(
      `The ledger needs PostgreSQL ${OLDEST_VERSION} or newer; this server is version ${found['version']}.`,
    );
  }
  if (found['encoding'] !== 'UTF8') {
    throw new UnfitDatabase(
      `The database's encoding is ${found['encoding']}. Make one with: create database cutter template template0 encoding 'UTF8' locale 'C'.`,
    );
  }
  for (const setting of ['fsync', 'full_page_writes']) {
    if (found[setting] !== 'on') {
      throw new UnfitDatabase(
        `${setting} is ${found[setting]} on this server: a crash could take back what was acknowledged. Turn it on.`,
      );
    }
  }
  // `remote_apply` promises more than `on`; `remote_write` and `local` give up a standby's disk, and `off` our own.
  if (!['on', 'remote_apply'].includes(found['synchronous_commit'] ?? '')) {
    throw new UnfitDatabase(
      `synchronous_commit is ${found['synchronous_commit']} on this server: an acknowledged phase could be lost. Set it to on.`,
    );
  }
}
