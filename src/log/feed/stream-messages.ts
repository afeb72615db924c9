import { type CursorMark, encodePlace } from './cursor.ts';
import type { Beat } from './heartbeat.ts';
import type { StreamMessage } from './history-message.ts';
import { LogBroken, type RecordEvent } from './history-page.ts';
import { openStream } from './opening.ts';
import { RESETS } from './resets.ts';
import { isOver, restUntilWoken, type StreamState } from './stream-state.ts';
import type { FollowerSource, StreamOptions } from './subscription.ts';
import type { Teller } from './teller.ts';

const RETRY_MS = 500;

/**
 * The messages of one subscriber, each made when it is pulled:
 *
 *                 Ready               CaughtUp            (of a teller that says it)
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
export async function* streamMessages<Said>(
  source: FollowerSource,
  options: StreamOptions,
  state: StreamState,
  teller: Teller<Said>,
): AsyncGenerator<Said | StreamMessage, undefined> {
  const opening = await openStream(source, options.after);
  if ('type' in opening) {
    yield opening;
    return;
  }
  const { incarnation, target } = opening;
  const { heartbeatMs, ring } = source;
  const mark: CursorMark = { incarnation, key: source.cursorKey };
  const begins = opening.begins && teller.begin !== undefined;
  let next = begins ? target : opening.start;
  let caughtUp = false;
  const cursor = (): string => encodePlace({ incarnation, next }, source.cursorKey);
  const ready = begins ? encodePlace({ incarnation, next, begins }, source.cursorKey) : cursor();
  yield { type: 'Ready', cursor: ready, head: String(target), heartbeatMs, incarnation };
  while (begins && !isOver(state)) {
    const first = await askPatiently(source, state, async () => teller.begin?.({ ...mark, next }));
    if (first === undefined || state.ending !== null) continue;
    state.failingSince = null;
    yield first;
    break;
  }
  while (!isOver(state)) {
    if (!caughtUp && next >= target) {
      const checkpoint = teller.saysCaughtUp ? await source.checkpoint() : null;
      if (isOver(state)) continue;
      caughtUp = true;
      if (teller.saysCaughtUp) yield { type: 'CaughtUp', cursor: cursor(), checkpoint };
      continue;
    }
    const lags = !caughtUp || next < ring.first;
    if (state.due !== null && (lags || next >= state.due.next)) {
      yield heartbeatMessage(state.due, cursor(), next, lags);
      continue;
    }
    const event = await eventAt(source, state, next, incarnation);
    if (event === undefined) continue;
    const said = await askPatiently(source, state, async () => teller.say(event, mark));
    // What the token may no longer see isn't shown, even if it was read before.
    if (said === undefined || state.ending !== null) continue;
    next += 1;
    state.failingSince = null;
    if (said !== null) yield said;
  }
  if (state.ending !== null) yield state.ending;
}

/** A subscriber that lags isn't shown a checkpoint that covers what it wasn't sent yet. */
function heartbeatMessage({ checkpoint }: Beat, cursor: string, next: number, lags: boolean): StreamMessage {
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
  return (
    (await askPatiently(source, state, () => source.replay.at(position, incarnation))) ??
    restUntilWoken(state, RETRY_MS)
  );
}

/**
 * What the database is asked for, or undefined after a rest. It may be away for a while. A hole stays, and an answer
 * that never comes must not look like a quiet log.
 */
async function askPatiently<T>(
  { lostAfterMs }: FollowerSource,
  state: StreamState,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    state.failingSince ??= Date.now();
    if (error instanceof LogBroken) state.ending ??= RESETS.broken;
    else if (Date.now() - state.failingSince > lostAfterMs) state.ending ??= RESETS.lost;
  }
  return restUntilWoken(state, RETRY_MS);
}
