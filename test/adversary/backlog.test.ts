import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type BacklogFollower,
  faultsOf,
  followBacklog,
  snapshotsAndResets,
} from '../harness/backlog-follower.ts';
import { type FoldedMove, foldedHistory } from '../harness/counted.ts';
import { clientOf } from '../harness/crash-cuts.ts';
import { type ServerProcess, spareServer } from '../harness/crash-processes.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { RandomHistory } from '../harness/random-history.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import type { TestServer } from '../harness/server.ts';
import { OUTLASTS_A_STORM_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: OUTLASTS_A_STORM_MS });

const MOVES = 300;
const KILLS = 8;
const SHOWN = ['review_pending', 'reviewed_approved', 'cut_applied'];

let database: TestDatabase;
let server: ServerProcess;
let spare: ReturnType<typeof spareServer>;
let kills = 0;
const followers: BacklogFollower[] = [];

beforeAll(async () => {
  database = await testDatabase();
  server = await spareServer()(assignment());
  spare = spareServer();
});
afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
});

const assignment = () => ({ urls: database.urls, secrets: database.secrets });

/** kill -9, in the middle of whatever it does; the next one serves soon after. */
async function killServer(): Promise<void> {
  kills += 1;
  await server.kill();
  server = await spare(assignment());
  spare = spareServer();
}

/** A client that asks again, with the same key, while nobody serves. */
function persistent(): TestServer {
  return {
    ...clientOf(server.url, database.tokens),
    superuser: database.superuser,
    async gql(...asked) {
      for (;;) {
        try {
          const answer = await clientOf(server.url, database.tokens).gql(...asked);
          const isAway = answer.body.errors?.some(({ extensions }) => extensions['code'] === 'UNAVAILABLE');
          if (isAway !== true) return answer;
        } catch {
          // The server is gone, with or without having done it.
        }
        await pause(10);
      }
    },
  };
}

async function moves(): Promise<readonly FoldedMove[]> {
  return foldedHistory(database.superuser);
}

/** Strikes whenever so many moves more are in the log, until all are made. */
async function strike(chance: Seeded, isOver: () => boolean): Promise<void> {
  let due = chance.between(1, Math.floor(MOVES / KILLS));
  while (!isOver()) {
    if ((await moves()).length >= due) {
      await killServer();
      due += chance.between(1, Math.floor((2 * MOVES) / KILLS));
    }
    await pause(20);
  }
}

function watch(token: string, options: Parameters<typeof followBacklog>[2]): BacklogFollower {
  const follower = followBacklog(() => server.url, token, options);
  followers.push(follower);
  return follower;
}

test('500 random moves while the server is killed: at every message the counts are a fold of the history, after one snapshot', async () => {
  const chance = seeded(testSeed());
  const leaving = chance.named('leaving');
  const observer = database.tokens['observer'] as string;
  const leaveAfter = () => leaving.between(1, 40);
  const all = watch(observer, {});
  const comes = watch(observer, { door: 'events', leaveAfter });
  const some = watch(observer, {
    filter: { statusIn: SHOWN.map((status) => status.toUpperCase()) },
    leaveAfter,
  });
  const one = watch(observer, { door: 'events', filter: { docCode: 'alpha' }, leaveAfter });
  for (const follower of followers) await follower.reached(0);
  let isOver = false;
  const striking = strike(chance.named('strikes'), () => isOver);
  const history = new RandomHistory(persistent(), chance.named('history'));
  while ((await moves()).length < MOVES) await history.run(10);
  isOver = true;
  await striking;
  await vi.waitUntil(
    async () => (await database.superuser.query('select from cutter_log.pending limit 1')).rows.length === 0,
    { timeout: OUTLASTS_A_STORM_MS, interval: 20 },
  );
  const made = await moves();
  const { rows } = await database.superuser.query<{ entry_id: string }>(
    `select entry_id::text from cutter_source.v_entry_subject where doc_code = 'alpha'`,
  );
  const ofAlpha = new Set(rows.map(({ entry_id }) => entry_id));
  const shows = (status: string) => SHOWN.includes(status);
  const entry = ({ entry_id }: FoldedMove) => ofAlpha.has(entry_id);
  const lastOf = (fits: (move: FoldedMove, before: string | undefined) => boolean) => {
    const at = new Map<string, string>();
    let last = 0;
    for (const move of made) {
      if (fits(move, at.get(move.entry_id))) last = Number(move.position);
      at.set(move.entry_id, move.entry_version_after);
    }
    return last;
  };
  await Promise.all([
    all.reached(lastOf(() => true)),
    comes.reached(lastOf(() => true)),
    some.reached(
      lastOf((move, before) => shows(move.entry_version_after) || (before !== undefined && shows(before))),
    ),
    one.reached(lastOf(entry)),
  ]);
  expect(kills).toBeGreaterThan(2);
  expect(faultsOf(all.messages, made)).toEqual([]);
  expect(faultsOf(comes.messages, made)).toEqual([]);
  expect(faultsOf(some.messages, made, { shows })).toEqual([]);
  expect(faultsOf(one.messages, made, { entry })).toEqual([]);
  for (const { messages } of followers)
    expect(snapshotsAndResets(messages)).toEqual({ snapshots: 1, resets: [] });
});
