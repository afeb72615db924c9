/**
 * What `readiness` says of random states, tried out: who may now is exactly who is not refused, the acts lead to the
 * phase, and without any one of them they don't.
 */
import { expect, test, vi } from 'vitest';
import { testDatabase } from '../harness/database.ts';
import { PHASES, ReadinessTrial } from '../harness/readiness-trial.ts';
import { KeptState, ReadinessWorld } from '../harness/readiness-world.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { testServer } from '../harness/server.ts';
import { triedTimes } from '../harness/share.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const STATES = triedTimes({ some: 5, all: 15 });
const STEPS = 60;
const STATES_OF_A_LEDGER = 40;

test(`readiness: in ${STATES} random states each phase is possible exactly after its acts`, async () => {
  const random = seeded(testSeed()).named('readiness');
  const found = new Map<string, number>();
  let tried = 0;
  for (let ledger = 0; tried < STATES; ledger += 1) {
    const database = await testDatabase();
    const urls = { ...database.pools.urls, integrator: null };
    // Principals without a valid token are asked, too, from one address.
    const limits = { failedTokens: 100_000, failedTokensPerSecond: 100_000 };
    const server = await testServer({ database, pools: { urls }, limits });
    const world = new ReadinessWorld(server, random.named(`ledger ${ledger}`));
    await world.people(10);
    const kept = await KeptState.open(server);
    try {
      for (let state = 0; tried < STATES && state < STATES_OF_A_LEDGER; state += 1) {
        for (let step = 0; step < (state === 0 ? STEPS : 3); step += 1) await world.step();
        const { entryId } = random.pick(world.entries);
        if (random.between(0, 2) === 0) await world.losePeople();
        await kept.keep();
        for (const phase of PHASES) {
          const trial = new ReadinessTrial({ server, world, kept, random }, entryId, phase);
          const { state: is, kinds } = await trial.run();
          for (const name of [`${phase} ${is}`, ...kinds]) found.set(name, (found.get(name) ?? 0) + 1);
        }
        await world.findPeople();
        tried += 1;
      }
    } finally {
      kept.close();
    }
    await server.close();
    await database.drop();
  }
  expect(found.size).toBeGreaterThan(4);
});
