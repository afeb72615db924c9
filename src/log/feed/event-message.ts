import { encodePlace } from './cursor.ts';
import type { HistoryMessage } from './history-message.ts';
import type { RecordEvent } from './history-page.ts';

/** What a cursor is made of besides its position. */
export interface CursorMark {
  readonly incarnation: string;
  readonly key: Uint8Array;
}

const whole = new WeakMap<RecordEvent, HistoryMessage>();

/** The message of a record with these of its rows. One with all rows is made once for all that see them. */
export function eventMessage(
  event: RecordEvent,
  rows: RecordEvent['rows'],
  mark: CursorMark,
): HistoryMessage {
  if (rows !== event.rows) return makeMessage(event, rows, mark);
  const made = whole.get(event) ?? makeMessage(event, rows, mark);
  whole.set(event, made);
  return made;
}

function makeMessage(event: RecordEvent, rows: RecordEvent['rows'], mark: CursorMark): HistoryMessage {
  const { position, recordHash } = event;
  const cursor = encodePlace({ incarnation: mark.incarnation, next: position + 1 }, mark.key);
  return { type: 'HistoryEvent', cursor, position: String(position), recordHash, rows };
}
