import { sql } from 'slonik';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites } from '../envelope/writes.ts';
import { lockParties } from './party-look.ts';
import { type KnownToken, lookAtToken, shownToken, tokenIn } from './token-look.ts';
import { changedOne, deriveToken, newVersionRow } from './token-rows.ts';

export interface RevokeTokenInput {
  readonly idempotencyKey: string;
  readonly tokenId: string;
  readonly reason: string | null;
}

/**
 * REVOKE TOKEN — end a token now, with the sockets and streams that it opened.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    the token · the version of this key
 * Writes   1 token_version · the token, which follows from it
 * Refuses  NotFound             no such token
 *          IdempotencyConflict  the key revoked another token, or another administrator used it
 * Replay   it is revoked already: nothing is written, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function revokeToken(
  tx: PartyTx<'revokeToken'>,
  input: RevokeTokenInput,
): Promise<PartyDone<{ readonly token: KnownToken }>> {
  const at = await lockParties(tx);
  const look = await lookAtToken(tx, input.tokenId, tx.ids.version);
  if (look.first !== null) refuseOther(tx.caller, look.first.by ?? tx.caller.principalId);
  const token = tokenIn(look, input.tokenId, tx.caller.mode);
  if (look.first !== null) {
    refuseConflict('revoked another token', [
      ['tokenId', look.first.tokenId, input.tokenId],
      ['reason', look.first.reason, input.reason],
    ]);
    return { value: { token: shownToken(token) }, writes: null, parties: [] };
  }
  // Another key did it: its record is not this key's.
  if (token.revokedAt !== null)
    return { value: { token: shownToken(token) }, writes: null, parties: [], recordId: null };

  const state = { ...shownToken(token), revoked: true };
  const { writes, sent } = composeWrites(at, {
    version: newVersionRow({
      versionId: tx.ids.version,
      tokenId: token.tokenId,
      seq: token.versions + 1,
      state,
      reason: input.reason,
      by: tx.caller.principalId,
    }),
    now: deriveToken(token.tokenId, state),
  });
  await tx.connection.one(sql.prepared('revokeToken.write', changedOne)`
    /* revokeToken.write */ with version as (${sent.version}), now as (${sent.now})
    select count(*)::int as changed from now`);
  return { value: { token: { ...shownToken(token), revokedAt: at } }, writes, parties: [] };
}
