/**
 * How fast documents are planned: megabytes a second over shapes of text, each at its largest size, and how much more a
 * document of twice the size takes, by the processor's time and by steps. The aims: 20 MB/s for real laws, 5 for every
 * shape, a growth of 2.2 at most. Steps are the same on every machine; time is not.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { planDocument } from '../src/document/plan.ts';
import { BASE_VOCABULARY } from '../src/document/vocabulary.ts';
import { SHAPES } from './plan/shapes.ts';
import { countSteps } from './plan/steps.ts';

const MB = 1024 * 1024;
/** Of the largest, few shapes have more units than a plan may have. */
const SMALLEST = MB / 4;
/** Counting makes a plan slow, so steps are counted on shorter texts. */
const SMALLEST_COUNTED = 4_000;
const TIMES = [1, 2, 4, 8] as const;
const LAWS = new URL('../../shared/laws/', import.meta.url);
const LEAST = { law: 20, shape: 5 } as const;
const GROWTH = 2.2;

function plannedMs(text: string, profile: string): number {
  const bytes = Buffer.from(text);
  const before = process.threadCpuUsage();
  planDocument({ bytes, docCode: 'bench', spec: { profile }, vocabulary: BASE_VOCABULARY });
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The best of several, since others use the caches, too. */
function bestMs(text: string, profile: string, rounds: number): number {
  return Math.min(...Array.from({ length: rounds }, () => plannedMs(text, profile)));
}

const speedOf = (text: string, ms: number) => Buffer.byteLength(text) / MB / (ms / 1_000);

function laws(): string {
  if (!existsSync(LAWS)) return '';
  const files = readdirSync(LAWS).filter((name) => name.endsWith('.md'));
  return files.map((name) => readFileSync(new URL(name, LAWS), 'utf8')).join('\n');
}

export function benchPlan(): void {
  const profile = process.env['BENCH_PROFILE'] ?? 'markdown';
  const shapes = Object.entries(SHAPES);
  process.stdout.write(
    `Plans of ${shapes.length} shapes by ${profile}: MB/s at 2 MB; growth of each doubling from 0.25 MB by time, ` +
      'and from 4 kB by steps\n',
  );
  const text = laws();
  if (text === '') process.stdout.write('  real laws: none here, skipped\n');
  else
    printLine('real laws', speedOf(text, bestMs(text, profile, 4)), LEAST.law, { byTime: [], bySteps: [] });
  const most = { byTime: 0, bySteps: 0 };
  for (const [name, shape] of shapes) {
    const times = TIMES.map((factor) => bestMs(shape(SMALLEST * factor), profile, 3));
    const lengths = TIMES.map((factor) => SMALLEST_COUNTED * factor);
    const steps = countSteps(lengths.map((length) => ({ profile, shape: name, length })));
    const growth = { byTime: growthOf(times), bySteps: growthOf(steps) };
    for (const way of ['byTime', 'bySteps'] as const) most[way] = Math.max(most[way], ...growth[way]);
    printLine(name, speedOf(shape(SMALLEST * TIMES.at(-1)!), times.at(-1)!), LEAST.shape, growth);
  }
  process.stdout.write(
    `  the largest growth of ${shapes.length} shapes: ${most.byTime.toFixed(2)} by time, ` +
      `${most.bySteps.toFixed(2)} by steps\n`,
  );
}

const growthOf = (costs: readonly number[]) => costs.slice(1).map((cost, at) => cost / costs[at]!);

interface Growth {
  readonly byTime: readonly number[];
  readonly bySteps: readonly number[];
}

function printLine(name: string, speed: number, least: number, { byTime, bySteps }: Growth): void {
  const [time, steps] = [byTime, bySteps].map((list) => list.map((factor) => factor.toFixed(2)).join(' '));
  const isMissed = speed < least || [...byTime, ...bySteps].some((factor) => factor > GROWTH);
  process.stdout.write(
    `  ${name.padEnd(28)} ${speed.toFixed(1).padStart(6)}  ${time} · ${steps}${isMissed ? '  MISSED' : ''}\n`,
  );
}
