import { z } from 'zod';
import { plainLine } from '../../text/plain.ts';
import {
  type BacklogChange,
  type BacklogCount,
  type BacklogSnapshot,
  readBacklogMessage,
} from './backlog-message.ts';
import { StreamLine } from './stream-line.ts';
import type { Ready } from './stream-message.ts';
import { StreamRefused } from './stream-refused.ts';

const STATE_FORMAT = 'cutter-backlog/1';
const savedCounts = z.array(z.tuple([z.string(), z.number().int().positive()]));
const savedState = z.strictObject({
  format: z.literal(STATE_FORMAT),
  incarnation: z.string(),
  cursor: z.string().min(1),
  next: z.number().int().nonnegative().nullable(),
  heartbeatMs: z.number().int().positive(),
  counts: savedCounts.nullable(),
});

/** Why the stream ended, where a message was its end. */
interface Taken {
  readonly ended: { readonly reason: string; readonly message: string } | null;
}
const NOTHING: Taken = { ended: null };

/** How many entries, by `status kind`. */
type Counts = ReadonlyMap<string, number>;

/**
 * Judges the stream of a ledger's backlog, message by message and over any number of connections. It believes nothing
 * after its first refusal, and has no clock and no network. docs/reference/stream.md describes the rules.
 *
 *     Ready ─▶ BacklogSnapshot ─▶ BacklogChange | Heartbeat …     a stream that begins now
 *     Ready ─▶ BacklogChange | Heartbeat …                        one that goes on behind a cursor
 */
export class BacklogJudge {
  readonly #line = new StreamLine();
  /** Whether a snapshot has to come before anything else; null where it may, for one that began and never had it. */
  #isDue: boolean | null;
  #phase: 'closed' | 'opened' | 'ready' | 'under way' | 'ended' = 'closed';
  #refused: StreamRefused | null = null;
  #incarnation: string | null = null;
  #next: number | null = null;
  #counts: Counts | null = null;

  /** `from`: `now` has a snapshot. `state` goes on where another judge was; throws StreamRefused where it is none. */
  constructor(from: 'start' | 'now' | 'cursor', state?: unknown) {
    this.#isDue = state !== undefined || from === 'start' ? false : from === 'now' || null;
    if (from === 'start') this.#counts = new Map();
    if (state !== undefined) this.#restore(state);
  }

  /** Where to resume: the last cursor; null before the first message. */
  get cursor(): string | null {
    return this.#line.cursor;
  }
  /** The position that comes next at the earliest; null while the place of a cursor isn't known. */
  get next(): number | null {
    return this.#next;
  }

  /** A connection begins. */
  open(now: number): void {
    if (this.#refused !== null) throw this.#refused;
    this.#phase = 'opened';
    this.#line.hear(now);
  }

  /** A message arrived; throws StreamRefused where it can't be believed. */
  take(message: unknown, now: number): Taken {
    if (this.#refused !== null) throw this.#refused;
    this.#line.hear(now);
    try {
      return this.#judge(message);
    } catch (error) {
      if (error instanceof StreamRefused) this.#refused = error;
      throw error;
    }
  }

  /** Throws StreamRefused where the stream was silent for too long: the connection is lost, and another may go on. */
  requireSound(now: number): void {
    if (this.#phase !== 'closed' && this.#phase !== 'ended') this.#line.requireSound(now);
  }

  /** What another judge needs to go on, as plain JSON; null before a message that one can go on behind. */
  state(): z.infer<typeof savedState> | null {
    const { cursor, heartbeatMs } = this.#line;
    if (this.#incarnation === null || cursor === null || this.#isDue === true) return null;
    return {
      format: STATE_FORMAT,
      incarnation: this.#incarnation,
      cursor,
      next: this.#next,
      heartbeatMs,
      counts: this.#counts === null ? null : [...this.#counts],
    };
  }

  #judge(value: unknown): Taken {
    const message = readBacklogMessage(value);
    if (this.#phase === 'ended')
      throw new StreamRefused('after-reset', 'A message came after Reset, which is the last.');
    if (message === null)
      throw new StreamRefused('malformed', `A message of the backlog can't be read: ${nameOf(value)}.`);
    if (message.__typename === 'Reset') {
      this.#phase = 'ended';
      return { ended: { reason: message.reason, message: message.message } };
    }
    if ((this.#phase === 'opened') !== (message.__typename === 'Ready')) {
      const fault =
        this.#phase === 'opened' ? `${message.__typename} came before Ready.` : 'Ready came twice.';
      throw new StreamRefused('out-of-order', fault);
    }
    if (message.__typename === 'Ready') return this.#begin(message);
    const isSnapshot = message.__typename === 'BacklogSnapshot';
    const isDue = this.#phase === 'ready' ? this.#isDue : false;
    if (isDue !== null && isSnapshot !== isDue) {
      const fault = isSnapshot
        ? 'A snapshot came where the stream went on.'
        : 'No snapshot came behind Ready.';
      throw new StreamRefused('out-of-order', fault);
    }
    this.#phase = 'under way';
    this.#isDue = false;
    if (message.__typename === 'BacklogSnapshot') return this.#snapshot(message);
    if (message.__typename === 'BacklogChange') return this.#change(message);
    return this.#heartbeat(message.cursor, message.head);
  }

  #begin({ incarnation, head, heartbeatMs, cursor }: Ready): Taken {
    if (this.#incarnation !== null && this.#incarnation !== incarnation)
      throw new StreamRefused(
        'other-incarnation',
        `The ledger is now of incarnation ${incarnation}; it was of ${this.#incarnation}.`,
      );
    if (head < (this.#next ?? 0))
      throw new StreamRefused(
        'truncated',
        `The log has ${head} positions now; ${this.#next} were known before.`,
      );
    this.#incarnation = incarnation;
    this.#line.begin(cursor, heartbeatMs);
    this.#phase = 'ready';
    return NOTHING;
  }

  #snapshot({ counts, position, cursor }: BacklogSnapshot): Taken {
    this.#counts = countsOf(counts);
    // A log without a position has a snapshot, too, and its first record is at 0.
    this.#next = this.#counts.size === 0 ? position : position + 1;
    this.#line.moveCursor(cursor, false);
    return NOTHING;
  }

  #change({ position, cursor, counts, entries }: BacklogChange): Taken {
    const next = this.#next ?? position;
    if (position < next)
      throw new StreamRefused(
        position === next - 1 ? 'repeated' : 'reordered',
        `Position ${position} came where ${next} was the next that could.`,
      );
    const after = countsOf(counts);
    if (this.#counts !== null && entries !== undefined) requireMoved(this.#counts, after, entries.length);
    this.#line.moveCursor(cursor, true);
    this.#next = position + 1;
    this.#counts = after;
    return NOTHING;
  }

  /** Everything before its head was sent: what lies between moved none of these entries. */
  #heartbeat(cursor: string, head: number): Taken {
    if (head < (this.#next ?? head))
      throw new StreamRefused(
        'other-place',
        `A heartbeat says that everything before position ${head} was sent; what arrived leads to ${this.#next}.`,
      );
    this.#line.moveCursor(cursor, false);
    this.#next = head;
    return NOTHING;
  }

  #restore(state: unknown): void {
    const { success, data } = savedState.safeParse(state);
    if (!success)
      throw new StreamRefused('malformed', 'The saved state of the stream is none, or was altered.');
    this.#incarnation = data.incarnation;
    this.#next = data.next;
    this.#counts = data.counts === null ? null : new Map(data.counts);
    this.#line.begin(data.cursor, data.heartbeatMs);
  }
}

function countsOf(counts: readonly BacklogCount[]): Counts {
  const found = new Map(counts.map(({ status, kind, count }) => [`${status} ${kind}`, count]));
  if (found.size < counts.length)
    throw new StreamRefused('malformed', 'The backlog counts one status and kind twice.');
  return found;
}

/** A record moves each of its entries once: out of one count, and into one. */
function requireMoved(before: Counts, after: Counts, entries: number): void {
  let [left, came] = [0, 0];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const by = (after.get(key) ?? 0) - (before.get(key) ?? 0);
    if (by < 0) left -= by;
    else came += by;
  }
  const most = Math.max(left, came);
  if (most > entries)
    throw new StreamRefused(
      'gap',
      `The counts changed for ${most} entries, and the record moved ${entries}: a change is missing.`,
    );
}

function nameOf(value: unknown): string {
  const name = (value as { readonly __typename?: unknown } | null | undefined)?.__typename;
  return typeof name === 'string' ? plainLine(name) : 'it names no type';
}
