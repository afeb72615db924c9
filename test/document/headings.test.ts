import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, test } from 'vitest';
import { headingsOf } from '../../src/document/headings.ts';
import { MARKDOWN_1 } from '../../src/document/profiles.ts';
import { markdownText } from './document-arbitrary.ts';

/** Levels and places as micromark tells them when it reads the whole text at once. */
function oracle(text: string): [number, number][] {
  // It drops a byte order mark without counting it.
  const shift = text.startsWith('\ufeff') ? 1 : 0;
  const found: [number, number][] = [];
  for (const node of fromMarkdown(text).children) {
    if (node.type !== 'heading') continue;
    const start = node.position!.start.offset! + shift;
    const source = text.slice(start, node.position!.end.offset! + shift);
    if (source.split(/\r\n?|\n/).length > 2) continue;
    found.push([
      node.depth,
      Math.max(text.lastIndexOf('\n', start - 1), text.lastIndexOf('\r', start - 1)) + 1,
    ]);
  }
  return found;
}

const levelsAndTitles = (text: string) =>
  headingsOf(text, MARKDOWN_1).map(({ level, title }) => [level, title]);

describe('headings', () => {
  test('are those that CommonMark has at the top level, for any text', () => {
    fc.assert(
      fc.property(markdownText, (text) => {
        const found = headingsOf(text, MARKDOWN_1).map(({ level, start }) => [level, start]);
        expect(found).toEqual(oracle(text));
      }),
      { numRuns: 1500 },
    );
  });

  test('are the same however long the text is that they stand in', () => {
    fc.assert(
      fc.property(fc.array(markdownText, { minLength: 20, maxLength: 60 }), (texts) => {
        const text = texts.join('\n\n');
        const found = headingsOf(text, MARKDOWN_1).map(({ level, start }) => [level, start]);
        expect(found).toEqual(oracle(text));
      }),
      { numRuns: 60 },
    );
  });

  test('are found behind any number of plain lines and lines nested deep', () => {
    const plain = 'text\r\n'.repeat(1000);
    const openings = ['', '> quote\n', '- item\n', '> '.repeat(500), '- '.repeat(500)];
    for (const opening of openings) {
      expect(levelsAndTitles(`${opening}${plain}# One\n${plain}\nTwo\n---\n`), opening).toEqual([
        [1, 'One'],
        [2, 'Two'],
      ]);
    }
    expect(levelsAndTitles(`\`\`\`\n${plain}# no\n${plain}\`\`\`\n# One\n`)).toEqual([[1, 'One']]);
  });

  test('are written with hashes or underlined', () => {
    expect(levelsAndTitles('# One #\n\nTwo\n===\n\nThree\n---\n\n####### seven\n#none\n')).toEqual([
      [1, 'One'],
      [1, 'Two'],
      [2, 'Three'],
    ]);
  });

  test('begin behind link definitions that somebody underlined', () => {
    expect(levelsAndTitles('[a]:\n...\n===\n=\n')).toEqual([[1, '===']]);
  });

  test('are none where a list follows code that ended a quote', () => {
    const texts = [
      '> q\n    a\n10. ten\n---',
      '> # q\n    a\n\n10. ten\n---',
      '> # q\n    a\n    b\n10. ten\n---',
    ];
    for (const text of texts)
      expect(
        headingsOf(text, MARKDOWN_1).map(({ level, start }) => [level, start]),
        text,
      ).toEqual(oracle(text));
  });

  test('do not stand in code, HTML, quotes or lists', () => {
    const texts = [
      '```\n# a\n```',
      '~~~\n# a',
      '    # a',
      '<!--\n# a\n-->',
      '<div>\n# a\n</div>',
      '> # a',
      '- # a',
      '1. x\n\n   # a',
    ];
    for (const text of texts) expect(levelsAndTitles(`${text}\n`), text).toEqual([]);
  });

  test('do not arise from a paragraph of several lines above a line of hyphens', () => {
    expect(levelsAndTitles('One line and\nanother.\n-----\nA note.\n')).toEqual([]);
  });

  test('have titles without markup, with white space made single', () => {
    expect(levelsAndTitles('#  **Bold**  and `code` &amp; [link](x) ![alt](y) \\# <b>x</b>\n')).toEqual([
      [1, 'Bold and code & link alt # x'],
    ]);
    expect(levelsAndTitles('#\n## ##\n')).toEqual([
      [1, null],
      [2, null],
    ]);
  });
});
