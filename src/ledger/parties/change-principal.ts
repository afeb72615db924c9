import { sql } from 'slonik';
import { z } from 'zod';
import type { PartyVerb, Scope } from '../../auth/authority.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites, deriveRow, insertRows } from '../envelope/writes.ts';
import { PRINCIPAL, PRINCIPAL_VERSION } from '../tables/party.ts';
import { boundList, type KnownPrincipal, recordedParty } from './party-look.ts';
import { type PrincipalAnswer, principalAnswer } from './principal-answer.ts';

/** What a principal is from now on. */
export interface PrincipalChange {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly suspended: boolean;
  readonly reason: string | null;
}

/** Writes the next version of a principal, and what follows from it for the present. From here it must succeed. */
export async function changePrincipal(
  tx: PartyTx<PartyVerb & ('updatePrincipal' | 'suspendPrincipal')>,
  at: string,
  principal: KnownPrincipal,
  { name, scopes, suspended, reason }: PrincipalChange,
): Promise<PartyDone<PrincipalAnswer>> {
  const { principal_id } = principal;
  const { writes, sent } = composeWrites(at, {
    version: insertRows(PRINCIPAL_VERSION, [
      {
        version_id: tx.ids.version,
        principal_id,
        version_seq: principal.versions + 1,
        name,
        scopes: [...scopes],
        suspended,
        reason,
        changed_by: tx.caller.principalId,
      },
    ]),
    now: deriveRow(
      PRINCIPAL,
      sql.fragment`update cutter_auth.principal set name = ${name}, scopes = ${boundList(scopes, 'text')},
        disabled_at = case when ${suspended} then coalesce(disabled_at, transaction_timestamp()) end
        where principal_id = ${principal_id}::uuid returning 1`,
    ),
  });
  await tx.connection.one(sql.prepared('parties.change', z.object({ changed: z.literal(1) }))`
    /* parties.change */ with version as (${sent.version}), now as (${sent.now})
    select count(*)::int as changed from now`);
  const changed = { ...principal, name, scopes: [...scopes], disabled: suspended };
  return {
    value: principalAnswer(changed),
    writes,
    parties: [recordedParty(principal, scopes, suspended)],
  };
}
