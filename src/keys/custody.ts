import { type Secrets, secretsOfLanes, secretsStamp, storedSecrets } from '../home/secrets.ts';
import type { Custody, LaneKey } from '../law/keys.ts';
import { KEY_PURPOSES, type KeyPurpose, LANES, type Lane } from '../law/values.ts';
import { publicKeyOf } from '../proof/ed25519.ts';
import { keyIdOf } from '../proof/keyid.ts';

/** What a home holds for one lane and purpose. */
export interface HeldKey {
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly key: LaneKey;
  /** The key that is to follow it, while a rotation is under way. */
  readonly next: LaneKey | null;
}

const MEMBER_OF = { statement: 'seeds', checkpoint: 'checkpointSeeds' } as const satisfies Record<
  KeyPurpose,
  keyof Secrets
>;

/** Every key whose seed the secrets hold: those for statements first. */
export function heldKeys(secrets: Secrets): readonly HeldKey[] {
  return KEY_PURPOSES.flatMap((purpose) =>
    LANES.flatMap((lane): HeldKey[] => {
      const seed = secrets[MEMBER_OF[purpose]][lane];
      if (seed === undefined) return [];
      const next = secrets.next?.[MEMBER_OF[purpose]]?.[lane];
      return [
        { lane, purpose, key: keyFrom(lane, seed), next: next === undefined ? null : keyFrom(lane, next) },
      ];
    }),
  );
}

/** A lane's key from its seed in base64. */
export function keyFrom(lane: Lane, base64: string): LaneKey {
  const seed = new Uint8Array(Buffer.from(base64, 'base64'));
  const publicKey = publicKeyOf(seed);
  return { lane, seed, publicKey, keyId: keyIdOf(publicKey) };
}

/** The same secrets with a seed that is to follow the one in use. */
export function withNext(secrets: Secrets, lane: Lane, purpose: KeyPurpose, seed: string): Secrets {
  const member = MEMBER_OF[purpose];
  return { ...secrets, next: { ...secrets.next, [member]: { ...secrets.next?.[member], [lane]: seed } } };
}

/** The same secrets after some rotations have ended: the new keys replace those that they followed. */
export function withFollowed(secrets: Secrets, inForce: ReadonlySet<string>): Secrets {
  let changed = secrets;
  for (const { lane, purpose, key, next } of heldKeys(secrets)) {
    if (next === null || !inForce.has(next.keyId)) continue;
    const member = MEMBER_OF[purpose];
    const { [lane]: seed, ...others } = changed.next?.[member] ?? {};
    changed = {
      ...changed,
      [member]: { ...changed[member], [lane]: seed },
      next: { ...changed.next, [member]: others },
      former: {
        ...changed.former,
        [lane]: [...(changed.former?.[lane] ?? []), Buffer.from(key.publicKey).toString('base64')],
      },
    };
  }
  if (changed === secrets) return secrets;
  const waiting = Object.values(changed.next ?? {}).some((some) => Object.keys(some ?? {}).length > 0);
  const { next, ...rest } = changed;
  return waiting ? { ...rest, next } : rest;
}

/** The same secrets without the seed of a lane's statement key. What it signed stays signed by the lane. */
export function withoutStatementSeed(secrets: Secrets, lane: Lane): Secrets {
  const { [lane]: seed, ...seeds } = secrets.seeds;
  if (seed === undefined) return secrets;
  const publicKey = Buffer.from(keyFrom(lane, seed).publicKey).toString('base64');
  const former = { ...secrets.former, [lane]: [...(secrets.former?.[lane] ?? []), publicKey] };
  return { ...secrets, seeds, former };
}

/** Keys that stay as they are, for a process without a home. */
export function fixedCustody(secrets: Secrets): Custody {
  return custodyOf(() => secrets);
}

/**
 * The keys of a home for the lanes that are served. They are read again whenever its secrets have changed, so that a
 * server goes on after a rotation. If the secrets can't be read, it keeps the keys that it has; the registry decides
 * whether they are valid.
 */
export function homeCustody(
  home: string,
  secrets: Secrets,
  onError: (error: unknown) => void,
  served: ReadonlySet<Lane> = new Set(LANES),
): Custody {
  // None yet: the caller may have read these secrets before another process wrote others.
  let stamp: string | null = null;
  let read = secretsOfLanes(secrets, served);
  return custodyOf(() => {
    const now = secretsStamp(home);
    if (now === null || now === stamp) return read;
    stamp = now;
    try {
      const stored = storedSecrets(home);
      if (stored !== null) read = secretsOfLanes(stored, served);
    } catch (error) {
      onError(error);
    }
    return read;
  });
}

function custodyOf(secretsNow: () => Secrets): Custody {
  let of: Secrets | null = null;
  let keys: ReadonlyMap<string, readonly LaneKey[]> = new Map();
  const keysNow = () => {
    const secrets = secretsNow();
    if (secrets !== of) keys = byPlace(secrets);
    of = secrets;
    return keys;
  };
  const keysOf = (lane: Lane, purpose: KeyPurpose) => keysNow().get(`${lane} ${purpose}`) ?? [];
  return {
    keysOf,
    knownOf: (lane) => [
      ...KEY_PURPOSES.flatMap((purpose) => keysOf(lane, purpose)),
      ...(secretsNow().former?.[lane] ?? []).map((base64) => {
        const publicKey = new Uint8Array(Buffer.from(base64, 'base64'));
        return { lane, publicKey, keyId: keyIdOf(publicKey) };
      }),
    ],
  };
}

function byPlace(secrets: Secrets): ReadonlyMap<string, readonly LaneKey[]> {
  return new Map(
    heldKeys(secrets).map(({ lane, purpose, key, next }) => [
      `${lane} ${purpose}`,
      next === null ? [key] : [key, next],
    ]),
  );
}
