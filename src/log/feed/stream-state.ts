import type { Beat } from './heartbeat.ts';
import type { Reset } from './history-message.ts';

/** What ends a subscriber or makes it look again. */
export interface StreamState {
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

export function newStreamState(): StreamState {
  return {
    ending: null,
    left: false,
    wake: () => {},
    waitingSince: null,
    due: null,
    failingSince: null,
  };
}

export function isOver(state: StreamState): boolean {
  return state.left || state.ending !== null;
}

/** Sleeps until woken, or for `ms` at most. Nothing is awaited between the look and the sleep, so no wake is lost. */
export async function restUntilWoken(state: StreamState, ms: number | null): Promise<undefined> {
  if (isOver(state)) return;
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    state.wake = resolve;
    if (ms !== null) timer = setTimeout(resolve, ms);
  });
  clearTimeout(timer);
}
