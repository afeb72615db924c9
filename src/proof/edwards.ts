/*
 * Just enough arithmetic of edwards25519 to judge a public key once, when it is registered: decoding a point and asking
 * whether it lies in the prime-order subgroup. Not constant in time and not for secrets. Neither engine offers it:
 * node:crypto hides its points and tweetnacl does not decode one without negating it.
 */

/** The field prime 2^255 − 19. */
const prime = 2n ** 255n - 19n;
/** The order of the prime-order subgroup. */
export const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

const curveD = modulo(-121665n * inverse(121666n));
const squareRootOfMinusOne = power(2n, (prime - 1n) / 4n);
const signBit = 2n ** 255n;

/** A point in extended coordinates: x = X/Z, y = Y/Z, xy = T/Z. */
export interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const identity: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };

/** A little-endian number of any length. */
export function littleEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return BigInt(`0x0${hex}`);
}

/** The point that 32 bytes encode canonically, or null (RFC 8032 §5.1.3). */
export function decodePoint(bytes: Uint8Array): Point | null {
  if (bytes.length !== 32) return null;
  const encoded = littleEndian(bytes);
  const y = encoded % signBit;
  if (y >= prime) return null;
  const x = recoverX(y, encoded >= signBit);
  return x === null ? null : { X: x, Y: y, Z: 1n, T: modulo(x * y) };
}

/** The 32 canonical bytes of a point. */
export function encodePoint(point: Point): Buffer {
  const scale = inverse(point.Z);
  const x = modulo(point.X * scale);
  const y = modulo(point.Y * scale);
  const encoded = y + (x % 2n === 1n ? signBit : 0n);
  return Buffer.from(encoded.toString(16).padStart(64, '0'), 'hex').reverse();
}

/** The sum of two points; the formula is complete, so it serves for doubling too (RFC 8032 §5.1.4). */
export function addPoints(left: Point, right: Point): Point {
  const a = (left.Y - left.X) * (right.Y - right.X);
  const b = (left.Y + left.X) * (right.Y + right.X);
  const c = 2n * curveD * left.T * right.T;
  const d = 2n * left.Z * right.Z;
  const e = modulo(b - a);
  const f = modulo(d - c);
  const g = modulo(d + c);
  const h = modulo(b + a);
  return { X: modulo(e * f), Y: modulo(g * h), Z: modulo(f * g), T: modulo(e * h) };
}

/** A point added to itself `scalar` times. */
export function multiplyPoint(point: Point, scalar: bigint): Point {
  let sum = identity;
  let doubled = point;
  for (let rest = scalar; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) sum = addPoints(sum, doubled);
    doubled = addPoints(doubled, doubled);
  }
  return sum;
}

/** Whether a point is the neutral element. */
export function isIdentity(point: Point): boolean {
  return point.X === 0n && point.Y === point.Z;
}

function recoverX(y: bigint, odd: boolean): bigint | null {
  const numerator = modulo(y * y - 1n);
  const denominator = modulo(curveD * y * y + 1n);
  const square = modulo(numerator * inverse(denominator));
  let x = power(square, (prime + 3n) / 8n);
  if (modulo(x * x) !== square) x = modulo(x * squareRootOfMinusOne);
  if (modulo(x * x) !== square) return null;
  if (x === 0n) return odd ? null : x;
  return (x % 2n === 1n) === odd ? x : prime - x;
}

function modulo(value: bigint): bigint {
  const rest = value % prime;
  return rest < 0n ? rest + prime : rest;
}

function inverse(value: bigint): bigint {
  return power(modulo(value), prime - 2n);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let rest = exponent; rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}
