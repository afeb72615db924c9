import { describe, expect, test } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import type { PlanRecord } from '../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';

function recordsOf(text: string, docCode = 'doc'): readonly PlanRecord[] {
  const plan = planDocument({
    bytes: Buffer.from(text),
    docCode,
    spec: { profile: 'markdown' },
    vocabulary: BASE_VOCABULARY,
  });
  expect(plan.problems).toEqual([]);
  return plan.records;
}

const brief = (records: readonly PlanRecord[]) =>
  records.map((record) => [record.role, record.address ?? record.excludedBecause, record.text]);
const addressesOf = (text: string) => recordsOf(text).map((record) => record.address);

describe('markdown@1', () => {
  test('sets front matter aside, names the title after the document, and gives leads, containers and units', () => {
    const text =
      '---\nTitle: x\n---\n\n# Law\n\nLead.\n\n## Part 1\n\n### § 1 One\n(1) A.\n\n### § 2\nB.\n## Annex\n';
    expect(brief(recordsOf(text))).toEqual([
      ['excluded', 'front_matter', '---\nTitle: x\n---\n'],
      ['excluded', 'blank', '\n'],
      ['container', 'doc', '# Law\n\n'],
      ['unit', 'doc/lead', 'Lead.\n\n'],
      ['container', 'doc/part-1', '## Part 1\n\n'],
      ['unit', 'doc/part-1/p-1', '### § 1 One\n(1) A.\n\n'],
      ['unit', 'doc/part-1/p-2', '### § 2\nB.\n'],
      ['unit', 'doc/annex', '## Annex\n'],
    ]);
  });

  test('orders siblings from 0 under the nearest heading of a lower level', () => {
    const places = recordsOf('# A\n### B\n## C\n#### D\n### E\n').map((r) => [
      r.title,
      r.parentLocalId,
      r.sortOrder,
    ]);
    expect(places).toEqual([
      ['A', null, 0],
      ['B', 'u000000', 0],
      ['C', 'u000000', 1],
      ['D', 'u000002', 0],
      ['E', 'u000002', 1],
    ]);
  });

  test('makes one unit of a document without headings', () => {
    expect(recordsOf('Just text.\r\n')).toMatchObject([
      { role: 'unit', kind: 'document', sectionType: 'body', address: 'doc', text: 'Just text.\r\n' },
    ]);
  });

  test('makes a preamble of text before the first heading', () => {
    expect(brief(recordsOf('\ufeffHello.\n\n# A\n'))).toEqual([
      ['unit', 'doc/preamble', '\ufeffHello.\n\n'],
      ['unit', 'doc', '# A\n'],
    ]);
  });

  test('takes a rule at the start for text, not for front matter', () => {
    expect(addressesOf('---\n\nText\n\n---\n# A\n')).toEqual(['doc/preamble', 'doc']);
    expect(recordsOf('---\nkey: never closed\n')).toHaveLength(1);
  });

  test('reads section codes', () => {
    const codes = [
      ['§ 31a Haftung', '§ 31a'],
      ['(XXXX) §§ 3 bis 6 (weggefallen)', '§§ 3 bis 6'],
      ['Art 3', 'Art 3'],
      ['Article 12 Scope', 'Article 12'],
      ['Abschnitt 1 - Personen', 'Abschnitt 1'],
      ['Erster Teil - Allgemeines', 'Erster Teil'],
      ['1.2 Method', '1.2'],
      ['I. - Die Grundrechte', 'I'],
      ['Artistic freedom', null],
      ['In general', null],
      ['1984', null],
    ];
    for (const [heading, code] of codes)
      expect(recordsOf(`# ${heading}\n`)[0]!.sectionCode, heading!).toBe(code);
  });
});

describe('addresses', () => {
  test('number the second and third of one name', () => {
    expect(addressesOf('# A\n## Same\n### X\n## Same\n### X\n## same!\n')).toEqual([
      'doc',
      'doc/same',
      'doc/same/x',
      'doc/same~2',
      'doc/same~2/x',
      'doc/same~3',
    ]);
  });

  test('stay when a section is inserted before them', () => {
    const before = addressesOf('# A\n## § 1 Old\n### Detail\n## § 2 Old\n');
    const after = addressesOf('# A\n## § 1 Old\n### New\n### Detail\n## § 1a New\n## § 2 Old\n');
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test('are readable in any script, with all its letters', () => {
    expect(addressesOf('# A\n## Größe der Übung\n## Café 漢字\n## 😀\n## (XXXX)\n##\n')).toEqual([
      'doc',
      'doc/größe-der-übung',
      'doc/café-漢字',
      'doc/untitled',
      'doc/xxxx',
      'doc/untitled~2',
    ]);
  });

  test('are shortened to a digest of their path when they would be too long', () => {
    const levels = [1, 2, 3, 4, 5, 6]
      .map((level) => `${'#'.repeat(level)} ${'long words '.repeat(20)}\n`)
      .join('');
    const [last] = addressesOf(`# A\n${levels}`).slice(-1);
    expect(last).toMatch(/^doc\/~[0-9a-f]{16}(\/long-words(-long-words)*(-long)?)+$/);
    expect(addressesOf(`# A\n${levels}`).slice(-1)).toEqual([last]);
  });
});
