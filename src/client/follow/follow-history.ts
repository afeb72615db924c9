import type { HeadKeys } from '../../monitor/judges/head-keys.ts';
import { StreamJudge } from '../../monitor/judges/stream-judge.ts';
import { FollowHistoryDocument, type HistoryFilter } from '../generated/graphql.ts';
import { connectStream } from './connect.ts';
import { type FollowOptions, StreamFollower } from './follower.ts';
import type { FollowedMessage } from './messages.ts';
import type { SocketOptions } from './socket.ts';

export interface FollowHistoryOptions<Message extends FollowedMessage>
  extends FollowOptions<'history', Message> {
  /** Whether each record comes, also one without rows to show. Only then does the judge see every gap. */
  readonly everyRecord?: boolean;
  /** Conditions on rows; for the package's own operation. */
  readonly filter?: HistoryFilter | null;
  /** The public keys of the lanes (`headKeysOf`): each head in the stream is then held to them. */
  readonly keys?: HeadKeys | null;
}

/** Follows `history`: each record once and in the order of the log. Without an operation it is FollowHistory. */
export function followHistory<Message extends FollowedMessage>(
  ledger: SocketOptions & { readonly fetch: typeof fetch },
  options: FollowHistoryOptions<Message>,
): StreamFollower<Message> {
  const {
    operation,
    variables,
    everyRecord = false,
    filter = null,
    over,
    after,
    keys = null,
    state,
  } = options;
  const query = (operation ?? FollowHistoryDocument).toString();
  const given = operation === undefined ? { everyRecord, filter } : variables;
  const judge = new StreamJudge({ everyRecord, from: beginningOf(after), keys }, state);
  const connect = connectStream(ledger, { field: 'history', query, variables: given, over });
  return new StreamFollower({ ...options, name: 'history', judge, connect });
}

/** Where the first connection begins. */
export function beginningOf(after: string | undefined): 'start' | 'now' | 'cursor' {
  if (after === undefined) return 'now';
  return after === '' ? 'start' : 'cursor';
}
