import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cursorKeyFrom, decodePlace, encodePlace, type LogPlace } from '../../../src/log/feed/cursor.ts';
import { anyText } from '../../harness/any-text.ts';

const incarnation = fc.uuid();
const next = fc.maxSafeNat();
const KEY = cursorKeyFrom('the password of a login');

/** A cursor as the version before drew them. */
function firstVersion({ incarnation: life, next: place }: LogPlace): string {
  const head = Buffer.alloc(25);
  head.writeUInt8(1, 0);
  head.write(life.replaceAll('-', ''), 1, 'hex');
  head.writeBigUInt64BE(BigInt(place), 17);
  const check = createHash('sha256').update(head).digest().subarray(0, 4);
  return Buffer.concat([head, check]).toString('base64url');
}

describe('history cursor', () => {
  test('gives back its place to the incarnation it was drawn from, as one that this ledger issued', () => {
    fc.assert(
      fc.property(incarnation, next, (life, place) => {
        expect(decodePlace(encodePlace({ incarnation: life, next: place }, KEY), life, KEY)).toEqual({
          verdict: 'ok',
          next: place,
          issued: true,
          begins: false,
        });
      }),
    );
  });

  test('says that a stream has only begun there, and is issued like any other', () => {
    const place = { incarnation: '00000000-0000-4000-8000-000000000000', next: 7 };
    const cursor = encodePlace({ ...place, begins: true }, KEY);
    expect(decodePlace(cursor, place.incarnation, KEY)).toEqual({
      verdict: 'ok',
      next: 7,
      issued: true,
      begins: true,
    });
  });

  test('of the first version, or marked by another key, is read as one that anybody could have made', () => {
    fc.assert(
      fc.property(incarnation, next, (life, place) => {
        const made = { incarnation: life, next: place };
        for (const cursor of [firstVersion(made), encodePlace(made, cursorKeyFrom('another'))])
          expect(decodePlace(cursor, life, KEY)).toEqual({
            verdict: 'ok',
            next: place,
            issued: false,
            begins: false,
          });
      }),
    );
  });

  test('is known as a stranger to any other incarnation', () => {
    fc.assert(
      fc.property(incarnation, incarnation, next, (life, other, place) => {
        fc.pre(life !== other);
        for (const cursor of [
          encodePlace({ incarnation: life, next: place }, KEY),
          firstVersion({ incarnation: life, next: place }),
        ])
          expect(decodePlace(cursor, other, KEY)).toEqual({ verdict: 'other_incarnation' });
      }),
    );
  });

  test('is not this ledger’s once a character is changed, and unknown once one is added or lost', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    fc.assert(
      fc.property(incarnation, next, fc.nat(), fc.constantFrom(...alphabet), (life, place, at, character) => {
        const cursor = encodePlace({ incarnation: life, next: place }, KEY);
        const index = at % cursor.length;
        fc.pre(cursor[index] !== character);
        const changed = cursor.slice(0, index) + character + cursor.slice(index + 1);
        expect(decodePlace(changed, life, KEY)).not.toMatchObject({ issued: true });
        for (const garbled of [cursor + character, cursor.slice(0, -1), `${cursor}=`, ` ${cursor}`])
          expect(decodePlace(garbled, life, KEY)).toEqual({ verdict: 'unknown' });
        const old = firstVersion({ incarnation: life, next: place });
        const spot = index % old.length;
        const spoilt = old.slice(0, spot) + (old[spot] === 'A' ? 'B' : 'A') + old.slice(spot + 1);
        expect(decodePlace(spoilt, life, KEY)).toEqual({ verdict: 'unknown' });
      }),
    );
  });

  test('is unknown whatever else is sent', () => {
    fc.assert(
      fc.property(anyText(), incarnation, (text, life) => {
        expect(decodePlace(text, life, KEY)).toEqual({ verdict: 'unknown' });
      }),
    );
  });
});
