/** Follows the history of the ledger over WebSocket, as a dashboard would, and judges that it comes whole and in order. */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { StreamJudge } from '../monitor/stream-judge.ts';
import { endpointOf } from './client.ts';
import { WatchHistoryDocument, type WatchHistorySubscription } from './generated/graphql.ts';

type HistoryMessage = WatchHistorySubscription['history'];
type HistoryRow = Extract<HistoryMessage, { __typename: 'HistoryEvent' }>['rows'][number];

export interface Watch {
  /** Resolves when the subscription stands: what is written after that arrives. */
  readonly ready: Promise<void>;
  /** The rows that `wanted` picks, once there are `count`; rejects where the stream ends before. */
  rows(wanted: (row: HistoryRow) => boolean, count: number): Promise<readonly HistoryRow[]>;
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly url: string;
  /** Needs the scope `ledger:observe`. */
  readonly token: string;
  /** A cursor; absent: from now; empty: from the start. */
  readonly after?: string;
}

/** Begins at once. */
export function watchHistory({ url, token, after }: WatchOptions): Watch {
  const client = createClient({
    url: endpointOf(url).replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const seen: HistoryRow[] = [];
  const from = after === undefined ? 'now' : after === '' ? 'start' : 'cursor';
  const judge = new StreamJudge({ everyRecord: true, from, keys: null });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<never>();
  ready.promise.catch(() => {});
  ended.promise.catch(() => {});
  let arrived = () => {};

  const end = (reason: Error) => {
    ready.reject(reason);
    ended.reject(reason);
  };
  const take = (message: HistoryMessage) => {
    judge.take(message, Date.now());
    if (message.__typename === 'Ready') ready.resolve();
    if (message.__typename === 'Reset') end(new Error(`The stream of history ended: ${message.message}`));
    if (message.__typename !== 'HistoryEvent') return;
    seen.push(...message.rows);
    arrived();
  };
  const believed = (message: HistoryMessage) => {
    try {
      take(message);
    } catch (error) {
      end(new Error(`The stream of history can't be believed: ${(error as Error).message}`));
    }
  };
  judge.open(Date.now());
  client.subscribe<WatchHistorySubscription>(
    { query: WatchHistoryDocument.toString(), variables: after === undefined ? {} : { after } },
    {
      next: ({ data, errors }) => {
        if (data) believed(data.history);
        else end(new Error(`History can't be followed: ${errors?.[0]?.message ?? 'no data'}`));
      },
      error: (error) => end(new Error(`The stream of history broke: ${reasonOf(error)}`)),
      complete: () => end(new Error('The stream of history ended.')),
    },
  );

  return {
    ready: ready.promise,
    rows(wanted, count) {
      const enough = new Promise<readonly HistoryRow[]>((resolve) => {
        arrived = () => {
          const rows = seen.filter(wanted);
          if (rows.length >= count) resolve(rows);
        };
        arrived();
      });
      return Promise.race([enough, ended.promise]);
    },
    async close() {
      await client.dispose();
    },
  };
}

/** Errors, close events and lists of GraphQL errors come this way. */
function reasonOf(error: unknown): string {
  if (Array.isArray(error)) return error.map(reasonOf).join('; ');
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, reason, code } = error as { message?: string; reason?: string; code?: number };
  return message || reason || `code ${code}`;
}
