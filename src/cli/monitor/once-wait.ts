/** With --once: when the ledger has shown all, or has had its time to show it. */
import type { MonitorFinding } from '../../monitor/judges/finding.ts';

interface Progress {
  readonly position: number;
  readonly provedSize: number;
  readonly caughtUp: boolean;
}

export class OnceWait {
  readonly #now: () => number;
  readonly #patienceMs: number;
  #caughtUpAt: number | null = null;

  constructor(now: () => number, patienceMs: number) {
    this.#now = now;
    this.#patienceMs = patienceMs;
  }

  restart(): void {
    this.#caughtUpAt = null;
  }

  /** Whether the log's end was reached so long ago that what is missing is a finding. */
  isTooLong({ caughtUp }: Progress): boolean {
    const now = this.#now();
    if (caughtUp) this.#caughtUpAt ??= now;
    return this.#caughtUpAt !== null && now - this.#caughtUpAt >= this.#patienceMs;
  }
}

/** What is missing of a ledger that was read to its end. */
export function incompleteFinding({ provedSize, position }: Progress): MonitorFinding {
  const place = { position, entryId: null };
  return provedSize < position
    ? {
        ...place,
        verdict: 'unsigned',
        message: `No head that both lanes signed covers positions ${provedSize} to ${position - 1}.`,
      }
    : {
        ...place,
        verdict: 'passport-missing',
        message: 'The server keeps postponing the passport of a verified cut.',
      };
}
