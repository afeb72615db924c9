import type { Verb } from '../auth/authority.ts';
import type { Session } from '../auth/session.ts';
import type { Context } from '../context.ts';
import type { PhaseCall } from '../ledger/envelope/transaction.ts';

interface VerbInput {
  readonly idempotencyKey: string;
  readonly dryRun: boolean;
  readonly entryId?: string;
  readonly entryIds?: readonly string[] | null;
  readonly manifestDigest?: string | null;
  readonly signedBy?: PhaseCall['signedBy'];
}

/** Who calls which verb with which key; the guard of the mutation has seen to it that somebody does. */
export function callOf<V extends Verb>(verb: V, context: Context, input: VerbInput): PhaseCall<V> {
  const { idempotencyKey, dryRun, entryId, entryIds, manifestDigest = null, signedBy = null } = input;
  const named = entryId === undefined ? (entryIds ?? []) : [entryId];
  const caller = context.session as Session;
  return { verb, caller, idempotencyKey, dryRun, entryIds: named, manifestDigest, signedBy };
}
