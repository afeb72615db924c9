import { z } from 'zod';
import type { TreeHead } from '../../proof/checkpoint.ts';
import { plainLine } from '../../text/plain.ts';
import { HeadJudge, headState, type JudgedHead } from './head-judge.ts';
import type { HeadKeys } from './head-keys.ts';
import { StreamLine } from './stream-line.ts';
import { type HistoryEvent, type Ready, readStreamMessage } from './stream-message.ts';
import { StreamRefused } from './stream-refused.ts';

export interface JudgeOptions {
  /** Whether the subscription asks for every record: only then are gaps seen and roots compared. */
  readonly everyRecord: boolean;
  /** Where the first connection begins: at position 0, at the head, or at a cursor whose place isn't known. */
  readonly from: 'start' | 'now' | 'cursor';
  /** The lanes' public keys; null judges no signatures. */
  readonly keys: HeadKeys | null;
}

/** What a message that was believed amounts to. */
export interface Taken {
  readonly checkpoint: JudgedHead | null;
  /** Why the stream ended, where this was its end. */
  readonly ended: { readonly reason: string; readonly message: string } | null;
}

const STATE_FORMAT = 'cutter-stream/1';

const savedState = z.strictObject({
  format: z.literal(STATE_FORMAT),
  incarnation: z.string(),
  cursor: z.string(),
  next: z.number().int().nonnegative().nullable(),
  heartbeatMs: z.number().int().positive(),
  heads: headState,
});
export type JudgeState = z.infer<typeof savedState>;

const NOTHING: Taken = { checkpoint: null, ended: null };

/**
 * Judges the stream of a ledger that isn't trusted, message by message and over any number of connections, in constant
 * memory. It believes nothing after its first refusal. It has no clock and no network: both are the caller's.
 * docs/reference/stream.md describes the rules.
 */
export class StreamJudge {
  readonly #options: JudgeOptions;
  readonly #heads: HeadJudge;
  #phase: 'closed' | 'opened' | 'replaying' | 'live' | 'ended' = 'closed';
  #refused: StreamRefused | null = null;
  readonly #line = new StreamLine();
  #incarnation: string | null = null;
  #next: number | null = null;
  /** The log's length when this connection began. */
  #target = 0;

  /** `state` goes on where another judge was; throws StreamRefused where it is none. */
  constructor(options: JudgeOptions, state?: unknown) {
    this.#options = options;
    this.#heads = new HeadJudge(options.keys);
    if (state !== undefined) this.#restore(state);
  }

  /** Where to resume: the last cursor; null before the first message. */
  get cursor(): string | null {
    return this.#line.cursor;
  }
  /** The position that comes next; null while the place of a cursor isn't known. */
  get next(): number | null {
    return this.#next;
  }
  get incarnation(): string | null {
    return this.#incarnation;
  }
  /** The newest checkpoint that was believed. */
  get newest(): TreeHead | null {
    return this.#heads.newest;
  }
  /** The root of what was folded; null where not every record was. */
  get root(): Uint8Array | null {
    return this.#heads.root;
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

  /** What another judge needs to go on, as plain JSON; null before the first message. */
  state(): JudgeState | null {
    if (this.#incarnation === null || this.cursor === null) return null;
    return {
      format: STATE_FORMAT,
      incarnation: this.#incarnation,
      cursor: this.cursor,
      next: this.#next,
      heartbeatMs: this.#line.heartbeatMs,
      heads: this.#heads.state(),
    };
  }

  #judge(value: unknown): Taken {
    const message = readStreamMessage(value);
    if (this.#phase === 'ended')
      throw new StreamRefused('after-reset', 'A message came after Reset, which is the last.');
    if (message === null)
      throw new StreamRefused('malformed', `A message of the stream can't be read: ${nameOf(value)}.`);
    if (message.__typename === 'Reset') {
      this.#phase = 'ended';
      return { checkpoint: null, ended: { reason: message.reason, message: message.message } };
    }
    const begun = this.#phase === 'replaying' || this.#phase === 'live';
    if (begun === (message.__typename === 'Ready'))
      throw new StreamRefused(
        'out-of-order',
        begun ? 'Ready came twice.' : `${message.__typename} came before Ready.`,
      );
    if (message.__typename === 'Ready') return this.#begin(message);
    if (message.__typename === 'HistoryEvent') return this.#event(message);
    if (message.__typename === 'CaughtUp') this.#catchUp();
    else this.#heartbeat(message.head);
    this.#line.moveCursor(message.cursor, false);
    const note = message.checkpoint?.note;
    const checkpoint = note === undefined ? null : this.#heads.take(note, this.#incarnation as string);
    if (message.__typename === 'Heartbeat') this.#requireAll(message.head);
    return { checkpoint, ended: null };
  }

  #begin({ incarnation, head, heartbeatMs, cursor }: Ready): Taken {
    if (this.#incarnation !== null && this.#incarnation !== incarnation)
      throw new StreamRefused(
        'other-incarnation',
        `The ledger is now of incarnation ${incarnation}; it was of ${this.#incarnation}.`,
      );
    const known = Math.max(this.#next ?? 0, this.newest?.size ?? 0);
    if (head < known)
      throw new StreamRefused('truncated', `The log has ${head} positions now; ${known} were known before.`);
    if (this.#incarnation === null) {
      const { from, everyRecord } = this.#options;
      this.#next = from === 'cursor' ? null : from === 'now' ? head : 0;
      if (everyRecord && this.#next === 0) this.#heads.foldFromStart();
    }
    this.#incarnation = incarnation;
    this.#target = head;
    this.#line.begin(cursor, heartbeatMs);
    this.#phase = 'replaying';
    return NOTHING;
  }

  #event({ position, cursor, recordHash, rows }: HistoryEvent): Taken {
    const next = this.#next ?? position;
    if (position < next)
      throw position === next - 1 || this.#options.everyRecord
        ? new StreamRefused('repeated', `Position ${position} came again; ${next} was next.`)
        : new StreamRefused('reordered', `Position ${position} came behind position ${next - 1}.`);
    if (position > next && this.#options.everyRecord)
      throw new StreamRefused('gap', `Position ${position} came where ${next} was next.`);
    if (rows.some((row) => row.position !== undefined && row.position !== position))
      throw new StreamRefused('malformed', `The record at position ${position} holds a row of another one.`);
    this.#line.moveCursor(cursor, true);
    this.#next = position + 1;
    const checkpoint = this.#heads.add(position, recordHash);
    return checkpoint === null ? NOTHING : { checkpoint, ended: null };
  }

  /** With every record, the records must have led here. With a filter, those in between did not match. */
  #catchUp(): void {
    if (this.#phase === 'live') throw new StreamRefused('out-of-order', 'CaughtUp came twice.');
    const reached = this.#next ?? this.#target;
    if (this.#options.everyRecord && reached < this.#target)
      throw new StreamRefused(
        'gap',
        `CaughtUp came at position ${reached}; the log had ${this.#target} when the stream began.`,
      );
    this.#next = Math.max(reached, this.#target);
    this.#phase = 'live';
  }

  #heartbeat(head: number): void {
    const next = this.#next ?? head;
    if (head < next || (this.#options.everyRecord && head > next))
      throw new StreamRefused(
        'other-place',
        `A heartbeat says that everything before position ${head} was sent; what arrived leads to ${next}.`,
      );
    this.#next = head;
  }

  /** A live heartbeat says where the log ends. */
  #requireAll(head: number): void {
    const size = this.newest?.size ?? 0;
    if (this.#phase === 'live' && size > head)
      throw new StreamRefused(
        'withheld',
        `A heartbeat says that the log ends at ${head}; both lanes have signed ${size} positions.`,
      );
  }

  #restore(state: unknown): void {
    const read = savedState.safeParse(state);
    const saved = read.success ? read.data : null;
    if (saved === null || !this.#heads.restore(saved.heads, saved.next))
      throw new StreamRefused('malformed', 'The saved state of the stream is none, or was altered.');
    this.#incarnation = saved.incarnation;
    this.#next = saved.next;
    this.#line.begin(saved.cursor, saved.heartbeatMs);
  }
}

function nameOf(value: unknown): string {
  const name = (value as { readonly __typename?: unknown } | null | undefined)?.__typename;
  return typeof name === 'string' ? plainLine(name) : 'it names no type';
}
