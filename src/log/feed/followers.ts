import type { Reset } from './history-message.ts';
import type { FollowedToken, Follower } from './subscription.ts';

/** The subscribers of this process. */
export interface Followers {
  readonly all: ReadonlySet<Follower>;
  /** The tokens behind them, each once. */
  tokens(): FollowedToken[];
  join(follower: Follower): void;
  leave(follower: Follower): void;
  endAll(reset: Reset): void;
  /** Ends those behind which one of these tokens is. */
  endOf(tokens: ReadonlySet<FollowedToken>, reset: Reset): void;
  wakeAll(): void;
}

export function createFollowers(): Followers {
  const all = new Set<Follower>();
  return {
    all,
    tokens() {
      const byKey = new Map<string, FollowedToken>();
      for (const { token } of all) if (token !== null) byKey.set(token.key, token);
      return [...byKey.values()];
    },
    join: (follower) => all.add(follower),
    leave: (follower) => all.delete(follower),
    endAll(reset) {
      for (const follower of [...all]) follower.end(reset);
    },
    endOf(tokens, reset) {
      const keys = new Set([...tokens].map(({ key }) => key));
      for (const follower of [...all])
        if (follower.token !== null && keys.has(follower.token.key)) follower.end(reset);
    },
    wakeAll() {
      for (const follower of all) follower.wake();
    },
  };
}
