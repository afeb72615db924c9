import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import { PATIENCE } from './crash-processes.ts';
import { type Door, openStream, type Stream } from './stream-doors.ts';

/** A reader of history who comes back with its last cursor whenever a connection ends, to whoever serves then. */
export interface Follower {
  /** Every row that arrived, as `position/ordinal id`, in the order of arrival. */
  readonly rows: readonly string[];
  /** Connections that were made: one more than were lost. */
  readonly connections: number;
  /** How connections ended, by the codes of WebSocket. */
  readonly closings: readonly number[];
  /** Why streams were ended by their server. */
  readonly resets: readonly string[];
  /** Resolves when as many rows have arrived. */
  arrived(count: number): Promise<void>;
  /** Resolves when the reader follows live on its present connection. */
  following(): Promise<void>;
  /** Reads nothing more from its connection until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export interface FollowerOptions {
  readonly door?: Door;
  /** After how many messages the reader leaves a connection by itself. */
  readonly leaveAfter?: () => number;
}

interface Message {
  readonly __typename: string;
  readonly cursor?: string;
  readonly position?: string;
  readonly reason?: string;
  readonly rows?: readonly { readonly historyId: string; readonly logOrdinal: number }[];
}

const HISTORY = `subscription ($after: String) { history(after: $after) { __typename
  ... on Ready { cursor } ... on CaughtUp { cursor } ... on Reset { reason }
  ... on HistoryEvent { cursor position rows { historyId logOrdinal changedBy } } } }`;

export function followHistory(
  urlNow: () => string,
  token: string,
  { door = 'websocket', leaveAfter = () => Number.POSITIVE_INFINITY }: FollowerOptions = {},
): Follower {
  const rows: string[] = [];
  const closings: number[] = [];
  const resets: string[] = [];
  let after = '';
  let connections = 0;
  let live = false;
  let stopped = false;
  let stream: Stream<Message> | undefined;

  async function followOnce(): Promise<void> {
    let left = leaveAfter();
    stream = openStream<Message>(door, {
      url: urlNow(),
      token,
      query: HISTORY,
      variables: { after },
      onClosed: (code) => closings.push(code),
    });
    try {
      for await (const message of stream.messages) {
        take(message);
        left -= 1;
        if (left <= 0) break;
      }
    } finally {
      live = false;
      stream.leave();
    }
  }

  function take(message: Message): void {
    for (const { historyId, logOrdinal } of message.rows ?? [])
      rows.push(`${message.position}/${logOrdinal} ${historyId}`);
    if (message.cursor !== undefined) after = message.cursor;
    if (message.__typename === 'Ready') connections += 1;
    if (message.__typename === 'CaughtUp') live = true;
    if (message.reason !== undefined) resets.push(message.reason);
  }

  const ended = (async () => {
    while (!stopped) {
      // Nobody may serve for a while; the next turn asks again.
      await followOnce().catch(() => {});
      await pause(20);
    }
  })();

  return {
    rows,
    closings,
    resets,
    get connections() {
      return connections;
    },
    arrived: async (count) => {
      await vi.waitUntil(() => rows.length >= count, PATIENCE);
    },
    following: async () => {
      await vi.waitUntil(() => live, PATIENCE);
    },
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    stop: async () => {
      stopped = true;
      stream?.leave();
      await ended;
    },
  };
}
