/**
 * Calls that write, until they are answered. An idempotency key makes the repetition of a call safe: the ledger gives
 * the first answer again, with `replayed: true`. So a call is repeated as it was, and never under a second key.
 */
import { LedgerFault } from './ledger-fault.ts';
import { waitFor } from './wait.ts';

export interface Patience {
  /** How long to wait before each repetition, in milliseconds. After the last one the answer is final. */
  readonly waitsMs?: readonly number[];
  /** Whether to repeat what is refused as `retryable`, too: it passes by time, or by the act of another. */
  readonly awaitOthers?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Called before each repetition, with its number from 1. */
  readonly onRepeat?: (attempt: number, why: RepeatReason) => void;
}

/** `lost`: no answer came. `busy`: the ledger asks to repeat. `retryable`: the refusal may pass. */
export type RepeatReason = 'lost' | 'busy' | 'retryable';

const WAITS_MS: readonly number[] = [50, 200, 800, 2_000];

/** No answer came, however often the call was repeated. Repeat it later with the same key and content. */
export class AnswerLost extends LedgerFault {
  override readonly name = 'AnswerLost';
  readonly idempotencyKey: string;

  constructor(idempotencyKey: string, fault: LedgerFault, attempts: number) {
    super(
      `No answer came to the call with the key ${idempotencyKey}, which was sent ${attempts} times, so it is ` +
        `unknown whether the ledger served it. Repeat it with the same key and content: ${fault.message}`,
      'unreachable',
      { errors: fault.errors, cause: fault },
    );
    this.idempotencyKey = idempotencyKey;
  }
}

interface Attempt<Result> {
  /** Sends the same call each time. */
  readonly send: () => Promise<Result>;
  /** The fault of an error that says that no answer came; null for any other. */
  readonly lost: (error: unknown) => { readonly retryAfterMs: number | null } | null;
}

/** The answer, or the error of the last attempt. */
export async function repeatCall<Result>(
  { send, lost }: Attempt<Result>,
  { waitsMs = WAITS_MS, awaitOthers = false, signal, onRepeat }: Patience = {},
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const wait = waitsMs[attempt - 1];
    let [why, waitMs]: [RepeatReason | null, number] = [null, wait ?? 0];
    try {
      const result = await send();
      why = reasonToRepeat(result, awaitOthers);
      if (why === null || wait === undefined) return result;
    } catch (error) {
      const loss = signal?.aborted === true ? null : lost(error);
      if (loss === null || wait === undefined) throw error;
      why = 'lost';
      waitMs = Math.max(waitMs, loss.retryAfterMs ?? 0);
    }
    await waitFor(waitMs, signal);
    onRepeat?.(attempt, why);
  }
}

/** Why the answer of a mutation asks for its repetition. Each mutation has one field. */
function reasonToRepeat(result: unknown, awaitOthers: boolean): RepeatReason | null {
  const [outcome] = Object.values(result as Readonly<Record<string, unknown>>) as readonly ({
    readonly __typename?: unknown;
    readonly retryable?: unknown;
  } | null)[];
  if (outcome?.__typename === 'Busy') return 'busy';
  return awaitOthers && outcome?.retryable === true ? 'retryable' : null;
}

/** A mutation's variables: its one input, with the key of the act. */
export interface KeyedVariables {
  readonly input: { readonly idempotencyKey: string };
}

/** The loss that a LedgerFault is; null where the ledger answered. */
export function lossOf(error: unknown): { readonly retryAfterMs: number | null } | null {
  if (!(error instanceof LedgerFault) || error.kind !== 'unreachable') return null;
  return { retryAfterMs: error.errors[0]?.retryAfterMs ?? null };
}
