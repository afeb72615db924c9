import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { prepareLedger } from '../../src/boot/prepare.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { checkLedger } from '../../src/fsck/check.ts';
import type { HeadKeys } from '../../src/monitor/judges/head-keys.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { type Follower, type FollowerOptions, followHistory } from '../harness/crash-follower.ts';
import { ownedHome, ownerPool } from '../harness/crash-processes.ts';
import { expectSoundLog, historyInOrder, settledLog } from '../harness/crash-rows.ts';
import type { Assignment } from '../harness/crash-server.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { checkpointSeedOf } from '../harness/seeds.ts';
import { BLOWS, type Blow, type StormServers, stormServers } from '../harness/storm-servers.ts';
import { type Storm, write } from '../harness/storm-writers.ts';
import { OUTLASTS_A_STORM_MS } from '../harness/timeouts.ts';

const WRITERS = 16;
const PHASES = 2500;
/** Each kind of blow as often, in an order by chance. */
const BLOWS_OF_A_KIND = 3;

vi.setConfig({ testTimeout: OUTLASTS_A_STORM_MS });

const home = ownedHome(join(tmpdir(), `cutter-storm-${randomUUID()}`));
let embedded: EmbeddedServer;
let assignment: Assignment;
let tokens: Readonly<Record<string, string>>;
let owner: pg.Pool;
let servers: StormServers | undefined;
const followers: Follower[] = [];

beforeAll(async () => {
  embedded = await startEmbedded({ home, log: () => {} });
  const prepared = await prepareLedger({
    ownerUrl: embedded.ownerUrl,
    home,
    mode: 'rehearsal',
    report: () => {},
  });
  await prepared.pools.close();
  tokens = prepared.tokens;
  assignment = { urls: prepared.pools.urls, secrets: prepared.secrets };
  owner = ownerPool(embedded.ownerUrl);
});
afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await servers?.stop();
  await owner?.end();
  await embedded?.stop();
});

/** The public keys of the lanes' signatures under heads. */
const headKeys: HeadKeys = (lane) => [publicKeyOf(checkpointSeedOf(assignment.secrets, lane) as Uint8Array)];

/** Two readers over each door: one stays until it is thrown out, one comes and goes. */
function readers(urlNow: () => string, chance: Seeded): Follower[] {
  return (['websocket', 'events'] as const).flatMap((door) => {
    const leaving = chance.named(door);
    return [reader(urlNow, { door }), reader(urlNow, { door, leaveAfter: () => leaving.between(1, 400) })];
  });
}

function reader(urlNow: () => string, options: FollowerOptions): Follower {
  const follower = followHistory(urlNow, tokens['observer'] as string, { ...options, keys: headKeys });
  followers.push(follower);
  return follower;
}

/** Strikes the servers now and then, counted in phases: each kind of blow as often, all in an order by chance. */
async function strike(struck: StormServers, storm: Storm, chance: Seeded): Promise<void> {
  const blows = BLOWS.flatMap((blow) => Array.from({ length: BLOWS_OF_A_KIND }, () => blow));
  const due = blows.map(() => chance.between(1, PHASES)).toSorted((a, b) => a - b);
  for (const phases of due) {
    await vi.waitUntil(() => storm.phases >= phases || storm.isBroken, {
      timeout: OUTLASTS_A_STORM_MS,
      interval: 2,
    });
    const [blow] = blows.splice(chance.between(0, blows.length - 1), 1);
    await struck.strike(blow as Blow);
  }
}

test('16 writers, 2,500 phases, servers closed, killed and rolled over: every call is resolved, and every reader has every event once, in the order of the log', async () => {
  const chance = seeded(testSeed());
  const struck = await stormServers(assignment, chance.named('servers'));
  servers = struck;
  const before = new Set((await settledLog(owner)).recordIds);
  readers(struck.url, chance.named('readers'));
  const storm: Storm = {
    tokens,
    url: struck.url,
    acknowledged: new Map(),
    phases: 0,
    again: 0,
    isBroken: false,
    isOver: () => storm.phases >= PHASES,
  };
  await Promise.all([
    strike(struck, storm, chance.named('blows')),
    ...Array.from({ length: WRITERS }, (_, at) => write(storm, `writer-${at}`, chance.named(`writer ${at}`))),
  ]);
  expect(storm.again).toBeGreaterThan(0);
  // Whoever was asked to close did so in order, in the midst of it all.
  expect(new Set(struck.statuses)).toEqual(new Set([0]));

  const log = await settledLog(owner);
  expect(new Set(log.recordIds.filter((id) => !before.has(id)))).toEqual(new Set(storm.acknowledged.keys()));
  await expectSoundLog(owner);

  const expected = await historyInOrder(owner);
  expect(expected.length).toBeGreaterThan(PHASES / 2);
  for (const follower of followers) {
    await follower.reached(log.next);
    expect(follower.connections).toBeGreaterThan(1);
  }
  const late = [reader(struck.url, { door: 'websocket' }), reader(struck.url, { door: 'events' })];
  for (const follower of late) await follower.reached(log.next);
  for (const follower of followers) {
    await follower.stop();
    expect(follower.rows).toEqual(expected);
    // The tree that it folded out of what arrived is the log's, as far as both lanes have signed it, too.
    expect([follower.judge.next, follower.judge.root]).toEqual([log.next, log.root]);
    expect(follower.judge.newest?.size).toBeGreaterThan(0);
    // Nobody ever had to begin anew.
    expect(follower.resets.filter((reason) => reason !== 'LISTENER_LOST')).toEqual([]);
  }

  const { findings, unseen } = await checkLedger({ url: assignment.urls.evidence, heads: [] });
  expect([findings, unseen]).toEqual([[], []]);
});
