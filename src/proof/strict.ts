/*
 * What RFC 8032 leaves open and both engines let through, refused before either is asked: S not below the group order
 * (one signature would have 16 spellings), points whose y is not reduced, and points of small order (one signature
 * would fit every message). With these, both engines judge all 151 Wycheproof cases alike.
 */

/** Why a public key is not taken, whatever it is said to have signed. */
export type PublicKeyFault =
  | 'public_key_length'
  | 'public_key_not_canonical'
  | 'public_key_small_order'
  | 'public_key_not_on_curve'
  | 'public_key_mixed_order';

/** Why a signature is not accepted. */
export type SignatureFault =
  | PublicKeyFault
  | 'signature_length'
  | 'signature_scalar_not_reduced'
  | 'signature_point_not_canonical'
  | 'signature_point_small_order'
  | 'signature_mismatch';

/** The two groups' order and the field's prime, as the little-endian bytes they are compared with. */
const orderBytes = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex');
const primeBytes = Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex');

/** The y of every encoding of a point of order 1, 2, 4 or 8; each has either sign bit: 14 encodings. */
const smallOrderY: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** The first fault of a public key that its bytes alone show, or null. */
export function publicKeyFault(publicKey: Uint8Array): PublicKeyFault | null {
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 32) return 'public_key_length';
  const y = withoutSign(publicKey);
  if (smallOrderY.has(y.toString('hex'))) return 'public_key_small_order';
  return isBelow(y, primeBytes) ? null : 'public_key_not_canonical';
}

/** The first fault of a key and a signature that their bytes alone show, or null. */
export function encodingFault(publicKey: Uint8Array, signature: Uint8Array): SignatureFault | null {
  const keyFault = publicKeyFault(publicKey);
  if (keyFault !== null) return keyFault;
  if (!(signature instanceof Uint8Array) || signature.length !== 64) return 'signature_length';
  if (!isBelow(signature.subarray(32), orderBytes)) return 'signature_scalar_not_reduced';
  const y = withoutSign(signature.subarray(0, 32));
  if (smallOrderY.has(y.toString('hex'))) return 'signature_point_small_order';
  return isBelow(y, primeBytes) ? null : 'signature_point_not_canonical';
}

function withoutSign(point: Uint8Array): Buffer {
  const y = Buffer.from(point);
  y[31] = (y[31] as number) & 0x7f;
  return y;
}

/** Whether one little-endian number is below another of the same length. */
function isBelow(value: Uint8Array, limit: Uint8Array): boolean {
  for (let index = limit.length - 1; index >= 0; index -= 1) {
    const difference = (value[index] as number) - (limit[index] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
