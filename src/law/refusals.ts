/**
 * Refusals: the ways in which the ledger says no. Each is thrown where it is found and becomes a member of the
 * mutation's outcome union by its class name; anything else that is thrown is a defect and is masked.
 */
import type { Severity } from '../document/types.ts';

/** What a fault is about, as data: a program reads it here and never out of a message. */
export interface ProblemSubject {
  readonly entryId?: string;
  readonly changeSetId?: string;
  readonly reviewDecisionId?: string;
  /** The address of a unit. */
  readonly address?: string;
  /** The manifest that holds where the one in the input doesn't: the plan as it is now, or what was approved. */
  readonly manifestDigest?: string;
  /** When what is refused now is due. */
  readonly notBefore?: string | null;
}

/** One fault, at one place. `path` leads to the place in the input (or the plan), `code` is for programs. */
export interface Problem extends ProblemSubject {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
  /** An error where it is left out, as in every refusal. */
  readonly severity?: Severity;
}

/** A fault at a place of the input, or of a query's arguments. */
export function problemAt(
  path: readonly string[],
  code: string,
  message: string,
  subject: ProblemSubject = {},
): Problem {
  return { path, code, message, ...subject };
}

/** The guards that have a name, in code and in messages. */
type Guard =
  | 'G-MARK-IDEM'
  | 'G-REVIEW-COMMENTS'
  | 'G-CUT-APPROVED'
  | 'G-CUT-DEPS'
  | 'G-CUT-ONCE'
  | 'G-CUT-SOVEREIGN'
  | 'G-CUT-DRIFT'
  | 'G-VERIFY-SOD';

/**
 * The base of every refusal. `message` says what is wrong and the way out, in one or two sentences.
 *
 * `retryable`: the same call (same key, input and caller) can succeed later, by time or by another's act in the
 * ledger; `message` says by which. Acts of the ledger's operator (rights, keys, vocabulary) don't count, nor does a
 * thing that may be made later.
 */
export abstract class Refusal extends Error {
  readonly guard: Guard | null = null;
  readonly retryable: boolean = false;
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = new.target.name;
    this.problems = problems;
  }
}

/** The caller's scopes, person or token don't allow this. */
export class Forbidden extends Refusal {}

/** A refusal that passes in some cases. */
abstract class Passing extends Refusal {
  override readonly retryable: boolean;

  constructor(message: string, problems: readonly Problem[] = [], retryable = false) {
    super(message, problems);
    this.retryable = retryable;
  }
}

/** This process holds no secret for the lane that the verb needs, or the ledger takes nothing for now. */
export class LaneNotServed extends Passing {}

/** The input breaks a rule of its shape; `problems` names each place. */
export class InvalidInput extends Refusal {}

/** What the input names does not exist, or not for this caller. */
export class NotFound extends Refusal {}

/** The idempotency key was used before with other content. */
export class IdempotencyConflict extends Refusal {
  override readonly guard: Guard | null;

  constructor(message: string, problems: readonly Problem[] = [], guard: Guard | null = null) {
    super(message, problems);
    this.guard = guard;
  }
}

/** What the input would register is there already, with another meaning or another content. */
export class AlreadyRegistered extends Refusal {}

/** The entry's state has no such arrow; retryable where others can move it to one that has. */
export class IllegalTransition extends Passing {}

/** There is a live decision, and the review does not name it (or names another). */
export class NotLive extends Refusal {}

/** The plan leaves a byte out, covers one twice, or names what the vocabulary lacks. */
export class CoverageBroken extends Refusal {}

/** No live approval for exactly this manifest; retryable where a reviewer may still approve it. */
export class NotApproved extends Passing {
  override readonly guard = 'G-CUT-APPROVED';
}

/** In production: no live approval of a person pins what this cut does now; one can be given. */
export class NotSanctioned extends Refusal {
  override readonly guard = 'G-CUT-SOVEREIGN';
  override readonly retryable = true;
}

/** Something this entry depends on is not complete. */
export class DependencyOpen extends Refusal {
  override readonly guard = 'G-CUT-DEPS';
  /** What is open can be completed, or its successor can. */
  override readonly retryable = true;
}

/** The edge would close a circle of `blocks`. */
export class DependencyCycle extends Refusal {}

/** The entry, or this manifest, has its cut already. */
export class AlreadyCut extends Refusal {
  override readonly guard = 'G-CUT-ONCE';
}

/**
 * The plan was made against something that has changed since; retryable if a new approval of the same manifest
 * repairs it.
 */
export class PlanStale extends Passing {}

/** Somebody's comment on the plan is not resolved. */
export class CommentsOpen extends Refusal {
  override readonly guard = 'G-REVIEW-COMMENTS';
  /** A comment can be resolved. */
  override readonly retryable = true;
}

/** One party would act on both sides. */
export class SameParty extends Refusal {
  override readonly guard: Guard | null;

  constructor(message: string, problems: readonly Problem[] = [], guard: Guard | null = 'G-VERIFY-SOD') {
    super(message, problems);
    this.guard = guard;
  }
}

/** A signature, key or reference does not belong to the lane that used it. */
export class LaneMismatch extends Refusal {}

/** What the caller signed isn't what the ledger would write now, or it isn't the caller's to sign. */
export class SignatureRefused extends Refusal {}

/** The database's shape isn't the one that the migrations made; `problems` names each part that differs. */
export class Drifted extends Refusal {
  override readonly guard = 'G-CUT-DRIFT';
}

/** The database could not serve this in time; the same call with the same key is safe to repeat. */
export class Busy extends Refusal {
  override readonly retryable = true;
}

/** A plan would take more time or memory than one may; `message` names the document and the limit. */
export class PlanTooCostly extends Refusal {}

const REFUSALS = {
  Forbidden,
  LaneNotServed,
  InvalidInput,
  NotFound,
  IdempotencyConflict,
  AlreadyRegistered,
  IllegalTransition,
  NotLive,
  CoverageBroken,
  NotApproved,
  NotSanctioned,
  DependencyOpen,
  DependencyCycle,
  AlreadyCut,
  PlanStale,
  CommentsOpen,
  SameParty,
  LaneMismatch,
  SignatureRefused,
  PlanTooCostly,
  Drifted,
  Busy,
} as const;
export type RefusalName = keyof typeof REFUSALS;
