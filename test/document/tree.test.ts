import { expect, test } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';

/** The problems of two spans, of which the second has this parent. */
function problemsOf(parentLocalId: string) {
  const terms = { kind: 'section', sectionType: 'section' };
  const units = [
    { ...terms, localId: 'rule', start: 0, end: 4, address: '', excludedBecause: 'a rule' },
    { ...terms, localId: 'one', start: 4, end: 8, address: 'x/one', parentLocalId },
  ];
  const bytes = Buffer.from('---\nText');
  return planDocument({ bytes, docCode: 'x', spec: { units }, vocabulary: BASE_VOCABULARY }).problems;
}

test('a parent that is none is named as it was written, a long one by how it begins', () => {
  const path = ['cutSpec', 'units', '1', 'parentLocalId'];
  const unknown = (name: string) => expect.stringContaining(`names the parent "${name}", which no unit has`);
  expect(problemsOf('two')).toEqual([{ path, code: 'unknown_parent', message: unknown('two') }]);
  const long = `ab${'c'.repeat(300)}`;
  expect(problemsOf(long)).toEqual([
    { path, code: 'unknown_parent', message: unknown(`ab${'c'.repeat(198)}`) },
  ]);
  expect(problemsOf('rule')).toEqual([
    {
      path,
      code: 'excluded_parent',
      message: expect.stringContaining('names the parent "rule", which is excluded'),
    },
  ]);
});
