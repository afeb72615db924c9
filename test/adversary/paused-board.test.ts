import { getDefaultHighWaterMark } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { type BacklogFollower, followBacklog } from '../harness/backlog-follower.ts';
import { foldAll, foldedHistory } from '../harness/counted.ts';
import { type ServerProcess, serverProcess } from '../harness/crash-processes.ts';
import type { Weight } from '../harness/crash-server.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import type { Door } from '../harness/stream-doors.ts';
import { PASSES_MEGABYTES_MS } from '../harness/timeouts.ts';
import { burst } from '../log/log-ground.ts';

const BEFORE = 500;
const MEANWHILE = 3_000;
const BATCH = 250;
/** What each change says at least: 24 MB pass, more than lies between two sockets. */
const SAID = 2_000;
const TIMES = 4;
const FRAME = TIMES * SAID + 2_000;

/** A socket takes so much before it asks its writer to wait; then it gets no more than the frame at hand. */
const WAITING_BOUND = getDefaultHighWaterMark(false) + 2 * FRAME;
/** A small part of what passes, for whatever else a process does meanwhile. */
const HEAP_BOUND = 12 * 1024 * 1024;
/** The server's own limit for what one reader may cost. */
const RESIDENT_BOUND = LIMITS.socketBacklogBytes;

vi.setConfig({ testTimeout: PASSES_MEGABYTES_MS });

/** Each change says who moved the entry, several times over. */
const WIDE = `subscription ($after: String, $filter: EntryFilter) { backlog(after: $after, filter: $filter) {
  __typename
  ... on Ready { cursor }
  ... on BacklogSnapshot { cursor position counts { status kind count } }
  ... on BacklogChange { cursor position counts { status kind count }
    entries { entryId history(first: 1) { nodes { ${Array.from({ length: TIMES }, (_, n) => `by${n}: changedBy`).join(' ')} } } } }
  ... on Heartbeat { cursor }
  ... on Reset { reason message } } }`;

let database: TestDatabase;
let exec: pg.Pool;
let server: ServerProcess;
const boards: BacklogFollower[] = [];

beforeAll(async () => {
  database = await testDatabase();
  exec = new pg.Pool({ connectionString: database.urls.exec as string, max: 1 });
  // Sockets stand whose readers say nothing.
  server = await serverProcess({
    urls: database.urls,
    secrets: database.secrets,
    limits: { pingMs: 600_000 },
  });
});
afterAll(async () => {
  await Promise.all(boards.map((board) => board.stop()));
  await server?.kill();
  await exec?.end();
});

function board(door: Door): BacklogFollower {
  const follower = followBacklog(() => server.url, database.tokens['observer'] as string, {
    door,
    query: WIDE,
  });
  boards.push(follower);
  return follower;
}

/** The position of the newest move that has one. */
async function newest(count: number): Promise<number> {
  const head = await vi.waitUntil(async () => {
    const { rows } = await database.superuser.query(
      `select max(position) as last, count(*)::int as moves from cutter_log.row_place where noun = 'History'`,
    );
    return rows[0].moves >= count ? Number(rows[0].last) : null;
  }, PASSES_MEGABYTES_MS);
  return head as number;
}

test('boards over WebSocket and SSE pause while 3,000 changes pass: the server holds nothing for them, the others miss nothing, and the paused go on', async () => {
  const swift = [board('websocket'), board('events')];
  const paused = [board('websocket'), board('events')];
  await vi.waitUntil(() => boards.every(({ messages }) => messages.length >= 2), PASSES_MEGABYTES_MS);
  for (let sent = 0; sent < BEFORE; sent += BATCH) await burst(exec, BATCH, 'x'.repeat(SAID));
  const begun = await newest(BEFORE);
  for (const one of boards) await one.reached(begun);
  const before = await server.weigh();

  for (const one of paused) one.pause();
  const during: Weight[] = [];
  for (let sent = BATCH; sent <= MEANWHILE; sent += BATCH) {
    await burst(exec, BATCH, 'x'.repeat(SAID));
    const last = await newest(BEFORE + sent);
    for (const one of swift) await one.reached(last);
    during.push(await server.weigh());
  }

  const most = (of: keyof Weight): number => Math.max(...during.map((weight) => weight[of]));
  for (const { messages } of paused) expect(messages.length).toBeLessThan(BEFORE + MEANWHILE / 2);
  expect(most('waitingBytes')).toBeGreaterThan(0);
  expect(most('waitingBytes')).toBeLessThan(WAITING_BOUND);
  expect(most('heapBytes') - before.heapBytes).toBeLessThan(HEAP_BOUND);
  expect(most('residentBytes') - before.residentBytes).toBeLessThan(RESIDENT_BOUND);

  for (const one of paused) one.resume();
  const moves = await foldedHistory(database.superuser);
  expect(moves).toHaveLength(BEFORE + MEANWHILE);
  const last = Math.max(...moves.map(({ position }) => Number(position)));
  const counts = Object.fromEntries(Object.entries(foldAll(moves)).map(([key, { count }]) => [key, count]));
  for (const one of boards) {
    await one.reached(last);
    await one.stop();
    const changes = one.messages.filter(({ __typename }) => __typename === 'BacklogChange');
    expect(changes.map(({ position }) => position)).toEqual(moves.map(({ position }) => String(position)));
    const shown = changes
      .at(-1)!
      .counts.map(({ status, kind, count }) => [`${status} ${kind}`.toLowerCase(), count]);
    expect(Object.fromEntries(shown)).toEqual(counts);
  }
  // Nobody had to come back, but for a server that said itself that it had lost the log for a while.
  for (const { messages, connections } of boards)
    expect(connections - messages.filter(({ __typename }) => __typename === 'Reset').length).toBe(1);
});
