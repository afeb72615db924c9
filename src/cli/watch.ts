/**
 * Follows the history of the ledger over WebSocket, as a dashboard would, and judges that it comes whole and in
 * order.
 */

import { beginningOf } from '../client/follow/follow-history.ts';
import { FollowEnded, StreamFollower } from '../client/follow/follower.ts';
import { FollowHistoryDocument, type FollowHistorySubscription } from '../client/generated/graphql.ts';
import { LedgerFault } from '../client/ledger-fault.ts';
import { StreamJudge } from '../monitor/judges/stream-judge.ts';
import { StreamRefused } from '../monitor/judges/stream-refused.ts';
import { plainLine } from '../text/plain.ts';
import { shapeFault } from './client/answer-shape.ts';
import { commandEndpoint } from './client/client.ts';
import { ConnectionLost, historyMessages } from './client/history-connection.ts';

type HistoryMessage = FollowHistorySubscription['history'];
type HistoryRow = Extract<HistoryMessage, { __typename: 'HistoryEvent' }>['rows'][number];

export interface Watch {
  /** Resolves when the subscription has begun: what is written after that arrives. */
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
export function watchHistory(options: WatchOptions): Watch {
  const seen: HistoryRow[] = [];
  const leave = new AbortController();
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<never>();
  ready.promise.catch(() => {});
  ended.promise.catch(() => {});
  let arrived = () => {};

  async function read(): Promise<void> {
    for await (const message of judgedMessages(options, leave.signal)) {
      if (message.__typename === 'Ready') ready.resolve();
      if (message.__typename !== 'HistoryEvent') continue;
      seen.push(...message.rows);
      arrived();
    }
    throw new Error('The stream of history ended.');
  }
  const reading = read().catch((error: Error) => {
    const reason = wordOf(error, options.token);
    ready.reject(reason);
    ended.reject(reason);
  });

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
      leave.abort();
      await reading;
    },
  };
}

/** The messages of one connection, each of its own type and judged against those before it. */
async function* judgedMessages(
  { url, token, after }: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<HistoryMessage, void, void> {
  const query = FollowHistoryDocument.toString();
  const follower = new StreamFollower<HistoryMessage>({
    name: 'history',
    judge: new StreamJudge({ everyRecord: true, from: beginningOf(after), keys: null }),
    ...(after === undefined ? {} : { after }),
    // A run that waits for its own records learns at once that they won't come.
    reconnect: { attempts: 0 },
    signal,
    connect: (cursor, leaving) =>
      historyMessages({
        url: commandEndpoint(url),
        token,
        query,
        variables: { everyRecord: true, after: cursor },
        signal: leaving,
      }),
  });
  for await (const message of follower) {
    const wrong = shapeFault(query, { history: message });
    if (wrong !== null) throw new StreamRefused('malformed', `A message is of another form: ${wrong}.`);
    yield message;
  }
}

function wordOf(error: Error, token: string): Error {
  if (error instanceof FollowEnded)
    return new Error(`The stream of history ended: ${plainLine(error.message, [token])}`);
  if (error instanceof ConnectionLost) return new Error(`The stream of history broke: ${error.message}`);
  if (error instanceof StreamRefused)
    return new Error(`The stream of history can't be believed: ${error.message}`);
  return error instanceof LedgerFault ? new Error(plainLine(error.message, [token])) : error;
}
