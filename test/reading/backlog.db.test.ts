import { beforeAll, describe, expect, test, vi } from 'vitest';
import { caller } from '../harness/callers.ts';
import { BacklogFold, type FoldedCounts, type FoldedMove, foldedHistory } from '../harness/counted.ts';
import { RandomHistory } from '../harness/random-history.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { drained } from '../log/log-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
type Loose = any;

const BACKLOG = `{ backlog {
  position
  counts { status kind count oldestSince }
  oldest { status since entry { entryId kind status statusSince } }
} }`;
const OPEN = ['marked', 'review_pending', 'reviewed_approved', 'reviewed_deferred', 'cut_applied'];
const HOUR = 3_600_000;

let server: TestServer;
let moves: readonly FoldedMove[];
let narrow: { readonly token: string; readonly entryIds: readonly string[] };

beforeAll(async () => {
  server = await testServer();
});

/** Makes the ledger once; inside a test, so that its seed is printed when that fails. */
async function history(): Promise<void> {
  if (moves !== undefined) return;
  await new RandomHistory(server, seeded(testSeed())).run(90);
  await drained(server.database, server.integrator!);
  moves = await foldedHistory(server.superuser);
  const entryIds = [...new Set(moves.map(({ entry_id }) => entry_id))].filter((_, at) => at % 3 === 0);
  const { token } = await caller(server, { scopes: ['ledger:observe'] }, { entryIds });
  narrow = { token, entryIds };
}

async function asked(token: string | null, query: string): Promise<Loose> {
  const { body } = await server.gql(token, query);
  expect(body.errors).toBeUndefined();
  return body.data;
}

function folded(reach: readonly string[] | null): BacklogFold {
  const fold = new BacklogFold();
  for (const move of moves) if (reach === null || reach.includes(move.entry_id)) fold.add(move);
  return fold;
}

function byKey(counts: Loose[]): FoldedCounts {
  return Object.fromEntries(
    counts.map(({ status, kind, count, oldestSince }) => [
      `${status} ${kind}`.toLowerCase(),
      { count, oldestSince },
    ]),
  );
}

describe('backlog', () => {
  test('its counts are those of a fold of the history, for all and for a narrowed token', async () => {
    await history();
    for (const [token, reach] of [
      [server.tokens.observer, null],
      [narrow.token, narrow.entryIds],
    ] as const) {
      const { backlog } = await asked(token, BACKLOG);
      expect(byKey(backlog.counts)).toEqual(folded(reach).counts());
      const { rows } = await server.superuser.query('select next_position - 1 as last from cutter_log.head');
      expect(backlog.position).toBe(rows[0].last);
    }
  });

  test('the oldest of each open status and kind is the entry that came there first', async () => {
    await history();
    for (const [token, reach] of [
      [server.tokens.observer, null],
      [narrow.token, narrow.entryIds],
    ] as const) {
      const { backlog } = await asked(token, BACKLOG);
      const counts = folded(reach).counts();
      const found = backlog.oldest.map(({ status, since, entry }: Loose) => [
        `${status} ${entry.kind}`.toLowerCase(),
        since,
      ]);
      const open = Object.entries(counts).filter(([key]) => OPEN.includes(key.split(' ')[0] as string));
      expect(Object.fromEntries(found)).toEqual(
        Object.fromEntries(open.map(([key, { oldestSince }]) => [key, oldestSince])),
      );
      for (const { status, since, entry } of backlog.oldest) {
        expect(entry).toMatchObject({ status, statusSince: since });
        expect(reach === null || reach.includes(entry.entryId)).toBe(true);
      }
    }
  });

  test('is one statement, and does not read the table of entries for its counts', async () => {
    await history();
    await server.superuser.query(
      'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()), 0)',
    );
    await asked(server.tokens.observer, BACKLOG);
    await asked(server.tokens.observer, '{ backlog { counts { count } } }');
    const { rows } = await server.superuser.query<{ query: string; calls: number }>(
      `select query, calls::int from pg_stat_statements s join pg_roles r on r.oid = s.userid
         join pg_database d on d.oid = s.dbid
       where r.rolname = 'cutter_observe' and d.datname = current_database() and query ~ 'status_count'`,
    );
    expect(rows.map(({ calls }) => calls)).toEqual([1, 1]);
    expect(rows.filter(({ query }) => query.includes('decision_backlog_entry'))).toHaveLength(1);
  });

  test('of nobody: no counts, and without the scope a refusal', async () => {
    const { token } = await caller(server, { scopes: ['ledger:observe'] }, { entryIds: [] });
    expect((await asked(token, BACKLOG)).backlog).toMatchObject({ counts: [], oldest: [] });
    const other = await caller(server, { scopes: ['document:read'] });
    const { body } = await server.gql(other.token, BACKLOG);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});

const THROUGHPUT = (from: string, until: string, by: string) =>
  `{ throughput(from: "${from}", until: "${until}", by: ${by}) { from marked reviewed cut verified failed } }`;

const FIELD_OF = (kind: string) =>
  ({ mark: 'marked', cut: 'cut', 'verify:pass': 'verified', 'verify:fail': 'failed' })[kind] ??
  (kind.startsWith('review:') ? 'reviewed' : null);

describe('throughput', () => {
  const begin = (at: number) => new Date(at).toISOString().replace('.000Z', '.000000Z');

  test.each([
    ['HOUR', HOUR, 0],
    ['DAY', 24 * HOUR, 0],
    ['WEEK', 168 * HOUR, 4 * 24 * HOUR],
  ])('by %s: a fold of the history, steps without moves too', async (by, step, origin) => {
    await history();
    const now = Date.now();
    const [from, until] = [now - 2 * step, now + step];
    const start = (at: number) => origin + Math.floor((at - origin) / step) * step;
    for (const [token, reach] of [
      [server.tokens.observer, null],
      [narrow.token, narrow.entryIds],
    ] as const) {
      const { throughput } = await asked(
        token,
        THROUGHPUT(new Date(from).toISOString(), new Date(until).toISOString(), by),
      );
      const expected: Record<string, Loose> = {};
      for (let at = start(from); at < until; at += step)
        expected[begin(at)] = { from: begin(at), marked: 0, reviewed: 0, cut: 0, verified: 0, failed: 0 };
      for (const { changed_at, change_kind, entry_id } of moves) {
        const field = FIELD_OF(change_kind);
        if (field === null || (reach !== null && !reach.includes(entry_id))) continue;
        expected[begin(start(Date.parse(changed_at)))][field] += 1;
      }
      expect(throughput).toEqual(Object.values(expected));
    }
  });

  test('a range that is none, or has too many steps, is refused with the argument and the way out', async () => {
    const cases = [
      ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', 'HOUR', 'throughput(until:) must be after from.'],
      ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'DAY', 'throughput(until:) must be after from.'],
      [
        '2026-01-01T00:00:00Z',
        '2027-01-01T00:00:00Z',
        'HOUR',
        'throughput(until:) is 8,760 steps after from, and one answer has 1,000. Ask by DAY, or for a shorter range.',
      ],
      ['yesterday', '2026-01-01T00:00:00Z', 'DAY', 'throughput(from:) must be an RFC 3339 time'],
    ] as const;
    for (const [from, until, by, message] of cases) {
      const { body } = await server.gql(server.tokens.observer, THROUGHPUT(from, until, by));
      expect(body.errors?.[0]?.message).toContain(message);
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  test('the last step is that before until, to the microsecond', async () => {
    const asking = async (until: string) =>
      (await asked(server.tokens.observer, THROUGHPUT('2026-01-01T00:30:00Z', until, 'HOUR'))).throughput.map(
        ({ from }: Loose) => from,
      );
    expect(await asking('2026-01-01T01:00:00Z')).toEqual(['2026-01-01T00:00:00.000000Z']);
    expect(await asking('2026-01-01T01:00:00.000001Z')).toHaveLength(2);
    expect(await asking('2026-01-01T03:00:00+02:00')).toHaveLength(1);
  });
});

describe('phaseDurations', () => {
  const DURATIONS = (
    from: number,
    until: number,
  ) => `{ phaseDurations(from: "${new Date(from).toISOString()}",
    until: "${new Date(until).toISOString()}") { phase count medianMs p90Ms } }`;

  test('count what ended a wait; median and p90 are within 1 % of the exact ones', async () => {
    await history();
    for (const [token, reach] of [
      [server.tokens.observer, null],
      [narrow.token, narrow.entryIds],
    ] as const) {
      const { rows } = await server.superuser.query(
        `select upper(phase) as phase, count(*)::int as count,
           percentile_disc(0.5) within group (order by greatest(waited_us, 1000)) / 1000.0 as median,
           percentile_disc(0.9) within group (order by greatest(waited_us, 1000)) / 1000.0 as p90
         from cutter_log.entry_stay where phase is not null and ($1::uuid[] is null or entry_id = any ($1)) group by 1`,
        [reach],
      );
      const { phaseDurations } = await asked(token, DURATIONS(Date.now() - 3 * HOUR, Date.now() + HOUR));
      expect(phaseDurations.map(({ phase }: Loose) => phase)).toEqual([
        'MARK',
        'SWEEP',
        'REVIEW',
        'CUT',
        'VERIFY',
      ]);
      for (const { phase, count, medianMs, p90Ms } of phaseDurations) {
        const exact = rows.find((row) => row.phase === phase);
        expect([phase, count]).toEqual([phase, exact?.count ?? 0]);
        if (exact === undefined) expect([medianMs, p90Ms]).toEqual([null, null]);
        else
          for (const [found, due] of [
            [medianMs, Number(exact.median)],
            [p90Ms, Number(exact.p90)],
          ])
            expect(Math.abs(found / due - 1)).toBeLessThan(0.01);
      }
    }
  });

  test('of hours in which nothing happened: every phase, with no wait', async () => {
    const { phaseDurations } = await asked(server.tokens.observer, DURATIONS(0, HOUR));
    expect(phaseDurations).toHaveLength(5);
    expect(phaseDurations[0]).toEqual({ phase: 'MARK', count: 0, medianMs: null, p90Ms: null });
  });

  test('too long a range is refused', async () => {
    const { body } = await server.gql(server.tokens.observer, DURATIONS(0, 10_001 * HOUR));
    expect(body.errors?.[0]?.message).toBe(
      'phaseDurations(until:) is 10,001 steps after from, and one answer has 10,000. Ask for a shorter range.',
    );
  });
});
