/** The package's main door: requests, calls that are repeated until they are answered, and the follower. */
export type { AnswerBounds } from '../../../src/client/answer.ts';
export { type ClientOptions, createClient, type LedgerClient } from '../../../src/client/client.ts';
export type { FollowBacklogOptions } from '../../../src/client/follow/follow-backlog.ts';
export type { FollowHistoryOptions } from '../../../src/client/follow/follow-history.ts';
export { FollowEnded, type StreamFollower } from '../../../src/client/follow/follower.ts';
export type { FollowedMessage } from '../../../src/client/follow/messages.ts';
export {
  type AnswerError,
  type FaultKind,
  LedgerFault,
} from '../../../src/client/ledger-fault.ts';
export type { Operation, Token } from '../../../src/client/operation.ts';
export { AnswerLost, type Patience, type RepeatReason } from '../../../src/client/repeat.ts';
export { repeatingFetch } from '../../../src/client/repeating-fetch.ts';
export { type StreamFault, StreamRefused } from '../../../src/monitor/judges/stream-refused.ts';
