import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Log } from '../../database/connection.ts';
import { judgeResumption, type Resumption } from '../../law/resume-statement.ts';
import { LANES } from '../../law/values.ts';
import { originOf } from '../../proof/checkpoint.ts';
import { verifySignature } from '../../proof/ed25519.ts';

/** A span of the log under one name. */
export interface Incarnation {
  readonly origin: string;
  /** Its first position. */
  readonly from: number;
  /** The position from which both lanes resumed as the next one; null of the present. */
  readonly until: number | null;
}

const row = z.object({
  present: z.string(),
  previous: z.string().nullable(),
  envelope: z.unknown(),
  key_id: z.string().nullable(),
  key_lane: z.enum(LANES).nullable(),
  public_key: z.instanceof(Buffer).nullable(),
});
type Row = z.infer<typeof row>;

/**
 * The ledger's incarnations, the oldest first. Only those count that lead to the present one, and whose end both lanes
 * have signed under keys that were in force at the position.
 */
export async function readIncarnations(
  evidence: Pick<CommonQueryMethods, 'any'>,
  log: Log,
): Promise<readonly Incarnation[]> {
  const rows = await evidence.any(sql.type(row)`/* log.incarnations */
    select head.incarnation::text as present, r.incarnation::text as previous, r.envelope,
      key.key_id, key.lane as key_lane, key.public_key
    from cutter_log.head
    left join cutter_log.resumption r on true
    left join cutter_auth.key key on key.key_id = r.key_id and key.from_position <= r.position
      and (key.until_position is null or r.position < key.until_position)
    order by r.incarnation, r.lane`);
  const accepted = new Map(acceptedIn(rows, log).map((one) => [one.incarnation, one]));
  const present = rows[0]?.present as string;
  const ended: Resumption[] = [];
  for (let one = accepted.get(present); one !== undefined; one = accepted.get(one.previous))
    ended.unshift(one);
  const spans = ended.map(({ previous, position }, at) => ({
    origin: originOf(previous),
    from: ended[at - 1]?.position ?? 0,
    until: position,
  }));
  return [...spans, { origin: originOf(present), from: ended.at(-1)?.position ?? 0, until: null }];
}

function acceptedIn(rows: readonly Row[], log: Log): Resumption[] {
  return [...Map.groupBy(rows, ({ previous }) => previous)].flatMap(([previous, said]) => {
    // One lane alone is waited for.
    if (previous === null || said.length < LANES.length) return [];
    const judged = judgeResumption(
      said.map(({ envelope }) => envelope),
      (keyId, lane) =>
        said.find(({ key_id, key_lane }) => key_id === keyId && key_lane === lane)?.public_key ?? null,
      verifySignature,
    );
    if (typeof judged !== 'string' && judged.previous === previous) return [judged];
    log.error(
      { incarnation: previous, alarm: 'RESUMPTION_REFUSED', why: judged },
      'log: the rows about an ended incarnation are not what both lanes signed, and are passed over',
    );
    return [];
  });
}
