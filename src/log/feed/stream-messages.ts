import { encodePlace } from './cursor.ts';
import { eventMessage } from './event-message.ts';
import type { Beat } from './heartbeat.ts';
import { type HistoryMessage, rowTest } from './history-message.ts';
import { LogBroken, type RecordEvent } from './history-page.ts';
import { openStream } from './opening.ts';
import { RESETS } from './resets.ts';
import { isOver, restUntilWoken, type StreamState } from './stream-state.ts';
import type { FollowerSource, SubscribeOptions } from './subscription.ts';

const RETRY_MS = 500;

/**
 * The messages of one subscriber, each made when it is pulled:
 *
 *                 Ready               CaughtUp
 *     ┌─────────┐       ┌───────────┐          ┌──────┐
 *     │ opening ├──────▶│ replaying ├─────────▶│ live │
 *     └────┬────┘       └──┬─────┬──┘          └┬───┬─┘
 *          │ Reset         │     │ Reset, left  │   │ Reset, left
 *          ▼               │     ▼              │   ▼
 *     ┌─────────┐          │  ┌───────┐         │  ┌───────┐
 *     │  ended  │          │  │ ended │         │  │ ended │
 *     └─────────┘          │  └───────┘         │  └───────┘
 *                          └─▶ HistoryEvent     └─▶ HistoryEvent
 *                              Heartbeat            Heartbeat
 *
 *     state      where its next event is            a heartbeat speaks of    and of a checkpoint
 *     ─────────  ─────────────────────────────────  ───────────────────────  ───────────────────────────────
 *     opening    ─                                  ─                        ─
 *     replaying  in the ring, or in the database    its own place            that covers no more than it sent
 *     live       in the ring; in the database,      the newest head          the newest
 *                if it lags behind the ring         (its own, if it lags)    (as above, if it lags)
 */
export async function* streamMessages(
  source: FollowerSource,
  options: SubscribeOptions,
  state: StreamState,
): AsyncGenerator<HistoryMessage, undefined> {
  const opening = await openStream(source, options.after);
  if ('type' in opening) {
    yield opening;
    return;
  }
  const { incarnation, start, target } = opening;
  const { heartbeatMs, ring } = source;
  const mark = { incarnation, key: source.cursorKey };
  const matches = rowTest(options.filter ?? null, options.entryIds ?? null);
  let next = start;
  let caughtUp = false;
  const cursor = (): string => encodePlace({ incarnation, next }, source.cursorKey);
  yield { type: 'Ready', cursor: cursor(), head: String(target), heartbeatMs, incarnation };
  while (!isOver(state)) {
    if (!caughtUp && next >= target) {
      const checkpoint = await source.checkpoint();
      if (isOver(state)) continue;
      caughtUp = true;
      yield { type: 'CaughtUp', cursor: cursor(), checkpoint };
      continue;
    }
    const lags = !caughtUp || next < ring.first;
    if (state.due !== null && (lags || next >= state.due.next)) {
      yield heartbeatMessage(state.due, cursor(), next, lags);
      continue;
    }
    const event = await eventAt(source, state, next, incarnation);
    if (event === undefined) continue;
    next += 1;
    const rows = matches === null ? event.rows : event.rows.filter(matches);
    if (rows.length === 0 && options.everyRecord !== true) continue;
    yield eventMessage(event, rows, mark);
  }
  if (state.ending !== null) yield state.ending;
}

/** A subscriber that lags isn't shown a checkpoint that covers what it wasn't sent yet. */
function heartbeatMessage({ checkpoint }: Beat, cursor: string, next: number, lags: boolean): HistoryMessage {
  const isAhead = lags && checkpoint !== null && checkpoint.size > next;
  return { type: 'Heartbeat', cursor, head: String(next), checkpoint: isAhead ? null : checkpoint };
}

/** The event at `position`, or undefined after a rest: the caller looks again whether it must end. */
async function eventAt(
  source: FollowerSource,
  state: StreamState,
  position: number,
  incarnation: string,
): Promise<RecordEvent | undefined> {
  const { ring } = source;
  const held = ring.at(position);
  if (held !== undefined) return held;
  if (position >= ring.first) return restUntilWoken(state, null);
  try {
    const event = await source.replay.at(position, incarnation);
    state.failingSince = null;
    // What the token may no longer see isn't shown, even if it was read before.
    if (event !== undefined) return state.ending === null ? event : undefined;
  } catch (error) {
    // The database may be away for a while. A hole stays, and a page that never comes must not look like a quiet log.
    state.failingSince ??= Date.now();
    if (error instanceof LogBroken) state.ending ??= RESETS.broken;
    else if (Date.now() - state.failingSince > source.lostAfterMs) state.ending ??= RESETS.lost;
  }
  return restUntilWoken(state, RETRY_MS);
}
