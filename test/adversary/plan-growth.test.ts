/** No shape of text costs the square of its length: the steps of a plan are counted, not timed. */
import { describe, expect, it } from 'vitest';
import { SHAPES } from '../../bench/plan/shapes.ts';
import { countSteps } from '../../bench/plan/steps.ts';
import { SHIPPED_PROFILES } from '../../src/document/profiles.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

const SMALL = 4_000;
const DOUBLINGS = 3;
/** What a text of twice the length may cost more, at most. */
const GROWTH = 2.2;

const NAMES = [...new Set(SHIPPED_PROFILES.map(({ name }) => name))];

describe.each(NAMES)('%s', (profile) => {
  it(
    'takes at most 2.2 times the steps for twice the text, in each of 45 shapes from 1× to 8×',
    () => {
      const shapes = Object.keys(SHAPES);
      expect(shapes.length).toBeGreaterThanOrEqual(45);
      const errands = shapes.flatMap((shape) =>
        [SMALL, SMALL * 2 ** DOUBLINGS].map((length) => ({ profile, shape, length })),
      );
      const steps = countSteps(errands);
      const grown = shapes.map((shape, at) => {
        const [small, large] = [steps[2 * at]!, steps[2 * at + 1]!];
        expect(small).toBeGreaterThan(100);
        return { shape, growth: (large / small) ** (1 / DOUBLINGS) };
      });
      expect(grown.filter(({ growth }) => growth > GROWTH)).toEqual([]);
    },
    RUNS_PROGRAMS_MS,
  );
});
