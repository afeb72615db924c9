import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { cosigned, settled } from '../fsck/fsck-ground.ts';
import { verified } from '../harness/cycle.ts';
import { restoreGround, type Up } from '../harness/incarnation-ground.ts';
import type { TestServer } from '../harness/server.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { keysFile } from '../passport/passport-ground.ts';
import { monitorFolder, watched } from './monitor-ground.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

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

test('a restored backup is told by whoever saw more; accepted by both lanes, it is followed on', async () => {
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
    .poll(async () => (await keysFile(server().database)) === keysText, { timeout: WAITS_FOR_OTHERS_MS })
    .toBe(false);
  await phases();
  // Both lanes' word is enough, for who followed it and for who has the keys of before alone.
  const later = await watched(server(), { state, keysText, acknowledge: true });
  expect(later.verdicts, later.lines.join('\n')).toEqual([]);
  expect(later.status).toBe(0);
  expect(later.lines.join('\n')).toMatch(
    /both lanes accepted it; what was seen from there up to position \d+ is given up/,
  );
  const passports = later.summary?.passports ?? 0;
  expect(passports).toBeGreaterThan(1);
  await phases();
  for (const options of [{ state, keysText }, { state }, { keysText }, {}]) {
    const { verdicts, status, lines } = await watched(server(), options);
    expect(verdicts, lines.join('\n')).toEqual([]);
    expect(status).toBe(0);
  }
});
