/**
 * `npm run mutants -- [--seed N] [--count N] [--from N] [--workers N] [--only PATTERN] [--quick] [--list]`: makes
 * single faults in the law, one at a time, in a copy of the last commit, and says which test notices each. What nobody
 * notices needs a test, or a reason in `mutants/equivalent.ts` why nobody could. `--quick` leaves out the tests that
 * take minutes. `--from` goes on with a list at that place of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outdated, reasonFor } from './mutants/equivalent.ts';
import { type Mutant, mutantsIn } from './mutants/operators.ts';
import { lawFiles } from './mutants/targets.ts';
import { openWorkplace, type Verdict } from './mutants/workplace.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
});

// Each workplace has a PostgreSQL, which leaves the signal to the program as soon as there are two.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const checkout = join(import.meta.dirname, '..');
const lawFaults = allMutants();
const stale = outdated(lawFaults);
if (stale.length > 0) {
  const listed = stale.map(({ file, fault }) => `\n${file}  ${fault}`).join('');
  throw new Error(`These reasons of mutants/equivalent.ts fit no fault, or more than one:${listed}`);
}
const chosen = sample(namedOf(lawFaults), Number(values.seed), Number(values.count)).slice(
  Number(values.from),
);
if (values.list) for (const mutant of chosen) print(mutant, null);
else report(await judgeAll(chosen, Number(values.workers)));

function allMutants(): Mutant[] {
  return lawFiles(checkout).flatMap((file) => mutantsIn(file, readFileSync(join(checkout, file), 'utf8')));
}

/** Those of the files and lines that `--only` names, as `src/law/states.ts:36`. */
function namedOf(all: readonly Mutant[]): Mutant[] {
  const pattern = new RegExp(values.only);
  return all.filter(({ file, line }) => pattern.test(`${file}:${line}`));
}

/** `count` of them, as many of each kind, the same for the same seed and text. */
function sample(all: readonly Mutant[], seed: number, count: number): Mutant[] {
  const random = randomFrom(seed);
  const lots = all.map((mutant) => ({ mutant, lot: random() })).sort((a, b) => a.lot - b.lot);
  const taken = new Map<string, number>();
  // The nth of each kind comes before the next of any.
  const drawn = lots
    .map(({ mutant }) => {
      const turn = taken.get(mutant.kind) ?? 0;
      taken.set(mutant.kind, turn + 1);
      return { mutant, turn };
    })
    .sort((a, b) => a.turn - b.turn);
  process.stdout.write(
    `${all.length} faults can be made; ${Math.min(count, all.length)} are, with seed ${seed}.\n`,
  );
  return drawn.slice(0, count).map(({ mutant }) => mutant);
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function judgeAll(mutants: readonly Mutant[], workers: number): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const place = await openWorkplace(checkout, values.quick);
    try {
      for (let mutant = mutants[next++]; mutant !== undefined; mutant = mutants[next++]) {
        const reason = reasonFor(mutant);
        const verdict = reason === null ? await place.judge(mutant) : equivalent(mutant);
        verdicts.push(verdict);
        print(mutant, verdict);
      }
    } finally {
      await place.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return verdicts;
}

function equivalent(mutant: Mutant): Verdict {
  return { mutant, killedBy: null, isOutOfTime: false, seconds: 0 };
}

function print(mutant: Mutant, verdict: Verdict | null): void {
  const { file, line, kind, what } = mutant;
  const reason = reasonFor(mutant);
  const ended = reason === null ? endOf(verdict) : `  equivalent, because ${reason}`;
  process.stdout.write(`${file}:${line}  ${kind}: ${what}${ended}\n`);
}

function endOf(verdict: Verdict | null): string {
  if (verdict === null) return '';
  const { killedBy, isOutOfTime, seconds } = verdict;
  const missed = isOutOfTime ? 'WITHOUT A VERDICT, a test came to no end' : 'SURVIVED';
  return `  ${killedBy === null ? missed : `killed by ${killedBy}`} (${seconds.toFixed(0)} s)`;
}

function report(verdicts: readonly Verdict[]): void {
  const equivalents = verdicts.filter(({ mutant }) => reasonFor(mutant) !== null);
  const unnoticed = verdicts.filter(
    ({ mutant, killedBy }) => killedBy === null && reasonFor(mutant) === null,
  );
  const survived = unnoticed.filter(({ isOutOfTime }) => !isOutOfTime);
  const compiled = verdicts.filter(({ killedBy }) => killedBy === 'the compiler');
  process.stdout.write(
    `\n${verdicts.length} faults: ${verdicts.length - unnoticed.length - equivalents.length} noticed, ` +
      `${compiled.length} of them by the compiler; ${equivalents.length} equivalent; ${survived.length} survived; ` +
      `${unnoticed.length - survived.length} without a verdict.\n`,
  );
  for (const { mutant } of unnoticed) print(mutant, null);
}
