import { StreamRefused } from '../../monitor/judges/stream-refused.ts';
import { LedgerFault } from '../ledger-fault.ts';
import type { Operation } from '../operation.ts';
import { waitFor } from '../wait.ts';
import type { Connect, FollowedMessage } from './messages.ts';

/** How any stream is followed. */
export interface FollowOptions<Field extends string, Message extends FollowedMessage> {
  /** A cursor; empty: from the start; absent: from now. */
  readonly after?: string;
  /** Over WebSocket by default; `events`: server-sent events, which wait at the ledger until they are read. */
  readonly over?: 'socket' | 'events';
  /** A subscription of the caller's: it has this one field, and declares `$after: String`. */
  readonly operation?: Operation<{ readonly [F in Field]: Message }, never>;
  /** The other variables of that subscription. */
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What `state()` gave: goes on there, however long ago that was. */
  readonly state?: unknown;
  /** Times in milliseconds, and how many connections may fail one after another; without end by default. */
  readonly reconnect?: { readonly firstMs?: number; readonly longestMs?: number; readonly attempts?: number };
  readonly signal?: AbortSignal | undefined;
  /** Called where a connection was lost, before the next is tried. */
  readonly onLost?: (why: Error) => void;
}

/** What holds every message to what the stream promises. It throws StreamRefused where one doesn't keep it. */
interface Judge {
  readonly cursor: string | null;
  readonly next: number | null;
  open(now: number): void;
  take(
    message: unknown,
    now: number,
  ): { readonly ended: { readonly reason: string; readonly message: string } | null };
  requireSound(now: number): void;
  state(): unknown;
}

/** How a stream is followed, what connects it and what judges it. */
interface Following
  extends Pick<FollowOptions<string, FollowedMessage>, 'after' | 'reconnect' | 'signal' | 'onLost'> {
  /** For messages. */
  readonly name: string;
  readonly connect: Connect;
  readonly judge: Judge;
}

/** The stream ended for a reason that a new connection doesn't mend: a person has to look, or to give a token. */
export class FollowEnded extends Error {
  override readonly name = 'FollowEnded';
  /** `Reset.reason` of the API. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const RECONNECT = { firstMs: 100, longestMs: 30_000, attempts: Number.POSITIVE_INFINITY };
/** How often silence is looked for. */
const TICK_MS = 1_000;

/** Messages that show that a connection serves. */
const SERVED: ReadonlySet<string | undefined> = new Set(['CaughtUp', 'BacklogSnapshot', 'BacklogChange']);

/**
 * Follows a stream over any number of connections. A judge holds every message to what the stream promises; what it
 * refuses (StreamRefused) is believed no further.
 *
 *     ┌────────────┐ Ready ┌───────────┐   Reset that a person must see: FollowEnded
 *     │ connecting ├──────▶│ following ├──▶ refused by the ledger: LedgerFault
 *     └────────────┘       └───────────┘   refused by the judge: StreamRefused
 *           ▲                    │ lost, silent, LISTENER_LOST
 *           └────────────────────┘ from the last cursor, after a wait
 */
export class StreamFollower<Message extends FollowedMessage> implements AsyncIterable<Message> {
  readonly #following: Following;
  readonly #judge: Judge;
  /** Connections that failed one after another. */
  #failures = 0;
  /** Whether the last connection ended because the token had; a new one is tried once. */
  #isTokenDoubtful = false;

  constructor(following: Following) {
    this.#following = following;
    this.#judge = following.judge;
  }

  /** Where to go on; store it with what you did with the message. Null before the first message. */
  get cursor(): string | null {
    return this.#judge.cursor;
  }

  /** The position that comes next; null before that is known. */
  get position(): number | null {
    return this.#judge.next;
  }

  /** What another follower needs to go on, as plain JSON; null before the first message. */
  state(): unknown {
    return this.#judge.state();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, void> {
    const { signal, onLost, reconnect } = this.#following;
    const { attempts, firstMs, longestMs } = { ...RECONNECT, ...reconnect };
    for (;;) {
      try {
        yield* this.#connection();
      } catch (error) {
        if (signal?.aborted) return;
        if (!isLoss(error) || this.#failures >= attempts) throw error;
        onLost?.(error);
      }
      const ms = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 20));
      this.#failures += 1;
      try {
        await waitFor(ms * (1 + Math.random()), signal);
      } catch {
        return;
      }
    }
  }

  /** The messages of one connection, which never ends but by an error. */
  async *#connection(): AsyncGenerator<Message, never, void> {
    const { connect, name, after = null, signal } = this.#following;
    const leaving = new AbortController();
    const both = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    const arriving = connect(this.cursor ?? after, both)[Symbol.asyncIterator]();
    let heardAt = Date.now();
    this.#judge.open(heardAt);
    try {
      for (;;) {
        const arrived = await this.#nextOf(arriving, heardAt);
        if (arrived.done === true) throw new LedgerFault(`The stream of ${name} ended.`, 'unreachable');
        heardAt = Date.now();
        const message = arrived.value as Message;
        const { ended } = this.#judge.take(message, heardAt);
        if (ended !== null) throw this.#faultOfEnd(ended);
        if (SERVED.has(message.__typename)) this.#failures = 0;
        if (message.__typename !== 'Ready') this.#isTokenDoubtful = false;
        yield message;
      }
    } finally {
      leaving.abort();
      // It may wait for a message that never comes.
      void arriving.return?.(undefined).catch(() => {});
    }
  }

  /** The next message. Throws StreamRefused where none came for too long while it was waited for. */
  async #nextOf(arriving: AsyncIterator<unknown>, heardAt: number): Promise<IteratorResult<unknown>> {
    const waited = new AbortController();
    const begun = Date.now();
    const next = arriving.next();
    try {
      for (;;) {
        const tick = waitFor(TICK_MS, waited.signal).then(() => null);
        tick.catch(() => {});
        const arrived = await Promise.race([next, tick]);
        if (arrived !== null) return arrived;
        this.#judge.requireSound(heardAt + (Date.now() - begun));
      }
    } finally {
      waited.abort();
      next.catch(() => {});
    }
  }

  #faultOfEnd({ reason, message }: { readonly reason: string; readonly message: string }): Error {
    const isDoubtful = reason === 'AUTHORITY_ENDED' && !this.#isTokenDoubtful;
    if (reason !== 'LISTENER_LOST' && !isDoubtful) return new FollowEnded(reason, message);
    this.#isTokenDoubtful = isDoubtful;
    return new LedgerFault(`The stream of ${this.#following.name} ended: ${message}`, 'unreachable');
  }
}

/** Whether another connection may go on. */
function isLoss(error: unknown): error is Error {
  if (error instanceof StreamRefused) return error.fault === 'silence';
  return error instanceof LedgerFault && error.kind === 'unreachable';
}
