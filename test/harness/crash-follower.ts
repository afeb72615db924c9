import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import type { HeadKeys } from '../../src/monitor/judges/head-keys.ts';
import { StreamJudge } from '../../src/monitor/judges/stream-judge.ts';
import { StreamRefused } from '../../src/monitor/judges/stream-refused.ts';
import { PATIENCE } from './crash-processes.ts';
import { type Door, openStream, type Stream } from './stream-doors.ts';

/**
 * A reader of every record who comes back with its last cursor whenever a connection ends, to whoever serves then; it folds the
 * tree by itself and believes nothing that doesn't follow from what it saw before.
 */
export interface Follower {
  /** Every row that arrived, as `position/ordinal id`, in the order of arrival. */
  readonly rows: readonly string[];
  /** Connections that were made: one more than were lost. */
  readonly connections: number;
  /** How connections ended, by the codes of WebSocket. */
  readonly closings: readonly number[];
  /** Why streams were ended by their server. */
  readonly resets: readonly string[];
  /** What it made of all that arrived. */
  readonly judge: StreamJudge;
  /** Resolves when as many rows have arrived. */
  arrived(count: number): Promise<void>;
  /** Resolves when every record before this position has arrived. */
  reached(position: number): Promise<void>;
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
  /** Whose signatures under checkpoints are good; without them none is judged. */
  readonly keys?: HeadKeys;
}

interface Message {
  readonly __typename: string;
  readonly position?: string;
  readonly reason?: string;
  readonly rows?: readonly { readonly historyId: string; readonly logOrdinal: number }[];
}

const HISTORY = `subscription ($after: String) { history(after: $after, everyRecord: true) { __typename
  ... on Ready { cursor head heartbeatMs incarnation }
  ... on HistoryEvent { cursor position recordHash rows { historyId logOrdinal position changedBy } }
  ... on CaughtUp { cursor checkpoint { note } }
  ... on Heartbeat { cursor head checkpoint { note } }
  ... on Reset { reason message } } }`;

export function followHistory(
  urlNow: () => string,
  token: string,
  { door = 'websocket', leaveAfter = () => Number.POSITIVE_INFINITY, keys }: FollowerOptions = {},
): Follower {
  const rows: string[] = [];
  const closings: number[] = [];
  const resets: string[] = [];
  const judge = new StreamJudge({ everyRecord: true, from: 'start', keys: keys ?? null });
  let refused: StreamRefused | null = null;
  let connections = 0;
  let live = false;
  let stopped = false;
  let stream: Stream<Message> | undefined;

  async function followOnce(): Promise<void> {
    let left = leaveAfter();
    judge.open(Date.now());
    stream = openStream<Message>(door, {
      url: urlNow(),
      token,
      query: HISTORY,
      variables: { after: judge.cursor ?? '' },
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
    judge.take(message, Date.now());
    for (const { historyId, logOrdinal } of message.rows ?? [])
      rows.push(`${message.position}/${logOrdinal} ${historyId}`);
    if (message.__typename === 'Ready') connections += 1;
    if (message.__typename === 'CaughtUp') live = true;
    if (message.reason !== undefined) resets.push(message.reason);
  }

  /** As long as something arrives, there is reason to wait. */
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const known = judge.next;
      await vi.waitUntil(() => isSo() || judge.next !== known || refused !== null, PATIENCE);
      if (refused !== null) throw refused;
    }
  }

  const ended = (async () => {
    while (!stopped && refused === null) {
      await followOnce().catch((error: unknown) => {
        // Nobody may serve for a while; the next turn asks again.
        if (error instanceof StreamRefused) refused = error;
      });
      await pause(20);
    }
  })();

  return {
    rows,
    closings,
    resets,
    judge,
    get connections() {
      return connections;
    },
    arrived: (count) => until(() => rows.length >= count),
    reached: (position) => until(() => judge.next === position),
    following: () => until(() => live),
    pause: () => stream?.pause(),
    resume: () => stream?.resume(),
    stop: async () => {
      stopped = true;
      stream?.leave();
      await ended;
    },
  };
}
