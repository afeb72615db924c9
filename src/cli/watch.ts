/**
 * Follows the history of the ledger over WebSocket, as a dashboard would, and judges that it comes whole and in
 * order.
 */

import { StreamJudge } from '../monitor/judges/stream-judge.ts';
import { StreamRefused } from '../monitor/judges/stream-refused.ts';
import { plainLine } from '../text/plain.ts';
import { shapeFault } from './client/answer-shape.ts';
import { endpointOf } from './client/client.ts';
import { ConnectionLost, historyMessages } from './client/history-connection.ts';
import { WatchHistoryDocument, type WatchHistorySubscription } from './generated/graphql.ts';

type HistoryMessage = WatchHistorySubscription['history'];
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
      if (message.__typename === 'Reset')
        throw new Error(`The stream of history ended: ${plainLine(message.message, [options.token])}`);
      if (message.__typename !== 'HistoryEvent') continue;
      seen.push(...message.rows);
      arrived();
    }
    throw new Error('The stream of history ended.');
  }
  const reading = read().catch((error: Error) => {
    const reason = wordOf(error);
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
  const from = after === undefined ? 'now' : after === '' ? 'start' : 'cursor';
  const judge = new StreamJudge({ everyRecord: true, from, keys: null });
  const query = WatchHistoryDocument.toString();
  const variables = after === undefined ? {} : { after };
  let heardAt = Date.now();
  const waited = (waitedMs: number) => judge.requireSound(heardAt + waitedMs);
  judge.open(heardAt);
  for await (const message of historyMessages({
    url: endpointOf(url),
    token,
    query,
    variables,
    waited,
    signal,
  })) {
    heardAt = Date.now();
    judge.take(message, heardAt);
    const wrong = shapeFault(query, { history: message });
    if (wrong !== null) throw new StreamRefused('malformed', `A message is of another form: ${wrong}.`);
    yield message as HistoryMessage;
  }
}

function wordOf(error: Error): Error {
  if (error instanceof ConnectionLost) return new Error(`The stream of history broke: ${error.message}`);
  if (error instanceof StreamRefused)
    return new Error(`The stream of history can't be believed: ${error.message}`);
  return error;
}
