import type { Session } from '../auth/session.ts';

/** What a door hands over with an operation: who calls, and (over HTTP) the parsed body. */
export interface DoorContext {
  readonly session: Session;
  readonly body?: unknown;
}

export interface OperationParams {
  readonly query: string;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}
