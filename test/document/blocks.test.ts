import { expect, test } from 'vitest';
import { headingsOf } from '../../src/document/headings.ts';
import { MARKDOWN_1 } from '../../src/document/profiles.ts';

const found = (text: string) =>
  headingsOf(text, MARKDOWN_1).map(({ level, start, end, title }) => ({
    level,
    title,
    text: text.slice(start, end),
  }));

/*
 * A text is read in windows of some two thousand characters. What stands in it doesn't depend on where a window ends:
 * it is the same behind a fence of any length.
 */
test.each([
  ['a heading of several words', '## A heading of several words\ntext\n', ['A heading of several words']],
  ['an underlined heading', 'Several words\n-------------\ntext\n', ['Several words']],
  ['marks that a longer line makes none', '#hash and more\n\ntext\n', []],
  // The definition belongs to the lines of the heading, which then has too many.
  ['an underlined line below a link definition', '[a]: /url\nHeading\n---\ntext\n', []],
])('%s is read alike wherever a window ends', (_, text, titles) => {
  const alone = found(text);
  expect(alone.map(({ title }) => title)).toEqual(titles);
  for (let filler = 1990; filler < 2060; filler += 1)
    expect(found(`\`\`\`\n${'x'.repeat(filler)}\n\`\`\`\n${text}`), `behind ${filler} characters`).toEqual(
      alone,
    );
});
