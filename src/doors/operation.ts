import type { GraphQLError } from 'graphql';
import type { Session } from '../auth/session.ts';
import type { AwaitedPath } from '../reading/lasting.ts';
import type { WholeRead } from '../reading/whole.ts';

/** What a door hands over with an operation: who calls, and (over HTTP) the parsed body with the text that it names. */
export interface DoorContext {
  readonly session: Session;
  /** Whether the caller has disconnected. */
  readonly isGone: () => boolean;
  readonly body?: unknown;
  /** Why the body's text can't be had; null or absent where it can. */
  readonly fault?: GraphQLError | null;
  /** Where execution leaves what the answer waits for to last; absent where nobody asks. */
  readonly judged?: { awaited: readonly AwaitedPath[] | null };
  /** What was read for it already; absent: nothing. */
  readonly read?: WholeRead;
}

export interface OperationParams {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}
