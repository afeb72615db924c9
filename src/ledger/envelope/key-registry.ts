import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { LaneKey } from '../../law/keys.ts';
import { LaneMismatch, problemAt, SignatureRefused } from '../../law/refusals.ts';
import type { Lane } from '../../law/values.ts';
import type { Signer } from './signer.ts';

/**
 * A row of the key table, as the phases read it: the registry decides which keys exist, not the process that holds a
 * seed.
 */
export const keyRow = z.object({
  /** Any text: VERIFY reads the executor's key by this, and an altered lane is a finding. */
  lane: z.string(),
  principal_id: z.string(),
  /** Base64 of 32 bytes. */
  public_key: z.string(),
  /** The first position at which it is no longer valid; null while it is. */
  until_position: z.string().nullable(),
});
export type KeyRow = z.infer<typeof keyRow>;

/**
 * Taken shared by every signing phase, and alone by the key's end (`lane-keys.ts`): no key ends between the look and
 * the write.
 */
export function lockKey(keyId: string | null): FragmentSqlToken {
  return sql.fragment`pg_advisory_xact_lock_shared(hashtextextended('cutter:key:' || ${keyId}::text, 0))`;
}

/** One key of the registry as JSON, or null. A key for heads of the log signs no statement, so it isn't found here. */
export function registeredKey(keyId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select json_build_object('lane', k.lane, 'principal_id', k.principal_id,
      'public_key', translate(encode(k.public_key, 'base64'), E'\n', ''), 'until_position', k.until_position::text)
    from cutter_auth.key k where k.key_id = ${keyId} and k.purpose = 'statement')`;
}

/** A public key that may sign what a call states. */
export interface ValidKey {
  readonly keyId: string;
  readonly lane: Lane;
  readonly publicKey: Uint8Array;
}

/**
 * Refuses where the signer's key isn't the lane's registered, still valid key. `from_position` isn't asked: a key is
 * registered with the position at which the log goes on from there, so whatever it may sign lies behind that.
 */
export function currentKey(
  { lane, caller, signer }: { readonly lane: Lane; readonly caller: Session; readonly signer: Signer },
  registered: KeyRow | null,
): ValidKey {
  if (signer.by === 'server') return currentHeldKey(signer.key, registered);
  const fault = callersKeyFault(lane, caller, registered);
  if (fault === null && registered !== null && signer.keyId !== null)
    return validKey(signer.keyId, lane, registered);
  if (signer.signature === null) {
    const message =
      `No key of lane ${lane} is registered for ${caller.name}, so there is nothing that it may sign. ` +
      'The operator registers one.';
    throw new LaneMismatch(message, [problemAt(['signature', 'key'], 'no-own-key', message)]);
  }
  const message = `The key ${signer.keyId} ${fault?.message}; sign with the key that the ledger has for you.`;
  throw new SignatureRefused(message, [
    problemAt(['input', 'signature', 'keyId'], fault?.code ?? 'key-unknown', message),
  ]);
}

function validKey(keyId: string, lane: Lane, { public_key }: KeyRow): ValidKey {
  return { keyId, lane, publicKey: Buffer.from(public_key, 'base64') };
}

/** A key signs for its lane and its principal alone. */
function callersKeyFault(
  lane: Lane,
  { principalId }: Session,
  registered: KeyRow | null,
): { readonly code: string; readonly message: string } | null {
  if (registered === null) return { code: 'key-unknown', message: 'is not in the key registry' };
  if (registered.lane !== lane)
    return {
      code: 'key-of-other-lane',
      message: `is registered for lane ${registered.lane}, not for ${lane}`,
    };
  if (registered.principal_id !== principalId)
    return { code: 'key-of-other-principal', message: "is another principal's" };
  if (registered.until_position !== null)
    return { code: 'key-ended', message: `ended at position ${registered.until_position}` };
  return null;
}

function currentHeldKey(held: LaneKey, registered: KeyRow | null): ValidKey {
  const fault = keyFault(held, registered);
  if (fault === null) return held;
  throw new LaneMismatch(
    `The key ${held.keyId} that this server holds for ${held.lane} ${fault}; it may sign nothing.`,
    [problemAt(['signature', 'key'], KEY_NOT_VALID, `The key ${fault}.`)],
  );
}

/** Why a key that is held may sign nothing, as it goes on after the key; null where it may. */
export function keyFault(held: LaneKey, registered: KeyRow | null): string | null {
  if (registered === null) return 'is not in the key registry';
  if (registered.lane !== held.lane) return `is registered for lane ${registered.lane}`;
  if (registered.public_key !== Buffer.from(held.publicKey).toString('base64'))
    return 'is registered with another public key';
  return registered.until_position === null ? null : `ended at position ${registered.until_position}`;
}

const KEY_NOT_VALID = 'key-not-valid';

/** Whether the held key was refused: another key of the lane may be valid. */
export function isKeyRefusal(error: unknown): boolean {
  return error instanceof LaneMismatch && error.problems.some(({ code }) => code === KEY_NOT_VALID);
}
