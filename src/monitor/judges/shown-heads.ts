import { parseCheckpointText } from '../../proof/checkpoint.ts';
import { NoteFault, parseNote } from '../../proof/note.ts';
import { StreamRefused } from './stream-refused.ts';

/**
 * The heads that a ledger shows, on their way to being believed. A head waits until its last record was read: the
 * keys that signed it may stand in what is still to come. Some come with the stream and some are asked for beside it,
 * so that one may overtake the other.
 */
export class ShownHeads {
  #waiting: string | null = null;
  /** Heartbeats that may have been on their way before the waiting head was asked for, and know nothing of it. */
  #grace = 0;
  /** The largest that the stream has shown; what was known before a connection binds it. */
  #shown = 0;

  /** A connection begins; `newest` is the size of the newest head that was believed. */
  open(newest: number): void {
    this.#shown = newest;
  }

  /** One came with the stream, whose heads only grow; one that was overtaken by what was asked for is passed over. */
  show(note: string, newest: number): void {
    const size = sizeIn(note) ?? 0;
    if (size < this.#shown)
      throw new StreamRefused(
        'old-head',
        `A checkpoint of ${size} positions came after one of ${this.#shown}: an old head is shown again.`,
      );
    this.#shown = size;
    if (size >= newest) this.#hold(note, 0);
  }

  /** One was asked for. */
  ask(note: string): void {
    this.#hold(note, 1);
  }

  /** The head that waits, once everything that it covers was read. */
  due(position: number): string | null {
    const [note, size] = [this.#waiting, sizeIn(this.#waiting)];
    if (note === null || size === null || size > position) return null;
    this.#waiting = null;
    return note;
  }

  /** Whether a head waits for records that are still to come. */
  isAhead(position: number): boolean {
    return (sizeIn(this.#waiting) ?? 0) > position;
  }

  /** The stream says that the log ends here, and perhaps shows a head: no head may be of more. */
  requireEnd(position: number, note: string | null): void {
    const [waits, shows] = [sizeIn(this.#waiting) ?? 0, sizeIn(note) ?? 0];
    if (waits > position) this.#grace -= 1;
    if (shows <= position && (waits <= position || this.#grace >= 0)) return;
    throw new StreamRefused(
      'withheld',
      `A head of ${Math.max(waits, shows)} positions was shown, and the log is said to end at ${position}.`,
    );
  }

  #hold(note: string, grace: number): void {
    if (this.#waiting !== note) this.#grace = grace;
    this.#waiting = note;
  }
}

/** How many positions a note says; null where it is none. */
export function sizeIn(note: unknown): number | null {
  if (typeof note !== 'string') return null;
  try {
    return parseCheckpointText(parseNote(note).text).size;
  } catch (error) {
    if (error instanceof NoteFault) return null;
    throw error;
  }
}
