import { describe, expect, test } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import type { UnitSpan } from '../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { digestOf } from '../../src/proof/digest.ts';

const TEXT = 'Điều một.\nKhoản hai và ba.\n';
const bytes = Buffer.from(TEXT);

type Part = Partial<UnitSpan> & { localId: string; end: number };

/** Spans that follow one another, each beginning where the one before it ends. */
function planOf(parts: readonly Part[], source: Buffer = bytes) {
  let start = 0;
  const units = parts.map((part) => {
    const unit = { start, kind: 'section', sectionType: 'section', address: `x/${part.localId}`, ...part };
    start = part.end;
    return unit;
  });
  return planDocument({ bytes: source, docCode: 'x', spec: { units }, vocabulary: BASE_VOCABULARY });
}

const FIRST = Buffer.byteLength('Điều một.\n');
const codes = (faults: readonly { path: readonly string[]; code: string }[]) =>
  faults.map(({ path, code }) => [path.join('.'), code]);

describe('a span with a quote or a digest', () => {
  const rest = { localId: 'b', end: bytes.length };

  test('is taken where its bytes are those, and its manifest is the same without them', () => {
    const plain = planOf([{ localId: 'a', end: FIRST }, rest]);
    const sha256 = digestOf(bytes.subarray(0, FIRST));
    const checked = planOf([{ localId: 'a', end: FIRST, quote: 'Điều một.\n', sha256 }, rest]);
    expect(checked).toEqual(plain);
    expect(checked.problems).toEqual([]);
  });

  test('is a problem at its place where they are others', () => {
    const { problems } = planOf([
      { localId: 'a', end: FIRST, quote: 'Điều hai.\n', sha256: digestOf(Buffer.from('x')) },
      { ...rest, excludedBecause: 'left out', quote: 'Khoản' },
    ]);
    expect(problems).toEqual([
      {
        path: ['cutSpec', 'units', '0', 'quote'],
        code: 'quote_differs',
        message: `Unit "a" doesn't hold its quote: bytes 0–${FIRST} are "Điều một.\\n", and its quote is "Điều hai.\\n".`,
      },
      {
        path: ['cutSpec', 'units', '0', 'sha256'],
        code: 'sha256_differs',
        message: expect.stringContaining(digestOf(bytes.subarray(0, FIRST))),
      },
      expect.objectContaining({ path: ['cutSpec', 'units', '1', 'quote'], code: 'quote_differs' }),
    ]);
  });

  test('whose offsets count characters is told so', () => {
    // The last end is the file's size: that is what made such lists pass.
    const source = Buffer.from('Đ một.\nHai.\n');
    const parts = [
      { localId: 'a', end: 'Đ một.\n'.length, quote: 'Đ một.\n' },
      { localId: 'b', end: source.length },
    ];
    const { problems, warnings } = planOf(parts, source);
    expect(problems).toMatchObject([
      {
        code: 'quote_differs',
        message: expect.stringMatching(/Offsets count the bytes of UTF-8, not characters\.$/),
      },
    ]);
    expect(codes(warnings)).toEqual([['cutSpec.units.1.start', 'boundary_inside_word']]);
  });

  test('is a problem where the unicode forms differ', () => {
    const { problems } = planOf([{ localId: 'a', end: FIRST, quote: 'Điều một.\n'.normalize('NFD') }, rest]);
    expect(codes(problems)).toEqual([['cutSpec.units.0.quote', 'quote_differs']]);
  });
});

describe('a span that begins inside a word', () => {
  test('is a warning that shows the place and blocks nothing', () => {
    const at = FIRST + Buffer.byteLength('Kho');
    const { problems, warnings } = planOf([
      { localId: 'a', end: at },
      { localId: 'b', end: bytes.length },
    ]);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      {
        path: ['cutSpec', 'units', '1', 'start'],
        code: 'boundary_inside_word',
        message: expect.stringContaining(`begins at byte ${at}, inside a word: "Điều một. Kho|ản hai và ba.`),
        severity: 'warning',
      },
    ]);
  });

  test.each([
    ['behind a blank', 'one two', 4],
    ['before a sign', 'one,two', 3],
    ['between words without blanks', '法律第一条第二条', 12],
    ['at the end of a line', 'one\ntwo', 4],
  ])('is none %s', (_, text, end) => {
    const source = Buffer.from(text);
    expect(
      planOf(
        [
          { localId: 'a', end },
          { localId: 'b', end: source.length },
        ],
        source,
      ).warnings,
    ).toEqual([]);
  });

  test('is counted beyond a hundred', () => {
    const source = Buffer.from('a'.repeat(300));
    const parts = Array.from({ length: 300 }, (_, at) => ({ localId: `u${at}`, end: at + 1 }));
    const { warnings } = planOf(parts, source);
    expect(warnings).toHaveLength(101);
    expect(warnings[100]).toMatchObject({
      code: 'more_warnings',
      message: expect.stringContaining('199 more'),
    });
  });
});

describe('parents of spans', () => {
  const source = Buffer.from('a\nb\nc\nd\ne\n');
  const tree = (...parents: (string | null)[]) =>
    planOf(
      parents.map((parentLocalId, at) => ({
        localId: 'abcde'[at]!,
        end: at === parents.length - 1 ? 10 : at * 2 + 2,
        parentLocalId,
      })),
      source,
    );

  test.each([
    ['a chain', [null, 'a', 'b', 'c', 'd']],
    ['siblings of every depth', [null, 'a', 'b', 'a', null]],
    ['none', [null, null, null, null, null]],
  ])('are sound as %s', (_, parents) => {
    expect(tree(...parents)).toMatchObject({ problems: [], unsound: [] });
  });

  test('that come after their child are named', () => {
    const { problems, unsound } = tree('b', null, null);
    expect(problems).toEqual([]);
    expect(unsound).toEqual([
      {
        path: ['cutSpec', 'units', '0', 'parentLocalId'],
        code: 'parent_after_child',
        message: 'Unit "a" begins before its parent "b".',
      },
    ]);
  });

  test('that ended before their child are named, with what ended them', () => {
    expect(tree(null, 'a', null, 'b', 'a').unsound).toEqual([
      expect.objectContaining({
        path: ['cutSpec', 'units', '3', 'parentLocalId'],
        code: 'outside_parent',
        message: 'Unit "d" lies outside its parent "b", which ends where Unit "c" begins.',
      }),
      expect.objectContaining({ path: ['cutSpec', 'units', '4', 'parentLocalId'], code: 'outside_parent' }),
    ]);
  });

  test('that are unknown or in a circle are problems as before', () => {
    expect(tree('x', null)).toMatchObject({ problems: [{ code: 'unknown_parent' }], unsound: [] });
    expect(tree('b', 'a').problems.map(({ code }) => code)).toEqual(['parent_cycle', 'parent_cycle']);
  });
});
