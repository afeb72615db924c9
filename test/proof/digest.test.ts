import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { expect, test } from 'vitest';
import { digestOf, isDigest, sha256 } from '../../src/proof/digest.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { CUTTER_NAMESPACE, derivedId, normalizeUuid } from '../../src/proof/uuid.ts';
import { anyText } from '../harness/any-text.ts';

test('digest: the SHA-256 of nothing and of abc (FIPS 180-4)', () => {
  expect(digestOf('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(digestOf('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('abc').toString('hex')).toBe(digestOf('abc').slice('sha256:'.length));
});

test('digest: a text is digested as its UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      const expected = createHash('sha256').update(Buffer.from(text)).digest();
      expect(sha256(text)).toEqual(expected);
      expect(digestOf(Buffer.from(text))).toBe(digestOf(text));
      expect(isDigest(digestOf(text))).toBe(true);
    }),
  );
});

test('digest: a lone surrogate is refused, since its replacement would share a digest with another text', () => {
  expect(() => digestOf('\ud800')).toThrow(TypeError);
  expect(() => sha256('a\udc00')).toThrow(TypeError);
  expect(() => derivedId('\ud800')).toThrow(TypeError);
});

test('digest: only lower-case, complete and prefixed text is one', () => {
  const hex = 'ab'.repeat(32);
  expect(isDigest(`sha256:${hex}`)).toBe(true);
  for (const other of [
    hex,
    `sha256:${hex.toUpperCase()}`,
    `sha256:${hex}\n`,
    `sha256:${hex}0`,
    `sha512:${hex}`,
    '',
  ]) {
    expect(isDigest(other), JSON.stringify(other)).toBe(false);
  }
});

test('derived ids: equal to the UUIDv5 of the uuid package for any name', () => {
  expect(derivedId('cut-request-1')).toBe('b859deff-25a5-5e59-9e5f-11e9d67f3e3c');
  fc.assert(
    fc.property(anyText({ maxLength: 300 }), (name) => {
      expect(derivedId(name)).toBe(v5(name, CUTTER_NAMESPACE));
    }),
    { numRuns: 2000 },
  );
});

test('uuid: capitals fold to lower case; every other spelling that PostgreSQL takes is refused', () => {
  const id = CUTTER_NAMESPACE;
  expect(normalizeUuid(id)).toBe(id);
  expect(normalizeUuid(id.toUpperCase())).toBe(id);
  const plain = id.replaceAll('-', '');
  for (const other of [`{${id}}`, plain, ` ${id}`, `${id}\n`, `urn:uuid:${id}`, id.slice(1), `${id}0`, '']) {
    expect(normalizeUuid(other), JSON.stringify(other)).toBeNull();
  }
  expect(normalizeUuid(`${plain.slice(0, 4)}-${plain.slice(4, 8)}-${plain.slice(8)}`)).toBeNull();
  expect(normalizeUuid(id.replace('c', 'g'))).toBeNull();
});

test('key id: the first 128 bits of the SHA-256 of the public key', () => {
  const key = Buffer.alloc(32, 7);
  expect(keyIdOf(key)).toBe(`ed25519:${sha256(key).toString('hex').slice(0, 32)}`);
  expect(() => keyIdOf(key.subarray(1))).toThrow(RangeError);
});
