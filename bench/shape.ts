/**
 * What it costs CUT and VERIFY to look whether the database's shape was altered: the two phases with that look, as a
 * ratio to the same without, on two servers that take a batch of documents in turn.
 */
import { STEPS } from './cycle.ts';
import { type Ground, median } from './ground.ts';
import { type Cost, takeRounds } from './log.ts';

export async function benchShape(ground: Ground): Promise<void> {
  console.log(
    '\nThe look at the shape of the database, in CUT and VERIFY of a document of 60 units (aim <= 1.03)',
  );
  const [without, looking] = await takeRounds(ground, ['shape', 'tree']);
  if (without === undefined || looking === undefined) return;
  for (const by of ['ms', 'processorMs'] as const satisfies readonly (keyof Cost)[])
    for (const name of ['cut', 'verify']) {
      const at = STEPS.findIndex((step) => step.name === name);
      const costs = looking.rounds.map((round, each) => [round[at]?.[by], without.rounds[each]?.[at]?.[by]]);
      const known = costs.filter((pair): pair is [number, number] => pair.every((cost) => cost != null));
      if (known.length === 0) continue;
      const ratios = known.map(([one, other]) => one / other);
      const way = by === 'ms' ? 'by the clock' : 'by processor time';
      const list = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
      console.log(`  ${name.padEnd(7)} ${way.padEnd(18)} median ${median(ratios).toFixed(3)}  of ${list}`);
    }
}
