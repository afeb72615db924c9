import { ed25519 } from '@noble/curves/ed25519.js';
import { type PublicKeyFault, publicKeyFault } from './strict.ts';

/** Whether a public key may be registered. */
export type PublicKeyVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: PublicKeyFault };

/**
 * Judge a public key before it is registered: besides the bytes, that it is a point of the curve and of prime order.
 * Two verifiers may disagree about a key with a torsion part, so no ledger may hold one.
 */
export function checkPublicKey(publicKey: Uint8Array): PublicKeyVerdict {
  const fault = publicKeyFault(publicKey) ?? pointFault(publicKey);
  return fault === null ? { ok: true } : { ok: false, reason: fault };
}

/** Only the point shows these. node:crypto hides its points, and tweetnacl has no public way to decode one. */
function pointFault(publicKey: Uint8Array): PublicKeyFault | null {
  let point: typeof ed25519.Point.BASE;
  try {
    point = ed25519.Point.fromBytes(publicKey);
  } catch {
    return 'public_key_not_on_curve';
  }
  return point.isTorsionFree() ? null : 'public_key_mixed_order';
}
