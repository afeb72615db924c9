import type { Scope } from '../../auth/authority.ts';
import { scopesInOrder } from '../../auth/sample-parties.ts';
import { partyProblems } from '../../auth/scope-rules.ts';
import { IllegalTransition, InvalidInput, problemAt } from '../../law/refusals.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { changePrincipal } from './change-principal.ts';
import { refuseTakenName } from './create-principal.ts';
import {
  lockParties,
  lookAtParties,
  principalIn,
  refuseBothSides,
  refuseLastAdministrator,
} from './party-look.ts';
import { type PrincipalAnswer, principalAnswer } from './principal-answer.ts';

export interface UpdatePrincipalInput {
  readonly idempotencyKey: string;
  readonly principalId: string;
  /** Null: as it is. */
  readonly name: string | null;
  readonly scopes: readonly Scope[] | null;
  readonly reason: string | null;
}

/**
 * UPDATE PRINCIPAL — give a principal another name or other scopes. Its kind, its lane and its person stay.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    every principal and person · the version of this key
 * Writes   1 principal_version · principal.name and scopes, which follow from it
 * Refuses  NotFound             no such principal
 *          IdempotencyConflict  the key changed something else, or another administrator used it
 *          InvalidInput         nothing to change; scopes that may not meet; a name that reads like another one
 *          IllegalTransition    it is suspended, or it is the last administrator and would lose principal:admin
 *          AlreadyRegistered    the name is taken
 *          SameParty            its person has the other side of a cut
 * Replay   same key, content and administrator: the principal as it is now, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function updatePrincipal(
  tx: PartyTx<'updatePrincipal'>,
  input: UpdatePrincipalInput,
): Promise<PartyDone<PrincipalAnswer>> {
  const at = await lockParties(tx);
  const look = await lookAtParties(tx, tx.ids.version);
  const principal = principalIn(look, input.principalId, tx.caller.mode);
  const wanted = input.scopes === null ? null : scopesInOrder(input.scopes);
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by ?? tx.caller.principalId);
    refuseConflict('changed something else', [
      ['principalId', look.first.principalId, input.principalId],
      ['name', look.first.name, input.name ?? look.first.name],
      ['scopes', scopesInOrder(look.first.scopes as readonly Scope[]), wanted ?? look.first.scopes],
      ['reason', look.first.reason, input.reason],
    ]);
    return { value: principalAnswer(principal), writes: null, parties: [] };
  }
  refuseSuspended(principal);
  const name = input.name ?? principal.name;
  const scopes = wanted ?? principal.scopes;
  if (name === principal.name && scopes.join() === principal.scopes.join()) {
    const message = `${principal.name} has this name and these scopes already. Give another name, or other scopes.`;
    throw new InvalidInput(message, [problemAt(['input'], 'nothing-to-change', message)]);
  }
  const problems = partyProblems({ kind: principal.kind, lane: principal.lane, scopes });
  const [first] = problems;
  if (first !== undefined) throw new InvalidInput(first.message, problems);
  refuseTakenName(look, name, ['input', 'name'], principal.principal_id);
  refuseBothSides(look, { principalId: principal.principal_id, personId: principal.person_id, scopes });
  if (!scopes.includes('principal:admin')) refuseLastAdministrator(look, principal);

  return await changePrincipal(tx, at, principal, { name, scopes, suspended: false, reason: input.reason });
}

function refuseSuspended({ name, disabled }: { readonly name: string; readonly disabled: boolean }): void {
  if (!disabled) return;
  const message = `${name} is suspended, and that is for good. Create another principal.`;
  throw new IllegalTransition(message, [problemAt(['input', 'principalId'], 'suspended', message)]);
}
