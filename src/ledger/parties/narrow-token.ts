import { sql } from 'slonik';
import { InvalidInput, type Problem, problemAt } from '../../law/refusals.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites } from '../envelope/writes.ts';
import { orderedOrNull } from './issue-token.ts';
import { lockParties } from './party-look.ts';
import {
  type KnownToken,
  lookAtToken,
  refuseEndedToken,
  type StandingToken,
  shownToken,
  type TokenReach,
  tokenIn,
  widerProblem,
} from './token-look.ts';
import { changedOne, deriveToken, newVersionRow, type TokenState } from './token-rows.ts';

export interface NarrowTokenInput extends TokenReach {
  readonly idempotencyKey: string;
  readonly tokenId: string;
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

/**
 * NARROW TOKEN — let a token do less from now on. What is left out stays; nothing gets wider.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all changes of parties
 * Reads    the token · the version of this key
 * Writes   1 token_version · the token, which follows from it
 * Refuses  NotFound             no such token
 *          IdempotencyConflict  the key changed another token, or otherwise, or another administrator used it
 *          IllegalTransition    the token has ended
 *          InvalidInput         it would reach more than before, or not less
 * Replay   same key, content and administrator: the token as it is now, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/people.md
 */
export async function narrowToken(
  tx: PartyTx<'narrowToken'>,
  input: NarrowTokenInput,
): Promise<PartyDone<{ readonly token: KnownToken }>> {
  const at = await lockParties(tx);
  const look = await lookAtToken(tx, input.tokenId, tx.ids.version);
  if (look.first !== null) refuseOther(tx.caller, look.first.by ?? tx.caller.principalId);
  const token = tokenIn(look, input.tokenId, tx.caller.mode);
  const { first } = look;
  if (first !== null) {
    refuseConflict('narrowed a token otherwise', [
      ['tokenId', first.tokenId, input.tokenId],
      ['scopes', orderedOrNull(first.scopes), orderedOrNull(input.scopes ?? first.scopes)],
      ['entryIds', first.entryIds, input.entryIds ?? first.entryIds],
      ['docCodes', first.docCodes, input.docCodes ?? first.docCodes],
      ['manifestDigest', first.manifestDigest, input.manifestDigest ?? first.manifestDigest],
      ['expiresAt', first.expiresAt, input.expiresAt ?? first.expiresAt],
      ['reason', first.reason, input.reason],
    ]);
    return { value: { token: shownToken(token) }, writes: null, parties: [] };
  }
  refuseEndedToken(token);
  const state: TokenState = {
    scopes: orderedOrNull(input.scopes ?? token.scopes),
    entryIds: input.entryIds ?? token.entryIds,
    docCodes: input.docCodes ?? token.docCodes,
    manifestDigest: input.manifestDigest ?? token.manifestDigest,
    expiresAt: input.expiresAt ?? token.expiresAt,
    revoked: false,
  };
  refuseWider(input, token, at);
  refuseUnchanged(state, token);

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
  await tx.connection.one(sql.prepared('narrowToken.write', changedOne)`
    /* narrowToken.write */ with version as (${sent.version}), now as (${sent.now})
    select count(*)::int as changed from now`);
  const { revoked: _revoked, ...reach } = state;
  return { value: { token: { ...shownToken(token), ...reach } }, writes, parties: [] };
}

function refuseWider(input: NarrowTokenInput, token: StandingToken, at: string): void {
  const problems: Problem[] = [
    ...widerProblem('scopes', input.scopes, token.scopes),
    ...widerProblem('entryIds', input.entryIds, token.entryIds),
    ...widerProblem('docCodes', input.docCodes, token.docCodes),
  ];
  if (
    input.manifestDigest !== null &&
    token.manifestDigest !== null &&
    input.manifestDigest !== token.manifestDigest
  ) {
    const message =
      `The token is for the manifest ${token.manifestDigest} alone. ` +
      'Issue another one for another manifest.';
    problems.push(problemAt(['input', 'manifestDigest'], 'wider', message));
  }
  if (input.expiresAt !== null && (input.expiresAt > token.expiresAt || input.expiresAt <= at)) {
    const message =
      `The token ends at ${token.expiresAt}. Choose a time to come before that, ` +
      'or leave "expiresAt" out.';
    problems.push(problemAt(['input', 'expiresAt'], 'wider', message));
  }
  const [first] = problems;
  if (first !== undefined) throw new InvalidInput(first.message, problems);
}

const FIELDS = ['scopes', 'entryIds', 'docCodes', 'manifestDigest', 'expiresAt'] as const;

function refuseUnchanged(state: TokenState, token: StandingToken): void {
  if (FIELDS.some((field) => JSON.stringify(state[field]) !== JSON.stringify(token[field]))) return;
  const message =
    'The token would be as it is. Name scopes, entries, documents, a manifest or an earlier end to narrow it to.';
  throw new InvalidInput(message, [problemAt(['input'], 'nothing-to-change', message)]);
}
