import { randomBytes } from 'node:crypto';
import type { ClientBase } from 'pg';
import { underBootstrapLock } from '../database/bootstrap-lock.ts';
import { homeSecrets, writeSecrets } from '../home/secrets.ts';
import type { KeyPurpose, Lane } from '../law/values.ts';
import { heldKeys, withFollowed, withNext } from './custody.ts';
import { registerKeys, revokeKey } from './lane-keys.ts';

const NO_PRINCIPAL =
  'the lane has no principal that may act. Create one with "cutter principal create … --lane".';

export interface Rotation {
  readonly home: string;
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly reason: string | null;
}

/**
 * Gives a lane another key. Its seed is durable in the home, beside the one in use, before the log has a record of it,
 * and replaces that one afterwards. If it is killed in between, the same call or the next start goes on from there.
 * Gives back what was done, for people.
 */
export async function rotateKey(
  owner: ClientBase,
  { home, lane, purpose, reason }: Rotation,
): Promise<readonly string[]> {
  return await underBootstrapLock(owner, async () => {
    const before = homeSecrets(home);
    const held = heldKeys(before).find((one) => one.lane === lane && one.purpose === purpose);
    if (held === undefined)
      throw new Error(`${home} holds no ${purpose} key of ${lane}; use the home that serves this lane.`);
    const secrets =
      held.next === null ? withNext(before, lane, purpose, randomBytes(32).toString('base64')) : before;
    if (secrets !== before) writeSecrets(home, secrets);
    const keys = await inTransaction(owner, () => registerKeys(owner, heldKeys(secrets), reason));
    writeSecrets(home, withFollowed(secrets, keys.inForce));
    if (keys.refused.length > 0) throw new Error([...keys.done, ...keys.refused].join(' '));
    if (heldKeys(homeSecrets(home)).some((one) => one.next !== null))
      throw new Error(`The keys of ${lane} can't be registered: ${NO_PRINCIPAL}`);
    return keys.done.length > 0
      ? keys.done
      : ['The rotation that was begun before had been recorded; it is finished now.'];
  });
}

/** Registers what a home holds for lanes whose first principal came after the last start. */
export async function registerHeldKeys(owner: ClientBase, home: string): Promise<readonly string[]> {
  return await underBootstrapLock(owner, async () => {
    const secrets = homeSecrets(home);
    const keys = await inTransaction(owner, () => registerKeys(owner, heldKeys(secrets)));
    const followed = withFollowed(secrets, keys.inForce);
    if (followed !== secrets) writeSecrets(home, followed);
    if (keys.refused.length > 0) throw new Error([...keys.done, ...keys.refused].join(' '));
    const lacking = heldKeys(followed).filter(({ key }) => !keys.inForce.has(key.keyId));
    const lanes = [...new Set(lacking.map(({ lane }) => lane))];
    if (lanes.length > 0)
      throw new Error(
        [...keys.done, `${lanes.join(' and ')} still has no key in force: ${NO_PRINCIPAL}`].join(' '),
      );
    return keys.done.length > 0 ? keys.done : ['Every key of this home is registered.'];
  });
}

/** Ends a key. A key that this home holds signs that. */
export async function revokeHeldKey(
  owner: ClientBase,
  { home, keyId, reason }: { readonly home: string; readonly keyId: string; readonly reason: string },
): Promise<string[]> {
  return await underBootstrapLock(owner, async () => {
    const held = heldKeys(homeSecrets(home));
    return await inTransaction(owner, () => revokeKey(owner, held, keyId, reason));
  });
}

async function inTransaction<T>(owner: ClientBase, work: () => Promise<T>): Promise<T> {
  await owner.query('begin isolation level read committed');
  try {
    const answer = await work();
    await owner.query('commit');
    return answer;
  } catch (error) {
    await owner.query('rollback').catch(() => {});
    throw error;
  }
}
