import { createClient } from 'graphql-ws';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { PATIENCE } from './crash-processes.ts';

/** A reader of history over WebSocket who comes back with its last cursor whenever a connection ends, to whoever serves then. */
export interface Follower {
  /** Every row that arrived, as `position/ordinal id`, in the order of arrival. */
  readonly rows: readonly string[];
  /** Connections that were made: one more than were lost. */
  readonly connections: number;
  /** How connections ended, by the codes of WebSocket. */
  readonly closings: readonly number[];
  /** Resolves when as many rows have arrived. */
  arrived(count: number): Promise<void>;
  /** Resolves when the reader follows live on its present connection. */
  following(): Promise<void>;
  stop(): Promise<void>;
}

interface Message {
  readonly __typename: string;
  readonly cursor?: string;
  readonly position?: string;
  readonly rows?: readonly { readonly historyId: string; readonly logOrdinal: number }[];
}

const HISTORY = `subscription ($after: String) { history(after: $after) { __typename
  ... on Ready { cursor } ... on CaughtUp { cursor } ... on Reset { reason }
  ... on HistoryEvent { cursor position rows { historyId logOrdinal } } } }`;

export function followHistory(urlNow: () => string, token: string): Follower {
  const rows: string[] = [];
  const closings: number[] = [];
  let after = '';
  let connections = 0;
  let live = false;
  let stopped = false;
  let disconnect = async (): Promise<void> => {};

  async function followOnce(): Promise<void> {
    const client = createClient({
      url: urlNow(),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
      on: {
        connected: () => {
          connections += 1;
        },
        closed: (event) => closings.push((event as { code: number }).code),
      },
    });
    disconnect = async () => client.dispose();
    try {
      for await (const { data } of client.iterate<{ history: Message }>({
        query: HISTORY,
        variables: { after },
      })) {
        if (data) take(data.history);
      }
    } finally {
      live = false;
      await client.dispose();
    }
  }

  function take(message: Message): void {
    for (const { historyId, logOrdinal } of message.rows ?? [])
      rows.push(`${message.position}/${logOrdinal} ${historyId}`);
    if (message.cursor !== undefined) after = message.cursor;
    if (message.__typename === 'CaughtUp') live = true;
  }

  const ended = (async () => {
    while (!stopped) {
      // Nobody may serve for a while; the next turn asks again.
      await followOnce().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();

  return {
    rows,
    closings,
    get connections() {
      return connections;
    },
    arrived: async (count) => {
      await vi.waitUntil(() => rows.length >= count, PATIENCE);
    },
    following: async () => {
      await vi.waitUntil(() => live, PATIENCE);
    },
    stop: async () => {
      stopped = true;
      await disconnect();
      await ended;
    },
  };
}
