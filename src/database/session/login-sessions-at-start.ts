import pg from 'pg';
import { LOGINS, type Login } from '../../home/secrets.ts';
import type { PoolUrls } from '../pools.ts';
import { SESSION_SETTINGS, type Settings, serverRepair, unfitIn } from './session-settings.ts';

/** A login's sessions don't have the settings that the ledger needs. The message has the way out. */
class UnfitSession extends Error {
  override readonly name = 'UnfitSession';
}

/**
 * Asserts for each login what its sessions come with, by whatever level it was set: server, database, role or role in
 * this database.
 */
export async function checkLoginSessions(urls: PoolUrls): Promise<void> {
  const logins = LOGINS.flatMap((login) => {
    const url = urls[login.replace('cutter_', '') as keyof PoolUrls];
    return url === null ? [] : [{ login, url }];
  });
  const faults = (await Promise.all(logins.map(({ login, url }) => sessionFaults(login, url)))).flat();
  if (faults.length > 0) throw new UnfitSession(faults.join(' '));
}

async function sessionFaults(login: Login, url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'cutter start' });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ settings: Settings; database: string }>(
      `/* checks.session */ select ${SESSION_SETTINGS} as settings, quote_ident(current_database()) as database`,
    );
    const { settings, database } = rows[0]!;
    return unfitIn(settings, login, { isStart: true }).map((unfit) => {
      const { name, value, setTo, otherwise, ofServer } = unfit;
      const way = ofServer
        ? serverRepair(unfit)
        : `alter role ${login} in database ${database} set ${name} = ${setTo};`;
      return `${name} is ${value} in sessions of ${login}, and ${otherwise}: ${way}`;
    });
  } finally {
    await client.end().catch(() => {});
  }
}
