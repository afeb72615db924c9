/** How long a ledger has made no progress for its monitor, and whether that was reported. */
export class LedgerSilence {
  readonly #now: () => number;
  readonly #longestMs: number;
  #heardAt: number;
  #heardTo = 0;
  #isReported = false;

  constructor(now: () => number, longestMs: number) {
    this.#now = now;
    this.#longestMs = longestMs;
    this.#heardAt = now();
  }

  /** Only progress, or following live, counts as heard. A stream that just begins and ends doesn't. */
  hear({ position, caughtUp }: { readonly position: number; readonly caughtUp: boolean }): void {
    if (position === this.#heardTo && !caughtUp) return;
    this.#heardTo = position;
    [this.#heardAt, this.#isReported] = [this.#now(), false];
  }

  /** Whether the silence is too long and has to be reported now. True once for each silence. */
  isNewlyTooLong(): boolean {
    if (this.#isReported || this.#now() - this.#heardAt <= this.#longestMs) return false;
    this.#isReported = true;
    return true;
  }

  get isReported(): boolean {
    return this.#isReported;
  }
}
