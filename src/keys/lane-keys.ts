import type { ClientBase } from 'pg';
import type { LaneKey } from '../law/keys.ts';
import { KEY_PURPOSES, type KeyPurpose } from '../law/values.ts';
import { standingSuspension, suspendedBecause } from '../log/setback/suspension.ts';
import { checkPublicKey } from '../proof/public-key.ts';
import type { HeldKey } from './custody.ts';
import { hasPrincipal, lockQueue, sayOfKey } from './key-record.ts';
import { currentOf, inForceOf, isInForce, type RegistryKey, readRegistry } from './registry-keys.ts';

/** What became of the keys that a home holds. */
export interface RegisteredKeys {
  /** What was recorded now, in its order, for people. */
  readonly done: readonly string[];
  /** Keys that could not be registered: why, and the way out. */
  readonly refused: readonly string[];
  /** The ids of all keys in force. */
  readonly inForce: ReadonlySet<string>;
}

/** What has to happen so that a held key is the one in force. */
type Step =
  | { readonly step: 'nothing' }
  | { readonly step: 'refused'; readonly why: string }
  /** It begins its lane's keys, or the registry has had it since before the log had records of keys. */
  | {
      readonly step: 'first';
      readonly registered: RegistryKey | null;
      readonly former: readonly RegistryKey[];
    }
  | { readonly step: 'rotate'; readonly from: RegistryKey; readonly old: LaneKey }
  /** Its predecessor's seed is gone: the lane's other key ends that one, and agrees to this one. */
  | { readonly step: 'replace'; readonly from: RegistryKey | null; readonly sister: LaneKey };

/**
 * Brings the registry to the keys that a home holds, each as a record of the log: a lane's first key begins, another
 * one follows the key in force by the agreement of both or, where its seed is gone, of the lane's other key. Run
 * again, it changes nothing. Inside the owner's transaction, which must be READ COMMITTED and hold the bootstrap's
 * lock.
 */
export async function registerKeys(
  owner: ClientBase,
  held: readonly HeldKey[],
  reason: string | null = null,
): Promise<RegisteredKeys> {
  for (const { key, next } of held) for (const one of [key, next]) if (one !== null) refuseUnsound(one);
  const before = await readRegistry(owner);
  const steps = held
    .flatMap((one) => (isOfOldAndFollowed(one, before) ? [{ ...one, next: null }, one] : [one]))
    .map((one) => ({ one, step: stepOf(one, before, held) }));
  const refused = steps.flatMap(({ step }) => (step.step === 'refused' ? [step.why] : []));
  const due = steps.filter(({ step }) => step.step !== 'nothing' && step.step !== 'refused');
  if (due.length === 0) return { done: [], refused, inForce: inForceOf(before) };
  const suspension = await standingSuspension(owner);
  if (suspension !== null)
    return { done: [], refused: [...refused, suspendedBecause(suspension)], inForce: inForceOf(before) };
  await lockKeys(
    owner,
    due.flatMap(({ one }) => currentOf(before, one)?.key_id ?? []),
  );
  await lockQueue(owner);
  const done: string[] = [];
  // One by one: the keys that the last step left agree to the next.
  for (const { one } of due) {
    const step = stepOf(one, await readRegistry(owner), held);
    if (step.step === 'refused') refused.push(step.why);
    // Nobody's key ends for one that could not begin.
    else if (step.step === 'replace' && !(await hasPrincipal(owner, one.lane)))
      refused.push(
        `${one.lane} has no enabled principal, so no ${one.purpose} key of it can begin, ` +
          'and the one in force was not ended. Enable one, or add another.',
      );
    else done.push(...(await takeStep(owner, one, step, reason)));
  }
  return { done, refused, inForce: inForceOf(await readRegistry(owner)) };
}

/**
 * Ends a key. One that may must sign: the key itself, its lane's other key, or the other lane's for the same purpose.
 */
export async function revokeKey(
  owner: ClientBase,
  held: readonly HeldKey[],
  keyId: string,
  reason: string,
): Promise<string[]> {
  const rows = await readRegistry(owner);
  const ended = rows.find((row) => row.key_id === keyId);
  if (ended === undefined)
    throw new Error(`${keyId} is not in the key registry; "cutter key list" shows it.`);
  if (ended.until_position !== null)
    throw new Error(`${keyId} ended at position ${ended.until_position} already.`);
  const sister = currentOf(rows, { lane: ended.lane, purpose: otherPurpose(ended.purpose) });
  const others = rows.find(
    (row) => row.lane !== ended.lane && row.purpose === ended.purpose && isInForce(row),
  );
  // Of a lane's last key the other lane has no say.
  const may = [keyId, sister?.key_id, sister === undefined ? undefined : others?.key_id];
  const signer = may.map((one) => seedFor(held, one)).find((one) => one !== null);
  if (signer === undefined)
    throw new Error(
      `This home holds no key that may revoke ${keyId}: that is the key itself, ${ended.lane}'s other key or, ` +
        `while that one is in force, the other lane's ${ended.purpose} key. Use the home that has one.`,
    );
  const suspension = await standingSuspension(owner);
  if (suspension !== null) throw new Error(suspendedBecause(suspension));
  await lockKeys(owner, [keyId]);
  await lockQueue(owner);
  return await sayOfKey(owner, { act: 'revoke', ended, signers: [signer], reason });
}

/** A key from before the log had records of keys is recorded first, and then followed. */
function isOfOldAndFollowed({ key, next }: HeldKey, rows: readonly RegistryKey[]): boolean {
  return next !== null && rows.some((row) => row.key_id === key.keyId && !row.recorded && isInForce(row));
}

function stepOf(held: HeldKey, rows: readonly RegistryKey[], all: readonly HeldKey[]): Step {
  const { lane, purpose } = held;
  const key = held.next ?? held.key;
  const own = rows.filter((row) => row.lane === lane && row.purpose === purpose);
  const registered = rows.find((row) => row.key_id === key.keyId) ?? null;
  if (registered !== null && !own.includes(registered))
    return {
      step: 'refused',
      why:
        `The ${purpose} key of ${lane} in secrets.json is registered as the ${registered.purpose} key of ` +
        `${registered.lane}; a key serves once. Put the right seed there.`,
    };
  const isFirst = !own.some((row) => row.recorded);
  if (registered !== null && (registered.recorded || !isFirst || !isInForce(registered)))
    return { step: 'nothing' };
  if (isFirst) return { step: 'first', registered, former: own.filter((row) => row !== registered) };
  const current = own.find(isInForce) ?? null;
  const old = current === null ? null : seedFor(all, current.key_id);
  if (current !== null && old !== null) return { step: 'rotate', from: current, old };
  const sister = seedFor(all, currentOf(rows, { lane, purpose: otherPurpose(purpose) })?.key_id);
  if (sister !== null) return { step: 'replace', from: current, sister };
  return {
    step: 'refused',
    why:
      `${lane} can't sign ${purpose}s: its key in secrets.json isn't the registered one, and neither the seed of ` +
      "that one nor of the lane's other key is here to agree to it. " +
      'Bring back the secrets.json that this ledger was used with.',
  };
}

async function takeStep(
  owner: ClientBase,
  { lane, purpose, key: held, next }: HeldKey,
  step: Exclude<Step, { readonly step: 'refused' }>,
  reason: string | null,
): Promise<string[]> {
  const key = next ?? held;
  const begins = { lane, purpose, key, reason };
  switch (step.step) {
    case 'nothing':
      return [];
    case 'first':
      return await sayOfKey(owner, { act: 'add', ...begins, ...step, signers: [key] });
    case 'rotate':
      return await sayOfKey(owner, { act: 'rotate', ...begins, from: step.from, signers: [key, step.old] });
    case 'replace':
      return [
        ...(step.from === null ? [] : await endLostKey(owner, step.from, step.sister, reason)),
        ...(await sayOfKey(owner, { act: 'add', ...begins, signers: [key, step.sister] })),
      ];
  }
}

/** The seed of this key is gone: its lane's other key ends it. */
async function endLostKey(
  owner: ClientBase,
  ended: RegistryKey,
  sister: LaneKey,
  reason: string | null,
): Promise<string[]> {
  const lost = reason ?? 'The seed is gone from its home.';
  return await sayOfKey(owner, { act: 'revoke', ended, signers: [sister], reason: lost });
}

const otherPurpose = (purpose: KeyPurpose) => KEY_PURPOSES.find((other) => other !== purpose) as KeyPurpose;

/** The key with this id, if its seed is held: the one in use, or the one that is to follow. */
function seedFor(held: readonly HeldKey[], keyId: string | undefined): LaneKey | null {
  const all = held.flatMap(({ key, next }) => (next === null ? [key] : [key, next]));
  return all.find((key) => key.keyId === keyId) ?? null;
}

function refuseUnsound({ keyId, lane, publicKey }: LaneKey): void {
  const judged = checkPublicKey(publicKey);
  if (!judged.ok)
    throw new Error(
      `The key ${keyId} of ${lane} may not be registered: ${judged.reason}. Give the lane another seed.`,
    );
}

/**
 * Waits for all who sign with these keys, in a statement of its own, so that the next sees what this one waited for.
 * Signing phases hold their key's lock, shared, until they commit (`lockKey`): while this holds it alone, nobody
 * signs. The queue's lock comes after.
 */
async function lockKeys(owner: ClientBase, keyIds: readonly string[]): Promise<void> {
  if (keyIds.length === 0) return;
  await owner.query(
    `/* bootstrap.key_lock */
    select pg_advisory_xact_lock(hashtextextended('cutter:key:' || key_id, 0))
    from unnest($1::text[]) as key_id order by key_id`,
    [keyIds.toSorted()],
  );
}
