import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { timeText } from '../../text/time-sql.ts';

/** A version of the rules, as it is stored. */
const knownRow = z.object({
  version: z.int(),
  body: z.unknown(),
  reason: z.string().nullable(),
  changedBy: z.string().nullable(),
  changedAt: z.string(),
  position: z.string().nullable(),
});
export type KnownRules = z.infer<typeof knownRow>;

/** The rules of a version, or those in force; null where there are none. As cutter_evidence. */
export async function knownRules(
  evidence: Pick<CommonQueryMethods, 'maybeOne'>,
  version: number | null,
): Promise<KnownRules | null> {
  return await evidence.maybeOne(sql.prepared('rules.known', knownRow)`
    /* rules.known */ select u.version, u.body, u.reason, u.changed_by as "changedBy",
      ${timeText(sql.fragment`u.changed_at`)} as "changedAt",
      (select min(l.position + 0)::text from cutter_log.log l where l.row_ids @> array[u.rules_id]) as position
    from cutter_auth.rules u where ${version}::int is null or u.version = ${version}::int
    order by u.version desc limit 1`);
}
