import { decodePlace, type LogPlace } from './cursor.ts';
import type { Reset } from './history-message.ts';
import type { LogHead } from './history-page.ts';
import { RESETS } from './resets.ts';

/** What a stream has to know before it can begin. */
export interface OpeningSource {
  /** A head read after the call. */
  freshHead(): Promise<LogHead>;
  /** The incarnation that the ring holds; null before the first read. */
  incarnation(): string | null;
  /** Reports a cursor that this ledger issued for a place that it hasn't reached now: its database was set back. */
  wasBeyond(place: LogPlace): void;
  /** The key of this ledger's cursors. */
  readonly cursorKey: Uint8Array;
}

/** Where a stream begins. */
interface Opening {
  readonly incarnation: string;
  readonly start: number;
  /** The head when the subscription began: what lies before it is replayed. */
  readonly target: number;
  /** No message was sent to this subscriber before that says how things were. */
  readonly begins: boolean;
}

/** Where `after` leads, or why it leads nowhere. */
export async function openStream(
  source: OpeningSource,
  after: string | null | undefined,
): Promise<Opening | Reset> {
  let head: LogHead;
  try {
    head = await source.freshHead();
  } catch {
    return RESETS.lost;
  }
  const { incarnation, next: target } = head;
  if (head.suspended) return RESETS.suspended;
  // The reader of the ring hasn't seen this incarnation yet: a client that comes again will find it.
  if (source.incarnation() !== null && source.incarnation() !== incarnation) return RESETS.incarnation;
  const now = { incarnation, start: target, target, begins: true };
  if (after === null || after === undefined) return now;
  if (after === '') return { ...now, start: 0, begins: false };
  const cursor = decodePlace(after, incarnation, source.cursorKey);
  if (cursor.verdict === 'other_incarnation') return RESETS.incarnation;
  if (cursor.verdict === 'unknown') return RESETS.unknown;
  if (cursor.next <= target) return { ...now, start: cursor.next, begins: cursor.begins };
  if (!cursor.issued) return RESETS.unknown;
  source.wasBeyond({ incarnation, next: cursor.next });
  return RESETS.suspended;
}
