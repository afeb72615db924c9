import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { prepareLedger } from '../../src/boot/prepare.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import {
  type Approved,
  approvedEntries,
  attemptCut,
  clientOf,
  forgetStandby,
  holdCuts,
  memberOf,
  patient,
  resolvedCut,
  withholdAnswers,
} from '../harness/crash-cuts.ts';
import { type Follower, followHistory } from '../harness/crash-follower.ts';
import {
  killAll,
  livingOf,
  ownedHome,
  ownerPool,
  ownerUrlOf,
  PATIENCE,
  postgresProcesses,
  type ServerProcess,
  serverProcess,
  startCommand,
} from '../harness/crash-processes.ts';
import { cutRows, expectSoundLog, historyInOrder, settledLog } from '../harness/crash-rows.ts';
import { type Loose, verifyCut } from '../harness/cycle.ts';
import type { TestServer } from '../harness/server.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

/** Cuts held inside their transaction: ten a server, which is as many as its lane has connections. */
const HELD = 20;
/** Cuts whose commit is durable and whose answer is withheld. */
const COMMITTED = 6;
const ACKNOWLEDGED = 4;

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

const freshHome = (): string => ownedHome(join(tmpdir(), `cutter-crash-${randomUUID()}`));

/** A cut that was answered, and the entry it cut. */
interface Answered extends Approved {
  readonly changeSetId: string;
}

async function resolveAll(
  entries: readonly Approved[],
  clientAt: (at: number) => TestServer,
): Promise<{ replayed: boolean[]; answered: Answered[] }> {
  const members = await Promise.all(entries.map((entry, at) => resolvedCut(clientAt(at), entry)));
  for (const member of members) {
    expect(member).toMatchObject({ __typename: 'CutSuccess', entry: { status: 'CUT_APPLIED' } });
  }
  return {
    replayed: members.map(({ replayed }) => replayed),
    answered: entries.map((entry, at) => ({ ...entry, changeSetId: members[at].changeSet.changeSetId })),
  };
}

/** Each entry is cut once and whole: as many units, versions, anchors and affected rows as its change set says, one of all else. */
async function expectWhole(owner: pg.Pool, entries: readonly Answered[]): Promise<void> {
  const rows = await cutRows(
    owner,
    entries.map(({ entryId }) => entryId),
  );
  const units = 4; // the document, its introduction's heading and two sections
  expect(rows).toEqual(
    entries.map(({ entryId }) => ({
      entry_id: entryId,
      status: 'cut_applied',
      change_sets: 1,
      signatures: 1,
      told: units,
      affected: units,
      versions: units,
      units,
      anchored: units,
      history: ['mark', 'sweep_promote', 'review:approve', 'cut'],
      records: 1,
      parts: 1,
    })),
  );
}

describe('kill -9 under 20 cuts that stand inside their transaction', () => {
  const home = freshHome();
  const told: string[] = [];
  const acknowledged: Answered[] = [];
  let embedded: EmbeddedServer;
  let database: Parameters<typeof serverProcess>[0];
  let tokens: Readonly<Record<string, string>>;
  let owner: pg.Pool;
  let servers: ServerProcess[] = [];
  let follower: Follower;

  /** Three processes: two for the held cuts, one for those that commit. */
  async function startServers(): Promise<void> {
    servers = await Promise.all([0, 1, 2].map(() => serverProcess(database)));
  }
  const client = (at: number): TestServer => clientOf(servers[at % servers.length]!.url, tokens);

  beforeAll(async () => {
    embedded = await startEmbedded({ home, log: (line) => told.push(line) });
    const prepared = await prepareLedger({
      ownerUrl: embedded.ownerUrl,
      home,
      mode: 'rehearsal',
      report: (line) => told.push(line),
    });
    await prepared.pools.close();
    tokens = prepared.tokens;
    // The cuts of this test stand as long as it takes to bring all of them to their place, on whatever machine: no limit of a working
    // ledger may end one before. A limit on statements would also end the wait of a durable commit, and answer it.
    const exec = new URL(prepared.pools.urls.exec as string);
    exec.searchParams.set('options', '-c lock_timeout=0 -c statement_timeout=0');
    database = { urls: { ...prepared.pools.urls, exec: exec.href }, secrets: prepared.secrets };
    owner = ownerPool(embedded.ownerUrl);
    await startServers();
    follower = followHistory(() => servers[0]!.url, tokens['observer'] as string);
    await follower.following();
  });
  afterAll(async () => {
    await follower?.stop();
    await Promise.all(servers.map((server) => server.kill()));
    await owner?.end();
    await embedded?.stop();
  });

  /** Brings the cuts to where a kill hurts most; gives back how each call ended. */
  async function cutsUnderWay(prefix: string) {
    const entries = await approvedEntries(client(0), prefix, HELD + COMMITTED + ACKNOWLEDGED);
    const held = entries.slice(0, HELD);
    const committed = entries.slice(HELD, HELD + COMMITTED);
    const { answered } = await resolveAll(entries.slice(HELD + COMMITTED), client);
    acknowledged.push(...answered);
    const hold = await holdCuts(embedded.ownerUrl, held);
    const calls = held.map((entry, at) => attemptCut(client(at % 2), entry));
    const backends = await hold.inside(HELD);
    expect(new Set(backends).size).toBe(HELD);
    const withheld = await withholdAnswers(owner);
    calls.push(...committed.map((entry) => attemptCut(client(2), entry)));
    await withheld.waiting(COMMITTED);
    await hold.inside(HELD);
    await forgetStandby(owner);
    return { held, committed, hold, backends, outcomes: Promise.all(calls) };
  }

  /** What was acknowledged stands; what was not is whole or absent, and is resolved by a retry. */
  async function expectResolved(held: readonly Approved[], committed: readonly Approved[]): Promise<void> {
    const again = await resolveAll([...held, ...committed], client);
    // Nothing of the held cuts was kept; those whose commit was durable had been made, though nobody had been told.
    expect(again.replayed).toEqual([...held.map(() => false), ...committed.map(() => true)]);
    const before = await resolveAll(acknowledged, client);
    expect(before.replayed).toEqual(acknowledged.map(() => true));
    expect(before.answered).toEqual(acknowledged);
    acknowledged.push(...again.answered);
    await expectWhole(owner, acknowledged);
    await expectSoundLog(owner);
  }

  test('of the server: what was acknowledged stands, what was not is whole or absent, and a retry resolves each call', async () => {
    const { held, committed, hold, outcomes } = await cutsUnderWay('server');
    await Promise.all(servers.map((server) => server.kill()));
    expect((await outcomes).filter((outcome) => 'answer' in outcome)).toEqual([]);
    await hold.release();
    await owner.query('select pg_reload_conf()');
    await startServers();
    await expectResolved(held, committed);
  });

  /** The kill, the answers to calls under way, and the servers' way back by themselves. */
  async function killPostgres(prefix: string, victims: 'all' | 'one of the cuts') {
    const { held, committed, hold, backends, outcomes } = await cutsUnderWay(prefix);
    const processes = await postgresProcesses(home);
    expect(processes[0]?.pid).toBe(embedded.pid);
    expect(processes.length).toBeGreaterThan(HELD + COMMITTED);
    await killAll(victims === 'all' ? processes : processes.filter(({ pid }) => pid === backends[0]));
    for (const outcome of await outcomes) {
      expect(memberOf(outcome), JSON.stringify(outcome)).toMatchObject({
        __typename: 'Busy',
        retryable: true,
      });
    }
    await hold.release();
    // A postmaster that lives on has read its configuration before.
    await vi.waitUntil(() => owner.query('select pg_reload_conf()').catch(() => null), PATIENCE);
    await expectResolved(held, committed);
  }

  test('of PostgreSQL: calls under way are refused as Busy, the servers answer again by themselves, and the same holds', async () => {
    const postmaster = embedded.pid;
    await killPostgres('postgres', 'all');
    expect(embedded.pid).not.toBe(postmaster);
    expect(told.join('\n')).toContain(`PostgreSQL (process ${postmaster}) ended unexpectedly`);
  });

  test('of one backend, for which PostgreSQL ends all others: the same holds', async () => {
    const postmaster = embedded.pid;
    await killPostgres('backend', 'one of the cuts');
    expect(embedded.pid).toBe(postmaster);
  });

  test('of the server in the midst of a burst of cuts: those answered stand, the others are resolved by a retry', async () => {
    const entries = await approvedEntries(client(0), 'burst', 24);
    const answers: Approved[] = [];
    const calls = entries.map(async (entry, at) => {
      const outcome = await attemptCut(client(at), entry);
      if (memberOf(outcome)?.__typename === 'CutSuccess') answers.push(entry);
      // The first words of success are the sign to kill.
      if (answers.length === 3) await Promise.all(servers.map((server) => server.kill()));
    });
    await Promise.all(calls);
    await startServers();
    const { replayed, answered } = await resolveAll(entries, client);
    for (const entry of answers) expect(replayed[entries.indexOf(entry)]).toBe(true);
    acknowledged.push(...answered);
    await expectWhole(owner, acknowledged);
    await expectSoundLog(owner);
  });

  test('every cut passes its verification', async () => {
    const verdicts = await Promise.all(
      acknowledged.map(({ key, changeSetId }, at) =>
        verifyCut(patient(client(at)), { name: key, changeSetId }),
      ),
    );
    expect(new Set(verdicts.map(({ entry, result }) => `${entry?.status} ${result?.verdict}`))).toEqual(
      new Set(['VERIFIED_COMPLETE PASS']),
    );
  });

  test('a subscriber who came back with its last cursor after each kill has every history row once, in order', async () => {
    await settledLog(owner);
    const expected = await historyInOrder(owner);
    expect(expected).toHaveLength(acknowledged.length * 5);
    await follower.arrived(expected.length);
    expect(follower.rows).toEqual(expected);
    expect(follower.connections).toBeGreaterThanOrEqual(3);
    const fromTheStart = followHistory(() => servers[1]!.url, tokens['observer'] as string);
    await fromTheStart.following();
    await fromTheStart.stop();
    expect(fromTheStart.rows).toEqual(expected);
  });

  test('while PostgreSQL is away, every door says to come again, and none takes it for a defect', async () => {
    await follower.stop();
    await embedded.stop();
    const { url } = servers[0]!;
    const entry = acknowledged[0]!;
    expect(await attemptCut(client(0), entry)).toMatchObject({
      answer: { status: 503, body: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] } },
    });
    expect((await fetch(new URL('/ready', url))).status).toBe(503);
    expect((await fetch(new URL('/health', url))).status).toBe(200);
    const visitor = followHistory(() => url, tokens['observer'] as string);
    await expect.poll(() => visitor.closings.length, PATIENCE).toBeGreaterThan(0);
    await visitor.stop();
    // 4500 would tell a client not to come again by itself.
    expect(visitor.closings[0]).toBe(1013);
  });
});

describe('cutter start', () => {
  const home = freshHome();
  const tokensOf = (): Record<string, string> => JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8'));

  test('killed with its cuts under way, it heals on the next start and goes on with the data; PostgreSQL was left alone', async () => {
    const first = startCommand(home);
    const client = clientOf(await first.serves(), tokensOf());
    const entries = await approvedEntries(client, 'start', 12);
    const { answered } = await resolveAll(entries.slice(10), () => client);
    const held = entries.slice(0, 10);
    const hold = await holdCuts(ownerUrlOf(home), held);
    const calls = held.map((entry) => attemptCut(client, entry));
    await hold.inside(held.length);
    const left = await postgresProcesses(home);
    await first.kill();
    expect((await Promise.all(calls)).filter((outcome) => 'answer' in outcome)).toEqual([]);
    expect(livingOf(left).map(({ pid }) => pid)).toContain(left[0]?.pid);

    const second = startCommand(home);
    const again = clientOf(await second.serves(), tokensOf());
    expect(again.tokens).toEqual(client.tokens);
    expect(second.output()).toContain(`A PostgreSQL (process ${left[0]?.pid}) was left behind`);
    expect(livingOf(left)).toEqual([]);
    await hold.release();
    const before = await resolveAll(entries.slice(10), () => again);
    expect(before).toEqual({ replayed: [true, true], answered });
    const { replayed, answered: resolved } = await resolveAll(held, () => again);
    expect(replayed).toEqual(held.map(() => false));
    const owner = ownerPool(ownerUrlOf(home));
    await expectWhole(owner, [...answered, ...resolved]);
    await expectSoundLog(owner);
    await owner.end();

    const processes = await postgresProcesses(home);
    await second.kill();
    await killAll(processes);
    const third = startCommand(home);
    const last = clientOf(await third.serves(), tokensOf());
    const verdict: Loose = await verifyCut(patient(last), {
      name: 'last',
      changeSetId: resolved[0]!.changeSetId,
    });
    expect(verdict).toMatchObject({ entry: { status: 'VERIFIED_COMPLETE' } });

    const beside = startCommand(home);
    expect(await beside.ended).toBe(1);
    expect(beside.errors().replaceAll('\n', ' ')).toContain(
      `cutter: The ledger of ${home} is running already: process ${third.child.pid}.`,
    );
    expect(beside.output()).not.toContain('Ctrl-C');
    const running = await postgresProcesses(home);
    expect(running.length).toBeGreaterThan(5);
    third.child.kill('SIGINT');
    expect(await third.ended).toBe(0);
    expect(third.errors()).toBe('');
    expect(livingOf(running)).toEqual([]);
  });
});
