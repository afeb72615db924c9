import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Integrator } from '../../../src/log/queue/integrator.ts';
import { type FoldedMove, foldAll, foldedHistory } from '../../harness/counted.ts';
import type { TestDatabase } from '../../harness/database.ts';
import { RandomHistory } from '../../harness/random-history.ts';
import { seeded, testSeed } from '../../harness/seeded.ts';
import { testServer } from '../../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import { drained, type Ground, insertPending, inTransaction, logGround, mark } from '../log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const TABLES = ['counted', 'entry_stay', 'status_count', 'moves_by_hour', 'waits_by_hour'] as const;

/** Every row of the counters as text, but for counts of nobody. */
async function counters({ superuser }: TestDatabase): Promise<Record<string, string[]>> {
  const rows = await Promise.all(
    TABLES.map(async (table) => {
      const some = table === 'status_count' ? 'where entries <> 0' : '';
      const found = await superuser.query<{ row: string }>(
        `select t::text as row from cutter_log.${table} t ${some} order by 1`,
      );
      return [table, found.rows.map(({ row }) => row)] as const;
    }),
  );
  return Object.fromEntries(rows);
}

/** Forgets the counters and has an older ledger's migration count its whole history. */
async function recounted(database: TestDatabase): Promise<Record<string, string[]>> {
  await database.superuser.query(`truncate cutter_log.entry_stay, cutter_log.status_count, cutter_log.moves_by_hour,
    cutter_log.waits_by_hour; update cutter_log.counted set next_position = 0; select cutter_log.count_moves()`);
  return counters(database);
}

async function counts({ superuser }: TestDatabase): Promise<Record<string, number>> {
  const { rows } = await superuser.query<{ key: string; entries: number }>(
    `select status || ' ' || kind as key, entries::int from cutter_log.status_count where entries <> 0`,
  );
  return Object.fromEntries(rows.map(({ key, entries }) => [key, entries]));
}

function folded(moves: readonly FoldedMove[]): Record<string, number> {
  return Object.fromEntries(Object.entries(foldAll(moves)).map(([key, { count }]) => [key, count]));
}

function tally(keys: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const key of keys) found[key] = (found[key] ?? 0) + 1;
  return found;
}

describe('counters after a random history through the API', () => {
  let database: TestDatabase;
  let moves: readonly FoldedMove[];

  test('entries are counted by status and kind as a fold of the history counts them', async () => {
    const server = await testServer();
    ({ database } = server);
    await new RandomHistory(server, seeded(testSeed())).run(120);
    await drained(database, server.integrator!);
    moves = await foldedHistory(database.superuser);
    expect(moves.length).toBeGreaterThan(30);
    expect(await counts(database)).toEqual(folded(moves));
  });

  test('moves are counted by the hour of their time', async () => {
    const { rows } = await database.superuser.query<{ key: string; moves: number }>(
      `select to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24') || ' ' || change_kind as key, moves::int
       from cutter_log.moves_by_hour`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.key, row.moves]))).toEqual(
      tally(moves.map(({ changed_at, change_kind }) => `${changed_at.slice(0, 13)} ${change_kind}`)),
    );
  });

  test('each move has its stay, which ends where the next move of the entry is', async () => {
    const { rows } = await database.superuser.query<{ stay: string }>(
      `select position || ' ' || entry_id || ' ' || coalesce(came_from, '-') || ' ' || status || ' '
         || coalesce(until_position::text, '-') as stay
       from cutter_log.entry_stay order by position, ordinal`,
    );
    const expected = moves.map((move, at) => {
      const before = moves.slice(0, at).findLast(({ entry_id }) => entry_id === move.entry_id);
      const next = moves.slice(at + 1).find(({ entry_id }) => entry_id === move.entry_id);
      const { position, entry_id, entry_version_after } = move;
      return `${position} ${entry_id} ${before?.entry_version_after ?? '-'} ${entry_version_after} ${next?.position ?? '-'}`;
    });
    expect(rows.map(({ stay }) => stay)).toEqual(expected);
  });

  test('waits are those from the status before, and of a mark that from its registration', async () => {
    const { rows } = await database.superuser.query(
      `with waited as (
         select s.phase, s.waited_us, round(extract(epoch from h.changed_at - coalesce(
           (select max(b.changed_at) from cutter_governance.decision_backlog_history b
              where b.entry_id = h.entry_id and b.changed_at < h.changed_at),
           (select registered_at from cutter_source.source
              where 'source:' || source_id = e.payload ->> 'iu_ref'))) * 1000000)::bigint as own_us
         from cutter_log.entry_stay s
         join cutter_log.row_place p on p.noun = 'History' and p.position = s.position and p.ordinal = s.ordinal
         join cutter_governance.decision_backlog_history h on h.history_id = p.row_id
         join cutter_governance.decision_backlog_entry e on e.entry_id = h.entry_id
         where s.phase is not null)
       select phase, count(*)::int as waits, bool_and(waited_us = own_us) as same from waited group by phase`,
    );
    const expected = tally(
      moves.flatMap((move, at) => {
        const before = moves.slice(0, at).findLast(({ entry_id }) => entry_id === move.entry_id);
        if (move.change_kind.startsWith('review:'))
          return before?.entry_version_after === 'review_pending' ? ['review'] : [];
        if (move.change_kind === 'mark') return move.kind === 'cut_request' ? ['mark'] : [];
        if (move.change_kind === 'sweep_promote') return ['sweep'];
        return move.change_kind === 'abandon' ? [] : [move.change_kind.split(':')[0] as string];
      }),
    );
    expect(Object.fromEntries(rows.map(({ phase, waits }) => [phase, waits]))).toEqual(expected);
    expect(rows.filter(({ same }) => !same)).toEqual([]);
    const { rows: hours } = await database.superuser.query(
      'select phase, sum(waits)::int as waits from cutter_log.waits_by_hour group by phase',
    );
    expect(Object.fromEntries(hours.map(({ phase, waits }) => [phase, waits]))).toEqual(expected);
  });

  test("an older ledger's migration counts the same of its whole history at once", async () => {
    const before = await counters(database);
    expect(await recounted(database)).toEqual(before);
  });
});

describe('counters of records written by hand', () => {
  let ground: Ground;
  let integrator: Integrator;
  beforeAll(async () => {
    ground = await logGround();
    integrator = ground.integrate();
  });
  afterAll(() => ground.close());

  test('a move counts once, though its record waits twice and a second record names it', async () => {
    const { database, exec } = ground;
    const made = await mark(exec);
    await inTransaction(exec, async (client) => {
      await insertPending(client, made.recordId, [made.entryId, made.historyId]);
      await insertPending(client, crypto.randomUUID(), [made.historyId]);
    });
    await drained(database, integrator);
    expect(await counts(database)).toEqual({ 'marked cut_request': 1 });
    expect(await counters(database)).toMatchObject({ counted: ['(t,2)'] });
  });

  test('what a server of an earlier version moved without counting is counted with the next batch', async () => {
    const { database, exec } = ground;
    await database.superuser.query(`begin; with made as (
        insert into cutter_governance.decision_backlog_history
          select gen_random_uuid(), entry_id, 'marked', 'review_pending', 'sweep_promote', null, 'x', now()
          from cutter_governance.decision_backlog_entry limit 1 returning history_id
      ), placed as (
        insert into cutter_log.row_place select 'History', next_position, 0, history_id from made, cutter_log.head
      ) insert into cutter_log.log select next_position, gen_random_uuid(), 'sha256:x', array[history_id]
        from made, cutter_log.head;
      update cutter_log.head set next_position = next_position + 1; commit`);
    await mark(exec);
    await drained(database, integrator);
    expect(await counts(database)).toEqual({ 'review_pending cut_request': 1, 'marked cut_request': 1 });
    const before = await counters(database);
    expect(await recounted(database)).toEqual(before);
  });

  test('a batch reads no more of a larger ledger', async () => {
    const { database } = ground;
    const read = async (): Promise<number> => {
      await database.superuser.query(
        'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
      );
      await ground.burst(100);
      await drained(database, integrator);
      const { rows } = await database.superuser.query<{ blocks: number }>(
        `select sum(shared_blks_hit + shared_blks_read)::int as blocks from pg_stat_statements s
           join pg_database d on d.oid = s.dbid where d.datname = current_database() and s.query like '%count_moves()%'`,
      );
      return rows[0]?.blocks ?? 0;
    };
    const small = await read();
    await ground.burst(6000);
    await drained(database, integrator);
    expect(await read()).toBeLessThan(3 * small);
  });
});
