import { existsSync, readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import nacl from 'tweetnacl';
import { describe, expect, test, vi } from 'vitest';
import {
  publicKeyOf,
  signMessage,
  signWithTweetnacl,
  verifySignature,
  verifyWithTweetnacl,
} from '../../src/proof/ed25519.ts';
import { assertEnginesAgree } from '../../src/proof/engine-agreement.ts';
import { checkPublicKey } from '../../src/proof/public-key.ts';
import { JUDGES_THOUSANDS_MS } from '../harness/timeouts.ts';

function shared<T>(name: string, tests: number, pick: (json: never) => T[]): T[] {
  const path = new URL(`../../../shared/vectors/${name}`, import.meta.url);
  if (existsSync(path)) return pick(JSON.parse(readFileSync(path, 'utf8')) as never);
  console.log(`Skipped ${tests} tests: ../shared/vectors/${name} is not there.`);
  return [];
}

interface WycheproofGroup {
  publicKey: { pk: string };
  tests: { tcId: number; comment: string; msg: string; sig: string; result: string }[];
}
const wycheproof = shared('wycheproof_ed25519_test.json', 2, (json: { testGroups: WycheproofGroup[] }) =>
  json.testGroups.flatMap((group) => group.tests.map((known) => ({ ...known, pk: group.publicKey.pk }))),
);
interface Ref10 {
  seedHex: string;
  publicKeyHex: string;
  messageHex: string;
  signatureHex: string;
}
const ref10 = shared('ed25519_ref10_sign_subset.json', 3, (json: { vectors: Ref10[] }) => json.vectors);

const { Point } = ed25519;
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const seed = Buffer.alloc(32, 0x42);
const publicKey = publicKeyOf(seed);
const message = Buffer.from('the statement');
const signature = signMessage(seed, message);
const engines = [
  { name: 'node:crypto', judge: verifySignature },
  { name: 'tweetnacl', judge: verifyWithTweetnacl },
];

/** The y of the seven pairs of encodings of points of order 1, 2, 4 and 8, reduced or not. */
const smallOrder = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].flatMap((y) => [bytes(y), withBit(bytes(y), 255)]);

function withBit(original: Uint8Array, bit: number): Buffer {
  const flipped = Buffer.from(original);
  flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
  return flipped;
}

describe.each(engines)('ed25519: strict verification by $name', ({ judge }) => {
  test.skipIf(wycheproof.length === 0)('judges all 151 Wycheproof cases as expected', () => {
    expect(wycheproof).toHaveLength(151);
    const wrong = wycheproof.filter(
      ({ pk, msg, sig, result }) => judge(bytes(pk), bytes(msg), bytes(sig)).ok !== (result === 'valid'),
    );
    expect(wrong).toEqual([]);
  });

  test.skipIf(ref10.length === 0)('accepts the 48 reference signatures', () => {
    expect(ref10).toHaveLength(48);
    for (const known of ref10) {
      const verdict = judge(bytes(known.publicKeyHex), bytes(known.messageHex), bytes(known.signatureHex));
      expect(verdict).toEqual({ ok: true });
    }
  });

  test('accepts its own signature and no other message', () => {
    expect(judge(publicKey, message, signature)).toEqual({ ok: true });
    expect(judge(publicKey, Buffer.from('another'), signature)).toEqual({
      ok: false,
      reason: 'signature_mismatch',
    });
    const stranger = publicKeyOf(Buffer.alloc(32, 0x43));
    expect(judge(stranger, message, signature)).toEqual({ ok: false, reason: 'signature_mismatch' });
  });

  test('refuses the 15 other spellings of one signature: S + k·L', () => {
    const scalar = Point.Fn.fromBytes(signature.subarray(32));
    for (let k = 1n; k <= 15n; k += 1n) {
      const shifted = bytes((scalar + k * Point.Fn.ORDER).toString(16).padStart(64, '0')).reverse();
      const verdict = judge(publicKey, message, Buffer.concat([signature.subarray(0, 32), shifted]));
      expect(verdict).toEqual({ ok: false, reason: 'signature_scalar_not_reduced' });
    }
  });

  test('refuses the 14 encodings of small order as key and as R', () => {
    expect(new Set(smallOrder.map((point) => point.toString('hex'))).size).toBe(14);
    for (const point of smallOrder) {
      expect(judge(point, message, signature)).toEqual({ ok: false, reason: 'public_key_small_order' });
      const verdict = judge(publicKey, message, Buffer.concat([point, signature.subarray(32)]));
      expect(verdict).toEqual({ ok: false, reason: 'signature_point_small_order' });
    }
  });

  test('refuses the signature that fits every message under a key of small order', () => {
    const neutral = smallOrder[0] as Buffer;
    const universal = Buffer.concat([neutral, Buffer.alloc(32)]);
    expect(nacl.sign.detached.verify(message, universal, neutral)).toBe(true);
    expect(judge(neutral, message, universal).ok).toBe(false);
  });

  test('refuses every y that is not below the prime, as key and as R', () => {
    for (let low = 0xef; low <= 0xff; low += 1) {
      for (const top of [0x7f, 0xff]) {
        const point = Buffer.concat([Buffer.of(low), Buffer.alloc(30, 0xff), Buffer.of(top)]);
        expect(judge(point, message, signature)).toEqual({ ok: false, reason: 'public_key_not_canonical' });
        const verdict = judge(publicKey, message, Buffer.concat([point, signature.subarray(32)]));
        expect(verdict).toEqual({ ok: false, reason: 'signature_point_not_canonical' });
      }
    }
  });

  test('refuses wrong lengths without an exception', () => {
    for (const length of [0, 1, 31, 33, 64]) {
      const verdict = judge(Buffer.alloc(length), message, signature);
      expect(verdict).toEqual({ ok: false, reason: 'public_key_length' });
    }
    for (const length of [0, 1, 32, 63, 65, 128]) {
      const verdict = judge(publicKey, message, Buffer.alloc(length));
      expect(verdict).toEqual({ ok: false, reason: 'signature_length' });
    }
    const missing = undefined as unknown as Uint8Array;
    expect(judge(missing, message, signature).ok).toBe(false);
    expect(judge(publicKey, message, missing).ok).toBe(false);
  });
});

describe('ed25519: changed bits', () => {
  test('every single bit of the signature and of the key decides (node:crypto)', () => {
    for (let bit = 0; bit < 512; bit += 1) {
      expect(verifySignature(publicKey, message, withBit(signature, bit)).ok).toBe(false);
    }
    for (let bit = 0; bit < 256; bit += 1) {
      expect(verifySignature(withBit(publicKey, bit), message, signature).ok).toBe(false);
    }
  });

  test(
    '10,000 one-bit changes of a signature or its message never verify and never throw (node:crypto)',
    () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(), (statement, place) => {
          const good = signMessage(seed, statement);
          const bit = place % (512 + statement.length * 8);
          const [changed, judged] =
            bit < 512 ? [withBit(good, bit), statement] : [good, withBit(statement, bit - 512)];
          expect(verifySignature(publicKey, judged, changed).ok).toBe(false);
        }),
        { numRuns: 10_000 },
      );
    },
    JUDGES_THOUSANDS_MS,
  );

  test(
    '100 one-bit changes get the same verdict from both engines',
    () => {
      fc.assert(
        fc.property(fc.nat({ max: 511 }), (bit) => {
          const changed = withBit(signature, bit);
          const verdict = verifySignature(publicKey, message, changed);
          expect(verdict.ok).toBe(false);
          expect(verifyWithTweetnacl(publicKey, message, changed)).toEqual(verdict);
        }),
        { numRuns: 100 },
      );
    },
    JUDGES_THOUSANDS_MS,
  );

  test('arbitrary bytes as a key and as a signature never throw', () => {
    const any = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(any(32), any(64), (key, made) => {
        made[63] = (made[63] as number) & 0x0f;
        expect(verifySignature(key, message, made).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('ed25519: signing', () => {
  test.skipIf(ref10.length === 0)(
    'makes the 48 reference signatures and keys, natively and with tweetnacl',
    () => {
      for (const known of ref10) {
        const [from, signed] = [bytes(known.seedHex), bytes(known.messageHex)];
        expect(publicKeyOf(from).toString('hex')).toBe(known.publicKeyHex);
        expect(signMessage(from, signed).toString('hex')).toBe(known.signatureHex);
        expect(Buffer.from(signWithTweetnacl(from, signed)).toString('hex')).toBe(known.signatureHex);
      }
    },
  );

  test('takes a 32-byte seed and nothing else, above all no 64-byte secret key', () => {
    for (const length of [0, 31, 33, 64]) {
      expect(() => signMessage(Buffer.alloc(length), message)).toThrow(RangeError);
      expect(() => signWithTweetnacl(Buffer.alloc(length), message)).toThrow(RangeError);
      expect(() => publicKeyOf(Buffer.alloc(length))).toThrow(RangeError);
    }
  });

  test('keeps keys apart, also when more are used than are kept', () => {
    for (let at = 0; at < 300; at += 1) {
      const other = Buffer.alloc(32, at % 256);
      other.writeUInt16LE(at, 0);
      expect(verifySignature(publicKeyOf(other), message, signMessage(other, message))).toEqual({ ok: true });
    }
    expect(signMessage(seed, message)).toEqual(signature);
  });

  test('a seed buffer that is wiped or reused afterwards does not change the cached key', () => {
    const reused = Buffer.from(seed);
    signMessage(reused, message);
    reused.fill(9);
    expect(signMessage(reused, message)).not.toEqual(signature);
    expect(signMessage(seed, message)).toEqual(signature);
  });

  test('the start-up check finds both engines in agreement', () => {
    expect(() => assertEnginesAgree()).not.toThrow();
  });

  test.each([true, false])(
    'the start-up check raises an alarm when one engine always answers %s',
    (answer) => {
      const broken = vi.spyOn(nacl.sign.detached, 'verify').mockReturnValue(answer);
      try {
        expect(() => assertEnginesAgree()).toThrow(
          /Ed25519 alarm: tweetnacl (accepts a spoilt|refuses a good)/,
        );
      } finally {
        broken.mockRestore();
      }
    },
  );
});

describe('ed25519: a public key to be registered', () => {
  const point = Point.fromBytes(publicKey);
  const ofOrderEight = Point.fromBytes(smallOrder[6] as Buffer);

  test('passes when it was made from a seed', () => {
    for (let at = 0; at < 10; at += 1)
      expect(checkPublicKey(publicKeyOf(Buffer.alloc(32, at)))).toEqual({ ok: true });
  });

  test('is refused with any of the seven torsion parts', () => {
    for (let multiple = 1n; multiple < 8n; multiple += 1n) {
      const mixed = point.add(ofOrderEight.multiply(multiple)).toBytes();
      expect(checkPublicKey(mixed)).toEqual({ ok: false, reason: 'public_key_mixed_order' });
    }
    expect(Buffer.from(point.add(ofOrderEight.multiply(8n)).toBytes())).toEqual(publicKey);
  });

  test('is refused when it is of small order, not reduced, no point, or of another length', () => {
    for (const small of smallOrder) {
      expect(checkPublicKey(small)).toEqual({ ok: false, reason: 'public_key_small_order' });
    }
    const unreduced = Buffer.concat([Buffer.alloc(31, 0xff), Buffer.of(0x7f)]);
    expect(checkPublicKey(unreduced)).toEqual({ ok: false, reason: 'public_key_not_canonical' });
    expect(checkPublicKey(Buffer.alloc(32, 2))).toEqual({ ok: false, reason: 'public_key_not_on_curve' });
    expect(checkPublicKey(Buffer.alloc(31))).toEqual({ ok: false, reason: 'public_key_length' });
  });

  test('the list of small orders is complete: the eight multiples of a point of order 8 are in it', () => {
    const listed = new Set(smallOrder.map((encoding) => encoding.toString('hex')));
    const multiples = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n].map((k) => ofOrderEight.multiply(k));
    const encodings = new Set(multiples.map((multiple) => multiple.toHex()));
    expect(encodings.size).toBe(8);
    for (const encoding of encodings) expect(listed.has(encoding)).toBe(true);
    expect(multiples.map((multiple) => multiple.is0())).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  test('is judged as the curve judges it, whatever its bytes are', () => {
    const anyBytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const madeKeys = anyBytes.map((from) => publicKeyOf(from));
    fc.assert(
      fc.property(fc.oneof(anyBytes, madeKeys, fc.constantFrom(...smallOrder)), (key) => {
        expect(checkPublicKey(key).ok).toBe(isOfPrimeOrder(key));
      }),
      { numRuns: 500 },
    );
  });
});

/** By the library's own verdicts: a canonical point of prime order. */
function isOfPrimeOrder(key: Uint8Array): boolean {
  try {
    const point = Point.fromBytes(key);
    return !point.isSmallOrder() && point.isTorsionFree();
  } catch {
    return false;
  }
}
