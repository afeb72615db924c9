import { ConnectionLost } from '../history-connection.ts';
import type { JudgedHead } from './head-judge.ts';
import { StreamRefused } from './stream-refused.ts';

export interface Look {
  /** The position that comes next. */
  readonly next: number;
  /** A checkpoint that came, as it compares. */
  readonly checkpoint: JudgedHead | null;
  readonly isCaughtUp: boolean;
  readonly now: number;
}

/**
 * Whether heads that both lanes signed keep up with the records. Else a ledger that shows old heads and records of its own making
 * would be believed for as long as it likes. One mark is kept: everything before it has to be covered in time.
 */
export class SignedInTime {
  readonly #withinMs: number;
  #covered = 0;
  #mark = 0;
  #markedAt: number | null = null;
  #askedAnew = false;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  look({ next, checkpoint, isCaughtUp, now }: Look): void {
    if (checkpoint !== null && checkpoint.judged !== 'ahead' && checkpoint.judged !== 'behind')
      this.#covered = Math.max(this.#covered, checkpoint.head.size);
    // A replay shows heads only when it has caught up.
    if (isCaughtUp) this.#markedAt ??= now;
    if (this.#covered >= this.#mark) {
      this.#mark = next;
      this.#askedAnew = false;
      if (this.#markedAt !== null) this.#markedAt = now;
    }
    this.requireInTime(now);
  }

  /** Throws StreamRefused; half-way before, ConnectionLost once: a new connection tells the newest head, however busy the stream is. */
  requireInTime(now: number): void {
    if (this.#markedAt === null || this.#covered >= this.#mark) return;
    const lateMs = now - this.#markedAt;
    if (lateMs > this.#withinMs)
      throw new StreamRefused(
        'unsigned',
        `The record at position ${this.#mark - 1} came ${Math.round(lateMs)} ms ago, and no head that both lanes signed covers it; ${this.#covered} positions are covered.`,
      );
    if (this.#askedAnew || lateMs < this.#withinMs / 2) return;
    this.#askedAnew = true;
    throw new ConnectionLost('No head covers what came: the newest is asked for.');
  }
}
