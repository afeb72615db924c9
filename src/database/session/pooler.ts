import pg from 'pg';

/** Sessions that the database's address gives don't last. */
class PooledSessions extends Error {
  override readonly name = 'PooledSessions';
}

const wayOut = (setting: string) =>
  `Name the PostgreSQL server itself in ${setting}, or a pooler that gives each client a ` +
  'session of its own (PgBouncer: pool_mode = session, and ignore_startup_parameters = ' +
  'options,statement_timeout,idle_in_transaction_session_timeout).';
const ROUNDS = 3;
const ANSWER_LIMIT_MS = 5_000;

/**
 * Refuses an address behind which sessions are lent for a transaction or a statement, as PgBouncer does: the ledger's
 * locks, LISTEN and prepared statements live in sessions, and half of its calls would fail. Two clients take turns;
 * each must meet its own session, always.
 * @param setting the variable that names the address
 */
export async function refusePooledSessions(url: string, setting: string): Promise<void> {
  const [one, other] = [poolerClient(url), poolerClient(url)];
  try {
    await one.connect();
    await other.connect();
    for (let round = 0; round < ROUNDS; round += 1)
      if (await isLent(one, other))
        throw new PooledSessions(
          `${setting} leads to a connection pooler that gives each transaction another session. ` +
            `The ledger needs sessions that last. ${wayOut(setting)}`,
        );
  } catch (error) {
    if (/unsupported startup parameter/.test(String(error)))
      throw new PooledSessions(
        `${setting} leads to a connection pooler that refuses the ledger's sessions ` +
          `(${(error as Error).message}). ${wayOut(setting)}`,
        { cause: error },
      );
    throw error;
  } finally {
    await Promise.all([one, other].map((session) => session.end().catch(() => {})));
  }
}

function poolerClient(url: string): pg.Client {
  const made = new pg.Client({
    connectionString: url,
    application_name: 'cutter start',
    // As the long-lived connections ask for it.
    options: '-c default_transaction_isolation=read\\ committed',
  });
  made.on('error', () => {});
  return made;
}

/**
 * While one client rests between transactions, the other opens one: a pooler lends it the session that the first just
 * had.
 */
async function isLent(resting: pg.Client, busy: pg.Client): Promise<boolean> {
  const before = await sessionOf(resting);
  try {
    await busy.query('begin');
  } catch (error) {
    if ((error as { code?: string }).code === '08P01') return true; // a pool of statements has no transactions
    throw error;
  }
  const its = await sessionOf(busy);
  // With one session for both, the first would wait for the second's transaction to end.
  const after = its === before ? null : await withinTime(sessionOf(resting));
  await busy.query('rollback');
  return after !== before;
}

async function sessionOf(session: pg.Client): Promise<number> {
  const { rows } = await session.query<{ pid: number }>(
    '/* pooler.session */ select pg_backend_pid() as pid',
  );
  return rows[0]!.pid;
}

async function withinTime(answer: Promise<number>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_LIMIT_MS);
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
