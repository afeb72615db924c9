/**
 * How much of the server one caller may have: failed tokens of an address, calls of a principal a second and at a
 * time, and what a principal holds open. Nobody can use up what all share.
 */
import type { Audit } from '../../auth/audit.ts';
import { type Authenticator, bearerToken, tokenHash, Unauthenticated } from '../../auth/authenticate.ts';
import type { Session } from '../../auth/session.ts';
import { DoorRefusal } from '../refuse.ts';
import type { Limits } from './limits.ts';
import { Meter } from './meter.ts';
import { Recent } from './recent.ts';
import { Turnstile } from './turnstile.ts';

/** What is held open, and counted. */
export type Holding = 'sockets' | 'event streams' | 'subscriptions' | 'sockets without a token';

/** Tokens that were valid lately: they are accepted although others guess from the same address. */
const KNOWN_TOKENS = 10_000;

/** A refusal that ends by itself: 429 over HTTP, 4429 or an error of the operation over WebSocket. */
export class TooMany extends DoorRefusal {
  readonly retryAfterSeconds: number;

  constructor(message: string, waitMs: number) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
    super(429, 'TOO_MANY_REQUESTS', `${message} Try again in ${seconds} s.`, {
      'retry-after': String(seconds),
    });
    this.retryAfterSeconds = seconds;
  }
}

export interface AdmissionOptions {
  readonly authenticate: Authenticator;
  readonly limits: Limits;
  readonly noteFailure: Audit['noteFailure'];
}

export class Admission {
  readonly #authenticate: Authenticator;
  readonly #limits: Limits;
  readonly #noteFailure: Audit['noteFailure'];
  readonly #failures: Meter;
  readonly #calls: Meter;
  readonly #proofs: Meter;
  readonly #turns: Turnstile;
  readonly #largeBodies: Turnstile;
  readonly #known = new Recent<true>({ most: KNOWN_TOKENS, longest: 100 });
  readonly #held = new Map<string, number>();

  constructor({ authenticate, limits, noteFailure }: AdmissionOptions) {
    this.#authenticate = authenticate;
    this.#limits = limits;
    this.#noteFailure = noteFailure;
    this.#failures = new Meter({ burst: limits.failedTokens, perSecond: limits.failedTokensPerSecond });
    this.#calls = new Meter({ burst: limits.callsAtOnce, perSecond: limits.callsPerSecond });
    this.#proofs = new Meter({ burst: limits.proofsAtOnce, perSecond: limits.proofsPerSecond });
    this.#turns = new Turnstile(limits.callsRunning, limits.callsWaiting);
    this.#largeBodies = new Turnstile(limits.largeBodies, limits.callsWaiting);
  }

  /**
   * Who calls; for a read, who called just now. An address from which too many tokens failed isn't asked for more of
   * them.
   */
  async identify(address: string, authorization: unknown, forRead = false): Promise<Session> {
    const token = tokenHash(String(authorization)).toString('latin1');
    const waitMs = this.#failures.waitOf(address);
    if (waitMs > 0 && this.#known.get(token) === undefined) {
      this.#noteFailure({ address, reason: 'too_many', token: null });
      throw new TooMany('This address sent too many tokens that are not valid.', waitMs);
    }
    try {
      const session = await this.#authenticate(authorization, forRead);
      this.#known.set(token, true);
      return session;
    } catch (error) {
      if (error instanceof Unauthenticated) {
        this.#noteFailure({ address, reason: error.reason, token: error.token });
        // A request without a token is no guess.
        if (error.reason !== 'missing') this.#failures.take(address);
      }
      throw error;
    }
  }

  /** Refuses a request whose authorization isn't of the form of a token, before anything else of it is read. */
  refuseUnsaid(address: string, authorization: unknown): void {
    try {
      bearerToken(authorization);
    } catch (error) {
      if (error instanceof Unauthenticated)
        this.#noteFailure({ address, reason: error.reason, token: error.token });
      throw error;
    }
  }

  /** Counts a call of a principal. */
  countCall({ principalId, name }: Session): void {
    const waitMs = this.#calls.take(principalId);
    if (waitMs > 0)
      throw new TooMany(`${name} calls more than ${this.#limits.callsPerSecond} times a second.`, waitMs);
  }

  /** Counts further calls of one. Answers with 0, or with the milliseconds until they may be made. */
  countCalls({ principalId }: Session, calls: number): number {
    return this.#calls.take(principalId, performance.now(), Math.min(calls, this.#limits.callsAtOnce));
  }

  /** Counts a signature that a stranger asks for. */
  countProof(address: string): void {
    const waitMs = this.#proofs.take(address);
    if (waitMs > 0) throw new TooMany('This address asks for the identity of the ledger too often.', waitMs);
  }

  /** Waits for a place among the calls of this token; resolves with what gives it back. */
  takeTurn(authorization: unknown): Promise<() => void> {
    return enterTurnstile(this.#turns, String(authorization), 'calls of this token');
  }

  /** The same for large bodies: nothing of one is read before. */
  takeLargeBody({ principalId, name }: Session): Promise<() => void> {
    return enterTurnstile(this.#largeBodies, principalId, `large bodies of ${name}`);
  }

  /** Counts what `who` holds open from now on; refuses what would be too much. Returns what gives it back. */
  hold(who: string, what: Holding): () => void {
    const key = `${what} ${who}`;
    const held = this.#held.get(key) ?? 0;
    const most = this.#mostOf(what);
    if (held >= most) throw new TooMany(`One caller may hold ${most} ${what} at a time.`, 1_000);
    this.#held.set(key, held + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      const left = (this.#held.get(key) ?? 1) - 1;
      if (left === 0) this.#held.delete(key);
      else this.#held.set(key, left);
    };
  }

  /** Of what all share, half; sockets that haven't said who they are, a quarter for each address. */
  #mostOf(what: Holding): number {
    const { sockets, subscriptions } = this.#limits;
    if (what === 'subscriptions') return subscriptions;
    return Math.max(1, Math.floor(sockets / (what === 'sockets without a token' ? 4 : 2)));
  }
}

async function enterTurnstile(turnstile: Turnstile, who: string, what: string): Promise<() => void> {
  const leave = await turnstile.enter(who);
  if (leave === null) throw new TooMany(`Too many ${what} are waiting already.`, 1_000);
  return leave;
}
