import { describe, expect, test } from 'vitest';
import { decodeSource } from '../../src/document/decode.ts';
import { planDocument } from '../../src/document/plan.ts';
import { MAX_PROBLEMS, MAX_UNITS } from '../../src/document/spans.ts';
import type { DocumentPlan, DocumentProblem, UnitSpan } from '../../src/document/types.ts';
import { BASE_VOCABULARY, vocabularyDigest } from '../../src/document/vocabulary.ts';

const KNOWN = [
  'markdown@1',
  'markdown@2',
  'markdown@3',
  'handbook@1',
  'handbook@2',
  'statute-de@1',
  'statute-vi@1',
  'statute-en@1',
  'statute-fr@1',
  'statute-fr@2',
  'outline@1',
  'outline@2',
  'principles@1',
].join(', ');

// 26 bytes; the "ö" is bytes 4 and 5.
const SOURCE = Buffer.from('# Größe\n\nOne text.\n\n----');
const TERMS = { kind: 'section', sectionType: 'section' };
const GOOD: readonly UnitSpan[] = [
  { ...TERMS, localId: 'a', start: 0, end: 11, kind: 'container', address: 'x/a', title: 'Größe' },
  { ...TERMS, localId: 'b', start: 11, end: 22, address: 'x/b', parentLocalId: 'a' },
  { ...TERMS, localId: 'c', start: 22, end: 26, address: '', excludedBecause: 'a rule' },
];

function plan(units: readonly UnitSpan[], bytes = SOURCE): DocumentPlan {
  return planDocument({ bytes, docCode: 'x', spec: { units }, vocabulary: BASE_VOCABULARY });
}

/** The good spans with some fields of one of them changed. */
function changed(index: number, fields: Partial<UnitSpan>): UnitSpan[] {
  return GOOD.map((span, i) => (i === index ? { ...span, ...fields } : span));
}

const told = (problems: readonly DocumentProblem[]) =>
  problems.map(({ code, path }) => [code, path.join('.')]);
const at = (index: number, field: string) => `cutSpec.units.${index}.${field}`;

describe('explicit spans', () => {
  test('make the records they name', () => {
    const { problems, records, coverage, profile } = plan(GOOD);
    expect(problems).toEqual([]);
    expect(records).toMatchObject([
      {
        localId: 'a',
        role: 'container',
        text: '# Größe\n\n',
        sortOrder: 0,
        title: 'Größe',
        parentLocalId: null,
      },
      { localId: 'b', role: 'unit', text: 'One text.\n\n', sortOrder: 0, parentLocalId: 'a' },
      {
        localId: 'c',
        role: 'excluded',
        text: '----',
        sortOrder: null,
        address: null,
        excludedBecause: 'a rule',
      },
    ]);
    expect(coverage).toEqual({
      bytes: 26,
      unitBytes: 11,
      containerBytes: 11,
      excludedBytes: 4,
      complete: true,
    });
    expect(profile).toMatchObject({ name: null, version: null });
  });

  test('may come in any order', () => {
    const there = plan(GOOD);
    const back = plan(GOOD.toReversed());
    expect(back.problems).toEqual([]);
    expect(back.records).toEqual(there.records);
  });

  test('have a digest that every word of them changes', () => {
    const digest = (units: readonly UnitSpan[]) => plan(units).profile.digest;
    const others = [
      changed(0, { address: 'x/z' }),
      changed(1, { title: 'T' }),
      changed(2, { excludedBecause: 'b' }),
    ];
    expect(new Set([GOOD, ...others].map(digest)).size).toBe(4);
  });

  const refusals: [string, readonly UnitSpan[], [string, string][]][] = [
    ['a start before the source', changed(0, { start: -1 }), [['span_out_of_range', at(0, 'start')]]],
    ['an end behind the source', changed(2, { end: 27 }), [['span_out_of_range', at(2, 'end')]]],
    ['half a byte', changed(0, { start: 0.5 }), [['span_out_of_range', at(0, 'start')]]],
    [
      'a border inside a character',
      [{ ...GOOD[0]!, end: 5 }, { ...GOOD[1]!, start: 5 }, GOOD[2]!],
      [
        ['span_inside_character', at(0, 'end')],
        ['span_inside_character', at(1, 'start')],
      ],
    ],
    ['an empty span', changed(1, { end: 11 }), [['span_empty', at(1, 'end')]]],
    ['a span that ends before it starts', changed(1, { end: 8 }), [['span_empty', at(1, 'end')]]],
    ['an overlap', changed(1, { start: 10 }), [['span_overlap', at(1, 'start')]]],
    ['a stretch left out between', changed(1, { start: 13 }), [['bytes_left_out', 'source.bytes.11-13']]],
    ['a stretch left out at the start', changed(0, { start: 2 }), [['bytes_left_out', 'source.bytes.0-2']]],
    ['a stretch left out at the end', GOOD.slice(0, 2), [['bytes_left_out', 'source.bytes.22-26']]],
    ['a local id given twice', changed(2, { localId: 'b' }), [['duplicate_local_id', at(2, 'localId')]]],
    ['no local id', changed(2, { localId: '' }), [['local_id_invalid', at(2, 'localId')]]],
    ['an address given twice', changed(1, { address: 'x/a' }), [['duplicate_address', at(1, 'address')]]],
    ['an empty address', changed(1, { address: '' }), [['address_empty', at(1, 'address')]]],
    ['white space in an address', changed(1, { address: 'x/ b' }), [['address_invalid', at(1, 'address')]]],
    [
      'a control character in an address',
      changed(1, { address: 'x/\u0007' }),
      [['address_invalid', at(1, 'address')]],
    ],
    [
      'an address with an empty part',
      changed(1, { address: 'x//b' }),
      [['address_invalid', at(1, 'address')]],
    ],
    ['an address not in NFC', changed(1, { address: 'x/a\u0308' }), [['address_invalid', at(1, 'address')]]],
    [
      'an address too long',
      changed(1, { address: 'ä'.repeat(128) }),
      [['address_too_long', at(1, 'address')]],
    ],
    ['an unknown parent', changed(1, { parentLocalId: 'z' }), [['unknown_parent', at(1, 'parentLocalId')]]],
    ['an excluded parent', changed(1, { parentLocalId: 'c' }), [['excluded_parent', at(1, 'parentLocalId')]]],
    [
      'a unit as its own parent',
      changed(1, { parentLocalId: 'b' }),
      [['parent_cycle', at(1, 'parentLocalId')]],
    ],
    [
      'a cycle of parents',
      changed(0, { parentLocalId: 'b' }),
      [
        ['parent_cycle', at(0, 'parentLocalId')],
        ['parent_cycle', at(1, 'parentLocalId')],
      ],
    ],
    ['a kind the vocabulary lacks', changed(1, { kind: 'verse' }), [['unknown_unit_kind', at(1, 'kind')]]],
    [
      'a section type it lacks',
      changed(1, { sectionType: 'verse' }),
      [['unknown_section_type', at(1, 'sectionType')]],
    ],
    [
      'a second title',
      GOOD.map((span) => ({ ...span, sectionType: 'title' })),
      [['cardinality_exceeded', at(1, 'sectionType')]],
    ],
    [
      'a stretch excluded without a reason',
      changed(2, { excludedBecause: ' ' }),
      [['reason_empty', at(2, 'excludedBecause')]],
    ],
    ['half a character in a title', changed(1, { title: '\ud83d' }), [['text_invalid', at(1, 'title')]]],
    ['a NUL in a title', changed(1, { title: 'a\0' }), [['text_invalid', at(1, 'title')]]],
    ['nothing but excluded stretches', [{ ...GOOD[2]!, start: 0 }], [['no_units', 'cutSpec']]],
  ];
  test.each(refusals)('are refused: %s', (_, units, expected) => {
    expect(told(plan(units).problems)).toEqual(expected);
  });

  test('are refused without any, naming the whole source', () => {
    expect(told(plan([]).problems)).toEqual([
      ['no_units', 'cutSpec'],
      ['bytes_left_out', 'source.bytes.0-26'],
    ]);
  });

  test('are refused beyond the limit of units, and the problems told are bounded', () => {
    const bytes = Buffer.alloc(MAX_UNITS + 1, 'a');
    const units = Array.from(bytes, (_, i) => ({
      ...TERMS,
      localId: `${i}`,
      start: i,
      end: i + 1,
      address: `x/${i}`,
    }));
    expect(told(plan(units, bytes).problems)).toEqual([['too_many_units', 'cutSpec.units']]);
    const same = units.slice(0, 500).map((unit) => ({ ...unit, address: 'x' }));
    const { problems } = plan(same, bytes.subarray(0, 500));
    expect(problems).toHaveLength(MAX_PROBLEMS);
    expect(problems.at(-1)).toMatchObject({ code: 'more_problems', message: 'There are 400 more problems.' });
  });

  test('list the allowed words when one is not', () => {
    const [problem] = plan(changed(1, { kind: 'verse' })).problems;
    expect(problem!.message).toContain('Allowed: article, clause, code, container,');
  });
});

describe('a source', () => {
  const refused = (bytes: Uint8Array) => {
    const decoded = decodeSource(bytes);
    return 'problem' in decoded
      ? [decoded.problem.code, decoded.problem.message.match(/(?:byte|offset) (\d+)\b/)?.[1]]
      : decoded.text;
  };

  test('is refused when empty, not UTF-8 or holding a NUL, with the offset', () => {
    expect(refused(Buffer.from(''))).toEqual(['source_empty', undefined]);
    expect(refused(Buffer.from('aö\0b'))).toEqual(['source_nul', '3']);
    const beginning = Buffer.from('aö\ufffd😀');
    for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xc0, 0xaf], [0x80]]) {
      expect(refused(Buffer.concat([beginning, Buffer.from(bad), Buffer.from('z')])), `${bad}`).toEqual([
        'source_not_utf8',
        '10',
      ]);
    }
  });

  test('keeps its byte order mark', () => {
    expect(refused(Buffer.from('\ufeffa'))).toBe('\ufeffa');
  });

  test('gives a plan with that problem and no records', () => {
    const bytes = Buffer.from([0x61, 0xff]);
    const refusal = planDocument({
      bytes,
      docCode: 'x',
      spec: { profile: 'markdown' },
      vocabulary: BASE_VOCABULARY,
    });
    expect(told(refusal.problems)).toEqual([['source_not_utf8', 'source.content']]);
    expect(refusal.records).toEqual([]);
    expect(refusal.coverage.complete).toBe(false);
    // None of no bytes is left out, and yet nothing is covered.
    const empty = plan([], Buffer.from(''));
    expect(told(empty.problems)).toContainEqual(['source_empty', 'source.content']);
    expect(empty.coverage).toMatchObject({ bytes: 0, complete: false });
  });
});

describe('a profile', () => {
  const problemsOf = (profile: string, docCode = 'x') =>
    planDocument({ bytes: SOURCE, docCode, spec: { profile }, vocabulary: BASE_VOCABULARY }).problems;

  test.each([
    ['markdwon', 'unknown_profile'],
    ['markdown@4', 'unknown_profile_version'],
    ['markdown@1@1', 'unknown_profile_version'],
    ['', 'unknown_profile'],
  ])('"%s" is refused with a list of those known', (reference, code) => {
    expect(problemsOf(reference)).toEqual([
      {
        path: ['cutSpec', 'profile'],
        code,
        message: `There is no profile "${reference}". The known profiles are ${KNOWN}, and those that were registered: the query "profiles" lists them.`,
      },
    ]);
  });

  test('wants a document code of lower-case letters, of any script', () => {
    for (const code of ['BGB', '', '.a', 'a b', 'Ä', 'a\u0308', 'a'.repeat(64)]) {
      expect(told(problemsOf('markdown', code)), code).toEqual([['doc_code_invalid', 'docCode']]);
    }
  });
});

test('the vocabulary digest is blind to order and descriptions, not to terms and bounds', () => {
  const digest = vocabularyDigest(BASE_VOCABULARY);
  expect(vocabularyDigest(BASE_VOCABULARY.toReversed().map((term) => ({ ...term, description: '' })))).toBe(
    digest,
  );
  expect(vocabularyDigest(BASE_VOCABULARY.slice(1))).not.toBe(digest);
  expect(vocabularyDigest(BASE_VOCABULARY.map((term) => ({ ...term, atMost: 7 })))).not.toBe(digest);
});
