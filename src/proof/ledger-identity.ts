/**
 * How a ledger proves that it is the one a caller means, before the caller shows it a token: it signs the caller's
 * nonce and the address that the caller dialled. The statement is of a type of its own, so that it is good for
 * nothing else, and names the address, so that somebody who passes the question on to the real ledger gets an answer
 * about another address than the one that was dialled.
 */
import { canonicalJson } from './canonical.ts';
import { type DsseEnvelope, signEnvelope, verifyEnvelope } from './dsse.ts';
import { publicKeyOf } from './ed25519.ts';
import { type KeyId, keyIdOf } from './keyid.ts';
import { checkPublicKey } from './public-key.ts';

const IDENTITY_TYPE = 'application/vnd.cutter.ledger-identity.v1+json';
const IDENTITY_FORMAT = 'cutter-ledger-identity/1';

/** 32 random bytes in base64url: what no earlier answer can have signed. */
export const NONCE = /^[A-Za-z0-9_-]{43}$/;

export interface IdentityChallenge {
  readonly nonce: string;
  /** Scheme, host and port that were dialled, for example `http://127.0.0.1:4000`. */
  readonly origin: string;
}

export interface IdentityAnswer {
  /** Base64 of the 32 bytes of the ledger's public key. */
  readonly publicKey: string;
  readonly envelope: DsseEnvelope;
}

export function signIdentity(seed: Uint8Array, challenge: IdentityChallenge): IdentityAnswer {
  const publicKey = publicKeyOf(seed);
  const signer = { keyId: keyIdOf(publicKey), seed };
  return {
    publicKey: publicKey.toString('base64'),
    envelope: signEnvelope(IDENTITY_TYPE, statementOf(challenge), signer),
  };
}

/** The fingerprint of the key that answered this very challenge; null where none did. */
export function judgeIdentity(answer: unknown, challenge: IdentityChallenge): KeyId | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { publicKey: text, envelope } = answer as { publicKey?: unknown; envelope?: unknown };
  if (typeof text !== 'string') return null;
  const publicKey = Buffer.from(text, 'base64');
  if (publicKey.length !== 32 || !checkPublicKey(publicKey).ok) return null;
  const keyId = keyIdOf(publicKey);
  const judged = verifyEnvelope(envelope, { keyId, publicKey, payloadType: IDENTITY_TYPE });
  return judged.ok && judged.payload.equals(statementOf(challenge)) ? keyId : null;
}

function statementOf({ nonce, origin }: IdentityChallenge): Buffer {
  return Buffer.from(canonicalJson({ format: IDENTITY_FORMAT, nonce, origin }));
}
