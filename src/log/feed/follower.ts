import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { encodeCursor } from './cursor.ts';
import type { Beat, Waiting } from './heartbeat.ts';
import { type HistoryFilter, type HistoryMessage, type Reset, rowTest } from './history-message.ts';
import { LogBroken, type RecordEvent } from './history-page.ts';
import { type OpeningSource, open } from './opening.ts';
import type { Replay } from './replay.ts';
import { RESETS } from './resets.ts';
import type { Ring } from './ring.ts';

export interface SubscribeOptions {
  /** A cursor; null or absent: from now; `""`: from the start. */
  readonly after?: string | null | undefined;
  readonly filter?: HistoryFilter | null | undefined;
  /** Sends also the records that have no row to show, without rows, so that positions are dense. */
  readonly everyRecord?: boolean | undefined;
  /** The token behind the stream: the stream ends with it. Null for the process itself. */
  readonly tokenId: string | null;
  /** Entries the token is narrowed to. */
  readonly entryIds?: ReadonlySet<string> | null;
}

/** The token behind a stream, as it was when the stream began. */
export interface FollowedToken {
  readonly tokenId: string;
  /** Entries it is narrowed to; null for all. */
  readonly entryIds: ReadonlySet<string> | null;
  /** The same for streams that are judged together. */
  readonly key: string;
}

/** A subscriber as the feed knows it: no queue, only whether it must end, how to wake it, and whether it has waited for long. */
export interface Follower extends Waiting {
  readonly token: FollowedToken | null;
  end(reset: Reset): void;
  wake(): void;
}

/** What a subscriber takes from the feed that all of them share. */
export interface FollowerSource extends OpeningSource {
  readonly ring: Ring;
  readonly replay: Replay;
  /** The newest published head; null where there is none to be had. */
  checkpoint(): Promise<Checkpoint | null>;
  join(follower: Follower): void;
  leave(follower: Follower): void;
  readonly heartbeatMs: number;
  /** How long the past may be out of reach. */
  readonly lostAfterMs: number;
}

const RETRY_MS = 500;

/** What ends a subscriber or makes it look again. */
interface State {
  ending: Reset | null;
  left: boolean;
  wake: () => void;
  /** Since when its reader waits for the next message; null while that hasn't asked. */
  waitingSince: number | null;
  /** The heartbeat that it may send. */
  due: Beat | null;
  /** Since when the past could not be read. */
  failingSince: number | null;
}

/**
 * One subscriber: a position that pulls, from the ring where it can and from the database where it lags. Whoever stops
 * pulling holds nothing but its position. `return()` ends it at once, also while it waits.
 */
export function follow(
  source: FollowerSource,
  options: SubscribeOptions,
): AsyncIterableIterator<HistoryMessage> {
  const state: State = {
    ending: null,
    left: false,
    wake: () => {},
    waitingSince: null,
    due: null,
    failingSince: null,
  };
  const follower: Follower = {
    token: tokenOf(options),
    end(reason) {
      state.ending ??= reason;
      state.wake();
    },
    wake: () => state.wake(),
    hasWaitedSince: (time) => state.waitingSince !== null && state.waitingSince <= time,
    beat(beat) {
      state.due ??= beat;
      state.wake();
    },
  };
  const generator = messages(source, options, state);
  function leave(): void {
    state.left = true;
    source.leave(follower);
    state.wake();
  }
  return {
    async next() {
      if (!state.left) source.join(follower);
      state.waitingSince ??= Date.now();
      try {
        const step = await generator.next();
        if (step.done === true) leave();
        return step;
      } catch (error) {
        leave();
        throw error;
      } finally {
        state.waitingSince = null;
        state.due = null;
      }
    },
    return() {
      leave();
      return generator.return(undefined);
    },
    throw(error: unknown) {
      leave();
      return generator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function tokenOf({ tokenId, entryIds = null }: SubscribeOptions): FollowedToken | null {
  if (tokenId === null) return null;
  const key = `${tokenId} ${entryIds === null ? '' : JSON.stringify([...entryIds].sort())}`;
  return { tokenId, entryIds, key };
}

async function* messages(
  source: FollowerSource,
  options: SubscribeOptions,
  state: State,
): AsyncGenerator<HistoryMessage, undefined> {
  const opening = await open(source, options.after);
  if ('type' in opening) {
    yield opening;
    return;
  }
  const { incarnation, start, target } = opening;
  const { heartbeatMs, ring } = source;
  const matches = rowTest(options.filter ?? null, options.entryIds ?? null);
  let next = start;
  let caughtUp = false;
  const cursor = (): string => encodeCursor({ incarnation, next }, source.cursorKey);
  yield { type: 'Ready', cursor: cursor(), head: String(target), heartbeatMs, incarnation };
  while (!state.left && state.ending === null) {
    if (!caughtUp && next >= target) {
      const checkpoint = await source.checkpoint();
      if (state.left || state.ending !== null) continue;
      caughtUp = true;
      yield { type: 'CaughtUp', cursor: cursor(), checkpoint };
      continue;
    }
    // Who follows live speaks of the head that was read; who is on its way there, of where it stands.
    const lags = !caughtUp || next < ring.first;
    if (state.due !== null && (lags || next >= state.due.next)) {
      const { checkpoint } = state.due;
      const ahead = lags && checkpoint !== null && checkpoint.size > next;
      yield {
        type: 'Heartbeat',
        cursor: cursor(),
        head: String(next),
        checkpoint: ahead ? null : checkpoint,
      };
      continue;
    }
    const event = await eventAt(source, state, next, incarnation);
    if (event === undefined) continue;
    next += 1;
    const rows = matches === null ? event.rows : event.rows.filter(matches);
    if (rows.length === 0 && options.everyRecord !== true) continue;
    const mark = { incarnation, key: source.cursorKey };
    yield rows === event.rows ? wholeMessage(event, mark) : message(event, rows, mark);
  }
  if (state.ending !== null) yield state.ending;
}

/** What a cursor is made of beside its place. */
interface CursorMark {
  readonly incarnation: string;
  readonly key: Uint8Array;
}

const whole = new WeakMap<RecordEvent, HistoryMessage>();

/** The same message for everyone who is to see all rows of a record: what is made of it is made once. */
function wholeMessage(event: RecordEvent, mark: CursorMark): HistoryMessage {
  const made = whole.get(event) ?? message(event, event.rows, mark);
  whole.set(event, made);
  return made;
}

function message(event: RecordEvent, rows: RecordEvent['rows'], mark: CursorMark): HistoryMessage {
  const { position, recordHash } = event;
  const cursor = encodeCursor({ incarnation: mark.incarnation, next: position + 1 }, mark.key);
  return { type: 'HistoryEvent', cursor, position: String(position), recordHash, rows };
}

/** The event at `position`, or undefined after a rest: the caller looks again whether it must end. */
async function eventAt(source: FollowerSource, state: State, position: number, incarnation: string) {
  const { ring } = source;
  const held = ring.at(position);
  if (held !== undefined) return held;
  if (position >= ring.first) return rest(state, null);
  try {
    const event = await source.replay.at(position, incarnation);
    state.failingSince = null;
    // What the token may no longer see isn't shown, even if it was read before.
    if (event !== undefined) return state.ending === null ? event : undefined;
  } catch (error) {
    // The database may be away for a while; a hole stays, and a page that never comes must not look like a quiet log.
    state.failingSince ??= Date.now();
    if (error instanceof LogBroken) state.ending ??= RESETS.broken;
    else if (Date.now() - state.failingSince > source.lostAfterMs) state.ending ??= RESETS.lost;
  }
  return rest(state, RETRY_MS);
}

/** Sleeps until woken, or for `ms` at most. Nothing is awaited between the look and the sleep, so no wake is lost. */
async function rest(state: State, ms: number | null): Promise<undefined> {
  if (state.left || state.ending !== null) return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    state.wake = resolve;
    if (ms !== null) timer = setTimeout(resolve, ms);
  });
  clearTimeout(timer);
}
