import { sql } from 'slonik';
import { z } from 'zod';
import type { Scope } from '../../auth/authority.ts';
import { scopesInOrder } from '../../auth/sample-parties.ts';
import { IllegalTransition, InvalidInput, problemAt } from '../../law/refusals.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites } from '../envelope/writes.ts';
import { lockParties, lookAtParties, principalIn } from './party-look.ts';
import {
  type KnownToken,
  lookAtToken,
  refuseWiderScopes,
  shownToken,
  type TokenReach,
  tokenIn,
} from './token-look.ts';
import { makeToken, newTokenRow, newVersionRow } from './token-rows.ts';

export interface IssueTokenInput extends TokenReach {
  readonly idempotencyKey: string;
  readonly principalId: string;
  /** UTC with microseconds; null: 30 days from now. */
  readonly expiresAt: string | null;
}

/** What a verb that makes a token answers. The secret is nowhere else. */
export interface TokenAnswer {
  readonly token: KnownToken;
  /** Null for a replay and for a dry run. */
  readonly secret: string | null;
}

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 366;

/**
 * ISSUE TOKEN — give a principal a token, which may be narrower than the principal.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    every principal · the token of this key
 * Writes   1 token · 1 token_version
 * Refuses  NotFound             no such principal
 *          IdempotencyConflict  the key issued another token, or another administrator used it
 *          IllegalTransition    the principal is suspended
 *          InvalidInput         scopes that the principal lacks, or an end that has passed or is too far away
 * Replay   same key, content and administrator: the token without its secret, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function issueToken(
  tx: PartyTx<'issueToken'>,
  input: IssueTokenInput,
): Promise<PartyDone<TokenAnswer>> {
  const at = await lockParties(tx);
  const look = await lookAtParties(tx, tx.ids.version);
  const mine = await lookAtToken(tx, tx.ids.token, tx.ids.version);
  if (mine.first !== null) {
    const token = tokenIn(mine, tx.ids.token, tx.caller.mode);
    const { first } = mine;
    refuseOther(tx.caller, first.by ?? tx.caller.principalId);
    refuseConflict('issued another token', [
      ['principalId', token.principalId, input.principalId],
      ['scopes', orderedOrNull(first.scopes), orderedOrNull(input.scopes)],
      ['entryIds', first.entryIds, input.entryIds],
      ['docCodes', first.docCodes, input.docCodes],
      ['manifestDigest', first.manifestDigest, input.manifestDigest],
      ['expiresAt', first.expiresAt, input.expiresAt ?? first.expiresAt],
    ]);
    return { value: { token: shownToken(token), secret: null }, writes: null, parties: [] };
  }
  const principal = principalIn(look, input.principalId, tx.caller.mode);
  if (principal.disabled) {
    const message = `${principal.name} is suspended, and gets no token. Create another principal.`;
    throw new IllegalTransition(message, [problemAt(['input', 'principalId'], 'suspended', message)]);
  }
  refuseWiderScopes(input.scopes, principal.scopes, principal.name);
  const state = {
    scopes: orderedOrNull(input.scopes),
    entryIds: input.entryIds,
    docCodes: input.docCodes,
    manifestDigest: input.manifestDigest,
    expiresAt: expiryOf(input.expiresAt, at),
    revoked: false,
  };

  const secret = makeToken();
  const ids = { tokenId: tx.ids.token, principalId: principal.principal_id, replaces: null };
  const { writes, sent } = composeWrites(at, {
    token: newTokenRow(ids, secret, state),
    version: newVersionRow({
      versionId: tx.ids.version,
      tokenId: tx.ids.token,
      seq: 1,
      state,
      reason: null,
      by: tx.caller.principalId,
    }),
  });
  for (const statement of [sent.token, sent.version])
    await tx.connection.query(sql.type(z.object({}))`/* issueToken.write */ ${statement}`);
  const { revoked: _revoked, ...reach } = state;
  const token: KnownToken = {
    ...reach,
    tokenId: tx.ids.token,
    principalId: principal.principal_id,
    principalName: principal.name,
    createdAt: at,
    revokedAt: null,
    replacesTokenId: null,
  };
  return { value: { token, secret: tx.dryRun ? null : secret }, writes, parties: [] };
}

export function orderedOrNull(scopes: readonly Scope[] | null): readonly Scope[] | null {
  return scopes === null ? null : scopesInOrder(scopes);
}

/** When a token ends. `at`: the time of the transaction. */
export function expiryOf(wanted: string | null, at: string): string {
  const now = Date.parse(at);
  if (wanted === null) return `${new Date(now + DEFAULT_DAYS * DAY_MS).toISOString().slice(0, -1)}000Z`;
  const end = Date.parse(wanted);
  const latest = new Date(now + MOST_DAYS * DAY_MS).toISOString();
  if (end > now && end <= Date.parse(latest)) return wanted;
  const message =
    end <= now
      ? `The time ${wanted} has passed. Choose a time to come, or leave "expiresAt" out for ${DEFAULT_DAYS} days.`
      : `The time ${wanted} is too far away. A token lives for ${MOST_DAYS} days at most. Choose ${latest} or earlier.`;
  throw new InvalidInput(message, [problemAt(['input', 'expiresAt'], 'expiry', message)]);
}
