import { describe, expect, test } from 'vitest';
import { readableTitle } from '../../src/document/titles.ts';

describe('a title that people read', () => {
  test.each([
    ['has one blank where there were many', '  Rules \t of\n the  house ', 'Rules of the house'],
    ['loses attributes', 'Scope {#scope}', 'Scope'],
    ['loses attributes with classes and values', 'Scope {: #sec-1 .wide lang=vi data-x="a b" }', 'Scope'],
    ['keeps other braces', 'The set {a, b}', 'The set {a, b}'],
    ['loses references to footnotes', 'Scope[^1] and aim[^note-2]', 'Scope and aim'],
    ['keeps other brackets', 'Scope [repealed] [x^2]', 'Scope [repealed] [x^2]'],
    ['loses what turns text round', 'Pay \u202e001\u202c\u2066 euros\u2069\u200f', 'Pay 001 euros'],
    ['loses what nobody sees', '\ufeffSc\u00ado\u200bpe\u2060', 'Scope'],
    ['keeps joiners that spell', 'می\u200cخواهم क्\u200dष', 'می\u200cخواهم क्\u200dष'],
    ['loses orders to terminals', '\u001b[31mRed\u001b[0m \u001b]0;window\u0007title\u001b(B', 'Red title'],
    ['loses controls', 'Sc\u0000o\u0007p\u009be\u0085x', 'Scope x'],
    ['keeps marks of every script', 'Điều 1. Ñandú ß', 'Điều 1. Ñandú ß'],
  ])('%s', (_, words, title) => {
    expect(readableTitle(words, 500)).toBe(title);
  });

  test('is none where nothing is left', () => {
    for (const words of ['', '  \n', '{#x}', '[^1]', '\u202e', '\u001b[0m'])
      expect(readableTitle(words, 500), JSON.stringify(words)).toBeNull();
  });

  test('has at most its length, without half a character', () => {
    expect(readableTitle('😀'.repeat(10), 5)).toBe('😀😀\ufffd');
    expect(readableTitle('a '.repeat(10), 4)).toBe('a a');
  });

  test('takes no longer than the words are long', () => {
    const long = 64 * 1024;
    for (const hard of [
      '{'.repeat(long),
      '{#a '.repeat(long / 4),
      `{${'#.'.repeat(140)}!}`,
      `{${'a=b '.repeat(70)}!}`,
      '[^'.repeat(long / 2),
      '\u001b['.repeat(long / 2),
      ' '.repeat(long),
    ]) {
      const before = performance.now();
      readableTitle(hard, long);
      expect(performance.now() - before).toBeLessThan(500);
    }
  });
});
