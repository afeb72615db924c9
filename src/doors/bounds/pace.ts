/** A clock for what passes in pieces: a sender or reader may be slow for a while, and then keeps a pace. */

/** How often a clock is checked while single bytes arrive. */
const LEAST_MS = 250;

export interface Pace {
  /** How long it may be slow, in milliseconds. */
  readonly slowMs: number;
  /** What it must come to after that. */
  readonly bytesPerSecond: number;
}

/** Calls `onLate` once, when fewer bytes have passed than the time allows. Returns what stops the clock. */
export function keepPace(pace: Pace, passedBytes: () => number, onLate: () => void): () => void {
  const begun = performance.now();
  let timer = setTimeout(look, pace.slowMs);
  function look(): void {
    const allowedMs = pace.slowMs + (passedBytes() / pace.bytesPerSecond) * 1_000;
    const restMs = allowedMs - (performance.now() - begun);
    if (restMs <= 0) onLate();
    else timer = setTimeout(look, Math.max(restMs, LEAST_MS));
  }
  return () => clearTimeout(timer);
}
