import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ENTRY_STATES } from '../../src/law/states.ts';
import { caller } from '../harness/callers.ts';
import type { Loose } from '../harness/cycle.ts';
import { RandomHistory } from '../harness/random-history.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

type Filter = Readonly<Record<string, unknown>>;

const STATUSES = ENTRY_STATES.map((status) => status.toUpperCase());
const KINDS = ['CUT_REQUEST', 'ESCALATION'];

/** A filter that counters answer: by status, by kind, by lists of both, by some of these, or by none. */
function randomFilter(random: Seeded): Filter {
  const some = (words: readonly string[]) => words.filter(() => random.between(0, 2) === 0);
  const chance = () => random.between(0, 2) === 0;
  return {
    ...(chance() ? { status: random.pick(STATUSES) } : {}),
    ...(chance() ? { statusIn: some(STATUSES) } : {}),
    ...(chance() ? { kind: random.pick(KINDS) } : {}),
    ...(chance() ? { kindIn: some(KINDS) } : {}),
  };
}

const QUERY = `query ($filter: EntryFilter, $after: String) { entries(first: 200, after: $after, filter: $filter) {
  totalCount totalCountAtLeast nodes { entryId } pageInfo { hasNextPage } } }`;

async function listed(token: string, filter: Filter): Promise<{ counted: Loose; ids: string[] }> {
  const { body } = await server.gql(token, QUERY, { filter });
  expect(body.errors).toBeUndefined();
  const { nodes, pageInfo, ...counted } = body.data.entries;
  expect(pageInfo.hasNextPage).toBe(false);
  return { counted, ids: nodes.map(({ entryId }: Loose) => entryId) };
}

/** Runs `work` while no record gets its position. */
async function unintegrated(work: () => Promise<void>): Promise<void> {
  const holder = await server.superuser.connect();
  try {
    await holder.query('begin; select from cutter_log.head for update');
    await work();
  } finally {
    await holder.query('rollback');
    holder.release();
  }
}

async function waiting(): Promise<number> {
  const { rows } = await server.superuser.query('select count(*)::int as n from cutter_log.pending');
  return rows[0].n;
}

/** How often counters were asked, and gave the answer. */
async function byCounters(work: () => Promise<void>): Promise<number> {
  const { rows } = await server.superuser.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
  );
  expect(rows).toHaveLength(1);
  await work();
  const { rows: found } = await server.superuser.query(
    `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements s
      join pg_database d on d.oid = s.dbid where d.datname = current_database()
      and s.query ~ 'v_pending_rows' and s.query !~ 'pg_stat'`,
  );
  return found[0].calls;
}

describe('totalCount of entries by status and kind', () => {
  test('is the length of the list, whatever waits for its position', async () => {
    const random = seeded(testSeed());
    const history = new RandomHistory(server, random.named('history'));
    let cases = 0;
    let nonEmpty = 0;
    const checkSome = async () => {
      for (let turn = 0; turn < 12; turn += 1) {
        const filter = randomFilter(random.named(`filter ${cases}`));
        const { counted, ids } = await listed(server.tokens.observer, filter);
        expect([filter, counted]).toEqual([
          filter,
          { totalCount: ids.length, totalCountAtLeast: ids.length },
        ]);
        cases += 1;
        if (ids.length > 0) nonEmpty += 1;
      }
    };
    let most = 0;
    for (let round = 0; round < 5; round += 1) {
      await history.run(16);
      await checkSome();
      await unintegrated(async () => {
        await history.run(10);
        most = Math.max(most, await waiting());
        await checkSome();
      });
    }
    expect(most).toBeGreaterThan(3);
    expect(cases).toBe(120);
    expect(nonEmpty).toBeGreaterThan(20);
  });

  test('comes from the counters, and of other filters from the rows', async () => {
    const count = (filter: Filter) =>
      byCounters(async () => void (await listed(server.tokens.observer, filter)));
    expect(await count({})).toBe(1);
    expect(await count({ status: 'MARKED', kind: 'CUT_REQUEST' })).toBe(1);
    expect(await count({ status: 'MARKED', emittedAtFrom: '2020-01-01T00:00:00Z' })).toBe(0);
  });

  test('of a narrowed token counts its entries', async () => {
    const { rows } = await server.superuser.query(
      'select entry_id from cutter_governance.decision_backlog_entry order by entry_id limit 3',
    );
    const entryIds = rows.map(({ entry_id }) => entry_id);
    const { token } = await caller(server, { scopes: ['ledger:observe'] }, { entryIds });
    expect((await listed(token, {})).counted).toEqual({ totalCount: 3, totalCountAtLeast: 3 });
  });

  test('counts the rows where the counters lag behind the log', async () => {
    const all = await listed(server.tokens.observer, {});
    await server.superuser.query('update cutter_log.counted set next_position = next_position - 1');
    await server.superuser.query('update cutter_log.status_count set entries = entries + 5');
    expect(await listed(server.tokens.observer, {})).toEqual(all);
    await server.superuser.query('update cutter_log.counted set next_position = next_position + 1');
    expect((await listed(server.tokens.observer, {})).counted.totalCount).not.toBe(all.ids.length);
  });
});
