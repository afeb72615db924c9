import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { frontMatterLength } from '../../src/document/front-matter.ts';
import { planDocument } from '../../src/document/plan.ts';
import { MARKDOWN_2 } from '../../src/document/profiles.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';

const rules = MARKDOWN_2.frontMatter;
const taken = (text: string) => text.slice(0, frontMatterLength(text, rules));

function planOf(text: string, profile = 'markdown') {
  return planDocument({
    bytes: Buffer.from(text),
    docCode: 'x',
    spec: { profile },
    vocabulary: BASE_VOCABULARY,
  });
}

const REST = '# Law\n\nWho may sign.\n\n---\n\n## Ends\n';

describe('front matter of markdown@2', () => {
  test.each([
    ['a mapping', '---\ntitle: Law\n---\n'],
    ['a mapping closed by dots', '---\ntitle: Law\n...\n'],
    ['blanks behind the fences', '--- \t\ntitle: Law\n---  \n'],
    ['a byte order mark', '\ufeff---\ntitle: Law\n---\n'],
    ['line ends of Windows', '---\r\ntitle: Law\r\ntags: [a, b]\r\n---\r\n'],
    ['line ends of old Macs', '---\rtitle: Law\r---\r'],
    ['a comment beside its keys', '---\n# made by a program\ntitle: Law\n---\n'],
    ['nested values', '---\nauthor:\n  name: Anna\n  roles: [a, b]\nabstract: |\n  Two\n\n  lines\n---\n'],
    ['a rule inside a value', '---\nnote: |\n  ---\n  x\n---\n'],
    ['a flow mapping', '---\n{ title: Law }\n---\n'],
    ['keys of two words', '---\ndate created: 2026-03-02\n"last change": 2026-03-03\n---\n'],
    ['keys of other scripts', '---\nTiêu đề: Luật\n标题: 法\n---\n'],
    ['an alias of its own', '---\na: &x 1\nb: *x\n---\n'],
    ['a value over lines', '---\nTitle: Verordnung\n  über Dinge\nslug: dinge\n\n---\n'],
  ])('is %s', (_, matter) => {
    expect(taken(`${matter}${REST}`)).toBe(matter);
    expect(taken(matter.trimEnd())).toBe(matter.trimEnd());
  });

  test.each([
    ['a heading between rules', '---\n\n# Policy A\n\nWho may sign.\n\n---\n'],
    ['a sentence with a colon between rules', '---\n\nThis law: who may sign.\n\n---\n'],
    ['keys below a blank line', '--- \r\n\t\r\ntitle: Law\r\n---\r\n'],
    ['a heading at once', '---\n# Policy A\n---\n'],
    ['a heading apart among keys', '---\ntitle: Law\n\n# Policy A\n\nnote: x\n---\n'],
    ['comments alone', '---\n# a\n# b\n---\n'],
    ['nothing', '---\n---\n'],
    ['an empty mapping', '---\n{}\n---\n'],
    ['a list', '---\n- one\n- two\n---\n'],
    ['a sentence', '---\nNobody acts alone.\n---\n'],
    ['a sentence under a key', '---\nSection: 1\nNobody acts alone.\n---\n'],
    ['numbered sections', '---\nSection 1: Who may sign.\nSection 2: Nobody acts alone.\n---\n'],
    ['numbers as keys', '---\n1: Who may sign.\n---\n'],
    ['sentences with colons', '---\nEvery person shall: sign.\n---\n'],
    ['a key twice', '---\ntitle: A\ntitle: B\n---\n'],
    ['a nested key twice', '---\na:\n  b: 1\n  b: 2\n---\n'],
    ['a tab for indentation', '---\na:\n\tb: 1\n---\n'],
    ['an open quotation mark', '---\ntitle: "Law\n---\n'],
    ['a colon inside a plain value', '---\ntitle: Law: part\n---\n'],
    ['emphasis that reads as an alias', '---\nNote: *important*\n---\n'],
    ['two documents', '---\ntitle: Law\n--- x\nb: 1\n---\n'],
    ['a fence that never closes', '---\ntitle: Law\n'],
    ['four hyphens', '----\ntitle: Law\n----\n'],
    ['an indented fence', ' ---\ntitle: Law\n---\n'],
    ['a fence on the second line', '\n---\ntitle: Law\n---\n'],
    ['a key that is a list', '---\n? [a]\n: b\n---\n'],
    ['a mapping nested too deep', `---\na: ${'['.repeat(8000)}\n---\n`],
    ['more than it may have', `---\ntitle: ${'x'.repeat(20_000)}\n---\n`],
  ])('is not %s', (_, text) => {
    expect(taken(`${text}${REST}`)).toBe('');
  });

  test('stops at the first fence of the two: no word of law below it is set aside', () => {
    expect(taken('---\ntitle: Law\n...\n\n# A\n\nx\n\n---\n\n# B\n')).toBe('---\ntitle: Law\n...\n');
    expect(taken('---\ntitle: Law\n---\n\n# A\n\n...\n')).toBe('---\ntitle: Law\n---\n');
  });
});

describe('a document that begins with a rule', () => {
  const text = '---\n# Policy A\n\nWho may sign.\n\n---\n\n# Policy B\n\nText.\n';

  test('keeps its title and its first section in units', () => {
    const plan = planOf(text);
    expect(plan).toMatchObject({ problems: [], profile: { name: 'markdown', version: '3' } });
    expect(plan.records.map(({ role, address, text: words }) => [role, address, words])).toEqual([
      ['unit', 'x/preamble', '---\n'],
      ['unit', 'x', '# Policy A\n\nWho may sign.\n\n---\n\n'],
      ['unit', 'x/policy-b', '# Policy B\n\nText.\n'],
    ]);
  });

  test('is cut as before by markdown@1, which entries of before name, with a warning', () => {
    const { profile, records, problems, warnings } = planOf(text, 'markdown@1');
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'front_matter_doubtful', severity: 'warning' },
      { code: 'mostly_excluded', severity: 'warning' },
    ]);
    expect(planOf(`---\ntitle: Law\n---\n${REST}`, 'markdown@1').warnings).toEqual([]);
    expect(profile).toEqual({
      name: 'markdown',
      version: '1',
      digest: 'sha256:2024b395d80a4ad884de45dc0e7323b4462d83c27e2626bc15bea239b5557913',
    });
    expect(records[0]).toMatchObject({ role: 'excluded', excludedBecause: 'front_matter', end: 35 });
  });
});

const INPUTS = new URL('../../../shared/inputs/', import.meta.url);
const missing = existsSync(INPUTS) ? '' : ' (skipped: ../shared/inputs is not here)';
test.skipIf(missing !== '')(`the small inputs lose no word of law${missing}`, () => {
  const setAside = (name: string) =>
    planOf(readFileSync(new URL(name, INPUTS), 'utf8'))
      .records.filter((record) => record.role === 'excluded' && record.text.trim() !== '')
      .map((record) => record.text);
  expect(setAside('rules.md')).toEqual([]);
  expect(setAside('frontmatter-dots.md')).toEqual(['---\ntitle: Policy\n...\n']);
});
