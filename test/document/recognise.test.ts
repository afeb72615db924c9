import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeSource } from '../../src/document/decode.ts';
import { foreignContent } from '../../src/document/recognise/recognise.ts';
import { FOREIGN, HTML, PDF, SVG } from './foreign-sources.ts';

/** What a source of these bytes is refused for, if it is. */
function refusalOf(content: string | Buffer) {
  const bytes = Buffer.from(content);
  const decoded = decodeSource(bytes);
  return foreignContent(bytes) ?? ('problem' in decoded ? decoded.problem : null);
}

describe('a source that is no Markdown is refused by name, with a way out', () => {
  test.each(FOREIGN)('%s', (_, content, code, says) => {
    expect(refusalOf(content)).toMatchObject({ code, message: expect.stringMatching(says) });
  });

  test('in one or more whole sentences', () => {
    for (const [name, content] of FOREIGN)
      expect(refusalOf(content)?.message, name).toMatch(/^[A-Z].*[^.]\.$/s);
  });
});

const TAKEN: readonly (readonly [name: string, text: string])[] = [
  ['words', 'Nobody acts alone.\n'],
  ['a block of HTML first', '<div align="center">\n\n# Law\n\n</div>\n\nText.\n'],
  ['a comment first', '<!-- lint disable -->\n# Law\n'],
  ['a paragraph tag first', '<p align="center"><img src="logo.svg"></p>\n\n# Law\n'],
  ['an anchor first', '<a name="top"></a>\n# Law\n'],
  ['a heading tag first', '<h1 align="center">Law</h1>\n\nText.\n'],
  ['a table first', '<table><tr><td>x</td></tr></table>\n\nText.\n'],
  ['details first', '<details>\n<summary>Contents</summary>\n\n- One\n\n</details>\n'],
  ['a style first', '<style>\nh1 { color: navy }\n</style>\n\n# Law\n'],
  ['an image first', `${SVG}\n\n# Law\n\nText.\n`],
  ['an element of its own around it', '<Note>\n\n# Law\n\nText.\n\n</Note>\n'],
  ['a tag of an element of its own', '<callout kind="tip">\nRead this.\nThen that.\nThen all.\n</callout>'],
  ['a whole page in a fence', `# How a page looks\n\n\`\`\`html\n<!DOCTYPE html>\n${HTML}\`\`\`\n`],
  ['a block of HTML and a page in a fence', `<p>Intro</p>\n\n\`\`\`html\n${HTML}\`\`\`\n`],
  ['a title in HTML above Markdown', '<h1 align="center">Law</h1>\n\n## One\n\nWho may sign.\n\n<hr></hr>\n'],
  ['a title in HTML above a paragraph', '<h1>Law</h1>\n\nWho may sign: <b>anybody</b>\n'],
  ['a title in HTML above a list', '<h1>Law</h1>\n\n- <b>Anybody</b> may sign.</p>\n'],
  ['a table in HTML alone', '<table>\n<tr><td>1</td></tr>\n</table>\n'],
  ['words about HTML', 'The tag <html> begins a page, </html> ends it.\n'],
  ['badges', '[![npm](https://img.shields.io/npm/v/x)](https://npmjs.com/x) [![ci](x)](y)\n\n# x\n'],
  ['front matter', '---\ntitle: Law\n---\n\n# Law\n'],
  ['JSON in a fence', '```json\n{"a": 1}\n```\n'],
  ['JSON in a sentence', '{"a": 1} is an object.\n'],
  ['front matter in JSON', '{\n  "title": "Law"\n}\n\n# Law\n'],
  ['a footnote first', '[1] See above.\n\n[2], [3]\n'],
  ['a link definition first', '[law]: https://example.org/law\n\nText.\n'],
  ['a task list', '- [ ] one\n- [x] two\n'],
  ['a template first', '{{ page.title }}\n\n# Law\n'],
  ['a text that begins "From: …"', 'From: the ministry\n\nTo whom it may concern.\n'],
  ['a memo', 'From: Personnel\nTo: all offices\nDate: 2 March 2026\nSubject: Leave\n\n# Leave\n\nText.\n'],
  ['lines that look like fields', 'Title: Law\nAuthor: Anna\n\n# Law\n'],
  ['From in a sentence', 'From Monday on, 2 March 2026, nobody acts alone.\n'],
  [
    'words about %PDF-',
    '# PDF\n\nA PDF file begins with `%PDF-1.4`, then `1 0 obj` … `endobj`.\n\n%PDF-1.4 is old.\n',
  ],
  ['a PDF file in a fence', `# PDF\n\n\`\`\`\n${PDF}\`\`\`\n`],
  ['an indented PDF file', `A PDF file:\n\n${PDF.replace(/^/gm, '    ')}`],
  ['a sentence that begins %PDF-', '%PDF-1.4 begins each PDF file of that version.\n'],
  ['words that begin like a signature', 'GIF89a is a format. BM and MZ are others.\n'],
  ['MZ', 'MZ\n'],
  ['words about RTF', 'An RTF file begins {\\rtf1.\n'],
  ['a long word', `${'Donaudampfschifffahrt'.repeat(20)}\n`],
  ['a digest alone', `${'0123456789abcdef'.repeat(4)}\n`],
  ['a base64 line in words', `The key:\n\n${'AbC1'.repeat(30)}\n`],
  ['a page break and a stray control character', 'Page 1\f\nPage 2 \x02 and more words than that.\n'],
  ['a byte order mark', '\ufeff# Law\n'],
  ['Vietnamese', 'Điều 1. Phạm vi điều chỉnh\nLuật này quy định.\n'],
  ['Chinese', '第一条 为了保护劳动者的合法权益。\n'],
  ['comma-separated words', 'name,age\nanna,3\n'],
  ['a rule first', '---\n\n# Law\n\n---\n'],
  ['a tag alone', '<!-- nothing else -->\n'],
];

describe('what may be Markdown is taken', () => {
  test.each(TAKEN)('%s', (_, text) => {
    expect(refusalOf(text)).toBeNull();
  });

  const folders = ['laws', 'groundtruth/laws', 'inputs'].map(
    (name) => new URL(`../../../shared/${name}/`, import.meta.url),
  );
  const here = folders.every((folder) => existsSync(folder));
  test.skipIf(!here)(`all of ../shared${here ? '' : ' (skipped: it is not here)'}`, () => {
    const files = folders.flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)));
    for (const file of files) expect(refusalOf(readFileSync(file)), file.pathname).toBeNull();
    expect(files.length).toBeGreaterThan(150);
  });

  test('the pages of the packages that this one is built on', () => {
    const modules = new URL('../../node_modules/', import.meta.url);
    const pages = readdirSync(modules).flatMap((name) =>
      ['README.md', 'readme.md', 'CHANGELOG.md', 'LICENSE'].map(
        (page) => new URL(`${name}/${page}`, modules),
      ),
    );
    const found = pages.filter((page) => existsSync(page));
    for (const page of found) expect(refusalOf(readFileSync(page)), page.pathname).toBeNull();
    expect(found.length).toBeGreaterThan(50);
  });
});
