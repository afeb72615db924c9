/**
 * What the audit costs: a full cycle, of whose records it lists the acts, and calls that are refused, of which it writes
 * rows. Each as a ratio to the same without, on two servers that take their turns.
 */
import { randomUUID } from 'node:crypto';
import { STEPS } from './cycle.ts';
import { type Ground, gqlAt, median, startServer, timed } from './ground.ts';
import { type Cost, takeRounds } from './log.ts';
import { processorMeter } from './processor-time.ts';

const REFUSED = 400;
const ROUNDS = 11;
const WIDTH = 8;

export async function benchAudit(ground: Ground): Promise<void> {
  console.log(
    '\nThe audit, in a cycle of a document of 60 units, and in calls that are refused (aim <= 1.03)',
  );
  const [without, with_] = await takeRounds(ground, ['audit', 'tree']);
  if (without === undefined || with_ === undefined) return;
  const phases = STEPS.flatMap(({ name }, at) => (name === 'planCut' ? [] : [at]));
  for (const by of ['ms', 'processorMs'] as const satisfies readonly (keyof Cost)[]) {
    const sum = (costs: readonly Cost[]) => phases.reduce((total, at) => total + (costs[at]?.[by] ?? 0), 0);
    const ratios = with_.rounds.map((round, each) => sum(round) / sum(without.rounds[each] ?? []));
    report('cycle', by, ratios);
  }
  await benchRefusals(ground);
}

/** A cut of an entry that isn't there, by who may cut: it gets as far as the database. */
async function benchRefusals(ground: Ground): Promise<void> {
  const sides = [];
  for (const kind of ['audit', 'tree'] as const) {
    const database = await ground.database();
    const server = await startServer(database.urls, ground.secrets, kind, true);
    sides.push({ gql: gqlAt(server.url), server, meter: await processorMeter(database, server.pid) });
  }
  const rounds: Cost[][] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const costs: Cost[] = [];
    for (const at of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const { gql, meter } = sides[at]!;
      await meter.lap();
      const ms = await timed(
        Array.from({ length: REFUSED }, () => () => refusedCut(gql, ground.tokens['executor'] as string)),
        WIDTH,
      );
      // The last rows are written behind the calls.
      await new Promise((resolve) => setTimeout(resolve, 300));
      costs[at] = { ms, processorMs: await meter.lap() };
    }
    if (round > 0) rounds.push(costs); // the first warms up
  }
  for (const { meter, server } of sides) {
    await meter.close();
    await server.close();
  }
  for (const by of ['ms', 'processorMs'] as const satisfies readonly (keyof Cost)[])
    report(
      'refused',
      by,
      rounds.map(([without, with_]) => (with_?.[by] ?? 0) / (without?.[by] ?? 0)),
    );
}

async function refusedCut(gql: ReturnType<typeof gqlAt>, token: string): Promise<void> {
  const input = {
    idempotencyKey: randomUUID(),
    entryId: randomUUID(),
    manifestDigest: `sha256:${'0'.repeat(64)}`,
  };
  await gql(token, 'mutation ($input: CutInput!) { cut(input: $input) { __typename } }', { input });
}

function report(what: string, by: keyof Cost, ratios: readonly number[]): void {
  if (!ratios.every(Number.isFinite)) return;
  const way = by === 'ms' ? 'by the clock' : 'by processor time';
  const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
  console.log(`  ${what.padEnd(8)} ${way.padEnd(18)} median ${median(ratios).toFixed(3)}  of ${list}`);
}
