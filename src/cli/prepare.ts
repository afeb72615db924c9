/** From an owner's URL to pools: migrations, logins, first rows, tokens. The owner's connection ends here. */
import pg from 'pg';
import { type DatabasePool, sql } from 'slonik';
import { type BootstrapResult, bootstrapHome } from '../database/bootstrap.ts';
import { setLoginPasswords } from '../database/logins.ts';
import { migrate } from '../database/migrate.ts';
import { openPools, type Pools, poolUrls } from '../database/pools.ts';
import { checkpointSeedOf, homeSecrets, type Secrets, seedOf } from '../database/secrets.ts';
import { LANES, type Lane, type Mode } from '../ledger/values.ts';

export interface PreparedLedger extends BootstrapResult {
  readonly secrets: Secrets;
  readonly pools: Pools;
}

/** Brings the database to this version and opens it as the runtime's logins, none of which may change its shape. */
export async function prepareLedger(ownerUrl: string, home: string, mode: Mode): Promise<PreparedLedger> {
  await migrate(ownerUrl);
  const secrets = homeSecrets(home);
  const result = await asOwner(ownerUrl, async (owner) => {
    await setLoginPasswords(owner, secrets);
    return await bootstrapHome(owner, home, {
      mode,
      seeds: seedsOf(secrets, seedOf),
      checkpointSeeds: seedsOf(secrets, checkpointSeedOf),
    });
  });
  return { ...result, secrets, pools: await openPools(poolUrls(ownerUrl, secrets)) };
}

/** Whether no entry was ever marked. */
export async function isEmpty(observe: DatabasePool): Promise<boolean> {
  const empty = await observe.oneFirst(sql.unsafe`/* start.is_empty */
    select not exists (select from cutter_governance.v_decision_backlog_entry_observe)`);
  return empty === true;
}

function seedsOf(secrets: Secrets, of: typeof seedOf): Partial<Record<Lane, Uint8Array>> {
  const held = LANES.map((lane) => [lane, of(secrets, lane)] as const).filter(([, seed]) => seed !== null);
  return Object.fromEntries(held);
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
