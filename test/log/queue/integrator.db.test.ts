import type pg from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseRecord } from '../../../src/law/parse-record.ts';
import { buildRecord } from '../../../src/law/record.ts';
import { startIntegrator } from '../../../src/log/queue/integrator.ts';
import { pendingStatement } from '../../../src/log/queue/pending.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import {
  drained,
  type Ground,
  heardLog,
  insertHistory,
  insertPending,
  inTransaction,
  logGround,
  logOf,
  mark,
} from '../log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const WRITERS = 16;
const COMMITS_EACH = 40;
const KILLS = 20;

const KILL = `select pg_terminate_backend(pid) from pg_stat_activity
  where usename = 'cutter_integrator' and datname = current_database()`;

/** What one writer did, on a clock that ticks at each event of any writer. */
interface Commit {
  readonly recordId: string;
  readonly began: number;
  readonly committed: number;
  readonly shared: string;
  /** How many moves of the shared entry it saw after it had its lock. */
  readonly seen: number;
}

class RolledBack extends Error {}

describe('16 writers, 10 % rollbacks, the integrator killed 20 times', () => {
  let ground: Ground;
  const commits: Commit[] = [];
  const rolledBack: string[] = [];
  let positions: Map<string, number>;

  beforeAll(async () => {
    ground = await logGround();
    const { database, exec, log } = ground;
    const shared = await Promise.all([mark(exec), mark(exec), mark(exec), mark(exec)]);
    const writing = runWriters(
      exec,
      shared.map((made) => made.entryId),
      commits,
      rolledBack,
    );
    let integrator = ground.integrate({ batch: 7 });
    for (let kill = 0; kill < KILLS; kill += 1) {
      await new Promise<void>((resolve) => {
        const stop = integrator.onIntegrated(() => {
          stop();
          resolve();
        });
        // The writers may have ended: a mark keeps batches coming.
        void mark(exec).then(() => integrator.nudge());
      });
      if (kill % 3 === 0) {
        const old = integrator;
        integrator = ground.integrate({ batch: 7 });
        await Promise.all([old.close(), database.superuser.query(KILL)]);
      } else {
        await database.superuser.query(KILL);
      }
    }
    await writing;
    await drained(database, integrator);
    positions = await logOf(database);
    expect(log.alarms).toEqual([]);
  });
  afterAll(() => ground.close());

  test('nothing is lost, nothing rolled back arrives, and there is no gap', () => {
    expect(commits.length).toBeGreaterThan(WRITERS * COMMITS_EACH * 0.8);
    expect(rolledBack.length).toBeGreaterThan(0);
    for (const { recordId } of commits) expect(positions.has(recordId)).toBe(true);
    for (const recordId of rolledBack) expect(positions.has(recordId)).toBe(false);
  });

  test('every row has its place, that of its record and no other', async () => {
    const { rows } = await ground.database.superuser.query(
      `select (select count(*) from cutter_log.log, unnest(row_ids))::int as logged, count(*)::int as placed,
         count(*) filter (where exists (
           select from cutter_log.log where log.position = place.position and row_ids[place.ordinal + 1] = place.row_id
         ))::int as agree
       from cutter_log.row_place as place`,
    );
    expect(rows[0].logged).toBeGreaterThan(0);
    expect(rows[0]).toEqual({ logged: rows[0].logged, placed: rows[0].logged, agree: rows[0].logged });
  });

  test('what began after another had committed stands behind it', () => {
    const place = (commit: Commit): number => positions.get(commit.recordId) as number;
    const byCommit = [...commits].sort((a, b) => a.committed - b.committed);
    for (const later of commits) {
      for (const earlier of byCommit) {
        if (earlier.committed > later.began) break;
        if (place(earlier) > place(later)) expect.fail(`${earlier.recordId} stands behind ${later.recordId}`);
      }
    }
  });

  test('what waited for a lock and read what another had written stands behind it', () => {
    const inOrder = [...commits].sort(
      (a, b) => (positions.get(a.recordId) as number) - (positions.get(b.recordId) as number),
    );
    const seen = new Map<string, number>();
    for (const commit of inOrder) {
      expect(commit.seen).toBeGreaterThan(seen.get(commit.shared) ?? 0);
      seen.set(commit.shared, commit.seen);
    }
  });
});

async function runWriters(
  exec: pg.Pool,
  shared: readonly string[],
  commits: Commit[],
  rolledBack: string[],
): Promise<void> {
  let clock = 0;
  const writer = async (index: number): Promise<void> => {
    for (let turn = 0; turn < COMMITS_EACH; turn += 1) {
      const entry = shared[(index + turn) % shared.length] as string;
      const recordId = crypto.randomUUID();
      const historyId = crypto.randomUUID();
      clock += 1;
      const began = clock;
      let seen = 0;
      try {
        await inTransaction(exec, async (client) => {
          await client.query('select pg_sleep(random() * 0.01)');
          await client.query(
            'select 1 from cutter_governance.decision_backlog_entry where entry_id = $1 for no key update',
            [entry],
          );
          const { rows } = await client.query<{ count: number }>(
            'select count(*)::int from cutter_governance.decision_backlog_history where entry_id = $1',
            [entry],
          );
          seen = rows[0]?.count ?? 0;
          await insertHistory(client, { historyId, entryId: entry, before: String(seen) });
          await insertPending(client, recordId, [historyId]);
          await client.query('select pg_sleep(random() * 0.01)');
          if (Math.random() < 0.1) throw new RolledBack();
        });
        clock += 1;
        commits.push({ recordId, began, committed: clock, shared: entry, seen });
      } catch (error) {
        if (!(error instanceof RolledBack)) throw error;
        rolledBack.push(recordId);
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, index) => writer(index)));
}

describe('integrator', () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await logGround();
  });
  afterAll(() => ground.close());

  test('killed between taking from the queue and the commit, it loses nothing', async () => {
    const { database, exec } = ground;
    const made = await mark(exec);
    const blocker = await database.superuser.connect();
    await blocker.query('begin; lock table cutter_log.log in share mode');
    const integrator = ground.integrate();
    await vi.waitFor(async () => {
      const { rows } = await database.superuser.query(
        `select 1 from pg_locks where relation = 'cutter_log.log'::regclass and not granted`,
      );
      expect(rows).toHaveLength(1);
    }, WAITS_FOR_OTHERS_MS);
    await database.superuser.query(KILL);
    await blocker.query('rollback');
    blocker.release();
    await drained(database, integrator);
    expect([...(await logOf(database)).keys()]).toEqual([made.recordId]);
    await integrator.close();
  });

  test('tells of each batch after its commit, in order, with its positions', async () => {
    const { database, exec } = ground;
    const before = (await logOf(database)).size;
    const made = [await mark(exec), await mark(exec), await mark(exec)].map(({ recordId }) => recordId);
    const told: { recordIds: readonly string[]; firstPosition: number; lastPosition: number }[] = [];
    const integrator = ground.integrate({ batch: 2 });
    integrator.onIntegrated((batch) => told.push(batch));
    await drained(database, integrator);
    await vi.waitFor(
      () => expect(told.flatMap((batch) => batch.recordIds)).toEqual(made),
      WAITS_FOR_OTHERS_MS,
    );
    expect(told.map(({ firstPosition, lastPosition }) => [firstPosition, lastPosition])).toEqual([
      [before, before + 1],
      [before + 2, before + 2],
    ]);
    expect(integrator.state()).toBe('running');
    await integrator.close();
  });

  test('drops a record that is in the log already, or twice in a batch, with an alarm, and goes on', async () => {
    const { database, exec, log } = ground;
    const first = [...(await logOf(database)).keys()][0] as string;
    const twice = crypto.randomUUID();
    await inTransaction(exec, async (client) => {
      await insertPending(client, first, []);
      await insertPending(client, twice, []);
      await insertPending(client, twice, []);
    });
    const made = await mark(exec);
    const integrator = ground.integrate();
    await drained(database, integrator);
    const positions = await logOf(database);
    expect(positions.get(first)).toBe(0);
    expect(positions.get(made.recordId)).toBe((positions.get(twice) as number) + 1);
    await vi.waitFor(
      () =>
        expect(
          log.alarms.filter(({ alarm }) => alarm === 'DUPLICATE_RECORD').map(({ recordId }) => recordId),
        ).toEqual([first, twice]),
      WAITS_FOR_OTHERS_MS,
    );
    await integrator.close();
  });

  test('two at once take turns: no gap, nothing twice', async () => {
    const { database, exec, log } = ground;
    const before = log.alarms.length;
    const [one, other] = [ground.integrate({ batch: 3 }), ground.integrate({ batch: 3 })];
    const told: string[] = [];
    for (const integrator of [one, other])
      integrator.onIntegrated(({ recordIds }) => told.push(...recordIds));
    const made = await Promise.all(
      Array.from({ length: 120 }, async () => {
        const { recordId } = await mark(exec);
        one.nudge();
        other.nudge();
        return recordId;
      }),
    );
    await vi.waitFor(() => expect(told.toSorted()).toEqual(made.toSorted()), WAITS_FOR_OTHERS_MS);
    const positions = await logOf(database);
    for (const recordId of made) expect(positions.has(recordId)).toBe(true);
    expect(log.alarms).toHaveLength(before);
    await Promise.all([one.close(), other.close()]);
  });

  test('moves without a nudge, by its poll', async () => {
    const { database, exec } = ground;
    const integrator = ground.integrate();
    const { recordId } = await mark(exec);
    await vi.waitFor(
      async () => expect((await logOf(database)).has(recordId)).toBe(true),
      WAITS_FOR_OTHERS_MS,
    );
    await integrator.close();
  });

  test('connected as anybody but cutter_integrator it stops with an alarm and does not try again', async () => {
    const log = heardLog();
    const integrator = startIntegrator({ url: ground.database.urls.observe, log });
    await vi.waitFor(() => expect(integrator.state()).toBe('stopped'), WAITS_FOR_OTHERS_MS);
    expect(log.alarms).toMatchObject([{ alarm: 'INTEGRATOR_REFUSED' }]);
    await integrator.close();
  });

  test('a record goes into the queue in one statement of the lane: hash, row ids and parts that join to the body', async () => {
    const { database } = ground;
    const entryId = crypto.randomUUID();
    const record = buildRecord({
      recordId: crypto.randomUUID(),
      verb: 'mark',
      lane: 'DOT-991',
      principalId: crypto.randomUUID(),
      personId: crypto.randomUUID(),
      mode: 'rehearsal',
      at: '2026-03-01T09:30:00.000001Z',
      history: [{ rationale: '€😀'.repeat(300_000) }],
      rows: [{ table: 'decision_backlog_entry', id: entryId, op: 'insert', columns: { entry_id: entryId } }],
    });
    await database.pools.exec?.transaction(async (connection) => {
      await connection.query(sql.unsafe`select 1`);
      await connection.query(pendingStatement(record));
    });
    const pending = await database.superuser.query<{ record_hash: string; row_ids: string[] }>(
      'select record_hash, row_ids::text[] from cutter_log.pending where record_id = $1',
      [record.recordId],
    );
    expect(pending.rows).toEqual([{ record_hash: record.hash, row_ids: [entryId] }]);
    const { rows } = await database.superuser.query<{ body: string }>(
      'select body from cutter_log.record_part where record_id = $1 order by part',
      [record.recordId],
    );
    expect(rows.length).toBe(record.parts.length);
    expect(rows.length).toBeGreaterThan(1);
    const body = Buffer.from(rows.map((row) => row.body).join(''), 'utf8');
    expect(parseRecord(body, record.hash).verdict).toBe('ok');
  });

  test('no lane may read the queue, choose a seq, or write into the log itself', async () => {
    const { exec } = ground;
    const id = crypto.randomUUID();
    for (const statement of [
      'select * from cutter_log.pending',
      `insert into cutter_log.pending (seq, record_id, record_hash, row_ids) overriding system value values (1, '${id}', 'x', '{}')`,
      `insert into cutter_log.log (position, record_id, record_hash, row_ids) values (0, '${id}', 'x', '{}')`,
      'update cutter_log.head set next_position = 0',
      'delete from cutter_log.record_part',
    ]) {
      await expect(exec.query(statement), statement).rejects.toMatchObject({ code: '42501' });
    }
  });
});
