import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { ThroughputCounts } from '../../schema/backlog/throughput.ts';
import { HOUR_MS, type Steps, stepsBetween, stepText } from './time-range.ts';

const STEP_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS } as const;
type ThroughputStep = keyof typeof STEP_MS;

const MOST_BUCKETS = 1000;

const line = z.object({
  at: z.int(),
  marked: z.int(),
  reviewed: z.int(),
  cut: z.int(),
  verified: z.int(),
  failed: z.int(),
});

/**
 * Moves by the time of their transactions, in steps that follow on each other without a gap. `reach`: of these entries
 * alone, counted from where they stayed; null: of all, from the counters. One statement.
 */
export async function readThroughput(
  observe: Pick<CommonQueryMethods, 'any'>,
  range: { readonly from: string; readonly until: string; readonly by: ThroughputStep },
  reach: readonly string[] | null,
): Promise<ThroughputCounts[]> {
  const shorter = range.by === 'hour' ? 'Ask by DAY, or for a shorter range.' : 'Ask for a shorter range.';
  const steps = stepsBetween('throughput', range, {
    stepMs: STEP_MS[range.by],
    most: MOST_BUCKETS,
    way: shorter,
  });
  const { start, stepMs, count } = steps;
  const lines = await observe.any(sql.type(line)`/* read.throughput */
    select floor(extract(epoch from hour - ${stepText(start)}::timestamptz) / ${stepMs / 1000}::int)::int as at,
      coalesce(sum(moves) filter (where change_kind = 'mark'), 0)::int as marked,
      coalesce(sum(moves) filter (where change_kind like 'review:%'), 0)::int as reviewed,
      coalesce(sum(moves) filter (where change_kind = 'cut'), 0)::int as cut,
      coalesce(sum(moves) filter (where change_kind = 'verify:pass'), 0)::int as verified,
      coalesce(sum(moves) filter (where change_kind = 'verify:fail'), 0)::int as failed
    from (${movesByHour(steps, reach)}) as moved group by 1`);
  const found = new Map(lines.map(({ at, ...counts }) => [at, counts]));
  const none = { marked: 0, reviewed: 0, cut: 0, verified: 0, failed: 0 };
  return Array.from({ length: count }, (_, at) => ({
    from: stepText(start + at * stepMs),
    ...(found.get(at) ?? none),
  }));
}

function movesByHour({ start, stepMs, count }: Steps, reach: readonly string[] | null) {
  const [from, until] = [stepText(start), stepText(start + count * stepMs)];
  if (reach === null)
    return sql.fragment`select hour, change_kind, moves from cutter_log.moves_by_hour
      where hour >= ${from}::timestamptz and hour < ${until}::timestamptz`;
  return sql.fragment`select since as hour, change_kind, 1 as moves from cutter_log.entry_stay
    where entry_id = any (${sql.array([...reach], 'uuid')})
      and since >= ${from}::timestamptz and since < ${until}::timestamptz`;
}
