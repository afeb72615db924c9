import { expect, test, vi } from 'vitest';
import { planDocument } from '../../src/document/plan.ts';
import { MAX_PROBLEMS, MAX_UNITS } from '../../src/document/spans.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { PLANS_THE_MOST_UNITS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: PLANS_THE_MOST_UNITS_MS });

test('as many problems as there may be units, several each, are reported without a deep stack', () => {
  const bytes = Buffer.alloc(MAX_UNITS, 'x');
  const units = Array.from({ length: MAX_UNITS }, (_, start) => ({
    ...{ kind: 'unknown', sectionType: 'unknown', localId: String(start), address: 'x/same' },
    ...{ start, end: start + 1, parentLocalId: String((start + 1) % MAX_UNITS) },
  }));
  const { problems } = planDocument({ bytes, docCode: 'x', spec: { units }, vocabulary: BASE_VOCABULARY });
  expect(problems).toHaveLength(MAX_PROBLEMS);
  // One of each: the kind, the section type and the circle; the address of all but the first.
  expect(problems.at(-1)?.message).toBe(`There are ${4 * MAX_UNITS - 1 - (MAX_PROBLEMS - 1)} more problems.`);
});

test('a profile that finds more units than there may be is refused by name', () => {
  const bytes = Buffer.from('# a\n'.repeat(MAX_UNITS + 1));
  const { problems } = planDocument({
    bytes,
    docCode: 'x',
    spec: { profile: 'markdown' },
    vocabulary: BASE_VOCABULARY,
  });
  expect(problems).toEqual([
    {
      path: ['cutSpec', 'profile'],
      code: 'too_many_units',
      message: `The plan would have ${MAX_UNITS + 1} units. At most ${MAX_UNITS} are allowed.`,
    },
  ]);
});
