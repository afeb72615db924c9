/** The number that a code is in each alphabet that lists count in; null where it isn't of that alphabet. */

const LATIN = 'abcdefghijklmnopqrstuvwxyz';
/** The letters that Vietnamese statutes count points in. */
const VIETNAMESE = 'abcdđeghiklmnopqrstuvxy';
const ROMAN = /^m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})$/;
const ROMAN_VALUES: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50, c: 100, d: 500, m: 1000 };

export type Alphabet = 'arabic' | 'latin' | 'roman' | 'vietnamese';

/** `base` counts; `suffix` is what an inserted number has behind it ("13a" is 13 with "a"). */
export interface Ordinal {
  readonly base: number;
  readonly suffix: string;
}

export function ordinalOf(code: string, alphabet: Alphabet): Ordinal | null {
  const lower = code.normalize('NFC').toLowerCase();
  if (alphabet === 'arabic') {
    const digits = /^\d{1,9}/.exec(lower)?.[0];
    return digits === undefined ? null : { base: Number(digits), suffix: lower.slice(digits.length) };
  }
  if (alphabet === 'roman') return romanOrdinal(lower);
  return letterOrdinal(lower, alphabet === 'latin' ? LATIN : VIETNAMESE);
}

function romanOrdinal(lower: string): Ordinal | null {
  if (lower === '' || lower.length > 15 || !ROMAN.test(lower)) return null;
  let base = 0;
  for (let at = 0; at < lower.length; at++) {
    const value = ROMAN_VALUES[lower[at]!]!;
    base += value < (ROMAN_VALUES[lower[at + 1]!] ?? 0) ? -value : value;
  }
  return { base, suffix: '' };
}

/** "c" is 3; behind the last letter the letters are doubled: "aa" follows "z". */
function letterOrdinal(lower: string, letters: string): Ordinal | null {
  const [first = ''] = lower;
  const place = letters.indexOf(first);
  if (place === -1) return null;
  const run = /^(.)\1*/u.exec(lower)![0];
  const suffix = lower.slice(run.length);
  return { base: place + 1 + (run.length - 1) * letters.length, suffix };
}
