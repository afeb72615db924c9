import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../src/ledger/log/cursor.ts';

const incarnation = fc.uuid();
const next = fc.maxSafeNat();

describe('history cursor', () => {
  test('gives back its place to the incarnation it was drawn from', () => {
    fc.assert(
      fc.property(incarnation, next, (life, place) => {
        expect(decodeCursor(encodeCursor({ incarnation: life, next: place }), life)).toEqual({
          verdict: 'ok',
          next: place,
        });
      }),
    );
  });

  test('is known as a stranger to any other incarnation', () => {
    fc.assert(
      fc.property(incarnation, incarnation, next, (life, other, place) => {
        fc.pre(life !== other);
        const cursor = encodeCursor({ incarnation: life, next: place });
        expect(decodeCursor(cursor, other)).toEqual({ verdict: 'other_incarnation' });
      }),
    );
  });

  test('is unknown once a character is changed, added or lost', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(incarnation, next, fc.nat(), fc.constantFrom(...alphabet), (life, place, at, character) => {
        const cursor = encodeCursor({ incarnation: life, next: place });
        const index = at % cursor.length;
        fc.pre(cursor[index] !== character);
        const changed = cursor.slice(0, index) + character + cursor.slice(index + 1);
        for (const garbled of [
          changed,
          cursor + character,
          cursor.slice(0, -1),
          `${cursor}=`,
          ` ${cursor}`,
        ]) {
          expect(decodeCursor(garbled, life)).toEqual({ verdict: 'unknown' });
        }
      }),
    );
  });

  test('is unknown whatever else is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), incarnation, (text, life) => {
        expect(decodeCursor(text, life)).toEqual({ verdict: 'unknown' });
      }),
    );
  });
});
