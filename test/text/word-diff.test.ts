import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type WordStretch, wordDiff } from '../../src/text/word-diff.ts';

const diff = (before: string, after: string, steps = 1e7) => wordDiff(before, after, { steps });
const without = (change: string, stretches: readonly WordStretch[]) =>
  stretches
    .filter((one) => one.change !== change)
    .map(({ text }) => text)
    .join('');
const shown = (stretches: readonly WordStretch[]) =>
  stretches.map(({ change, text }) => ({ same: '', removed: '-', added: '+' })[change] + text);

test.each<[string, string, string[]]>([
  ['', '', []],
  ['The same.', 'The same.', ['The same.']],
  ['', 'New.', ['+New.']],
  ['Old.', '', ['-Old.']],
  ['within ten days', 'within thirty days', ['within ', '-ten', '+thirty', ' days']],
  ['a b c d', 'a c d', ['a ', '-b ', 'c d']],
  ['Der Käufer zahlt.', 'Der Käufer zahlt nicht.', ['Der Käufer zahlt', '+ nicht', '.']],
  ['khoản 1 điểm đ', 'khoản 2 điểm đ', ['khoản ', '-1', '+2', ' điểm đ']],
  ['x (a) y', 'x (b) y', ['x (', '-a', '+b', ') y']],
])('%j to %j', (before, after, expected) => {
  expect(shown(diff(before, after))).toEqual(expected);
});

const PIECES = ['the', 'buyer', 'pays', ' ', '  ', '\n', '.', 'ä', '😀', '\ud800', '§', '1'];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((words) => words.join(''));

test('what is the same and what was removed give the first text, what was added the second', () => {
  fc.assert(
    fc.property(text, text, fc.constantFrom(1e7, 40, 3, 0), (before, after, steps) => {
      const found = diff(before, after, steps);
      expect(without('added', found)).toBe(before);
      expect(without('removed', found)).toBe(after);
      for (const [at, { change }] of found.entries()) expect(change).not.toBe(found[at + 1]?.change);
    }),
    { numRuns: 1_000 },
  );
});

test('no more words differ than the longest common subsequence leaves', () => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c', '.'), { maxLength: 12 });
  fc.assert(
    fc.property(words, words, (one, other) => {
      const found = diff(one.join(' '), other.join(' '));
      const count = found
        .filter(({ change }) => change !== 'same')
        .flatMap((each) => each.text.match(/\w+|\s+|[^\w\s]/g) ?? []).length;
      const spaced = (list: readonly string[]) =>
        list.flatMap((word, at) => (at === 0 ? [word] : [' ', word]));
      const [a, b] = [spaced(one), spaced(other)];
      expect(count).toBe(a.length + b.length - 2 * longestCommon(a, b));
    }),
    { numRuns: 500 },
  );
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let last = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const row = [0];
    for (const [at, other] of b.entries())
      row.push(one === other ? last[at]! + 1 : Math.max(last[at + 1]!, row[at]!));
    last = row;
  }
  return last.at(-1)!;
}

test('texts that have nothing in common, and texts of megabytes, end within the budget', () => {
  const one = Array.from({ length: 200_000 }, (_, at) => `a${at}`).join(' ');
  const other = Array.from({ length: 200_000 }, (_, at) => `b${at}`).join(' ');
  const found = wordDiff(one, other, { steps: 2_000_000 });
  expect(without('added', found)).toBe(one);
  expect(without('removed', found)).toBe(other);
  expect(found.length).toBeLessThan(4);
});
