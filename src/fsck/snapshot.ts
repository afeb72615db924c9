import pg from 'pg';

export const BEGIN = '/* fsck.begin */ begin isolation level repeatable read read only';
export const SETTINGS = `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
  set local lock_timeout = 0; set local jit = off; set local enable_seqscan = on`;

export function connectionTo(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, application_name: 'cutter fsck' });
  client.on('error', () => {});
  return client;
}

/** A connection that sees what another one sees. */
export async function joinSnapshot(url: string, snapshot: string): Promise<pg.Client> {
  const client = connectionTo(url);
  try {
    await client.connect();
    await client.query(`${BEGIN}; set transaction snapshot '${snapshot}'; ${SETTINGS}`);
    return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}
