import { sql } from 'slonik';
import { z } from 'zod';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites } from '../envelope/writes.ts';
import { expiryOf, type TokenAnswer } from './issue-token.ts';
import { lockParties } from './party-look.ts';
import {
  type KnownToken,
  lookAtToken,
  refuseEndedToken,
  type StandingToken,
  shownToken,
  tokenIn,
} from './token-look.ts';
import { changedOne, deriveToken, makeToken, newTokenRow, newVersionRow } from './token-rows.ts';

export interface RotateTokenInput {
  readonly idempotencyKey: string;
  readonly tokenId: string;
  /** How long the old token goes on. */
  readonly overlapSeconds: number;
  /** When the new one ends; null: 30 days from now. */
  readonly expiresAt: string | null;
}

/**
 * ROTATE TOKEN — replace a token by another one that may the same. The old one ends after an overlap.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    the token · the token of this key
 * Writes   1 token · 2 token_version · the old token, which follows from the second
 * Refuses  NotFound             no such token
 *          IdempotencyConflict  the key rotated another token, or another administrator used it
 *          IllegalTransition    the token has ended
 *          InvalidInput         an end that has passed or is too far away
 * Replay   same key, content and administrator: the new token without its secret, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function rotateToken(
  tx: PartyTx<'rotateToken'>,
  input: RotateTokenInput,
): Promise<PartyDone<TokenAnswer>> {
  const at = await lockParties(tx);
  const mine = await lookAtToken(tx, tx.ids.token, tx.ids.version);
  if (mine.first !== null) return await replayOf(tx, input, mine.first.by, mine.token);
  const look = await lookAtToken(tx, input.tokenId, tx.ids.end);
  const old = tokenIn(look, input.tokenId, tx.caller.mode);
  refuseEndedToken(old);
  const { scopes, entryIds, docCodes, manifestDigest, principalId } = old;
  const reach = { scopes, entryIds, docCodes, manifestDigest };
  const state = { ...reach, expiresAt: expiryOf(input.expiresAt, at), revoked: false };
  const ended = { ...reach, ...endAfter(old, at, input.overlapSeconds) };

  const secret = makeToken();
  const by = tx.caller.principalId;
  const made = { tokenId: tx.ids.token, principalId, replaces: old.tokenId };
  const first = { versionId: tx.ids.version, tokenId: tx.ids.token, seq: 1, state, reason: null, by };
  const last = { versionId: tx.ids.end, tokenId: old.tokenId, seq: old.versions + 1, state: ended, by };
  const { writes, sent } = composeWrites(at, {
    token: newTokenRow(made, secret, state),
    version: newVersionRow(first),
    end: newVersionRow({ ...last, reason: `rotated: ${tx.ids.token} follows` }),
    now: deriveToken(old.tokenId, ended),
  });
  for (const statement of [sent.token, sent.version])
    await tx.connection.query(sql.type(z.object({}))`/* rotateToken.write */ ${statement}`);
  await tx.connection.one(sql.prepared('rotateToken.end', changedOne)`
    /* rotateToken.end */ with version as (${sent.end}), now as (${sent.now})
    select count(*)::int as changed from now`);
  const token: KnownToken = {
    ...shownToken(old),
    tokenId: tx.ids.token,
    createdAt: at,
    expiresAt: state.expiresAt,
    replacesTokenId: old.tokenId,
  };
  return { value: { token, secret: tx.dryRun ? null : secret }, writes, parties: [] };
}

/** An old token without an overlap is revoked; else it expires, and never later than it would have. */
function endAfter(old: KnownToken, at: string, overlapSeconds: number) {
  if (overlapSeconds === 0) return { expiresAt: old.expiresAt, revoked: true };
  const end = new Date(Date.parse(at) + overlapSeconds * 1000).toISOString();
  const expiresAt = `${end.slice(0, -1)}000Z`;
  return { expiresAt: expiresAt < old.expiresAt ? expiresAt : old.expiresAt, revoked: false };
}

const endRow = z.object({ token_id: z.string(), seconds: z.number(), revoked: z.boolean() });

async function replayOf(
  tx: PartyTx<'rotateToken'>,
  input: RotateTokenInput,
  by: string | null,
  token: StandingToken | null,
): Promise<PartyDone<TokenAnswer>> {
  if (token === null) throw new Error('The database lost a token of this key.');
  refuseOther(tx.caller, by ?? tx.caller.principalId);
  const end = await tx.connection.one(sql.prepared('rotateToken.first', endRow)`
    /* rotateToken.first */ select token_id::text, revoked,
      extract(epoch from expires_at - changed_at)::float8 as seconds
    from cutter_auth.token_version where version_id = ${tx.ids.end}::uuid`);
  const overlap = end.revoked ? 0 : Math.round(end.seconds);
  // A token that would have ended sooner ended when it would have.
  const isSame = overlap === input.overlapSeconds || (overlap > 0 && overlap < input.overlapSeconds);
  refuseConflict('rotated another token', [
    ['tokenId', end.token_id, input.tokenId],
    ['overlapSeconds', isSame ? input.overlapSeconds : overlap, input.overlapSeconds],
    ['expiresAt', token.expiresAt, input.expiresAt ?? token.expiresAt],
  ]);
  return { value: { token: shownToken(token), secret: null }, writes: null, parties: [] };
}
