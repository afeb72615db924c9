import { StreamRefused } from './stream-refused.ts';

/** Heartbeats that may be missing before the connection is lost. */
const HEARTBEATS = 2;
const USUAL_HEARTBEAT_MS = 15_000;
/** A cursor has no order for a client, so only one that comes again shows that the stream went back. */
const KEPT_CURSORS = 16;

/** What every stream has, whatever it says: it is never silent for long, and its cursors don't go back. */
export class StreamLine {
  heartbeatMs = USUAL_HEARTBEAT_MS;
  #heardAt = 0;
  #cursors: string[] = [];

  /** The last cursor; null before the first message. */
  get cursor(): string | null {
    return this.#cursors.at(-1) ?? null;
  }

  hear(now: number): void {
    this.#heardAt = now;
  }

  /** A connection begins, or goes on, with this cursor. */
  begin(cursor: string, heartbeatMs: number): void {
    this.#cursors = [cursor];
    this.heartbeatMs = heartbeatMs;
  }

  /** Throws StreamRefused where the stream was silent for too long: the connection is lost, and another may go on. */
  requireSound(now: number): void {
    const silentMs = now - this.#heardAt;
    if (silentMs > HEARTBEATS * this.heartbeatMs)
      throw new StreamRefused(
        'silence',
        `Nothing came for ${silentMs} ms, though a heartbeat is due every ${this.heartbeatMs} ms: ` +
          'the connection is lost.',
      );
  }

  /** `moved`: whether the message is of another place than the one before it. Throws StreamRefused where it isn't. */
  moveCursor(cursor: string, moved: boolean): void {
    const at = this.#cursors.indexOf(cursor);
    const isLast = at !== -1 && at === this.#cursors.length - 1;
    if (at !== -1 && (moved || !isLast))
      throw new StreamRefused('cursor-back', 'A cursor came again that belonged to an earlier place.');
    if (isLast) return;
    this.#cursors.push(cursor);
    if (this.#cursors.length > KEPT_CURSORS) this.#cursors.shift();
  }
}
