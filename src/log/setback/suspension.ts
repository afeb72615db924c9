import type { SeenPlace } from './seen.ts';

/** The database was set back, or is a copy: what is known of it. */
export interface Suspension {
  readonly cause: 'set back' | 'copied';
  /** Where its log ends, and where it is to resume from. */
  readonly position: number;
  /** How far it had come. */
  readonly seenSize: number;
  readonly reason: string;
}

/** A connection that may read the table: an owner's, or a login's. */
interface Asks {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

/** Whether the ledger is suspended, as a condition over a head aliased `head`. */
export const IS_SUSPENDED =
  'exists (select from cutter_log.suspension where suspension.incarnation = head.incarnation)';

/** The message with which a suspended ledger refuses. */
export function suspendedBecause({ cause, position, seenSize, reason }: Suspension): string {
  if (cause === 'copied')
    return (
      `This ledger's database is a copy. ${reason} Two copies must not go on under one name. So it ` +
      'publishes and takes nothing until both lanes have accepted that it goes on here, at position ' +
      `${position} ("cutter resume").`
    );
  const lost =
    seenSize > position
      ? `it had come to position ${seenSize - 1}, and ends before ${position}`
      : 'it has no record that it was resumed';
  return (
    `This ledger's database was set back: ${lost}. It publishes and takes nothing until both lanes have ` +
    `accepted that it resumes at position ${position} ("cutter resume").`
  );
}

/** The suspension of the head's incarnation. */
const STANDING_SUSPENSION = `/* log.suspension */
  select head.next_position::text as position, s.seen_size::text as seen, s.cause, s.reason
  from cutter_log.head join cutter_log.suspension s using (incarnation)`;

interface Standing {
  readonly position: string;
  readonly seen: string;
  readonly cause: Suspension['cause'];
  readonly reason: string;
}

/** The present suspension; null where there is none. */
export async function standingSuspension(client: Asks): Promise<Suspension | null> {
  const { rows } = await client.query<Standing>(STANDING_SUSPENSION);
  const row = rows[0];
  return row === undefined
    ? null
    : { cause: row.cause, position: Number(row.position), seenSize: Number(row.seen), reason: row.reason };
}

/** Suspends a copy of a ledger. False where it has no record yet, so that no two could go on from it. */
export async function suspendCopy(client: Asks, reason: string): Promise<boolean> {
  await client.query(
    `/* log.suspend_copy */
     insert into cutter_log.suspension (incarnation, cause, reason, seen_size, noticed_by, noticed_at)
     select incarnation, 'copied', $1, next_position, current_user, transaction_timestamp()
     from cutter_log.head where next_position > 0
     on conflict do nothing`,
    [reason],
  );
  return (await standingSuspension(client)) !== null;
}

/**
 * Suspends the ledger where it is, if it still has less than was seen: the caller may have looked before the rest was
 * there. Gives back whether it wasn't suspended before.
 */
export async function suspendLedger(client: Asks, incarnation: string, seen: SeenPlace): Promise<boolean> {
  const root = seen.root === null ? null : Buffer.from(seen.root);
  const { rows } = await client.query(
    `/* log.suspend */
     insert into cutter_log.suspension (incarnation, reason, seen_size, seen_root, noticed_by, noticed_at)
     select head.incarnation, $2, $3::bigint, $4, current_user, transaction_timestamp() from cutter_log.head
     where head.incarnation = $1 and (head.next_position < $3::bigint or head.incarnation <> $5)
     on conflict do nothing returning 1 as made`,
    [
      incarnation,
      `According to ${seen.where} it had come to ${seen.size} positions.`,
      seen.size,
      root,
      seen.incarnation,
    ],
  );
  return rows.length > 0;
}
