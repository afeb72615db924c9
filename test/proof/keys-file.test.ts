import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import {
  checkpointKeysAt,
  formatKeys,
  KeysFault,
  type KnownKey,
  originAt,
  originFault,
  parseKeys,
  statementKeyAt,
} from '../../src/proof/keys-file.ts';

const ORIGIN = 'cutter/6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144';

function key(seed: number, more: Partial<KnownKey> = {}): KnownKey {
  const publicKey = publicKeyOf(Buffer.alloc(32, seed));
  const keyId = keyIdOf(publicKey);
  return { keyId, lane: 'DOT-991', purpose: 'statement', publicKey, from: 0, until: null, ...more };
}

const first = key(1, { until: 7 });
const second = key(2, { from: 7 });
const head = key(3, { purpose: 'checkpoint', until: 9 });
const nextHead = key(4, { purpose: 'checkpoint', from: 9 });
const known = { origin: ORIGIN, keys: [first, second, head, nextHead] };

test('keys: what is written is read again', () => {
  const text = formatKeys(known);
  expect(parseKeys(text)).toEqual(known);
  expect(JSON.parse(text)).toMatchObject({
    format: 'cutter-keys/1',
    origin: ORIGIN,
    keys: [{ keyId: first.keyId, from: '0', until: '7' }, { until: null }, {}, {}],
  });
  expect(parseKeys(JSON.stringify(JSON.parse(text), null, 2))).toEqual(known);
});

test('keys: a statement key is good before its end, a key for heads up to it', () => {
  expect(statementKeyAt(known, first.keyId, 6)).toEqual(first);
  expect(statementKeyAt(known, first.keyId, 7)).toBeNull();
  expect(statementKeyAt(known, second.keyId, 6)).toBeNull();
  expect(statementKeyAt(known, second.keyId, 7)).toEqual(second);
  expect(statementKeyAt(known, head.keyId, 1)).toBeNull();
  expect(checkpointKeysAt(known, 'DOT-991', 8)).toEqual([head]);
  expect(checkpointKeysAt(known, 'DOT-991', 9)).toEqual([head, nextHead]);
  expect(checkpointKeysAt(known, 'DOT-991', 10)).toEqual([nextHead]);
  expect(checkpointKeysAt(known, 'DOT-992', 9)).toEqual([]);
});

const OLDEST = 'cutter/00000000-0000-4000-8000-000000000001';
const OLDER = 'cutter/00000000-0000-4000-8000-000000000002';
const resumed = {
  ...known,
  earlier: [
    { origin: OLDEST, until: 4 },
    { origin: OLDER, until: 6 },
  ],
};

test('keys: the origins of before a restore are written, read, and good as far as the log was kept', () => {
  const text = formatKeys(resumed);
  expect(parseKeys(text)).toEqual(resumed);
  expect(JSON.parse(text).earlier).toEqual([
    { origin: OLDEST, until: '4' },
    { origin: OLDER, until: '6' },
  ]);
  expect(formatKeys({ ...known, earlier: [] })).toBe(formatKeys(known));
  expect([0, 3, 4, 5, 6, 99].map((position) => originAt(resumed, position))).toEqual([
    OLDEST,
    OLDEST,
    OLDER,
    OLDER,
    ORIGIN,
    ORIGIN,
  ]);
  expect(originFault(resumed, { origin: ORIGIN, size: 99 })).toBeNull();
  expect(originFault(resumed, { origin: OLDER, size: 6 })).toBeNull();
  expect(originFault(resumed, { origin: OLDER, size: 7 })).toMatch(/at 7 positions; it was set back to 6/);
  expect(originFault(known, { origin: OLDER, size: 1 })).toMatch(/keys given are those of/);
});

describe('keys: a file that is none is refused in a sentence', () => {
  const stated = JSON.parse(formatKeys(known));
  const [one, ...others] = stated.keys;
  const cases: readonly [string, unknown, RegExp][] = [
    ['another format', { ...stated, format: 'cutter-keys/2' }, /cutter-keys\/1.*cutter keys/],
    ['no origin', { ...stated, origin: 'elsewhere' }, /at origin: is no ledger's origin/],
    ['a member too many', { ...stated, more: 1 }, /not of its form/],
    ['a lane that is none', { ...stated, keys: [{ ...one, lane: 'DOT-993' }] }, /at keys\.0\.lane/],
    [
      'a short key',
      { ...stated, keys: [{ ...one, publicKey: 'AAAA' }] },
      /keys\.0\.publicKey: is no public key/,
    ],
    ['a number for a position', { ...stated, keys: [{ ...one, from: 0 }] }, /at keys\.0\.from/],
    ['a position written otherwise', { ...stated, keys: [{ ...one, from: '00' }] }, /is no position/],
    [
      'a position beyond',
      { ...stated, keys: [{ ...one, from: '9999999999999999' }] },
      /beyond every position/,
    ],
    [
      "another key's id",
      { ...stated, keys: [{ ...one, keyId: others[0].keyId }] },
      /is not the id of the public key/,
    ],
    [
      'an end before its beginning',
      { ...stated, keys: [{ ...one, from: '8' }] },
      /ends at 7, before it begins at 8/,
    ],
    [
      'earlier origins in another order',
      { ...stated, earlier: JSON.parse(formatKeys(resumed)).earlier.reverse() },
      /The earlier origin 1 of the file, .*0001, .* The oldest comes first/,
    ],
    [
      'an earlier origin that is the present one',
      { ...stated, earlier: [{ origin: ORIGIN, until: '4' }] },
      /appears twice/,
    ],
    ['earlier origins that are none', { ...stated, earlier: [] }, /at earlier: is left out/],
    [
      'a key in both lanes',
      { ...stated, keys: [one, { ...one, lane: 'DOT-992' }] },
      /Key 1 .* appears twice/,
    ],
  ];
  test.each(cases)('%s', (_, value, sentence) => {
    const read = () => parseKeys(canonicalJson(value as never));
    expect(read).toThrow(KeysFault);
    expect(read).toThrow(sentence);
  });

  test('a key of small order', () => {
    const publicKey = Buffer.alloc(32);
    publicKey[0] = 1;
    const text = formatKeys({ origin: ORIGIN, keys: [key(1, { publicKey, keyId: keyIdOf(publicKey) })] });
    expect(() => parseKeys(text)).toThrow(/is no sound key: public_key_small_order/);
  });

  test('what is no JSON, or names a member twice', () => {
    expect(() => parseKeys('')).toThrow(KeysFault);
    expect(() => parseKeys(formatKeys(known).replace('{"format"', '{"format":"x","format"'))).toThrow(
      /twice/,
    );
  });
});
