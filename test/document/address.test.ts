import { expect, test } from 'vitest';
import { addressFault, docCodeFault, MAX_ADDRESS_BYTES } from '../../src/document/address.ts';

test.each([
  ['x/a b', 'U+0020'],
  ['x/a|b', 'U+007C'],
  ['x/a\u2028b', 'U+2028'],
])('an address with a character that it may not have is refused with its number: %j', (address, shown) => {
  expect(addressFault(address)).toMatchObject({ code: 'address_invalid' });
  expect(addressFault(address)?.message).toContain(`the character ${shown}.`);
});

test('an address that is sound has no fault', () => {
  expect(addressFault('x/§1/absatz-2')).toBeNull();
});

test('an address has at most 255 bytes of UTF-8, and exactly so many are allowed', () => {
  const longest = `x/${'a'.repeat(MAX_ADDRESS_BYTES - 2)}`;
  expect(MAX_ADDRESS_BYTES).toBe(255);
  expect(addressFault(longest)).toBeNull();
  expect(addressFault(`${longest}a`)).toEqual({
    code: 'address_too_long',
    message: 'The address has 256 bytes. At most 255 are allowed.',
  });
  // Two bytes each.
  expect(addressFault(`x/${'§'.repeat(126)}`)).toBeNull();
  expect(addressFault(`x/${'§'.repeat(127)}`)).toMatchObject({ code: 'address_too_long' });
});

test('a document code has at most 63 characters and 150 bytes of UTF-8, and exactly so many are allowed', () => {
  expect(docCodeFault('a'.repeat(63))).toBeNull();
  expect(docCodeFault('a'.repeat(64))).toContain('at most 63 characters and 150 bytes');
  // Three bytes each.
  expect(docCodeFault('法'.repeat(50))).toBeNull();
  expect(docCodeFault(`${'法'.repeat(50)}a`)).toContain('at most 63 characters and 150 bytes');
});

test('an address that is none, or empty, is refused by that name', () => {
  for (const address of [null, '']) expect(addressFault(address)).toMatchObject({ code: 'address_empty' });
});
