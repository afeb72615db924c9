import { describe, expect, test } from 'vitest';
import { baseOfUnits } from '../../../src/document/address/base.ts';
import { skeletonOf } from '../../../src/document/address/lookalike.ts';
import { planDocument } from '../../../src/document/plan.ts';
import type { ManifestFormat } from '../../../src/document/types.ts';
import { BASE_VOCABULARY } from '../../../src/document/vocabulary.ts';

const TEXT = 'One.\nTwo.\n';

function problemsOf(addresses: readonly [string, string], format?: ManifestFormat) {
  const units = addresses.map((address, at) => ({
    localId: `u${at}`,
    start: at * 5,
    end: at * 5 + 5,
    kind: 'paragraph',
    sectionType: 'paragraph',
    address,
  }));
  const bytes = Buffer.from(TEXT);
  return planDocument({ bytes, docCode: 'd', spec: { units }, vocabulary: BASE_VOCABULARY, format }).problems;
}

describe('explicit spans', () => {
  test.each([
    ['case', 'd/Scope', 'd/scope', 'address_lookalike'],
    ['width', 'd/\uff53cope', 'd/scope', 'address_lookalike'],
    ['a whole word of another script', 'd/\u0441\u043e\u0440\u0435', 'd/cope', 'address_lookalike'],
    ['a letter of another script', 'd/other', 'd/\u0455cope', 'address_mixed_script'],
    ['a filler of Hangul', 'd/other', 'd/scope\u3164', 'address_invisible'],
    ['a variation selector', 'd/other', 'd/scope\ufe0f', 'address_invisible'],
  ])('are refused for addresses that differ by %s', (_, one, other, code) => {
    expect(problemsOf([one, other])).toMatchObject([{ code, path: ['cutSpec', 'units', '1', 'address'] }]);
  });

  test.each([
    ['d/1', 'd/l'],
    ['d/modern', 'd/modem'],
    ['d/\u0111i\u1ec1u', 'd/dieu'],
    ['d/größe', 'd/grosse'],
    ['d/10-\u03bcm', 'd/\u0441\u043f\u0438\u0441\u043e\u043a'],
  ])('may have %s beside %s, which readers tell apart', (one, other) => {
    expect(problemsOf([one, other])).toEqual([]);
  });

  test('of a manifest of the first format are judged as they were', () => {
    expect(problemsOf(['d/Scope', 'd/scope'], 'cutter-manifest/1')).toEqual([]);
  });

  test('are refused for an address that looks like one that the document has or had', async () => {
    const unit = {
      ...{ address: 'd/old', trimmedDigest: null, contentHash: null, title: null, label: null },
      ...{ sectionCode: null, parentAddress: null, order: null, void: false },
    };
    const base = await baseOfUnits([unit], () => Promise.resolve());
    const span = { localId: 'u', start: 0, end: 10, kind: 'paragraph', sectionType: 'paragraph' };
    const planned = (address: string) =>
      planDocument({
        bytes: Buffer.from(TEXT),
        docCode: 'd',
        spec: { units: [{ ...span, address }] },
        vocabulary: BASE_VOCABULARY,
        base,
      }).problems;
    expect(planned('d/Old')).toMatchObject([{ code: 'address_lookalike' }]);
    expect(planned('d/old')).toEqual([]);
  });
});

test('a skeleton is one form of texts that look the same', () => {
  expect(skeletonOf('Sco\u200bpe')).toBe('scope');
  expect(skeletonOf('\u0405\u0441\u043e\u0440\u0435')).toBe('scope');
  expect(skeletonOf(skeletonOf('\u0130X'))).toBe(skeletonOf('\u0130X'));
});
