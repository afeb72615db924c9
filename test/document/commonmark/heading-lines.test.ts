/** The headings of a text are those of micromark, whatever surrounds them; and each line costs the same. */
import type { Heading } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, test } from 'vitest';
import { findHeadingLines } from '../../../src/document/commonmark/heading-lines.ts';
import { seeded, testSeed } from '../../harness/seeded.ts';

const found = (text: string): readonly string[] => {
  const headings: string[] = [];
  findHeadingLines(text, ({ level, start }) => headings.push(`${level} at ${start}`));
  return headings;
};

/** By the parser that defines how `markdown@1` and `@2` cut. */
const expected = (text: string): readonly string[] =>
  fromMarkdown(text)
    .children.filter((node): node is Heading => node.type === 'heading')
    .map(({ depth, position }) => `${depth} at ${position!.start.offset}`);

describe('a heading at the top level', () => {
  test.each([
    ['of marks', '# A\n##\n### B ###\n#C\n####### D'],
    ['of an underline', 'A\n===\nB\n---\nC\n=\n\nD\n\n---'],
    ['after text', 'text\n# A\ntext\nB\n===\n'],
    ['behind tabs and spaces', '   # A\n    # code\n\t# code\n   B\n  ---\n'],
    ['behind a list', '- item\n# A\n- item\n\n# B\n1. x\n   # in\n\n  C\n==='],
    ['behind lazy lines', '- item\nlazy\n===\n\n> quote\nlazy\n---\nA\n---'],
    ['behind a quote', '> quote\n# A\n> # in\n\nB\n===\n'],
    ['in a fence', '```\n# in\n~~~\n```\n# A\n~~~ x\nB\n===\n~~~\n# C'],
    ['in HTML', '<div>\n# in\n\n# A\n<!-- \n# in\n\n# in -->\n# B\n<b>\n# in\n\n# C'],
    ['behind definitions', '[a]: b\nA\n===\n\n[a]: b\n===\n\n[c]: d\n---\nB\n---'],
    ['behind line ends of every kind', 'A\r===\rB\r\n---\r\n# C\r# D\n'],
    ['in an item that began blank', '-\n\n  # A\n\n-\n  # in\n\n# B'],
    ['where micromark has ways of its own', '> a\n<e>\nA\n===\n\n    code\n2.\n---\n\nB\n- 2)\nc\n==='],
  ])('%s', (_, text) => {
    expect(found(text)).toEqual(expected(text));
  });
});

test('a byte order mark at the start of the text is no part of a line; elsewhere it is', () => {
  expect(found('\ufeff# A\n\ufeff# B')).toEqual(['1 at 1']);
});

const PARTS = [
  ...[
    'a',
    'text',
    '# ',
    '## h',
    '>',
    '> ',
    '- ',
    '-',
    '* ',
    '+ x',
    '1. ',
    '2) ',
    '10. ',
    '01. ',
    '1.',
    '#',
    '####### x',
  ],
  ...['===', '---', '--', '=', '***', '_ _ _', '```', '~~~', '````', '`', '\\', ':', 'b\n===', 'c\n---'],
  ...[
    '<div>',
    '</div>',
    '<!--',
    '-->',
    '<b>',
    '</b>',
    '<?',
    '?>',
    '<!A',
    '<pre>',
    '</pre>',
    '<![CDATA[',
    ']]>',
  ],
  ...['<a href="x">', '[a]: /b', '[a]:', '"t"', "'t", ' ', '  ', '    ', '\t'],
  ...['\n', '\n', '\n', '\n', '\n\n', '\r\n', '\r'],
];

test('a random text has the headings that micromark finds', () => {
  const seed = testSeed();
  const numbers = seeded(seed);
  for (let round = 0; round < 5_000; round++) {
    const text = Array.from({ length: numbers.between(2, 20) }, () => numbers.pick(PARTS)).join('');
    expect(found(text), JSON.stringify(text)).toEqual(expected(text));
  }
});

test('behind 24 characters of indentation and markers the rest of a line is text', () => {
  expect(found(`${'> '.repeat(5_000)}# in\n${'- '.repeat(5_000)}\n\n# A`)).toEqual(['1 at 20007']);
});
