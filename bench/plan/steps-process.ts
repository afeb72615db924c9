/** The process of `countSteps`: V8 counts how often each block runs (precise coverage), so nothing is added to the code. */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { SHAPES } from './shapes.ts';
import type { StepsErrand } from './steps.ts';

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
// Only in code that is compiled from now on are the blocks counted.
const { planDocument } = await import('../../src/document/plan.ts');
const { hasLevels, resolveProfile } = await import('../../src/document/profiles.ts');
const { BASE_VOCABULARY } = await import('../../src/document/vocabulary.ts');

const WARM = 200;

function planOnce({ profile, shape, length }: StepsErrand): void {
  const resolved = resolveProfile(profile);
  const isFine = !('problem' in resolved) && hasLevels(resolved.profile);
  const spec = isFine ? ({ profile, granularity: 'ITEM' } as const) : { profile };
  const bytes = Buffer.from(SHAPES[shape]!(length));
  planDocument({ bytes, docCode: 'law', spec, vocabulary: BASE_VOCABULARY });
}

async function stepsOf(errand: StepsErrand): Promise<number> {
  planOnce(errand);
  // Taking the counts begins new ones.
  const { result } = await session.post('Profiler.takePreciseCoverage');
  const ranges = result
    .filter(({ url }) => url.includes('/src/'))
    .flatMap(({ functions }) => functions.flatMap((each) => each.ranges));
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

const errands: readonly StepsErrand[] = JSON.parse(readFileSync(0, 'utf8'));
// What is compiled or remembered at the first plan is no step of the text.
for (const errand of errands) planOnce({ ...errand, length: WARM });
await session.post('Profiler.takePreciseCoverage');
const counts: number[] = [];
for (const errand of errands) counts.push(await stepsOf(errand));
process.stdout.write(JSON.stringify(counts));
