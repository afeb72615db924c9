import type { Session } from './session.ts';

/**
 * How long a session answers for its token after it was looked up. A revocation bites within a second: half of it is
 * left for the read that began last. Nothing else ends it, so that no message has to arrive for a revocation to bite.
 */
const REMEMBERED_MS = 500;
const MOST_SESSIONS = 10_000;

interface Remembered {
  readonly session: Session;
  /** On the clock that is given. */
  readonly until: number;
}

/** Sessions of tokens that were looked up just now, by the token's hash. Reads alone may use them. */
export class RememberedSessions {
  readonly #sessions = new Map<string, Remembered>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that is never set */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The session that was looked up last, unless that is too long ago or its token has expired since. */
  get(token: string): Session | null {
    const found = this.#sessions.get(token);
    if (found === undefined) return null;
    if (this.#now() < found.until) return found.session;
    this.#sessions.delete(token);
    return null;
  }

  /** @param askedAt when the look-up was sent @param leftMs how long its token was valid from then on */
  set(token: string, session: Session, askedAt: number, leftMs: number): void {
    this.#sessions.delete(token);
    this.#sessions.set(token, { session, until: askedAt + Math.min(leftMs, REMEMBERED_MS) });
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
  }

  forget(token: string): void {
    this.#sessions.delete(token);
  }
}
