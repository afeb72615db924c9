import { parseCheckpointText } from '../../proof/checkpoint.ts';
import { NoteFault, parseNote } from '../../proof/note.ts';
import { StreamRefused } from './stream-refused.ts';

/**
 * The heads that a ledger shows and that are not judged yet. A head waits until its last record was read: those records
 * may introduce the keys that signed it. Some heads come with the stream and some are asked for beside it, so one may
 * overtake another.
 */
export class ShownHeads {
  #waiting: string | null = null;
  /** Heartbeats that may have been sent before the waiting head was asked for, and don't know it. */
  #grace = 0;
  /** The largest size that the stream has shown. Heads from before this connection count. */
  #shown = 0;

  /** A connection begins; `newest` is the size of the newest head that was believed. */
  open(newest: number): void {
    this.#shown = newest;
  }

  /** A head came with the stream, whose heads only grow. One that a newer head has overtaken is ignored. */
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

  /** A head came that was asked for. */
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

/** The size in a note; null where it is no checkpoint. */
export function sizeIn(note: unknown): number | null {
  if (typeof note !== 'string') return null;
  try {
    return parseCheckpointText(parseNote(note).text).size;
  } catch (error) {
    if (error instanceof NoteFault) return null;
    throw error;
  }
}
