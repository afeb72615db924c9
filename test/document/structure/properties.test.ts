/** Nothing that a document can hold makes a profile throw, lose a character or take long. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDocument } from '../../../src/document/plan.ts';
import { documentProfile, GRANULARITIES } from '../../../src/document/profile/schema.ts';
import { hasLevels, resolveProfile } from '../../../src/document/profiles.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';
import { stretchesOf } from './cut-text.ts';

const NAMES = ['statute-de', 'statute-vi', 'statute-en', 'statute-fr', 'outline', 'principles', 'handbook'];

const piece = fc.oneof(
  fc.constantFrom(
    '# T',
    '## § 1',
    '### Teil 2',
    '####### § 9',
    '(1) x',
    '1.  y',
    '    a)  z',
    '*    *   cell',
    '*',
    '    *',
    '| a | b |',
    '|---|---|',
    '| NT1 | bãi bỏ |',
    '**Điều 3. X**',
    'CHƯƠNG I',
    'a) đ',
    '(a)(1)(A)(i)(I)',
    '1° x',
    'Article L1-2',
    '1.1.  H',
    '[Page 3]',
    'RFC 1 x 2000',
    '```',
    '[^1]: note',
    '(zu § 1)',
    '(Fundstelle: x)',
    '---',
    '===',
    '',
    '\f',
    '\u2028',
    '\ufeff',
    '\t1. t',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);
const text = fc
  .tuple(fc.array(piece, { maxLength: 60 }), fc.constantFrom('\n', '\r\n', '\r', '\n\n'))
  .map(([lines, end]) => lines.join(end).toWellFormed());

/** CommonMark's line ends, and all others that Unicode has. */
const BREAKS = ['\n', '\r', '\r\n', '\n\r', '\v', '\f', '\u0085', '\u2028', '\u2029'];

const STATUTE = [
  '# Gesetz',
  '## § 1 Zweck',
  '(1) Es gilt:',
  '1.  eins',
  '    a)  zwei',
  'Điều 2. Quyền',
  'Section 3. Duties',
  '(a)(1) One.',
  '##### Article L1-2',
  '1.1.  Terms',
  '| NT1 | x |',
  '|---|---|',
].join('\n');

/** A statute in which some stretches were cut out, doubled or replaced by other characters. */
const mutated = fc
  .array(fc.tuple(fc.nat(STATUTE.length), fc.nat(30), fc.string({ unit: 'binary', maxLength: 4 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((edits) =>
    edits.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), STATUTE),
  );

/** What is planned of bytes: never an exception, and the same bytes again where there is no problem. */
function expectPlan(bytes: Buffer, profile: string): void {
  const spec = { profile, granularity: 'ITEM' } as const;
  const plan = planDocument({ bytes, docCode: 'law', spec, vocabulary: BASE_VOCABULARY });
  if (plan.records.length === 0) expect(plan.problems).not.toEqual([]);
  else expect(Buffer.concat(plan.records.map(({ text }) => Buffer.from(text))).equals(bytes)).toBe(true);
}

describe.each(NAMES)('%s', (name) => {
  it('plans mutated statutes, and bytes that are no UTF-8', () => {
    fc.assert(fc.property(mutated, (source) => expectPlan(Buffer.from(source.toWellFormed()), name)));
    const broken = fc.tuple(fc.nat(STATUTE.length), fc.uint8Array({ minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(broken, ([at, put]) => {
        const whole = Buffer.from(STATUTE);
        expectPlan(Buffer.concat([whole.subarray(0, at), put, whole.subarray(at)]), name);
      }),
    );
  });

  it.each(BREAKS)('plans a statute with %j at the end of each line', (end) => {
    for (const doubled of [end, end + end]) expectPlan(Buffer.from(STATUTE.replaceAll('\n', doubled)), name);
  });

  it.each(GRANULARITIES)('covers any text without a gap at %s', (granularity) => {
    fc.assert(
      fc.property(text, (source) => {
        if (source !== '') stretchesOf(source, name, granularity);
      }),
      { numRuns: 60 },
    );
  });

  it('is data that its own schema takes', () => {
    const found = resolveProfile(name);
    if ('problem' in found || !hasLevels(found.profile)) throw new Error(name);
    expect(documentProfile.parse(found.profile)).toEqual(found.profile);
    const words = new Set(BASE_VOCABULARY.map(({ termKind, term }) => `${termKind} ${term}`));
    for (const { terms } of found.profile.levels) {
      expect(words).toContain(`unit_kind ${terms.kind}`);
      expect(words).toContain(`section_type ${terms.sectionType}`);
    }
  });

  it.each([
    ['a slug of no byte', { slugBytes: 0 }],
    ['an address beyond the limit', { addressBytes: 300 }],
    ['a replacement of nothing', { replacements: [['', 'x']] }],
    ['a replacement by much', { replacements: [['a', 'x'.repeat(100)]] }],
  ])('is refused with %s', (_, part) => {
    const found = resolveProfile(name);
    if ('problem' in found || !hasLevels(found.profile)) throw new Error(name);
    const address = { ...found.profile.address, ...part };
    expect(documentProfile.safeParse({ ...found.profile, address }).success).toBe(false);
  });

  it.each([
    ['items 6,000 deep', Array.from({ length: 6000 }, (_, at) => `${' '.repeat(at)}- x\n`).join('')],
    ['quotes and items 6,000 deep', `${'> '.repeat(6000)}x\n${'- '.repeat(6000)}y\n`],
    ['brackets 6,000 deep', `${'(a)'.repeat(6000)} x\n`],
    ['one line of 10 MB', `§ 1 ${'a '.repeat(5_000_000)}`],
    ['one heading of 10 MB', `## § 1 ${'*a* `b` '.repeat(1_250_000)}`],
    ['digits', '1'.repeat(50_000)],
    ['brackets', '('.repeat(50_000)],
    ['dots and blanks', '1. . . . '.repeat(8_000)],
    ['stars', '*    *\n'.repeat(8_000)],
  ])('takes %s', (_, source) => {
    const bytes = Buffer.from(source);
    const spec = { profile: name, granularity: 'ITEM' } as const;
    expect(planDocument({ bytes, docCode: 'law', spec, vocabulary: BASE_VOCABULARY }).byteLength).toBe(
      bytes.length,
    );
  });
});
