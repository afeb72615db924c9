import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { makeSecrets, type Secrets, storedSecrets, writeSecrets } from './secrets.ts';

/** A home without secrets, and a database that others belong to. */
class SecretsMissing extends Error {
  override readonly name = 'SecretsMissing';
}

/**
 * The secrets with which a cluster is made, or those of a home that has one: fresh ones would open no cluster that is
 * there already.
 */
export function secretsOfCluster(home: string, data: string): Secrets {
  const stored = storedSecrets(home);
  if (stored !== null) return stored;
  if (existsSync(join(data, 'PG_VERSION')))
    throw new SecretsMissing(
      `${join(home, 'secrets.json')} is missing, and ${data} holds a database that was made with one. ` +
        "Restore secrets.json from a backup of this home: it has the database's passwords and the lanes' keys, " +
        'and nothing else has them. To begin another ledger, name another folder with CUTTER_HOME. ' +
        'Nothing was written.',
    );
  const made = makeSecrets();
  writeSecrets(home, made);
  return made;
}

/**
 * The secrets for a ledger on the owner's database: the home's, or fresh ones, not written yet, where no key of a
 * lane is known there.
 */
export async function secretsForLedger(owner: ClientBase, home: string): Promise<Secrets> {
  const stored = storedSecrets(home);
  if (stored !== null) return stored;
  const lanes = await lanesWithKeys(owner);
  if (lanes === null) return makeSecrets();
  throw new SecretsMissing(
    `${join(home, 'secrets.json')} is missing, and the ledger in this database has keys of ${lanes} already, ` +
      'which no other file holds. Restore secrets.json from a backup of the home that served it, or name that home ' +
      'with CUTTER_HOME. To begin another ledger, use an empty database. Nothing was written.',
  );
}

async function lanesWithKeys(owner: ClientBase): Promise<string | null> {
  const { rows: there } = await owner.query<{ there: boolean }>(
    `/* secrets.registry */ select to_regclass('cutter_auth.key') is not null as there`,
  );
  if (there[0]?.there !== true) return null;
  const { rows } = await owner.query<{ lanes: string | null }>(
    `/* secrets.lanes */ select string_agg(distinct lane, ' and ' order by lane) as lanes from cutter_auth.key`,
  );
  return rows[0]?.lanes ?? null;
}
