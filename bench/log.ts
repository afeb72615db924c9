/**
 * What the log costs a phase: the full cycle with it, as a ratio to the same cycle on a server without it; and with
 * tree and cosigning on top. Three servers in processes of their own, each on its own database, take a batch of
 * documents in turn; by the clock, and by the processor time of server and backends, which a busy machine disturbs
 * less.
 */
import { entriesOf, STEPS } from './cycle.ts';
import { type Gql, type Ground, gqlAt, median, startServer, timed, type Without } from './ground.ts';
import { type ProcessorMeter, processorMeter } from './processor-time.ts';

const WIDTH = 8;
const ROUNDS = 11;
const DOCUMENTS = 48;

const KINDS = ['log', 'tree', null] as const satisfies readonly Without[];

/** Of one step: by the clock, and of the processor. */
export interface Cost {
  readonly ms: number;
  readonly processorMs: number | null;
}

export interface Side {
  readonly without: Without;
  readonly gql: Gql;
  readonly meter: ProcessorMeter;
  readonly rounds: Cost[][];
  close(): Promise<void>;
}

async function openSide(ground: Ground, without: Without): Promise<Side> {
  const database = await ground.database();
  const server = await startServer(database.urls, ground.secrets, without);
  const meter = await processorMeter(database, server.pid);
  return {
    without,
    gql: gqlAt(server.url),
    meter,
    rounds: [],
    async close() {
      await meter.close();
      await server.close();
    },
  };
}

/** Takes new documents through all steps. */
async function takeTurn({ without, gql, meter }: Side, { tokens }: Ground, round: number): Promise<Cost[]> {
  const entries = entriesOf(DOCUMENTS);
  const costs: Cost[] = [];
  for (const { once, step } of STEPS) {
    const jobs = entries.map((entry, at) => () => step(gql, tokens, round * DOCUMENTS + at, entry));
    await meter.lap();
    const ms = await timed(once ? jobs.slice(0, 1) : jobs, WIDTH);
    // What goes on behind the phase is its own, and doesn't disturb the next.
    if (without !== 'log') await meter.settled(without === null);
    costs.push({ ms, processorMs: await meter.lap() });
  }
  return costs;
}

/** Servers of each kind take rounds in turn. */
export async function takeRounds(ground: Ground, kinds: readonly Without[]): Promise<readonly Side[]> {
  const sides: Side[] = [];
  for (const without of kinds) sides.push(await openSide(ground, without));
  for (let round = 0; round <= ROUNDS; round += 1) {
    // Each goes first in turn, so that what the machine does meanwhile falls on all.
    for (const side of [...sides.slice(round % sides.length), ...sides.slice(0, round % sides.length)]) {
      const costs = await takeTurn(side, ground, round);
      if (round > 0) side.rounds.push(costs); // the first warms up
    }
  }
  for (const side of sides) await side.close();
  return sides;
}

export async function benchLog(ground: Ground): Promise<void> {
  console.log(`\nPhases with the log, against the same without: ${ROUNDS} rounds of ${DOCUMENTS} documents, concurrency ${WIDTH}
  left out: the record of each transaction, the statement that queues it, integrator, tree and cosigning`);
  const sides = await takeRounds(ground, KINDS);
  report(sides, 'ms', 'by the clock');
  report(sides, 'processorMs', 'by processor time of server and backends');
}

function report([without, log, tree]: readonly Side[], by: keyof Cost, title: string): void {
  if (without === undefined || log === undefined || tree === undefined) return;
  if (without.rounds[0]?.[0]?.[by] === null) return;
  const costOf = (places: readonly number[], costs: readonly Cost[]): number =>
    places.reduce((total, at) => total + (costs[at]?.[by] as number), 0);
  const each = (side: Side, places: readonly number[]): number =>
    median(side.rounds.map((costs) => costOf(places, costs))) / DOCUMENTS;
  const ratios = (side: Side, places: readonly number[]): number[] =>
    side.rounds.map((costs, round) => costOf(places, costs) / costOf(places, without.rounds[round] ?? []));
  const figures = (places: readonly number[]): string =>
    `without ${each(without, places).toFixed(2)} ms` +
    [log, tree]
      .map((side) => `   ${each(side, places).toFixed(2)} ms (${median(ratios(side, places)).toFixed(2)})`)
      .join('');
  console.log(`  ${title}, a document: with the log (ratio), with tree and cosigning (ratio)`);
  // Planning writes nothing: it is no phase.
  const phases = STEPS.flatMap(({ name }, at) => (name === 'planCut' ? [] : [{ name, at }]));
  for (const { name, at } of phases) console.log(`    ${name.padEnd(16)} ${figures([at])}`);
  const whole = phases.map(({ at }) => at);
  console.log(`    ${'all'.padEnd(16)} ${figures(whole)}`);
  const list = ratios(log, whole).map((ratio) => ratio.toFixed(2));
  console.log(
    `    ratio (aim <= 1.10): median ${median(ratios(log, whole)).toFixed(2)}  of ${list.join(' ')}`,
  );
}
