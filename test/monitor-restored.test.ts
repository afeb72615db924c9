import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { cosigned, settled } from './fsck-ground.ts';
import { verified } from './harness/cycle.ts';
import type { TestServer } from './harness/server.ts';
import { restoreGround, type Up } from './incarnation-ground.ts';
import { monitorFolder, watched } from './monitor-ground.ts';
import { keysFile } from './passport-ground.ts';

// Clusters are stopped, copied and started here, on machines that may have much else to do.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const ground = restoreGround();
let ledger: Up;
afterAll(async () => {
  await ledger?.down().catch(() => {});
  ground.remove();
});

const server = (): TestServer => ({ ...ledger, database: ledger }) as unknown as TestServer;

async function phases(): Promise<void> {
  await verified(server());
  await settled(server());
  await cosigned(server());
}

test('a restored backup is told by whoever saw more; accepted by both lanes, it is judged whole under the new origin', async () => {
  ledger = await ground.up();
  await phases();
  await ledger.down();
  ground.keep('backup');
  ledger = await ground.up();
  await phases();
  const state = join(monitorFolder(), 'state.json');
  const keysText = await keysFile(server().database);
  const seen = await watched(server(), { state, keysText });
  expect(seen.verdicts).toEqual([]);

  await ledger.down();
  ground.putBack('backup');
  ledger = await ground.up();
  expect((await watched(server(), { state, keysText })).verdicts).toEqual(['restored']);

  expect((await ground.resume()).code).toBe(0);
  await expect
    .poll(async () => (await keysFile(server().database)) === keysText, { timeout: 60_000 })
    .toBe(false);
  await phases();
  const later = await watched(server(), { state, keysText, acknowledge: true });
  expect(later.verdicts).toEqual(['restored']);
  expect((await watched(server(), { keysText })).verdicts).toEqual(['other-incarnation']);

  // Whoever begins anew reads what both lanes accepted, and the passport that was made before.
  const anew = await watched(server());
  expect(anew.verdicts, anew.lines.join('\n')).toEqual([]);
  expect(anew.status).toBe(0);
  expect(anew.summary?.passports).toBeGreaterThan(1);
});
