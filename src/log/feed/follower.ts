import type { StreamMessage } from './history-message.ts';
import { streamMessages } from './stream-messages.ts';
import { newStreamState } from './stream-state.ts';
import type { FollowedToken, Follower, FollowerSource, StreamOptions } from './subscription.ts';
import type { Teller } from './teller.ts';

/**
 * One subscriber: a position that pulls, from the ring where it can and from the database where it lags. A subscriber
 * that stops pulling holds nothing but its position. `return()` ends it at once, also while it waits.
 */
export function followLog<Said>(
  source: FollowerSource,
  options: StreamOptions,
  teller: Teller<Said>,
): AsyncIterableIterator<Said | StreamMessage> {
  const state = newStreamState();
  const follower: Follower = {
    token: tokenOf(options),
    end(reason) {
      state.ending ??= reason;
      state.wake();
    },
    wake: () => state.wake(),
    hasWaitedSince: (time) => state.waitingSince !== null && state.waitingSince <= time,
    beat(beat) {
      // The answer may have taken so long that its reader has paused: nothing is stored up for it.
      if (state.waitingSince === null) return;
      state.due ??= beat;
      state.wake();
    },
  };
  const generator = streamMessages(source, options, state, teller);
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

function tokenOf({ tokenId, entryIds = null, scopes = [] }: StreamOptions): FollowedToken | null {
  if (tokenId === null) return null;
  const key = JSON.stringify([tokenId, entryIds === null ? null : [...entryIds].sort(), [...scopes].sort()]);
  return { tokenId, entryIds, scopes, key };
}
