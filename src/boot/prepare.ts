/** From an owner's URL to pools: migrations, logins, first rows, tokens. The owner's connection ends here. */
import pg from 'pg';
import { setLoginPasswords } from '../database/logins.ts';
import { migrate } from '../database/migrate/migrate.ts';
import { refuseAnothersLedger } from '../database/migrate/rights.ts';
import { openPools, type Pools, poolUrls } from '../database/pools.ts';
import { checkLoginSessions } from '../database/session/login-sessions-at-start.ts';
import { refusePooledSessions } from '../database/session/pooler.ts';
import { checkStartAssumptions } from '../database/session/start-assumptions.ts';
import { secretsForLedger } from '../home/ledger-secrets.ts';
import { type Secrets, storedSecrets, writeSecrets } from '../home/secrets.ts';
import { LANES, type Mode } from '../law/values.ts';
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
  /** Whether others use the database, too: one that CUTTER_DATABASE_URL names. */
  readonly shared?: boolean;
  /**
   * Where published heads are kept, if they are: a database that is older than those is suspended before anything is
   * written.
   */
  readonly heads?: string | null;
  /** Receives whole sentences. */
  readonly tell: (line: string) => void;
}

/**
 * Brings the database to this version and opens it as the runtime's logins, none of which may change its shape. The
 * home's claim on the logins goes from the owner's session to the runtime's without a gap, and ends with the pools.
 */
export async function prepareLedger(options: PrepareOptions): Promise<PreparedLedger> {
  const { ownerUrl, home, mode, tell } = options;
  assertEnginesAgree();
  const isOurs = options.shared !== true;
  if (!isOurs) await refusePooledSessions(ownerUrl);
  return await asOwner(ownerUrl, async (owner) => {
    await checkStartAssumptions(owner, tell);
    await refuseAnothersLedger(owner);
    const secrets = await secretsForLedger(owner, home);
    await claimLogins(owner, secrets);
    await migrate(ownerUrl, undefined, { shared: !isOurs, tell });
    if (storedSecrets(home) === null) writeSecrets(home, secrets);
    await takeLogins(owner, options, secrets);
    const kept = options.heads == null ? null : { name: options.heads, ...keptHeads(options.heads) };
    if (kept !== null) await noticeSetBack(owner, kept);
    await noticeCopy(owner, isOurs, tell);
    const result = await bootstrapHome(owner, home, mode);
    await noteFirstPlace(owner, result.incarnation, isOurs);
    for (const why of result.keys.refused) tell(why);
    if (kept !== null) await tellOfAnothersHeads(owner, kept, tell);
    const suspension = await standingSuspension(owner);
    if (suspension !== null) tell(suspendedBecause(suspension));
    if (mode === 'production') await tellWhatIsMissing(owner, tell);
    const urls = poolUrls(ownerUrl, secrets);
    await checkLoginSessions(urls);
    const claim = await holdClaim(urls.observe, secrets, tell);
    try {
      const pools = await openPools(urls);
      const close = async () => {
        await pools.close();
        await claim.release();
      };
      return { ...result, pools: { ...pools, close } };
    } catch (error) {
      await claim.release();
      throw error;
    }
  });
}

/**
 * Sets the logins' passwords; whose ledger this was before is told, for that home's server starts no more without
 * asking.
 */
async function takeLogins(owner: pg.Client, options: PrepareOptions, secrets: Secrets): Promise<void> {
  const wasAnothers = (await isBootstrapped(owner)) && !(await opensWith(options.ownerUrl, secrets));
  await setLoginPasswords(owner, secrets);
  if (wasAnothers)
    options.tell(
      `This database was another home's, whose server doesn't run: its logins have the passwords of ${options.home} now.`,
    );
}

/** What a file holds, read once. */
type KeptFile = KeptHeads & { readonly name: string };

async function noticeSetBack(owner: pg.Client, kept: KeptFile): Promise<void> {
  const { rows } = await owner.query<{ incarnation: string; next: string }>(
    '/* start.head */ select incarnation::text, next_position::text as next from cutter_log.head',
  );
  const head = rows[0];
  if (head === undefined) return;
  const beyond = seenInHeads([kept]).beyond({ incarnation: head.incarnation, next: Number(head.next) });
  if (beyond !== null) await suspendLedger(owner, head.incarnation, beyond);
}

/**
 * A home that is used with another database keeps the heads of the one before, and its lanes would sign nothing
 * without a word here.
 */
async function tellOfAnothersHeads(
  owner: pg.Client,
  { name, heads }: KeptFile,
  tell: (line: string) => void,
): Promise<void> {
  const { rows } = await owner.query<{ incarnation: string }>(
    '/* start.incarnations */ select incarnation::text from cutter_log.head union select incarnation::text from cutter_log.resumption',
  );
  const own = rows.map(({ incarnation }) => originOf(incarnation));
  if (heads.length === 0 || heads.some(({ origin }) => own.includes(origin))) return;
  tell(
    `The checkpoints kept in ${name} are of another ledger, so no lane signs a head of this one. If it is the right database, move the file away or name another by CUTTER_CHECKPOINT_FILE.`,
  );
}

/** Production begins with nobody in it; nobody should have to find that out by being refused. */
async function tellWhatIsMissing(owner: pg.Client, tell: (line: string) => void): Promise<void> {
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
    tell(
      'Nobody has a token of this ledger: in production its owner inserts persons, principals and tokens. docs/how-to/production.md has the statements.',
    );
  if (lanes !== null)
    tell(
      `${lanes} can't sign: a lane's key is registered by the first start after it has an enabled principal.`,
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
  const owner = new pg.Client({ connectionString: url, application_name: 'cutter start' });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
