import type { MonitorFinding } from './judges/finding.ts';

/**
 * Heads that both lanes sign have to keep up with the records; else a ledger could show old ones for as long as it
 * likes.
 */
export class CoveredInTime {
  readonly #withinMs: number;
  /** How far everything has to be covered, and since when it isn't. */
  #open: { readonly size: number; readonly since: number; told: boolean } | null = null;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /** What is late by now, told once. */
  look(position: number, covered: number, now: number): MonitorFinding | null {
    if (this.#open === null || covered >= this.#open.size) {
      this.#open = position > covered ? { size: position, since: now, told: false } : null;
      return null;
    }
    const { size, since, told } = this.#open;
    if (told || now - since <= this.#withinMs) return null;
    this.#open.told = true;
    const message = `Positions ${covered} to ${size - 1} were there ${Math.round((now - since) / 1000)} s ago, and no head that both lanes signed covers them.`;
    return { verdict: 'unsigned', position: covered, entryId: null, message };
  }
}
