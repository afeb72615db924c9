import type { MonitorFinding } from './judges/finding.ts';

/** Requires heads of both lanes to keep up with the records. Otherwise a ledger could show old heads forever. */
export class CoveredInTime {
  readonly #withinMs: number;
  /** The size that has to be covered, and since when it isn't. */
  #open: { readonly size: number; readonly since: number; isReported: boolean } | null = null;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** What is late by now, reported once. */
  look(position: number, covered: number, now: number): MonitorFinding | null {
    if (this.#open === null || covered >= this.#open.size) {
      this.#open = position > covered ? { size: position, since: now, isReported: false } : null;
      return null;
    }
    const { size, since, isReported } = this.#open;
    if (isReported || now - since <= this.#withinMs) return null;
    this.#open.isReported = true;
    const message =
      `Positions ${covered} to ${size - 1} were there ${Math.round((now - since) / 1000)} s ago, ` +
      'and no head that both lanes signed covers them.';
    return { verdict: 'unsigned', position: covered, entryId: null, message };
  }
}
