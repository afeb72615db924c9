/**
 * What provable history costs a phase: the full cycle with the tree folded and both lanes cosigning, as a ratio to
 * the same cycle with the integrator alone; alternated in one run, on fresh databases.
 */
import { BATCHES, entries, STEPS } from './cycle.ts';
import { type Ground, gqlAt, median, timed } from './ground.ts';
import { localServer } from './local-server.ts';

const WIDTH = 8;
const ROUNDS = 5;

/** Milliseconds of each step over the measured documents, warm. */
async function times(ground: Ground, provable: boolean): Promise<number[]> {
  const { urls } = await ground.database();
  const server = await localServer(urls, ground.secrets);
  if (!provable) await server.wired.provable.close();
  const gql = gqlAt(server.url);
  const all = entries();
  let measured: number[] = [];
  for (const batch of BATCHES) {
    measured = [];
    for (const { once, step } of STEPS) {
      const jobs = batch.map(
        (index) => () => step(gql, ground.tokens, index, all[index] as (typeof all)[number]),
      );
      measured.push(await timed(once ? jobs.slice(0, 1) : jobs, WIDTH));
    }
  }
  if (provable && (await server.wired.provable.checkpoints.latest()) === null)
    throw new Error('nothing was published');
  await server.close();
  return measured;
}

export async function benchTree(ground: Ground): Promise<void> {
  console.log(
    `\nThe log with its tree and cosigning, against the log alone: ${ROUNDS} rounds, concurrency ${WIDTH}`,
  );
  const [bare, whole]: [number[][], number[][]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // Either goes first in turn, so that what the machine does meanwhile falls on both.
    for (const provable of round % 2 === 0 ? [false, true] : [true, false])
      (provable ? whole : bare).push(await times(ground, provable));
  }
  const each = (rounds: number[][], at: number) => median(rounds.map((measured) => measured[at] as number));
  for (const [at, { name }] of STEPS.entries()) {
    const [alone, folded] = [each(bare, at), each(whole, at)];
    console.log(
      `  ${name.padEnd(16)} alone ${alone.toFixed(0).padStart(6)} ms   with tree ${folded.toFixed(0).padStart(6)} ms   ratio ${(folded / alone).toFixed(2)}`,
    );
  }
  const sum = (measured: readonly number[]) => measured.reduce((a, b) => a + b, 0);
  const ratios = whole.map((measured, round) => sum(measured) / sum(bare[round] as number[]));
  console.log(
    `  ratio (aim <= 1.10): median ${median(ratios).toFixed(2)}  of ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
  );
}
