import { BacklogJudge } from '../../monitor/judges/backlog-judge.ts';
import { type EntryFilter, FollowBacklogDocument } from '../generated/graphql.ts';
import { connectStream } from './connect.ts';
import { beginningOf } from './follow-history.ts';
import { type FollowOptions, StreamFollower } from './follower.ts';
import type { FollowedMessage } from './messages.ts';
import type { SocketOptions } from './socket.ts';

export interface FollowBacklogOptions<Message extends FollowedMessage>
  extends FollowOptions<'backlog', Message> {
  /** Conditions on entries; for the package's own operation. */
  readonly filter?: EntryFilter | null;
  /** Entries of the snapshot, 1 to 200; 50 without it. For the package's own operation. */
  readonly first?: number;
}

/**
 * Follows `backlog`: one snapshot, then each change with the counts after it. A connection that breaks is gone on from
 * without a second snapshot. Without an operation it is FollowBacklog.
 */
export function followBacklog<Message extends FollowedMessage>(
  ledger: SocketOptions & { readonly fetch: typeof fetch },
  options: FollowBacklogOptions<Message>,
): StreamFollower<Message> {
  const { operation, variables, filter = null, first = null, over, after, state } = options;
  const query = (operation ?? FollowBacklogDocument).toString();
  const given = operation === undefined ? { filter, first } : variables;
  const judge = new BacklogJudge(beginningOf(after), state);
  const connect = connectStream(ledger, { field: 'backlog', query, variables: given, over });
  return new StreamFollower({ ...options, name: 'the backlog', judge, connect });
}
