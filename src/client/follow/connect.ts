import { followEvents } from '../event-stream.ts';
import type { Connect } from './messages.ts';
import { type SocketOptions, type SocketSubscription, subscribeOverSocket } from './socket.ts';

/** A subscription of one field, without the cursor that each connection begins with. */
interface Followed extends Pick<SocketSubscription, 'query'> {
  readonly field: 'history' | 'backlog';
  readonly variables: object | undefined;
  readonly over?: 'socket' | 'events' | undefined;
}

/** What opens connections to a field that streams. */
export function connectStream(
  ledger: SocketOptions & { readonly fetch: typeof fetch },
  { field, query, variables, over }: Followed,
): Connect {
  return async function* connect(after, signal) {
    const subscription = { query, variables: { ...variables, after }, signal };
    const results =
      over === 'events'
        ? followEvents({ ...ledger, ...subscription })
        : subscribeOverSocket(ledger, subscription);
    for await (const result of results) yield (result as Readonly<Record<string, unknown>>)[field];
  };
}
