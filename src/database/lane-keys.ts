import type { ClientBase } from 'pg';
import { type KeyPurpose, LANES, type Lane } from '../ledger/values.ts';
import { publicKeyOf } from '../proof/ed25519.ts';
import { keyIdOf } from '../proof/keyid.ts';

interface NewKey {
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

/**
 * Registers each lane's key for one purpose with the lane's principal. The first is valid from position 0; one that replaces another,
 * because the seed was lost or changed, is valid from where the log will continue, and the other until there. So a key that is in
 * the registry is never one that only will be valid. Inside the owner's transaction, which must be READ COMMITTED and the only
 * one that registers keys.
 */
export async function addLaneKeys(
  owner: ClientBase,
  purpose: KeyPurpose,
  seeds: Partial<Record<Lane, Uint8Array>>,
): Promise<void> {
  const made: NewKey[] = [];
  for (const lane of LANES) {
    const seed = seeds[lane];
    if (seed === undefined) continue;
    const publicKey = publicKeyOf(seed);
    const key = { lane, purpose, keyId: keyIdOf(publicKey), publicKey };
    if (!(await isRegistered(owner, key.keyId))) made.push(key);
  }
  await endKeys(
    owner,
    purpose,
    made.map(({ lane }) => lane),
  );
  for (const key of made) await addKey(owner, key);
}

async function isRegistered(owner: ClientBase, keyId: string): Promise<boolean> {
  const known = await owner.query('/* bootstrap.key_known */ select from cutter_auth.key where key_id = $1', [
    keyId,
  ]);
  return known.rowCount !== 0;
}

/**
 * Ends the current keys of these lanes, in statements of their own, so that each sees what the one before waited for. Signing phases
 * hold their key's lock, shared, until they commit (`lockKey`): with the keys' locks alone in hand, nobody is signing. With the
 * queue's lock, no other phase that drew an earlier place in it is still to commit and push signed records behind the end.
 */
async function endKeys(owner: ClientBase, purpose: KeyPurpose, lanes: readonly Lane[]): Promise<void> {
  const { rowCount } = await owner.query(
    `/* bootstrap.key_lock */
    with ended as materialized (
      select key_id from cutter_auth.key where lane = any($1) and purpose = $2 and until_position is null order by key_id
    )
    select pg_advisory_xact_lock(hashtextextended('cutter:key:' || key_id, 0)) from ended`,
    [lanes, purpose],
  );
  if (rowCount === 0) return;
  await owner.query('/* bootstrap.queue_lock */ lock table cutter_log.pending in share mode');
  await owner.query(
    `/* bootstrap.key_until */
    update cutter_auth.key set until_position = (${NEXT_POSITION}) where lane = any($1) and purpose = $2 and until_position is null`,
    [lanes, purpose],
  );
}

async function addKey(owner: ClientBase, { lane, purpose, keyId, publicKey }: NewKey): Promise<void> {
  await owner.query(
    `/* bootstrap.key */
    insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, purpose)
    select $1, $2, principal.principal_id, $3,
      case when exists (select from cutter_auth.key where lane = $2 and purpose = $4) then (${NEXT_POSITION}) else 0 end,
      $4
    from cutter_auth.principal
    where principal.lane = $2 and principal.disabled_at is null
    order by principal.created_at, principal.principal_id
    limit 1`,
    [keyId, lane, Buffer.from(publicKey), purpose],
  );
}

/** Where the log will continue once the queue is empty. A record that stands there twice gets one position. */
const NEXT_POSITION = `select next_position + (
    select count(distinct waiting.record_id) from cutter_log.pending as waiting
    where not exists (select from cutter_log.log where log.record_id = waiting.record_id)
  ) from cutter_log.head`;
