/** Work on the event loop that others' turns come between. */
import { setImmediate } from 'node:timers/promises';

/** Items of one turn: some 10 ms, where an id is derived of each. */
const TURN = 2_000;

/** Ends this turn of the event loop, so that others have theirs. */
export const nextTurn = (): Promise<void> => setImmediate();

/** Does something with each item, some thousand in a turn. Of fewer it makes one turn. */
export async function eachByTurns<T>(
  items: readonly T[],
  perform: (item: T, at: number) => void,
): Promise<void> {
  for (let at = 0; at < items.length; at += 1) {
    if (at % TURN === TURN - 1) await nextTurn();
    perform(items[at] as T, at);
  }
}
