import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Ends } from '../../src/database/revival.ts';
import { ownedHome } from '../harness/crash-processes.ts';
import { cutterStart, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

const isReady = (url: string) => async () =>
  (await fetch(new URL('/ready', url)).catch(() => ({ status: 0 }))).status;

/** What was folded to the width of a terminal, as one line. */
const unfolded = (text: string) => text.replace(/\s+/g, ' ');

function postmasterOf(home: string): number {
  return Number.parseInt(readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

test('ends without health in between are too many at the eleventh; each second of health makes up for one', () => {
  const quick = new Ends(0);
  expect(Array.from({ length: 11 }, (_, at) => quick.isTooMany(at))).toEqual([
    ...Array(10).fill(false),
    true,
  ]);

  const healthy = new Ends(0);
  for (let at = 1; at <= 1000; at += 1) {
    expect(healthy.isTooMany(at * 10_000)).toBe(false);
    healthy.noteWell(at * 10_000 + 9_000);
  }

  const half = new Ends(0);
  const sick = Array.from({ length: 25 }, (_, at) => {
    const isTooMany = half.isTooMany(at * 1_500);
    half.noteWell(at * 1_500 + 1_000);
    return isTooMany;
  });
  expect(sick.indexOf(true)).toBeGreaterThan(15);
});

test('start: a PostgreSQL that keeps ending is started again ten times and more; then the server ends with status 69 and says why', async () => {
  const home = ownedHome(homeWithCluster());
  const command = cutterStart({ CUTTER_HOME: home });
  await command.says('Ctrl-C');
  const backs = () => command.output().split('PostgreSQL is back.').length - 1;
  const isGivenUp = () => unfolded(command.errors()).includes("isn't started again");
  while (!isGivenUp()) {
    const before = backs();
    // As soon as it is back, so that it has no health.
    process.kill(postmasterOf(home), 'SIGKILL');
    await vi.waitUntil(() => backs() > before || isGivenUp(), { timeout: WAITS_FOR_OTHERS_MS, interval: 5 });
  }
  expect(await command.ended).toBe(69);
  expect(backs()).toBeGreaterThanOrEqual(10);
  expect(unfolded(command.errors())).toContain(
    'cutter: PostgreSQL ended more than 10 times, each time soon after its start',
  );
});

test('start: data that vanish under a running server end it with status 69, and nothing is made in their place', async () => {
  const home = ownedHome(homeWithCluster());
  const command = cutterStart({ CUTTER_HOME: home });
  await command.says('Ctrl-C');
  await expect.poll(isReady(urlOf(command)), { timeout: WAITS_FOR_OTHERS_MS }).toBe(200);
  const postmaster = postmasterOf(home);
  renameSync(join(home, 'postgres'), join(home, 'elsewhere'));
  process.kill(postmaster, 'SIGKILL');
  expect(await command.ended).toBe(69);
  expect(unfolded(command.errors())).toContain(
    `cutter: PostgreSQL's data in ${join(home, 'postgres')} are gone.`,
  );
  expect(existsSync(join(home, 'postgres'))).toBe(false);
});
