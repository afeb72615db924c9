import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { type PhaseWaits, WAITED_PHASES } from '../../schema/backlog/throughput.ts';
import { HOUR_MS, type Steps, stepsBetween, stepText } from './time-range.ts';

/** Hours of a bit more than a year. */
const MOST_HOURS = 10_000;
/** Waits are counted in buckets, each this many times as long as the one before. */
const RATIO = 1.02;

const line = z.object({
  phase: z.enum(WAITED_PHASES),
  count: z.int(),
  median: z.int(),
  p90: z.int(),
});

/**
 * Waits by the hour in which they ended. `reach`: of these entries alone, counted from where they stayed; null: of all,
 * from the counters. One statement.
 */
export async function readPhaseDurations(
  observe: Pick<CommonQueryMethods, 'any'>,
  range: { readonly from: string; readonly until: string },
  reach: readonly string[] | null,
): Promise<PhaseWaits[]> {
  const bounds = { stepMs: HOUR_MS, most: MOST_HOURS, way: 'Ask for a shorter range.' };
  const steps = stepsBetween('phaseDurations', range, bounds);
  const lines = await observe.any(sql.type(line)`/* read.phaseDurations */
    select phase, total::int as count, min(bucket) filter (where up_to >= total * 0.5) as median,
      min(bucket) filter (where up_to >= total * 0.9) as p90
    from (
      select phase, bucket, sum(sum(waits)) over (partition by phase order by bucket) as up_to,
        sum(sum(waits)) over (partition by phase) as total
      from (${waitsByHour(steps, reach)}) as waited group by phase, bucket
    ) as ranked group by phase, total`);
  const found = new Map(lines.map((each) => [each.phase, each]));
  return WAITED_PHASES.map((phase) => {
    const { count = 0, median = null, p90 = null } = found.get(phase) ?? {};
    return { phase, count, medianMs: bucketMs(median), p90Ms: bucketMs(p90) };
  });
}

/** The middle of a bucket, so that what lies in it differs by less than one percent. */
function bucketMs(bucket: number | null): number | null {
  return bucket === null ? null : Number((RATIO ** (bucket + 0.5)).toPrecision(4));
}

function waitsByHour({ start, stepMs, count }: Steps, reach: readonly string[] | null) {
  const [from, until] = [stepText(start), stepText(start + count * stepMs)];
  if (reach === null)
    return sql.fragment`select phase, bucket, waits from cutter_log.waits_by_hour
      where hour >= ${from}::timestamptz and hour < ${until}::timestamptz`;
  return sql.fragment`select phase, floor(
      ln(greatest(waited_us, 1000)::double precision / 1000) / ln(1.02::double precision)
    )::int as bucket, 1 as waits from cutter_log.entry_stay
    where entry_id = any (${sql.array([...reach], 'uuid')}) and phase is not null
      and since >= ${from}::timestamptz and since < ${until}::timestamptz`;
}
