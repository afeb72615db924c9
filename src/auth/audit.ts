/** What the audit says of calls that were refused, and of tokens that didn't open. */
import type { PlainJson } from '../proof/canonical.ts';
import type { Unauthentic } from './authenticate.ts';
import type { Session } from './session.ts';

/**
 * What became of what a row is about. An accepted call has no row here: its record in the log is its audit. `lost`:
 * rows that could not be written; `dropped`: rows that the owner removed.
 */
export type AuditOutcome = 'accepted' | 'refused' | 'failed' | 'unauthenticated' | 'lost' | 'dropped';

/** A call that was refused, or that failed. */
export interface AuditedCall {
  /** The name of its field. */
  readonly operation: string;
  readonly outcome: 'refused' | 'failed';
  /** The type of the refusal, or the code of the error. */
  readonly refusal: string;
  readonly guard: string | null;
  readonly session: Session | null;
  readonly entryId: string | null;
  readonly durationMs: number;
  /** Only what the schema says may be kept. */
  readonly arguments: PlainJson;
}

/** A token that didn't open. */
export interface FailedAuthentication {
  readonly address: string;
  readonly reason: Unauthentic | 'too_many';
  /** The token and its principal, where there is such a token. */
  readonly token: Pick<Session, 'tokenId' | 'principalId'> | null;
}

/** From where a call comes, and under which name. */
export interface AuditOrigin {
  readonly requestId?: string;
  readonly address?: string;
  readonly client?: string | null;
}

export interface Audit {
  note(call: AuditedCall): void;
  noteFailure(failure: FailedAuthentication): void;
  /** Writes what waits, if the database answers soon. */
  close(): Promise<void>;
}
