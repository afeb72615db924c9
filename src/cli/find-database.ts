/** Where a command finds the ledger's database: external, embedded and running, or started for the command. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { clusterPlace } from '../database/cluster/cluster-place.ts';
import { embeddedUrl } from '../database/cluster/postmaster.ts';
import { isPostmasterOf } from '../home/process-identity.ts';
import { homeSecrets, type Secrets } from '../home/secrets.ts';

export interface FoundDatabase {
  /** Holds the owner's password: never log it. */
  readonly ownerUrl: string;
  readonly secrets: Secrets;
  /** Ends the database where it was started for this. */
  close(): Promise<void>;
}

/** Finds the database of the configured home; throws a sentence where there is none. */
export async function findDatabase(
  config: Pick<Config, 'home' | 'databaseUrl' | 'loginsUrl'>,
): Promise<FoundDatabase> {
  if (!existsSync(join(config.home, 'secrets.json')))
    throw new Error(`${config.home} holds no secrets of a ledger. Name the ledger's home with CUTTER_HOME.`);
  if (config.loginsUrl !== null)
    throw new Error(
      "This command needs the database's owner. Name it with CUTTER_DATABASE_URL in place of CUTTER_LOGINS_URL.",
    );
  const secrets = homeSecrets(config.home);
  const ownerUrl = config.databaseUrl ?? runningUrl(config.home, secrets);
  if (ownerUrl !== null) return { ownerUrl, secrets, close: async () => {} };
  const { startEmbedded } = await import('../database/cluster/embedded.ts');
  const embedded = await startEmbedded({ home: config.home, log: () => {} });
  return { ownerUrl: embedded.ownerUrl, secrets, close: () => embedded.stop() };
}

/** Where the embedded server of this home listens, if it runs: PostgreSQL says so in its data folder. */
function runningUrl(home: string, secrets: Secrets): string | null {
  const { data } = clusterPlace(home, () => {});
  if (!existsSync(join(data, 'PG_VERSION')))
    throw new Error(`${home} holds no database. Name the ledger's home with CUTTER_HOME.`);
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const [pid, , , port] = readFileSync(path, 'utf8').split('\n');
  if (!isPostmasterOf(Number(pid), data)) return null;
  return embeddedUrl(secrets.owner, Number(port));
}
