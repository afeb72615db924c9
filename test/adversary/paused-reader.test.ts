import { getDefaultHighWaterMark } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { type Follower, followHistory } from '../harness/crash-follower.ts';
import { PATIENCE, type ServerProcess, serverProcess } from '../harness/crash-processes.ts';
import { historyInOrder } from '../harness/crash-rows.ts';
import type { Weight } from '../harness/crash-server.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import type { Door } from '../harness/stream-doors.ts';
import { PASSES_MEGABYTES_MS } from '../harness/timeouts.ts';
import { burst } from '../log/log-ground.ts';

/** More than the server keeps for those who keep up, so that all of it is filled before anybody pauses. */
const BEFORE = 6_000;
const MEANWHILE = 20_000;
const BATCH = 1_000;
/** What each event says at least: 40 MB pass, more than lies between two sockets. */
const SAID = 2_000;
const FRAME = SAID + 1_000;

/** A socket takes so much before it asks its writer to wait; then it gets no more than the frame at hand. */
const WAITING_BOUND = getDefaultHighWaterMark(false) + 2 * FRAME;
/** A small part of what passes, for whatever else a process does meanwhile. */
const HEAP_BOUND = 12 * 1024 * 1024;
/** The server's own limit for what one reader may cost. */
const RESIDENT_BOUND = LIMITS.socketBacklogBytes;

vi.setConfig({ testTimeout: PASSES_MEGABYTES_MS });

let database: TestDatabase;
let exec: pg.Pool;
/** A server that lets sockets stand whose readers say nothing. */
let server: ServerProcess;
/** A server that soon ends a socket whose reader answers no ping. */
let impatient: ServerProcess;
const followers: Follower[] = [];

beforeAll(async () => {
  database = await testDatabase();
  exec = new pg.Pool({ connectionString: database.urls.exec as string, max: 1 });
  const assignment = { urls: database.urls, secrets: database.secrets };
  [server, impatient] = await Promise.all([
    serverProcess({ ...assignment, limits: { pingMs: 600_000 } }),
    serverProcess({ ...assignment, limits: { pingMs: 200, pongMs: 300 } }),
  ]);
});
afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()));
  await Promise.all([server?.kill(), impatient?.kill()]);
  await exec?.end();
});

function reader(door: Door, urlNow: () => string): Follower {
  const follower = followHistory(urlNow, database.tokens['observer'] as string, { door });
  followers.push(follower);
  return follower;
}

test('readers over WebSocket and SSE pause while 20,000 events pass: the server holds nothing for them, the others miss nothing, and the paused go on from their cursors', async () => {
  const swift = [reader('websocket', () => server.url), reader('events', () => server.url)];
  const patient = [reader('websocket', () => server.url), reader('events', () => server.url)];
  const places = [impatient.url];
  const turnedOut = reader('websocket', () => places.pop() ?? server.url);
  const paused = [...patient, turnedOut];
  for (let sent = 0; sent < BEFORE; sent += BATCH) await burst(exec, BATCH, 'x'.repeat(SAID));
  for (const follower of followers) await follower.arrived(BEFORE);
  const before = await server.weigh();

  for (const follower of paused) follower.pause();
  const during: Weight[] = [];
  for (let sent = BATCH; sent <= MEANWHILE; sent += BATCH) {
    await burst(exec, BATCH, 'x'.repeat(SAID));
    for (const follower of swift) await follower.arrived(BEFORE + sent);
    during.push(await server.weigh());
  }
  await vi.waitUntil(async () => (await impatient.weigh()).connections === 0, PATIENCE);

  const most = (of: keyof Weight): number => Math.max(...during.map((weight) => weight[of]));
  for (const follower of paused) expect(follower.rows.length).toBeLessThan(BEFORE + MEANWHILE / 2);
  expect(most('waitingBytes')).toBeGreaterThan(0);
  expect(most('waitingBytes')).toBeLessThan(WAITING_BOUND);
  expect(most('heapBytes') - before.heapBytes).toBeLessThan(HEAP_BOUND);
  expect(most('residentBytes') - before.residentBytes).toBeLessThan(RESIDENT_BOUND);

  for (const follower of paused) follower.resume();
  const expected = await historyInOrder(database.superuser);
  expect(expected).toHaveLength(BEFORE + MEANWHILE);
  for (const follower of followers) {
    await follower.arrived(expected.length);
    await follower.stop();
    expect(follower.rows).toEqual(expected);
  }
  // One went on elsewhere. Nobody else had to, but for a server that told them itself that it had lost the log for a while.
  const told = [...swift, ...patient, turnedOut].map(
    ({ connections, resets }) => connections - resets.length,
  );
  expect(told).toEqual([1, 1, 1, 1, 2]);
  expect(new Set(followers.flatMap(({ resets }) => resets))).not.toContain('CURSOR_UNKNOWN');
});
