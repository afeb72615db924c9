import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { describe, expect, test, vi } from 'vitest';
import { checkHierarchy, checkVocabulary } from '../../src/document/checks.ts';
import { headingsOf } from '../../src/document/headings.ts';
import { manifestDigest, manifestHeader } from '../../src/document/manifest.ts';
import { planDocument } from '../../src/document/plan.ts';
import { MARKDOWN_1 } from '../../src/document/profiles.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { JUDGES_THOUSANDS_MS } from '../harness/timeouts.ts';
import { checkReconstruction } from '../harness/whole-plan.ts';

vi.setConfig({ testTimeout: JUDGES_THOUSANDS_MS });

const LAWS = new URL('../../../shared/laws/', import.meta.url);
const present = existsSync(LAWS);
const names = present ? readdirSync(LAWS).filter((name) => /^[a-z0-9_]+\.md$/.test(name)) : [];

const read = (name: string): Buffer => readFileSync(new URL(name, LAWS));
const planOf = (name: string, bytes: Buffer) =>
  planDocument({
    bytes,
    docCode: name.replace('.md', ''),
    spec: { profile: 'markdown' },
    vocabulary: BASE_VOCABULARY,
  });

describe.skipIf(!present)('statutes (skipped where ../shared/laws is missing)', () => {
  test('there are forty', () => {
    expect(names).toHaveLength(40);
  });

  test.each(names)('%s is cut without a problem, byte for byte', (name) => {
    const bytes = read(name);
    const plan = planOf(name, bytes);
    expect(plan.problems).toEqual([]);
    expect(plan.coverage.complete).toBe(true);
    expect(Buffer.concat(plan.records.map((record) => Buffer.from(record.text))).equals(bytes)).toBe(true);
    const units = plan.records.filter((record) => record.role !== 'excluded');
    expect(new Set(units.map((unit) => unit.address)).size).toBe(units.length);
    expect(
      checkReconstruction(
        plan.records.map((record) => record.text),
        plan.sourceDigest,
      ),
    ).toEqual([]);
    const rows = units.map((unit) => ({ ...unit, address: unit.address! }));
    expect(checkVocabulary(rows, BASE_VOCABULARY)).toEqual([]);
    const placed = rows.map((row) => ({ ...row, unitKey: row.localId, parentKey: row.parentLocalId }));
    expect(checkHierarchy(placed)).toEqual([]);
    const again = planOf(name, bytes);
    const header = manifestHeader(plan, { entryId: null, docCode: name });
    expect(manifestDigest(header, again.leafHashes)).toBe(manifestDigest(header, plan.leafHashes));
  });

  test.each(names)('%s has the headings that CommonMark sees in it', (name) => {
    const text = read(name)
      .toString()
      .replace(/^---\n[\s\S]*?\n---\n/, '');
    const expected = fromMarkdown(text)
      .children.filter((node) => node.type === 'heading')
      // The statutes underline no heading; where a line of hyphens stands under a paragraph, it's a rule.
      .filter((node) => text[node.position!.start.offset!] === '#')
      .map((node) => [node.depth, node.position!.start.offset]);
    const found = headingsOf(text, MARKDOWN_1).filter((heading) => text[heading.start] === '#');
    expect(found.map(({ level, start }) => [level, start])).toEqual(expected);
  });

  test('the constitution has its articles where a reader looks for them', () => {
    const plan = planOf('gg.md', read('gg.md'));
    const article = plan.records.find((record) => record.address === 'gg/i/art-1');
    expect(article).toMatchObject({ sectionCode: 'Art 1', kind: 'section', sortOrder: 0 });
    expect(article!.text).toContain('Die Würde des Menschen ist unantastbar.');
  });

  test('the civil code has its sections under books, divisions and titles', () => {
    const plan = planOf('bgb.md', read('bgb.md'));
    const section = plan.records.find((record) => record.address === 'bgb/buch-1/abschnitt-1/titel-1/p-1');
    expect(section).toMatchObject({ sectionCode: '§ 1', title: '§ 1 Beginn der Rechtsfähigkeit' });
  });
});
