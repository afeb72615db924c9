import { followEvents } from '../event-stream.ts';
import { FollowHistoryDocument } from '../generated/graphql.ts';
import type { FollowOptions } from './follower.ts';
import type { ConnectHistory, FollowedMessage } from './messages.ts';
import { type SocketOptions, subscribeOverSocket } from './socket.ts';

/** Connections to `history`. Without an operation of the caller's it is FollowHistory. */
export function connectHistory<Message extends FollowedMessage>(
  ledger: SocketOptions & { readonly fetch: typeof fetch },
  { operation, variables, everyRecord = false, filter = null, over }: FollowOptions<Message>,
): ConnectHistory {
  const query = (operation ?? FollowHistoryDocument).toString();
  const given = operation === undefined ? { everyRecord, filter } : variables;
  return async function* connect(after, signal) {
    const subscription = { query, variables: { ...given, after }, signal };
    const results =
      over === 'events'
        ? followEvents({ ...ledger, ...subscription })
        : subscribeOverSocket(ledger, subscription);
    for await (const result of results) yield (result as { readonly history?: unknown }).history;
  };
}
