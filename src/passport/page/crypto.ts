/**
 * What the proofs use of `node:crypto`, for a browser: the page's build replaces that module by this file. SHA-256 is
 * noble's, Ed25519 tweetnacl's, behind the same strict checks as on the server (`proof/strict.ts`).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import nacl from 'tweetnacl';

const seedPrefixLength = 16;
const publicKeyPrefix = Buffer.from('302a300506032b6570032100', 'hex');

type Encoding = 'buffer' | 'hex' | 'base64url' | 'binary';

/** One-shot SHA-256, of bytes or of the UTF-8 form of a text. */
function hashSha256(algorithm: string, data: Uint8Array | string, encoding: Encoding): Buffer | string {
  return createSha256(algorithm).update(data).digest(encoding);
}

/** SHA-256 of what comes piece by piece. */
function createSha256(algorithm: string): PieceHash {
  if (algorithm !== 'sha256') throw new RangeError(`This page has no ${algorithm}.`);
  const state = sha256.create();
  const pieces: PieceHash = {
    update(data) {
      state.update(bytesOf(data));
      return pieces;
    },
    digest: (encoding = 'buffer') => encodeDigest(Buffer.from(state.digest()), encoding),
  };
  return pieces;
}

interface PieceHash {
  update(data: Uint8Array | string): PieceHash;
  digest(encoding?: Encoding): Buffer | string;
}

const bytesOf = (data: Uint8Array | string): Uint8Array =>
  typeof data === 'string' ? Buffer.from(data, 'utf8') : data;

function encodeDigest(digest: Buffer, encoding: Encoding): Buffer | string {
  if (encoding === 'buffer') return digest;
  if (encoding !== 'base64url') return digest.toString(encoding);
  return digest.toString('base64').replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

interface Key {
  readonly publicKey: Uint8Array;
  /** Of a private key alone: what tweetnacl signs with. */
  readonly secretKey: Uint8Array | null;
  export(): Buffer;
}

function keyOf(publicKey: Uint8Array, secretKey: Uint8Array | null): Key {
  return { publicKey, secretKey, export: () => Buffer.concat([publicKeyPrefix, publicKey]) };
}

/** A key from its DER form, the only one that the proofs use; or the public key of a private one. */
export function createPublicKey(from: { readonly key: Uint8Array } | Key): Key {
  return 'publicKey' in from
    ? keyOf(from.publicKey, null)
    : keyOf(from.key.subarray(publicKeyPrefix.length), null);
}

export function createPrivateKey({ key }: { readonly key: Uint8Array }): Key {
  const pair = nacl.sign.keyPair.fromSeed(key.subarray(seedPrefixLength));
  return keyOf(pair.publicKey, pair.secretKey);
}

function signEd25519(_: null, message: Uint8Array, { secretKey }: Key): Buffer {
  if (secretKey === null) throw new TypeError('A public key signs nothing.');
  return Buffer.from(nacl.sign.detached(message, secretKey));
}

function verifyEd25519(_: null, message: Uint8Array, { publicKey }: Key, signature: Uint8Array): boolean {
  return nacl.sign.detached.verify(message, signature, publicKey);
}

/** Under the names by which `node:crypto` exports them. */
export { createSha256 as createHash, hashSha256 as hash, signEd25519 as sign, verifyEd25519 as verify };
