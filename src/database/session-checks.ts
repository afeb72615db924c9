import pg from 'pg';
import type { PoolUrls } from './pools.ts';
import { LOGINS, type Login } from './secrets.ts';

/** A login's sessions aren't as the ledger's statements need them; sentences with the way out. */
class UnfitSession extends Error {
  override readonly name = 'UnfitSession';
}

interface Rule {
  readonly setting: string;
  /** What is set instead, as SQL has it. */
  readonly mend: string;
  readonly why: string;
  isFit(value: string, login: Login): boolean;
}

const READERS: readonly Login[] = ['cutter_observe', 'cutter_evidence'];
const is = (wanted: string) => (value: string) => value === wanted;
/** Milliseconds, where 0 is without a limit. */
const atLeast = (least: number) => (value: string) => Number(value) === 0 || Number(value) >= least;

const RULES: readonly Rule[] = [
  { setting: 'TimeZone', mend: `'UTC'`, why: 'times are written in UTC', isFit: is('UTC') },
  {
    setting: 'DateStyle',
    mend: `'ISO, MDY'`,
    why: 'times are read as ISO writes them',
    isFit: (value) => value.startsWith('ISO'),
  },
  {
    setting: 'search_path',
    mend: 'pg_catalog, pg_temp',
    why: "other schemas could put their functions in the place of PostgreSQL's",
    isFit: is('pg_catalog, pg_temp'),
  },
  { setting: 'row_security', mend: 'on', why: 'queries of tables with policies would fail', isFit: is('on') },
  {
    setting: 'standard_conforming_strings',
    mend: 'on',
    why: 'texts with a backslash would change',
    isFit: is('on'),
  },
  { setting: 'bytea_output', mend: 'hex', why: 'bytes are read in hex', isFit: is('hex') },
  {
    setting: 'default_transaction_read_only',
    mend: 'off',
    why: 'it writes',
    isFit: (value, login) => value === 'off' || READERS.includes(login),
  },
  {
    setting: 'statement_timeout',
    mend: `'60s'`,
    why: 'longer calls would be cut off',
    isFit: atLeast(5_000),
  },
  {
    setting: 'lock_timeout',
    mend: `'4s'`,
    why: 'calls that take turns would be refused',
    isFit: atLeast(1_000),
  },
  {
    setting: 'idle_in_transaction_session_timeout',
    mend: `'60s'`,
    why: 'a call that thinks between statements would be cut off',
    isFit: atLeast(5_000),
  },
  { setting: 'idle_session_timeout', mend: '0', why: 'listening sessions rest for hours', isFit: is('0') },
  { setting: 'transaction_timeout', mend: '0', why: 'longer calls would be cut off', isFit: atLeast(60_000) },
];

/** Asserts for each login what its sessions come with, by whatever level it was set: server, database, role or role in this database. */
export async function checkSessions(urls: PoolUrls): Promise<void> {
  const logins = LOGINS.flatMap((login) => {
    const url = urls[login.replace('cutter_', '') as keyof PoolUrls];
    return url === null ? [] : [{ login, url }];
  });
  const faults = (await Promise.all(logins.map(({ login, url }) => faultsOf(login, url)))).flat();
  if (faults.length > 0) throw new UnfitSession(faults.join(' '));
}

async function faultsOf(login: Login, url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'cutter start' });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; setting: string; database: string }>(
      `/* checks.session */ select name, setting, quote_ident(current_database()) as database
      from pg_catalog.pg_settings where name = any ($1)`,
      [RULES.map(({ setting }) => setting)],
    );
    return RULES.flatMap(({ setting, mend, why, isFit }) => {
      // Older servers don't have every setting.
      const found = rows.find(({ name }) => name === setting);
      return found === undefined || isFit(found.setting, login)
        ? []
        : [
            `${setting} is ${found.setting} in sessions of ${login}, and ${why}: alter role ${login} in database ${found.database} set ${setting} = ${mend};`,
          ];
    });
  } finally {
    await client.end().catch(() => {});
  }
}
