import { describe, expect, test } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import type { CutSpec } from '../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';

function planOf(text: string, spec: CutSpec = { profile: 'markdown@2' }) {
  const plan = planDocument({ bytes: Buffer.from(text), docCode: 'x', spec, vocabulary: BASE_VOCABULARY });
  expect(plan.problems).toEqual([]);
  expect(plan.coverage.complete).toBe(true);
  return { ...plan, codes: plan.warnings.map(({ code }) => code) };
}

const page = 'Nobody acts alone. '.repeat(200);

describe('what makes a complete plan doubtful', () => {
  test('is nothing in a short document with headings', () => {
    const { measure, codes } = planOf('# Law\n\nLead.\n\n## § 1 One\n\n(1) a\n\n(2) b\n\n## § 2 Two\n\nb\n');
    expect(measure).toEqual({ longUnits: 0, excludedTextBytes: 0, unmarkedNumbers: 0 });
    expect(codes).toEqual([]);
  });

  test('is one unit that holds most of it', () => {
    const { measure, warnings } = planOf(`# Law\n\n## One\n\n${page}\n\n## Two\n\nb\n`);
    expect(measure.longUnits).toBe(1);
    expect(warnings).toMatchObject([
      {
        code: 'mostly_one_unit',
        severity: 'warning',
        message: expect.stringMatching(/^Unit "x\/one" holds 9\d % of/),
      },
    ]);
  });

  test('is that most of it is in units longer than a page', () => {
    const { measure, warnings } = planOf(
      `# Law\n\n## One\n\n${page}\n\n## Two\n\n${page}\n\n## Three\n\n${page}\n`,
    );
    expect(measure.longUnits).toBe(3);
    expect(warnings).toMatchObject([
      { code: 'long_units', message: expect.stringMatching(/^3 units are longer/) },
    ]);
  });

  test('is not a long unit among many others', () => {
    const others = Array.from({ length: 20 }, (_, at) => `## S${at}\n\n${page.slice(0, 900)}\n\n`).join('');
    const { measure, codes } = planOf(`# Law\n\n${others}## Long\n\n${page}\n`);
    expect([measure.longUnits, codes]).toEqual([1, []]);
  });

  test('is that most of it is set aside', () => {
    const unit = { localId: 'a', start: 0, end: 4, kind: 'section', sectionType: 'section', address: 'x/a' };
    const aside = { ...unit, localId: 'b', start: 4, end: 60, excludedBecause: 'other' };
    const { measure, warnings } = planOf(`One\n${'Nobody acts alone. '.repeat(3).slice(0, 56)}`, {
      units: [unit, aside],
    });
    expect(measure.excludedTextBytes).toBe(56);
    expect(warnings).toMatchObject([
      {
        path: ['records', 'b'],
        code: 'mostly_excluded',
        message: expect.stringMatching(/^93 % of the document, 56 /),
      },
    ]);
  });

  test('is numbering that begins no unit', () => {
    const law = (lines: string[]) =>
      `# Luật\n\n## Chương I\n\nLead.\n\n${lines.join('\n')}\n\n## Chương II\n\nx\n`;
    const { measure, warnings } = planOf(law(['Điều 1. Một.', '1. a.', 'Điều 2. Hai.', 'Điều 13a. Ba.']));
    expect(measure.unmarkedNumbers).toBe(3);
    const at = Buffer.byteLength('# Luật\n\n## Chương I\n\nLead.\n\n');
    expect(warnings).toMatchObject([
      {
        code: 'numbering_unmarked',
        message: expect.stringContaining(`The first is at byte ${at}, in unit "x/chuong-i"`.slice(0, 25)),
      },
    ]);
    expect(warnings[0]!.message).toContain('"Điều 1. Một."');
  });

  test.each([
    ['plain text in one unit, of every kind', 'Intro.\n\n1. One.\n\n2. Two.\n\na) x;\n\n(3) y.\n', 4],
    ['sections in bold', '# L\n\n**Article 1** One.\n\n**§ 2** Two\n\n**Section 3.** x\n', 3],
    [
      'references that a sentence goes on to',
      '# L\n\n## A\n\nAs in\n§ 3 of it.\n\nArticle 5 of the law.\n\n§ 6 Absatz 2 gilt.\n\n## B\n\nx\n',
      0,
    ],
    ['paragraphs below headings alone', '# L\n\n## A\n\n(1) x.\n\n(2) y.\n\n(3) z.\n\n## B\n\nx\n', 0],
    ['dotted numbers where units begin with them', '# L\n\n## A\n\n1.1 x.\n\n1.2 y.\n\n## 2.1 B\n\nx\n', 2],
  ])('counts in %s', (_, text, count) => {
    expect(planOf(text).measure.unmarkedNumbers).toBe(count);
  });

  test('changes no digest of a plan', () => {
    const { measure: _measure, ...plan } = planOf(`# Law\n\n## One\n\n${page}\n`);
    expect(JSON.stringify(plan.records)).not.toContain('mostly_one_unit');
  });

  test('is found in a time that grows with the text', () => {
    const shapes = [
      '1. a.\n',
      'Điều 1. x\n',
      '####\n',
      '****\n',
      '((((((\n',
      '         \n',
      'aaaa\n',
      '1.1.1.1.1.1.1.1\n',
    ];
    for (const shape of shapes) {
      const timeOf = (bytes: number): number => {
        const text = `# L\n\n${shape.repeat(bytes / shape.length)}`;
        const unit = {
          localId: 'a',
          start: 0,
          end: Buffer.byteLength(text),
          kind: 'section',
          sectionType: 'section',
          address: 'x',
        };
        const before = performance.now();
        planDocument({
          bytes: Buffer.from(text),
          docCode: 'x',
          spec: { units: [unit] },
          vocabulary: BASE_VOCABULARY,
        });
        return performance.now() - before;
      };
      timeOf(10_000);
      expect(timeOf(400_000), shape).toBeLessThan(2_000);
    }
  });
});
