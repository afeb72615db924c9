/** A message of a stream, by the name of its type; which other members it has is up to the subscription. */
export interface FollowedMessage {
  readonly __typename?: string | undefined;
}

/** What opens one connection: the messages behind a cursor, as they come. */
export type Connect = (
  /** A cursor; empty: from the start; null: from now. */
  after: string | null,
  signal: AbortSignal,
) => AsyncIterable<unknown>;
