import { expect, test } from 'vitest';
import { headChange } from '../../../src/log/feed/held-log.ts';

const A = '00000000-0000-4000-8000-00000000000a';
const B = '00000000-0000-4000-8000-00000000000b';
const followed = { incarnation: A, suspended: false };
const suspended = { incarnation: A, suspended: true };
const [END, CAPACITY] = [100, 10];

test.each([
  ['first', null, A, 100, false],
  ['first', null, A, 0, true],
  ['onward', followed, A, 100, false],
  ['onward', followed, A, 110, false],
  ['onward', followed, A, 100, true],
  ['onward', suspended, A, 100, false],
  ['far-ahead', followed, A, 111, false],
  ['replaced', followed, A, 99, false],
  ['replaced', suspended, A, 99, true],
  ['replaced', followed, B, 100, false],
  ['replaced', followed, B, 200, true],
  ['replaced', suspended, B, 100, true],
  ['resumed', suspended, B, 99, false],
  ['resumed', suspended, B, 200, false],
] as const)(
  '%s: after %j, a head of %s at %i, suspended: %s',
  (change, held, incarnation, next, isSuspended) => {
    expect(headChange(held, { incarnation, next, suspended: isSuspended }, END, CAPACITY)).toBe(change);
  },
);
