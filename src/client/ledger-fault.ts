/**
 * `unreachable`: no answer came, so whether a call was served is unknown; it may pass. `unfit`: what answered is no
 * ledger. `refused`: the token, or what it may do. `failed`: what the ledger says of the operation.
 */
export type FaultKind = 'unreachable' | 'unfit' | 'refused' | 'failed';

/** One error of a GraphQL answer, as it came. */
export interface AnswerError {
  readonly message: string;
  /** `extensions.code`; null where it has none. */
  readonly code: string | null;
  readonly path: readonly (string | number)[];
  /** Milliseconds after which the same call may come again; null where the ledger names none. */
  readonly retryAfterMs: number | null;
}

export interface FaultDetails {
  /** The errors of the answer, if one came; the first gives the message. */
  readonly errors?: readonly AnswerError[];
  /** What was answered beside the errors. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/** What went wrong between a program and the ledger, in one sentence. */
export class LedgerFault extends Error {
  override readonly name: string = 'LedgerFault';
  readonly kind: FaultKind;
  readonly errors: readonly AnswerError[];
  readonly data: unknown;

  constructor(message: string, kind: FaultKind, { errors = [], data = null, cause }: FaultDetails = {}) {
    super(message, { cause });
    this.kind = kind;
    this.errors = errors;
    this.data = data;
  }

  /** `extensions.code` of the first error; null where there is none. */
  get code(): string | null {
    return this.errors[0]?.code ?? null;
  }
}

/** The errors that an answer speaks of; none where it speaks of none, or isn't of that form. */
function errorsIn(answer: unknown, retryAfter: string | null): readonly AnswerError[] {
  const errors = (answer as { readonly errors?: unknown } | null)?.errors;
  return Array.isArray(errors) ? errors.map((error) => readError(error, retryAfter)) : [];
}

function readError(error: unknown, retryAfter: string | null): AnswerError {
  const { message, path, extensions } = (error ?? {}) as {
    readonly message?: unknown;
    readonly path?: unknown;
    readonly extensions?: { readonly code?: unknown; readonly retryAfterSeconds?: unknown } | null;
  };
  const seconds = Number(extensions?.retryAfterSeconds ?? retryAfter ?? Number.NaN);
  return {
    message: typeof message === 'string' ? message : 'An error without a message.',
    code: typeof extensions?.code === 'string' ? extensions.code : null,
    path: Array.isArray(path) ? path : [],
    retryAfterMs: seconds >= 0 ? seconds * 1000 : null,
  };
}

/** The same call may be answered another time. */
const PASSING_CODES = ['UNAVAILABLE', 'TOO_MANY_REQUESTS', 'TOO_MANY_OPERATIONS'];
const REFUSING_CODES = ['UNAUTHENTICATED', 'FORBIDDEN'];

/** The fault of an answer with errors; null where it has none. `retryAfter`: the header of that name. */
export function faultOfAnswer(answer: unknown, retryAfter: string | null = null): LedgerFault | null {
  const errors = errorsIn(answer, retryAfter);
  const [first] = errors;
  if (first === undefined) return null;
  const { data } = answer as { readonly data?: unknown };
  const code = first.code ?? 'none';
  const kind = REFUSING_CODES.includes(code)
    ? 'refused'
    : PASSING_CODES.includes(code)
      ? 'unreachable'
      : 'failed';
  return new LedgerFault(first.message, kind, { errors, data });
}

/** The fault where no answer came: the connection was not made, or broke. */
export function brokenConnection(url: string, cause: unknown): LedgerFault {
  if (cause instanceof LedgerFault) return cause;
  return new LedgerFault(`The connection to ${url} broke (${innermostReason(cause)}).`, 'unreachable', {
    cause,
  });
}

/** fetch wraps the system's error; the innermost message says most. */
export function innermostReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? innermostReason(error.cause) : error.message;
}
