/**
 * What a unit costs in a ledger of 10³, 10⁴, 10⁵ and 10⁶ units: the same documents through all phases, in the smallest
 * ledger and in a larger one by turns, as ratios.
 */
import { documentsThrough } from './bulk/batch.ts';
import { fillUnits } from './bulk/fill.ts';
import { type BenchDatabase, type BenchServer, type Ground, gqlAt, median, startServer } from './ground.ts';
import { type ProcessorMeter, processorMeter } from './processor-time.ts';

const SMALLEST = 1_000;
const MOST = Number(process.env['BENCH_MOST_UNITS'] ?? 1_000_000);
const DOCUMENTS = 16;
const UNITS = 65;
const ROUNDS = 5;

/** Milliseconds of a batch: by the clock, and of the processors (null where the system doesn't tell). */
interface Cost {
  readonly elapsed: number;
  readonly processor: number | null;
}

interface Filled {
  readonly server: BenchServer;
  readonly meter: ProcessorMeter;
  readonly costs: Cost[];
}

export async function benchGrowth(ground: Ground): Promise<void> {
  console.log(`\nThe cost of a unit in larger ledgers, ${DOCUMENTS} documents of ${UNITS} units at a time`);
  const smallest = await filled(ground, SMALLEST);
  for (let size = SMALLEST * 10; size <= MOST; size *= 10) {
    const begun = performance.now();
    const larger = await filled(ground, size);
    const fillSeconds = ((performance.now() - begun) / 1_000).toFixed(0);
    const pair: Filled[] = [];
    for (const database of [smallest, larger]) {
      const server = await startServer(database.urls, ground.secrets, null, true);
      pair.push({ server, meter: await processorMeter(database, server.pid), costs: [] });
    }
    // The first round warms both up.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const each of round % 2 === 0 ? pair : pair.toReversed()) {
        const cost = await costOf(ground, each, `${size}-${pair.indexOf(each)}-${round}`);
        if (round > 0) each.costs.push(cost);
      }
    const [few, many] = pair as [Filled, Filled];
    const ratio = (of: (cost: Cost) => number | null) => {
      const ratios = many.costs.map((cost, at) => (of(cost) ?? NaN) / (of(few.costs[at] as Cost) ?? NaN));
      return Number.isNaN(ratios[0]) ? '?' : median(ratios).toFixed(2);
    };
    const each = median(many.costs.map(({ elapsed }) => elapsed)) / (DOCUMENTS * UNITS);
    console.log(
      `  ${size.toLocaleString('en').padStart(9)} units (filled in ${fillSeconds} s): ${each.toFixed(2)} ms a unit, ` +
        `${ratio(({ elapsed }) => elapsed)} of the time in ${SMALLEST.toLocaleString('en')}, ` +
        `${ratio(({ processor }) => processor)} of the processor time`,
    );
    for (const { server, meter } of pair) {
      await meter.close();
      await server.close();
    }
  }
}

async function filled(ground: Ground, units: number): Promise<BenchDatabase> {
  const database = await ground.database();
  await fillUnits(database, units);
  return database;
}

async function costOf(ground: Ground, { server, meter }: Filled, name: string): Promise<Cost> {
  await meter.lap();
  const begun = performance.now();
  await documentsThrough(gqlAt(server.url), ground.tokens, { name, count: DOCUMENTS, units: UNITS });
  await meter.settled(true);
  const elapsed = performance.now() - begun;
  return { elapsed, processor: await meter.lap() };
}
