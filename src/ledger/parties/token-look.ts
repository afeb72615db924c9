import { sql } from 'slonik';
import { z } from 'zod';
import type { Scope } from '../../auth/authority.ts';
import { IllegalTransition, InvalidInput, NotFound, type Problem, problemAt } from '../../law/refusals.ts';
import type { Mode } from '../../law/values.ts';
import { timeText } from '../../text/time-sql.ts';
import type { PartyTx } from '../envelope/transaction.ts';

/** What a token is narrowed to; null: not narrowed. */
export interface TokenReach {
  readonly scopes: readonly Scope[] | null;
  readonly entryIds: readonly string[] | null;
  readonly docCodes: readonly string[] | null;
  readonly manifestDigest: string | null;
}

/** A token without its secret, and without the hash of it. */
export interface KnownToken extends TokenReach {
  readonly tokenId: string;
  readonly principalId: string;
  readonly principalName: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  readonly replacesTokenId: string | null;
}

/** A change of a token, as it is stored. */
interface StoredTokenVersion extends TokenReach {
  readonly tokenId: string;
  readonly expiresAt: string;
  readonly revoked: boolean;
  readonly reason: string | null;
  readonly by: string | null;
}

const tokenRow = z.custom<
  KnownToken & {
    readonly mode: Mode;
    readonly isDisabled: boolean;
    readonly isExpired: boolean;
    readonly versions: number;
  }
>();
export type StandingToken = z.infer<typeof tokenRow>;

const lookRow = z.object({
  token: tokenRow.nullable(),
  first: z.custom<StoredTokenVersion>().nullable(),
});
export type TokenLook = z.infer<typeof lookRow>;

/** A token, and what this call's key changed before: its version has an id that derives from the key. */
export async function lookAtToken(
  { connection }: PartyTx,
  tokenId: string,
  versionId: string,
): Promise<TokenLook> {
  return await connection.one(sql.prepared('parties.token', lookRow)`
    /* parties.token */ select
      (select json_build_object('tokenId', t.token_id, 'principalId', t.principal_id, 'principalName', p.name,
          'scopes', t.scopes, 'entryIds', t.entry_ids, 'docCodes', t.doc_codes,
          'manifestDigest', t.manifest_digest, 'replacesTokenId', t.replaces_token_id,
          'createdAt', ${timeText(sql.fragment`t.created_at`)},
          'expiresAt', ${timeText(sql.fragment`t.expires_at`)},
          'revokedAt', ${timeText(sql.fragment`t.revoked_at`)},
          'mode', case when p.rehearsal then 'rehearsal' else 'production' end,
          'isDisabled', p.disabled_at is not null, 'isExpired', t.expires_at <= transaction_timestamp(),
          'versions', (select count(*) from cutter_auth.token_version v where v.token_id = t.token_id))
        from cutter_auth.token t join cutter_auth.principal p using (principal_id)
        where t.token_id = ${tokenId}::uuid) as token,
      (select json_build_object('tokenId', v.token_id, 'scopes', v.scopes, 'entryIds', v.entry_ids,
          'docCodes', v.doc_codes, 'manifestDigest', v.manifest_digest,
          'expiresAt', ${timeText(sql.fragment`v.expires_at`)}, 'revoked', v.revoked, 'reason', v.reason,
          'by', v.changed_by)
        from cutter_auth.token_version v where v.version_id = ${versionId}::uuid) as first`);
}

/** The token, of a principal of the caller's mode. */
export function tokenIn({ token }: TokenLook, tokenId: string, mode: Mode): StandingToken {
  if (token !== null && token.mode === mode) return token;
  const message = `There is no token ${tokenId} here. The query "tokens" lists them.`;
  throw new NotFound(message, [problemAt(['input', 'tokenId'], 'not-found', message)]);
}

/** Refuses to change a token that ended. */
export function refuseEndedToken(token: StandingToken): void {
  const how =
    token.revokedAt !== null
      ? 'was revoked'
      : token.isExpired
        ? 'has expired'
        : token.isDisabled
          ? 'is of a suspended principal'
          : null;
  if (how === null) return;
  const message = `The token ${token.tokenId} ${how}. Issue another one.`;
  throw new IllegalTransition(message, [problemAt(['input', 'tokenId'], 'ended', message)]);
}

/** A token as callers see it. */
export function shownToken({
  mode: _mode,
  isDisabled: _isDisabled,
  isExpired: _isExpired,
  versions: _versions,
  ...shown
}: StandingToken): KnownToken {
  return shown;
}

/** Refuses scopes that the principal, or the token before, doesn't have. */
export function refuseWiderScopes(
  wanted: readonly Scope[] | null,
  allowed: readonly string[],
  whose: string,
): void {
  const wider = (wanted ?? []).filter((scope) => !allowed.includes(scope));
  if (wider.length === 0) return;
  const message =
    `${whose} doesn't have ${wider.join(', ')}. It has ${allowed.length === 0 ? 'no scope' : allowed.join(', ')}: ` +
    'choose among these.';
  throw new InvalidInput(message, [problemAt(['input', 'scopes'], 'wider', message)]);
}

/** Where one list isn't within the other; null is everything. */
export function widerProblem(
  field: string,
  wanted: readonly string[] | null,
  now: readonly string[] | null,
): Problem[] {
  if (wanted === null || now === null) return [];
  const wider = wanted.filter((one) => !now.includes(one));
  if (wider.length === 0) return [];
  const message =
    `The token doesn't reach ${wider.join(', ')}. A token only ever gets narrower: leave it out, ` +
    'or issue another token.';
  return [problemAt(['input', field], 'wider', message)];
}
