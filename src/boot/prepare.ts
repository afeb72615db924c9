/** From an owner's URL to pools: migrations, logins, first rows, tokens. The owner's connection ends here. */
import pg from 'pg';
import { setLoginPasswords } from '../database/logins.ts';
import { migrate } from '../database/migrate/migrate.ts';
import { refuseAnothersLedger } from '../database/migrate/rights.ts';
import { ownerClient } from '../database/owner.ts';
import { openPools, type Pools, type PoolUrls, poolUrls } from '../database/pools.ts';
import { checkLoginSessions } from '../database/session/login-sessions-at-start.ts';
import { refusePooledSessions } from '../database/session/pooler.ts';
import { checkStartAssumptions } from '../database/session/start-assumptions.ts';
import { checkDrift } from '../drift/check-drift.ts';
import type { Divergence } from '../drift/divergence.ts';
import { secretsForLedger } from '../home/ledger-secrets.ts';
import { type Secrets, secretsOfLanes, storedSecrets, writeSecrets } from '../home/secrets.ts';
import { LANES, type Lane, type Mode } from '../law/values.ts';
import { type KeptHeads, keptHeads, seenInHeads } from '../log/setback/kept-heads.ts';
import { standingSuspension, suspendedBecause, suspendLedger } from '../log/setback/suspension.ts';
import { originOf } from '../proof/checkpoint.ts';
import { assertEnginesAgree } from '../proof/engine-agreement.ts';
import { type BootstrapResult, bootstrapHome } from './bootstrap.ts';
import { claimLogins, holdClaim } from './home-claim.ts';
import { noteFirstPlace, noticeCopy } from './place.ts';

export interface PreparedLedger extends BootstrapResult {
  readonly secrets: Secrets;
  readonly pools: Pools;
}

export interface PrepareOptions {
  readonly ownerUrl: string;
  readonly home: string;
  readonly mode: Mode;
  /** The lanes that the process serves; it signs in as no other. Absent: both. */
  readonly lanes?: ReadonlySet<Lane>;
  /** Whether others use the database, too: one that CUTTER_DATABASE_URL names. */
  readonly shared?: boolean;
  /**
   * Where published heads are kept, if they are: a database that is older than those is suspended before anything is
   * written.
   */
  readonly heads?: string | null;
  /** Receives whole sentences. */
  readonly report: (line: string) => void;
}

/**
 * Brings the database to this version and opens it as the runtime's logins, none of which may change its shape. The
 * home's claim on the logins goes from the owner's session to the runtime's without a gap, and ends with the pools.
 */
export async function prepareLedger(options: PrepareOptions): Promise<PreparedLedger> {
  const { ownerUrl, lanes = new Set(LANES), report } = options;
  return await asOwner(ownerUrl, async (owner) => {
    const { secrets, ...made } = await makeCurrent(owner, options);
    reportDrift(await checkDrift(owner), report);
    const urls = poolUrls(ownerUrl, secretsOfLanes(secrets, lanes));
    return { ...made, secrets, pools: await openClaimed(urls, secrets, report) };
  });
}

/** What a migration did. */
export interface Migrated {
  /** Names of the files that it ran. */
  readonly applied: readonly string[];
}

/** Does all that needs the owner, and opens nothing: servers can then start as the ledger's logins alone. */
export async function migrateLedger(options: PrepareOptions): Promise<Migrated> {
  return await asOwner(options.ownerUrl, async (owner) => {
    const { applied } = await makeCurrent(owner, options);
    reportDrift(await checkDrift(owner), options.report);
    return { applied };
  });
}

async function makeCurrent(
  owner: pg.Client,
  options: PrepareOptions,
): Promise<BootstrapResult & Migrated & { readonly secrets: Secrets }> {
  const { ownerUrl, home, mode, report } = options;
  assertEnginesAgree();
  const isOurs = options.shared !== true;
  if (!isOurs) await refusePooledSessions(ownerUrl, 'CUTTER_DATABASE_URL');
  await checkStartAssumptions(owner, report);
  await refuseAnothersLedger(owner);
  const secrets = await secretsForLedger(owner, home);
  await claimLogins(owner, secrets);
  const { applied } = await migrate(ownerUrl, undefined, { shared: !isOurs, report });
  if (storedSecrets(home) === null) writeSecrets(home, secrets);
  await takeLogins(owner, options, secrets);
  const kept = options.heads == null ? null : headsKept(options.heads);
  if (kept !== null) await noticeSetBack(owner, owner, kept);
  await noticeCopy(owner, isOurs, report);
  const result = await bootstrapHome(owner, home, mode);
  await noteFirstPlace(owner, result.incarnation, isOurs);
  for (const why of result.keys.refused) report(why);
  if (kept !== null) await reportAnothersHeads(owner, kept, report);
  await reportSuspension(owner, report);
  if (mode === 'production') await reportWhatIsMissing(owner, report);
  return { ...result, applied };
}

/** Opens the pools, under the home's claim on the logins. */
export async function openClaimed(
  urls: PoolUrls,
  secrets: Secrets,
  report: (line: string) => void,
): Promise<Pools> {
  await checkLoginSessions(urls);
  const claim = await holdClaim(urls.observe, secrets, report);
  try {
    const pools = await openPools(urls);
    const close = async () => {
      await pools.close();
      await claim.release();
    };
    return { ...pools, close };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/**
 * Sets the logins' passwords. Reports if another home had set them before: that home's server can't start any more
 * without its passwords.
 */
async function takeLogins(owner: pg.Client, options: PrepareOptions, secrets: Secrets): Promise<void> {
  const wasAnothers = (await isBootstrapped(owner)) && !(await opensWith(options.ownerUrl, secrets));
  await setLoginPasswords(owner, secrets);
  if (wasAnothers)
    options.report(
      "This database belonged to another home, whose server doesn't run. Its logins now have the " +
        `passwords of ${options.home}.`,
    );
}

/** What a file holds, read once. */
type KeptFile = KeptHeads & { readonly name: string };

export const headsKept = (name: string): KeptFile => ({ name, ...keptHeads(name) });

/** Suspends a ledger that is behind heads that were kept of it. The two may be different logins. */
export async function noticeSetBack(reader: pg.Client, suspender: pg.Client, kept: KeptFile): Promise<void> {
  const { rows } = await reader.query<{ incarnation: string; next: string }>(
    '/* start.head */ select incarnation::text, next_position::text as next from cutter_log.head',
  );
  const head = rows[0];
  if (head === undefined) return;
  const beyond = seenInHeads([kept]).beyond({ incarnation: head.incarnation, next: Number(head.next) });
  if (beyond !== null) await suspendLedger(suspender, head.incarnation, beyond);
}

/**
 * A home that is used with another database still has the heads of the earlier one. Its lanes sign nothing then, and
 * this says why.
 */
export async function reportAnothersHeads(
  reader: pg.Client,
  { name, heads }: KeptFile,
  report: (line: string) => void,
): Promise<void> {
  const { rows } = await reader.query<{ incarnation: string }>(
    `/* start.incarnations */ select incarnation::text from cutter_log.head
    union select incarnation::text from cutter_log.resumption`,
  );
  const own = rows.map(({ incarnation }) => originOf(incarnation));
  if (heads.length === 0 || heads.some(({ origin }) => own.includes(origin))) return;
  report(
    `The checkpoints kept in ${name} are of another ledger, so no lane signs a head of this one. If this ` +
      'is the right database, move the file away, or name another in CUTTER_CHECKPOINT_FILE.',
  );
}

export async function reportSuspension(reader: pg.Client, report: (line: string) => void): Promise<void> {
  const suspension = await standingSuspension(reader);
  if (suspension !== null) report(suspendedBecause(suspension));
}

/** More than these fill a screen; `cutter drift` shows all. */
const MOST_REPORTED = 5;

export function reportDrift(divergences: readonly Divergence[], report: (line: string) => void): void {
  for (const { message } of divergences.slice(0, MOST_REPORTED)) report(`Drift: ${message}`);
  if (divergences.length > MOST_REPORTED)
    report(`Drift: the database diverges in ${divergences.length} places. Run: cutter drift`);
}

/** Production begins without persons. An operator should learn that here, and not from a refusal. */
async function reportWhatIsMissing(owner: pg.Client, report: (line: string) => void): Promise<void> {
  const { rows } = await owner.query<{ nobody: boolean; lanes: string | null }>(
    `/* start.missing */ select
      not exists (
        select from cutter_auth.token as t join cutter_auth.principal as p using (principal_id)
        where not p.rehearsal and p.disabled_at is null and t.revoked_at is null and t.expires_at > now()
      ) as nobody,
      (select string_agg(lane, ' and ' order by lane) from unnest($1::text[]) as lane where not exists (
        select from cutter_auth.key where key.lane = lane.lane and purpose = 'statement' and until_position is null
      )) as lanes`,
    [LANES],
  );
  const { nobody, lanes } = rows[0]!;
  if (nobody)
    report(
      'Nobody has a token of this ledger. Make its first administrator with ' +
        '"cutter init": docs/how-to/people.md.',
    );
  if (lanes !== null)
    report(
      `${lanes} can't sign. Create the lane's principal, and register its key with "cutter key register".`,
    );
}

async function isBootstrapped(owner: pg.Client): Promise<boolean> {
  return (await owner.query('/* start.bootstrapped */ select from cutter_log.head')).rowCount !== 0;
}

/** Whether the runtime's password is the login's already. */
async function opensWith(ownerUrl: string, secrets: Secrets): Promise<boolean> {
  const client = new pg.Client({ connectionString: poolUrls(ownerUrl, secrets).observe });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') return false;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function asOwner<Value>(url: string, work: (owner: pg.Client) => Promise<Value>): Promise<Value> {
  const owner = ownerClient(url, 'cutter start');
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
