import type { SeenPlace } from './seen.ts';

/** The database was set back: what is known of it. */
export interface Suspension {
  /** Where its log ends, and where it is to resume from. */
  readonly position: number;
  /** How far it had come. */
  readonly seenSize: number;
  readonly reason: string;
}

/** Whoever can ask: an owner, or a login that may read the table. */
interface Asks {
  query<Row extends object>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

/** Whether a suspension stands, as a condition over a head aliased `head`. */
export const IS_SUSPENDED =
  'exists (select from cutter_log.suspension where suspension.incarnation = head.incarnation)';

/** What a suspended ledger says to whoever wants something of it. */
export function suspendedBecause({ position, seenSize }: Suspension): string {
  const lost =
    seenSize > position
      ? `it had come to position ${seenSize - 1}, and ends before ${position}`
      : 'it has forgotten that it was resumed';
  return `This ledger's database was set back: ${lost}. It publishes and takes nothing until both lanes have accepted that it resumes at position ${position} ("cutter resume").`;
}

/** The suspension that stands; null where none does. */
export async function standingSuspension(client: Asks): Promise<Suspension | null> {
  const { rows } = await client.query<{ position: string; seen: string; reason: string }>(
    `/* log.suspension */ select head.next_position::text as position, s.seen_size::text as seen, s.reason
     from cutter_log.head join cutter_log.suspension s using (incarnation)`,
  );
  const row = rows[0];
  return row === undefined
    ? null
    : { position: Number(row.position), seenSize: Number(row.seen), reason: row.reason };
}

/**
 * Suspends the ledger as it stands, if it still has less than was seen: whoever looked may have looked before the rest was there. Gives back
 * whether it wasn't suspended before.
 */
export async function suspend(client: Asks, incarnation: string, seen: SeenPlace): Promise<boolean> {
  const root = seen.root === null ? null : Buffer.from(seen.root);
  const { rows } = await client.query(
    `/* log.suspend */ insert into cutter_log.suspension (incarnation, reason, seen_size, seen_root, noticed_by, noticed_at)
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
