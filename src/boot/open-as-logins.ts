/** From a database's address, without its owner, to pools. What needs the owner is done by `cutter migrate`. */
import pg from 'pg';
import { type PoolUrls, poolUrls } from '../database/pools.ts';
import { refusePooledSessions } from '../database/session/pooler.ts';
import { checkStartAssumptions } from '../database/session/start-assumptions.ts';
import { checkDrift } from '../drift/check-drift.ts';
import type { Divergence } from '../drift/divergence.ts';
import { secretsOfLanes, storedSecrets } from '../home/secrets.ts';
import { LANES } from '../law/values.ts';
import { assertEnginesAgree } from '../proof/engine-agreement.ts';
import { tokensOfHome } from './bootstrap.ts';
import {
  headsKept,
  noticeSetBack,
  openClaimed,
  type PreparedLedger,
  type PrepareOptions,
  reportAnothersHeads,
  reportDrift,
  reportSuspension,
} from './prepare.ts';

type LoginsOptions = Omit<PrepareOptions, 'ownerUrl' | 'shared'> & {
  /** In the form of `owner-url.ts`; it names no user. */
  readonly loginsUrl: string;
};

/** The owner has something to do first. */
class OwnerNeeded extends Error {
  override readonly name = 'OwnerNeeded';
}

const MIGRATE = 'Run "cutter migrate" with the owner\'s URL in CUTTER_DATABASE_URL. Then start again.';

/**
 * Opens a ledger that is of this version, as the runtime's logins. It changes nothing, but suspends what was set back.
 */
export async function openAsLogins(
  options: LoginsOptions,
): Promise<Pick<PreparedLedger, 'secrets' | 'pools' | 'tokens'>> {
  const { loginsUrl, home, mode, lanes = new Set(LANES), report } = options;
  assertEnginesAgree();
  const stored = storedSecrets(home);
  if (stored === null)
    throw new OwnerNeeded(
      `${home} holds no secrets.json, so nothing can sign in. Write one with "cutter secrets" where the ledger was ` +
        `migrated, or: ${MIGRATE}`,
    );
  const secrets = secretsOfLanes(stored, lanes);
  const urls = poolUrls(loginsUrl, secrets);
  await refusePooledSessions(urls.observe, 'CUTTER_LOGINS_URL');
  // Of the logins that every process has, this one writes: it sees a database that takes no writes.
  await asLogin(urls.gate, (gate) => checkStartAssumptions(gate, report));
  await asLogin(urls.observe, async (observe) => {
    const divergences = await checkDrift(observe);
    refuseOtherShape(divergences);
    if (options.heads != null) await compareHeads(observe, urls, options.heads, report);
    await reportSuspension(observe, report);
    reportDrift(divergences, report);
  });
  const tokens = mode === 'production' ? {} : tokensOfHome(home);
  return { secrets: stored, tokens, pools: await openClaimed(urls, secrets, report) };
}

/** Without a part of this version its statements would fail one by one, and a start would look like a success. */
function refuseOtherShape(divergences: readonly Divergence[]): void {
  const missing = divergences.filter(
    // What has another name is expected under its own.
    ({ kind, name, expected, found }) => STATEMENTS_NEED.has(kind) && (found === null || expected === name),
  );
  const [first] = missing;
  if (first === undefined) return;
  const more = missing.length > 1 ? ` and ${missing.length - 1} other parts are` : ' is';
  throw new OwnerNeeded(
    `The database isn't of this version: the ${first.kind} ${first.name}${more} missing. ${MIGRATE}`,
  );
}

const STATEMENTS_NEED = new Set(['relation', 'column', 'function', 'schema', 'grant']);

/** Compares the log with the heads that were kept of it. Of the logins only these may suspend a ledger. */
async function compareHeads(
  observe: pg.Client,
  urls: PoolUrls,
  name: string,
  report: (line: string) => void,
): Promise<void> {
  const kept = headsKept(name);
  const suspender = urls.integrator ?? urls.exec ?? urls.verify;
  if (suspender !== null) await asLogin(suspender, (suspends) => noticeSetBack(observe, suspends, kept));
  await reportAnothersHeads(observe, kept, report);
}

async function asLogin(url: string, work: (login: pg.Client) => Promise<void>): Promise<void> {
  const login = new pg.Client({ connectionString: url, application_name: 'cutter start' });
  login.on('error', () => {});
  try {
    await login.connect();
    await work(login);
  } finally {
    await login.end().catch(() => {});
  }
}
