import pg from 'pg';
import { makeSecrets, type Secrets } from '../../src/home/secrets.ts';
import { heldKeys, keyFrom, withFollowed, withNext } from '../../src/keys/custody.ts';
import { type RegisteredKeys, registerKeys } from '../../src/keys/lane-keys.ts';
import type { LaneKey } from '../../src/law/keys.ts';
import type { KeyPurpose, Lane } from '../../src/law/values.ts';
import type { TestDatabase } from './database.ts';

/** The log of a new ledger begins with a record for each lane's key, for statements and for heads. */
export const KEY_RECORDS = 4;
/** After those, in a rehearsal, come the record of its first persons and that of its first rules. */
export const FIRST_RECORDS = KEY_RECORDS + 2;

/** A lane's key as some secrets have it. */
export function keyOf(secrets: Secrets, lane: Lane, purpose: KeyPurpose): LaneKey {
  const held = heldKeys(secrets).find((one) => one.lane === lane && one.purpose === purpose);
  return held?.key as LaneKey;
}

/** A fresh key of a lane. */
export function freshKey(lane: Lane): LaneKey {
  return keyFrom(lane, makeSecrets().seeds[lane] as string);
}

/** Registers what some secrets hold, in a transaction of the owner's. */
export async function register(
  { ownerUrl }: Pick<TestDatabase, 'ownerUrl'>,
  secrets: Secrets,
): Promise<RegisteredKeys> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query('begin isolation level read committed');
    const keys = await registerKeys(owner, heldKeys(secrets));
    await owner.query('commit');
    return keys;
  } finally {
    await owner.end();
  }
}

/** Gives a lane another key; the secrets that hold it. */
export async function rotated(
  database: Pick<TestDatabase, 'ownerUrl'>,
  secrets: Secrets,
  lane: Lane,
  purpose: KeyPurpose,
): Promise<Secrets> {
  const next = withNext(secrets, lane, purpose, makeSecrets().seeds[lane] as string);
  const { inForce } = await register(database, next);
  return withFollowed(next, inForce);
}
