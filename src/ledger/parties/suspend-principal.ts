import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { changePrincipal } from './change-principal.ts';
import { lockParties, lookAtParties, principalIn, refuseLastAdministrator } from './party-look.ts';
import { type PrincipalAnswer, principalAnswer } from './principal-answer.ts';

export interface SuspendPrincipalInput {
  readonly idempotencyKey: string;
  readonly principalId: string;
  readonly reason: string | null;
}

/**
 * SUSPEND PRINCIPAL — end what a principal may do, with all its tokens, for good.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    every principal and person · the version of this key
 * Writes   1 principal_version · principal.disabled_at, which follows from it
 * Refuses  NotFound             no such principal
 *          IdempotencyConflict  the key changed something else, or another administrator used it
 *          IllegalTransition    it is the last administrator
 * Replay   it is suspended already: nothing is written, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function suspendPrincipal(
  tx: PartyTx<'suspendPrincipal'>,
  input: SuspendPrincipalInput,
): Promise<PartyDone<PrincipalAnswer>> {
  const at = await lockParties(tx);
  const look = await lookAtParties(tx, tx.ids.version);
  const principal = principalIn(look, input.principalId, tx.caller.mode);
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by ?? tx.caller.principalId);
    refuseConflict('suspended another principal', [
      ['principalId', look.first.principalId, input.principalId],
      ['reason', look.first.reason, input.reason],
    ]);
    return { value: principalAnswer(principal), writes: null, parties: [] };
  }
  // Another key did it: its record is not this key's.
  if (principal.disabled)
    return { value: principalAnswer(principal), writes: null, parties: [], recordId: null };
  refuseLastAdministrator(look, principal);

  const { name, scopes } = principal;
  return await changePrincipal(tx, at, principal, { name, scopes, suspended: true, reason: input.reason });
}
