import { describe, expect, test } from 'vitest';
import { titleOfSource } from '../../src/document/source-title.ts';
import { tomlMatter } from '../../src/document/toml.ts';

const titleOf = (text: string) => titleOfSource(Buffer.from(text));

describe('the title of a document', () => {
  test.each([
    ['is that of its YAML', '---\nTitle: Law of\n  things\nslug: law\n---\n\n# Heading\n', 'Law of things'],
    [
      'is that of its TOML',
      '+++\ntitle = "Law \\"A\\"" # kept\n[extra]\ntitle = "No"\n+++\n# Heading\n',
      'Law "A"',
    ],
    ['is a literal of its TOML', "+++\n'title' = 'Luật'\n+++\nText\n", 'Luật'],
    ['is its first heading', 'Words.\n\nLaw of things\n===\n\n# Part\n', 'Law of things'],
    [
      'is the first heading that says something',
      '# {#top}\n\n## Law *of* things {#law}[^1]\n',
      'Law of things',
    ],
    ['is the heading below front matter without one', '---\nlang: vi\n---\n# Luật\n', 'Luật'],
    ['is the heading where the title is a list', '---\ntitle: [a, b]\n---\n# Luật\n', 'Luật'],
    ['is a number that front matter gives', '---\ntitle: 1984\n---\nText\n', '1984'],
    ['is none where there is neither', 'Words alone.\n', null],
    ['is none in a block of code', '```\n# no\n```\n', null],
  ])('%s', (_, text, title) => {
    expect(titleOf(text)).toBe(title);
  });

  test('of a long document is found at its beginning alone', () => {
    expect(titleOf(`${'Words. '.repeat(10_000)}\n\n# Late\n`)).toBeNull();
    expect(titleOf(`# ${'Đ'.repeat(600)}\n`)).toBe('Đ'.repeat(500));
  });
});

describe('front matter in TOML', () => {
  const taken = (text: string) => text.slice(0, tomlMatter(text, 16_384)?.length ?? 0);

  test.each([
    ['pairs', '+++\ntitle = "x"\ndate = 2026-03-02\ndraft = false\nn = -1.5e3\n+++\n'],
    ['line ends of Windows and a mark', '\ufeff+++ \r\na.b = 1\r\n+++\t\r\n'],
    ['tables', '+++\na = 1\n\n# note\n[menu.main]\nb = { c = 1 }\n[[x]]\nd = "e"\n+++\n'],
    ['lists over lines', '+++\na = [\n  "x]", # ]\n  [1, 2],\n]\nb = 1\n+++\n'],
    ['text over lines', '+++\na = """\n+++\nno key\n"""\nb = 1\n+++\n'],
    ['a fence at the end of the text', '+++\na = 1\n+++'],
  ])('is %s', (_, matter) => {
    expect(taken(`${matter}# Law\n`.slice(0, matter.endsWith('\n') ? undefined : matter.length))).toBe(
      matter,
    );
  });

  test.each([
    ['words between the fences', '+++\nNobody acts alone.\n+++\n'],
    ['a word without quotes', '+++\nwho = anybody\n+++\n'],
    ['a heading', '+++\n## Scope\nx = 1\nWords\n+++\n'],
    ['nothing', '+++\n+++\n'],
    ['comments alone', '+++\n# a\n+++\n'],
    ['no end', '+++\na = 1\n'],
    ['a bracket too many', '+++\na = [1]]\n+++\n'],
    ['a text that never ends', '+++\na = """\nx\n+++\n'],
    ['a fence below other words', 'x\n+++\na = 1\n+++\n'],
    ['more than it may be', `+++\n${'a = 1\n'.repeat(4_000)}+++\n`],
  ])('is not %s', (_, text) => {
    expect(taken(text)).toBe('');
  });

  test('takes no longer than the text is long', () => {
    for (const hard of [
      'a.'.repeat(8_000),
      `a = [${'['.repeat(8_000)}`,
      `${'"'.repeat(8_000)}=`,
      ' '.repeat(16_000),
    ]) {
      const before = performance.now();
      tomlMatter(`+++\n${hard}\n+++\n`, 16_384);
      expect(performance.now() - before).toBeLessThan(200);
    }
  });
});
