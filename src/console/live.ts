/** The feed of the backlog: counts as they change, and whether they are still true. */
import { signal } from '@preact/signals';
import type { FollowBacklogSubscription } from '../client/generated/graphql.ts';
import type { ConsoleSession } from './session.ts';

type Snapshot = Extract<FollowBacklogSubscription['backlog'], { readonly __typename: 'BacklogSnapshot' }>;

export interface Staleness {
  /** When the ledger was last heard. */
  readonly since: Date;
  /** Whether no further connection is tried. */
  readonly isOver: boolean;
}

export const counts = signal<Snapshot['counts'] | null>(null);
export const staleness = signal<Staleness | null>(null);
/** Grows with each move, a burst of them counted once: what is shown has to be read anew. */
export const moves = signal(0);
/** The entries that moved last. */
export const movedEntries = signal<ReadonlySet<string>>(new Set());

/** Moves come in bursts; lists are read once for each. */
const BURST_MS = 500;
/** A tab that was away shouldn't wait for long. */
const RECONNECT = { firstMs: 250, longestMs: 5_000 };

/** Follows until the session ends. */
export async function followLive({ ledger, signal: leaving }: ConsoleSession): Promise<void> {
  let heard = new Date();
  const lose = (isOver: boolean) => {
    if (!leaving.aborted) staleness.value = { since: staleness.value?.since ?? heard, isOver };
  };
  counts.value = null;
  staleness.value = null;
  try {
    // Server-sent events pass the proxies that WebSockets don't, and wait at the ledger for a slow reader.
    const feed = ledger.followBacklog({
      first: 1,
      over: 'events',
      reconnect: RECONNECT,
      onLost: () => lose(false),
    });
    for await (const message of feed) {
      heard = new Date();
      if (message.__typename === 'Ready') continue;
      if (staleness.value !== null) noteMoves([]);
      staleness.value = null;
      if (message.__typename === 'BacklogSnapshot' || message.__typename === 'BacklogChange')
        counts.value = message.counts;
      if (message.__typename === 'BacklogChange') noteMoves(message.entries.map(({ entryId }) => entryId));
    }
  } catch {
    // The fault is in the words of the page: that it is stale, since when, and that it stays so.
  }
  lose(true);
}

let burst: Set<string> | null = null;

function noteMoves(entryIds: readonly string[]): void {
  if (burst === null) {
    burst = new Set();
    setTimeout(() => {
      movedEntries.value = burst ?? new Set();
      burst = null;
      moves.value += 1;
    }, BURST_MS);
  }
  for (const entryId of entryIds) burst.add(entryId);
}
