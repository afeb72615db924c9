import { hash } from 'node:crypto';

/** How a public key is named in envelopes and in the key registry. A name to look a key up by, never evidence. */
export type KeyId = `ed25519:${string}`;

/** The id of a public key: the first 128 bits of its SHA-256. */
export function keyIdOf(publicKey: Uint8Array): KeyId {
  if (publicKey.length !== 32)
    throw new RangeError(`An Ed25519 public key is 32 bytes, not ${publicKey.length}.`);
  return `ed25519:${hash('sha256', publicKey, 'hex').slice(0, 32)}`;
}
