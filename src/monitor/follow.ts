/**
 * Follows a ledger that isn't trusted, from its first record on and over any number of connections, and gives on what can be believed.
 * It ends by throwing: StreamRefused (why nothing more is believed), StreamEnded (the ledger's own word) or StreamDenied.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { ParsedRecord } from '../law/parse-record.ts';
import { plainLine } from '../text/plain.ts';
import { ConnectionLost, historyMessages } from './history-connection.ts';
import type { JudgedHead } from './judges/head-judge.ts';
import { heldRecord, type StreamedRow, streamedRow } from './judges/held-rows.ts';
import type { HeadKeys } from './judges/signed-head.ts';
import { SignedInTime } from './judges/signed-in-time.ts';
import { type JudgeState, StreamJudge, type Taken } from './judges/stream-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';

/** The ledger ended the stream, and the last cursor doesn't lead on. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(`The ledger ended the stream (${reason}): ${message}`);
    this.reason = reason;
  }
}

export interface FollowOptions {
  /** GraphQL's address. */
  readonly url: string;
  /** Needs the scope `ledger:observe`, for all entries. */
  readonly token: string;
  /** The lanes' public keys for heads. */
  readonly keys: HeadKeys;
  /** Gives the body of a record: only then are rows more than the ledger's word. */
  readonly bodies?: (position: number) => Promise<string | null>;
  /** Where another follower stood; absent: at the log's first record. */
  readonly state?: unknown;
  /** How long it may go on without getting on. */
  readonly patienceMs?: number;
  /** How long records may be covered by no head that both lanes signed. */
  readonly unsignedMs?: number;
  /** Milliseconds, never set back. */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

export type Followed =
  | {
      readonly kind: 'record';
      readonly position: number;
      readonly recordHash: string;
      readonly rows: readonly StreamedRow[];
      /** Null where no bodies are read. */
      readonly record: ParsedRecord | null;
    }
  | ({ readonly kind: 'head' } & JudgedHead)
  /** All that the log held when the connection began has come. */
  | { readonly kind: 'caughtUp' };

export interface Follower extends AsyncIterable<Followed> {
  /** Where it stands, behind what was given last: another one goes on from there. Null before the first message. */
  state(): JudgeState | null;
}

const FOLLOW_HISTORY = `subscription FollowHistory($after: String!) {
  history(after: $after, everyRecord: true) {
    __typename
    ... on Ready { cursor head heartbeatMs incarnation }
    ... on HistoryEvent {
      cursor position recordHash
      rows { historyId entryId entryVersionBefore entryVersionAfter changeKind changedBy changedAt position }
    }
    ... on CaughtUp { cursor checkpoint { note } }
    ... on Heartbeat { cursor head checkpoint { note } }
    ... on Reset { reason message }
  }
}`;

const PATIENCE_MS = 600_000;
const UNSIGNED_MS = 60_000;
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 30_000;
/** How long a stream that has ended may still say something. */
const LAST_WORD_MS = 1_000;

const event = z.object({ position: z.string(), recordHash: z.string(), rows: z.array(streamedRow) });

/** Begins when it is iterated, once. */
export function follow(options: FollowOptions): Follower {
  const judge = new StreamJudge({ everyRecord: true, from: 'start', keys: options.keys }, options.state);
  return { state: () => judge.state(), [Symbol.asyncIterator]: () => new Following(options, judge).run() };
}

class Following {
  readonly #options: FollowOptions;
  readonly #judge: StreamJudge;
  readonly #now: () => number;
  readonly #signed: SignedInTime;
  /** When it last got on. */
  #progressAt: number;
  #failures = 0;
  /** Whether this connection has caught up. */
  #isLive = false;
  #ended: Taken['ended'] = null;

  constructor(options: FollowOptions, judge: StreamJudge) {
    this.#options = options;
    this.#judge = judge;
    this.#now = options.now ?? (() => performance.now());
    this.#progressAt = this.#now();
    this.#signed = new SignedInTime(options.unsignedMs ?? UNSIGNED_MS);
  }

  async *run(): AsyncGenerator<Followed, void, void> {
    const { signal, patienceMs = PATIENCE_MS } = this.#options;
    while (!signal?.aborted) {
      const reason = yield* this.#connection();
      if (signal?.aborted) return;
      const waitedMs = Math.round(this.#now() - this.#progressAt);
      if (waitedMs > patienceMs)
        throw new StreamRefused('silence', `For ${waitedMs} ms the ledger has told nothing. ${reason}`);
      await this.#rest();
    }
  }

  /** One connection; returns how it ended where another may go on. */
  async *#connection(): AsyncGenerator<Followed, string, void> {
    const { url, token, signal } = this.#options;
    this.#ended = null;
    this.#isLive = false;
    let heardAt = this.#now();
    this.#judge.open(heardAt);
    const messages = historyMessages({
      url,
      token,
      query: FOLLOW_HISTORY,
      variables: { after: this.#judge.cursor ?? '' },
      waited: (waitedMs) => this.#waited(heardAt, waitedMs),
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      for await (const message of messages) {
        heardAt = this.#now();
        yield* this.#take(message, heardAt);
      }
    } catch (error) {
      const isSilence = error instanceof StreamRefused && error.fault === 'silence';
      if (!isSilence && !(error instanceof ConnectionLost)) throw error;
      if (this.#ended === null) return error.message;
    }
    return this.#end();
  }

  async *#take(message: unknown, now: number): AsyncGenerator<Followed, void, void> {
    const { checkpoint, ended } = this.#judge.take(message, now);
    this.#ended = ended;
    const name = (message as { readonly __typename: string }).__typename;
    if (name === 'HistoryEvent') {
      const followed = await this.#record(message);
      this.#gotOn(now);
      yield followed;
    }
    if (checkpoint !== null) yield { kind: 'head', ...checkpoint };
    if (name === 'CaughtUp') {
      this.#gotOn(now);
      this.#isLive = true;
      this.#failures = 0;
      yield { kind: 'caughtUp' };
    }
    // In a replay a heartbeat says only that nothing came.
    if (name === 'Heartbeat' && this.#isLive) this.#gotOn(now);
    this.#requireProgress(now);
    this.#signed.look({ next: this.#judge.next ?? 0, checkpoint, isCaughtUp: name === 'CaughtUp', now });
  }

  async #record(message: unknown): Promise<Followed> {
    const read = event.safeParse(message);
    if (!read.success)
      throw new StreamRefused('malformed', 'A record came without its hash, or with rows of another form.');
    const { recordHash, rows } = read.data;
    const position = Number(read.data.position);
    const { bodies } = this.#options;
    const record =
      bodies === undefined ? null : heldRecord(await bodies(position), { position, recordHash, rows });
    return { kind: 'record', position, recordHash, rows, record };
  }

  #requireProgress(now: number): void {
    const { patienceMs = PATIENCE_MS } = this.#options;
    if (now - this.#progressAt > patienceMs)
      throw new StreamRefused(
        'silence',
        `For ${Math.round(now - this.#progressAt)} ms the ledger has told nothing but that it is there.`,
      );
  }

  #gotOn(now: number): void {
    this.#progressAt = now;
  }

  #waited(heardAt: number, waitedMs: number): void {
    if (this.#ended !== null && waitedMs > LAST_WORD_MS) throw new ConnectionLost('The stream has ended.');
    // While its reader was at work nothing was waited for: that is no silence.
    this.#judge.requireSound(heardAt + waitedMs);
    const { patienceMs = PATIENCE_MS } = this.#options;
    if (waitedMs > patienceMs) throw new ConnectionLost('Nothing came.');
    this.#signed.requireInTime(heardAt + waitedMs);
  }

  #end(): string {
    if (this.#ended === null) return 'The stream was completed.';
    const { reason } = this.#ended;
    const message = plainLine(this.#ended.message, [this.#options.token]);
    if (reason !== 'LISTENER_LOST') throw new StreamEnded(plainLine(reason), message);
    return message;
  }

  /** Ever longer, and never as long as others. */
  async #rest(): Promise<void> {
    const bound = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    const { signal } = this.#options;
    await pause(bound * (1 + Math.random()), null, signal === undefined ? {} : { signal }).catch(() => {});
  }
}
