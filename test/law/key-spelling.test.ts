import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keySpellingFault } from '../../src/law/key-spelling.ts';
import { anyText } from '../harness/any-text.ts';

/** Spellings that a reader can't tell from `of`, made with other means than the law's. */
function variantsOf(of: string): string[] {
  const middle = Math.floor([...of].length / 2);
  const [before, after] = [[...of].slice(0, middle).join(''), [...of].slice(middle).join('')];
  const unseen = [
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad',
    '\u202e',
    '\u180e',
    '\u3164',
    '\ufe0f',
  ];
  const blanks = ['\u00a0', '\u2003', '\u202f', '\u3000', '\t', '\n', '\u2028', '\u1680', '\u2800', '\u0085'];
  return [
    ` ${of}`,
    `${of} `,
    `${of}\n`,
    ...unseen.map((character) => `${before}${character}${after}`),
    ...blanks.flatMap((blank) => [`${blank}${of}`, `${of}${blank}`, of.replace(' ', blank)]),
    of.replace(' ', '  '),
    of.normalize('NFD'),
    of.normalize('NFC'),
  ];
}

describe('the spelling of an idempotency key', () => {
  test.each(['mark:contract-7', 'Übergabe Nr. 5', 'отчёт 2', '契約 一', 'run:a-b:0123:1', '👍 done'])(
    'of "%s" stays as it is',
    (key) => expect(keySpellingFault(key)).toBeNull(),
  );

  test('of all that reads alike, one is taken', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 40 }), (text) => {
        const fault = keySpellingFault(text);
        const key = fault === null ? text : fault.instead;
        if (key === null || key === '') return;
        expect(keySpellingFault(key)).toBeNull();
        for (const variant of new Set(variantsOf(`${key} e\u0301 x`.normalize('NFC'))))
          if (variant !== `${key} e\u0301 x`.normalize('NFC'))
            expect(keySpellingFault(variant), JSON.stringify(variant)).toMatchObject({
              instead: `${key} e\u0301 x`.normalize('NFC'),
            });
      }),
    );
  });

  test.each([
    ['a\u00a0b', 'holds U+00A0 at character 2', 'a b'],
    ['a\u200bb', 'holds U+200B at character 2', 'ab'],
    [' a', 'begins with a blank', 'a'],
    ['a ', 'ends with a blank', 'a'],
    ['👍 👍  a', 'has two blanks in a row at character 4', '👍 👍 a'],
    ['u\u0308ber', "isn't in Unicode normal form C", 'über'],
    ['\u200b\u200b', 'holds U+200B at character 1', null],
  ])('%j is refused with its fault and the way out', (key, complaint, instead) => {
    expect(keySpellingFault(key)).toEqual({ complaint, instead });
  });
});
