import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign as nativeSign, verify as nativeVerify } from 'node:crypto';
import nacl from 'tweetnacl';
import { sha256 } from './digest.ts';
import { encodingFault, type SignatureFault } from './strict.ts';

/*
 * Ed25519 with two engines behind one set of strict checks. node:crypto signs and verifies on the hot path; tweetnacl
 * makes the same bytes a hundred times slower; a process asks it once whether it agrees (engine-agreement.ts).
 * A secret is always the 32-byte seed: a 64-byte secret key whose halves don't match gives its scalar away.
 */

/** What became of a signature. */
export type SignatureVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: SignatureFault };

const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The 32-byte public key of a 32-byte seed. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const exported = createPublicKey(privateKeyObject(seed)).export({ format: 'der', type: 'spki' });
  return Buffer.from(exported.subarray(publicKeyPrefix.length));
}

/** Sign a message natively; 64 bytes, the same for the same seed and message. */
export function signMessage(seed: Uint8Array, message: Uint8Array): Buffer {
  return nativeSign(null, message, privateKeyObject(seed));
}

/** Sign a message with tweetnacl: the same bytes as `signMessage`, in about 5 ms. */
export function signWithTweetnacl(seed: Uint8Array, message: Uint8Array): Uint8Array {
  assertSeed(seed);
  return nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey);
}

/** Judge a signature: strict checks first, then natively. Never throws on bad bytes. */
export function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureVerdict {
  const fault = encodingFault(publicKey, signature);
  if (fault !== null) return { ok: false, reason: fault };
  return verdictOf(nativeVerify(null, message, publicKeyObject(publicKey), signature));
}

/**
 * Judge a signature as `verifySignature` does, on another thread: many at once keep neither the event loop nor each
 * other waiting.
 */
export function verifyLater(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<SignatureVerdict> {
  const fault = encodingFault(publicKey, signature);
  if (fault !== null) return Promise.resolve({ ok: false, reason: fault });
  return new Promise((resolve, reject) => {
    nativeVerify(null, message, publicKeyObject(publicKey), signature, (error, verified) =>
      error === null ? resolve(verdictOf(verified)) : reject(error),
    );
  });
}

/** Judge a signature: the same strict checks, then tweetnacl. About 10 ms; not for the request path. */
export function verifyWithTweetnacl(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): SignatureVerdict {
  const fault = encodingFault(publicKey, signature);
  if (fault !== null) return { ok: false, reason: fault };
  return verdictOf(nacl.sign.detached.verify(message, signature, publicKey));
}

function verdictOf(verified: boolean): SignatureVerdict {
  return verified ? { ok: true } : { ok: false, reason: 'signature_mismatch' };
}

/** Decoding a key costs as much as signing with it, and a process uses few keys: keep the latest. */
const cacheLimit = 256;
const privateKeys = new Map<string, KeyObject>();
const publicKeys = new Map<string, KeyObject>();

function privateKeyObject(seed: Uint8Array): KeyObject {
  assertSeed(seed);
  // Cached under the seed's digest, so that the secret itself doesn't linger in a string.
  return cachedKey(privateKeys, sha256(seed).toString('hex'), () =>
    createPrivateKey({ key: Buffer.concat([seedPrefix, seed]), format: 'der', type: 'pkcs8' }),
  );
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  return cachedKey(publicKeys, Buffer.from(publicKey).toString('hex'), () =>
    createPublicKey({ key: Buffer.concat([publicKeyPrefix, publicKey]), format: 'der', type: 'spki' }),
  );
}

function cachedKey(keys: Map<string, KeyObject>, name: string, make: () => KeyObject): KeyObject {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const made = make();
  if (keys.size >= cacheLimit) keys.delete(keys.keys().next().value as string);
  keys.set(name, made);
  return made;
}

function assertSeed(seed: Uint8Array): void {
  if (seed.length !== 32) throw new RangeError(`An Ed25519 seed is 32 bytes, not ${seed.length}.`);
}
