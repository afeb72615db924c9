import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, sign as nativeSign, verify as nativeVerify } from 'node:crypto';
import nacl from 'tweetnacl';
import { sha256 } from './digest.ts';
import { decodePoint, groupOrder, isIdentity, multiplyPoint } from './edwards.ts';
import type { PublicKeyFault, SignatureFault } from './strict.ts';
import { encodingFault, publicKeyFault } from './strict.ts';

/*
 * Ed25519 with two engines behind one set of strict checks. node:crypto signs and verifies on the hot path; tweetnacl
 * makes the same bytes a hundred times slower and is asked at start-up, in the CLI and in tests whether it agrees.
 * A secret is always the 32-byte seed: a 64-byte secret key whose halves don't match gives its scalar away.
 */

/** What became of a signature. */
export type SignatureVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: SignatureFault };

/** Whether a public key may be registered. */
export type PublicKeyVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: PublicKeyFault };

const seedPrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** The 32-byte public key of a 32-byte seed. */
export function publicKeyOf(seed: Uint8Array): Buffer {
  const exported = createPublicKey(privateKeyObject(seed)).export({ format: 'der', type: 'spki' });
  return Buffer.from(exported.subarray(publicKeyPrefix.length));
}

/** Sign a message natively; 64 bytes, the same for the same seed and message. */
export function sign(seed: Uint8Array, message: Uint8Array): Buffer {
  return nativeSign(null, message, privateKeyObject(seed));
}

/** Sign a message with tweetnacl: the same bytes as `sign`, in about 5 ms. */
export function signWithTweetnacl(seed: Uint8Array, message: Uint8Array): Uint8Array {
  assertSeed(seed);
  return nacl.sign.detached(message, nacl.sign.keyPair.fromSeed(seed).secretKey);
}

/** Judge a signature: strict checks first, then natively. Never throws on bad bytes. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): SignatureVerdict {
  const fault = encodingFault(publicKey, signature);
  if (fault !== null) return { ok: false, reason: fault };
  return verdictOf(nativeVerify(null, message, publicKeyObject(publicKey), signature));
}

/** Judge a signature as `verify` does, on another thread: many at once keep neither the event loop nor each other waiting. */
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

/**
 * Judge a public key before it is registered: besides the bytes, that it is a point of the curve and of prime order.
 * A key with a torsion part verifies differently from one verifier to the next, so no ledger may hold one.
 */
export function checkPublicKey(publicKey: Uint8Array): PublicKeyVerdict {
  const fault = publicKeyFault(publicKey);
  if (fault !== null) return { ok: false, reason: fault };
  const point = decodePoint(publicKey);
  if (point === null) return { ok: false, reason: 'public_key_not_on_curve' };
  if (!isIdentity(multiplyPoint(point, groupOrder))) return { ok: false, reason: 'public_key_mixed_order' };
  return { ok: true };
}

/** The two engines disagree, so no signature made or judged here can be relied on. */
class EngineDisagreement extends Error {
  override readonly name = 'EngineDisagreement';
}

/** Throw an alarm unless both engines make the frozen signature, accept it and refuse a spoilt one. For start-up. */
export function assertEnginesAgree(): void {
  const seed = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
  const message = Buffer.of(0x72);
  const frozen = Buffer.from(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'hex',
  );
  for (const [engine, signature] of [
    ['node:crypto', sign(seed, message)],
    ['tweetnacl', signWithTweetnacl(seed, message)],
  ] as const) {
    if (!frozen.equals(signature)) throw alarm(`${engine} signs other bytes than RFC 8032 prescribes`);
  }
  const publicKey = publicKeyOf(seed);
  const spoilt = Buffer.from(frozen);
  spoilt[33] = (spoilt[33] as number) ^ 1;
  for (const [engine, judge] of [
    ['node:crypto', verify],
    ['tweetnacl', verifyWithTweetnacl],
  ] as const) {
    if (!judge(publicKey, message, frozen).ok) throw alarm(`${engine} refuses a good signature`);
    if (judge(publicKey, message, spoilt).ok) throw alarm(`${engine} accepts a spoilt signature`);
  }
}

function alarm(finding: string): EngineDisagreement {
  return new EngineDisagreement(
    `Ed25519 alarm: ${finding}. Nothing is signed or verified until this is resolved.`,
  );
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
  return cached(privateKeys, sha256(seed).toString('hex'), () =>
    createPrivateKey({ key: Buffer.concat([seedPrefix, seed]), format: 'der', type: 'pkcs8' }),
  );
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  return cached(publicKeys, Buffer.from(publicKey).toString('hex'), () =>
    createPublicKey({ key: Buffer.concat([publicKeyPrefix, publicKey]), format: 'der', type: 'spki' }),
  );
}

function cached(keys: Map<string, KeyObject>, name: string, make: () => KeyObject): KeyObject {
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
