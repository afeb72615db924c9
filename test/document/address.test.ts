import { expect, test } from 'vitest';
import { addressFault } from '../../src/document/address.ts';

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
