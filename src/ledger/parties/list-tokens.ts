import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Mode } from '../../law/values.ts';
import { timeText } from '../../text/time-sql.ts';
import type { KnownToken } from './token-look.ts';

export interface TokenFilter {
  readonly principalId: string | null;
  /** Only those that still open something, or only those that don't; null: both. */
  readonly isLive: boolean | null;
}

/** A token in the list. */
export interface ListedToken extends KnownToken {
  readonly isLive: boolean;
  /** To the minute; null where it was never used, or only before this was noted. */
  readonly lastUsedAt: string | null;
}

const line = z.object({ token: z.custom<ListedToken>() });

/** The tokens of principals of one mode, oldest first, as cutter_evidence: that login reads everything but hashes. */
export async function listTokens(
  evidence: Pick<CommonQueryMethods, 'any'>,
  mode: Mode,
  { principalId, isLive }: TokenFilter,
): Promise<readonly ListedToken[]> {
  const rows = await evidence.any(sql.prepared('tokens.list', line)`
    /* tokens.list */ select json_build_object('tokenId', t.token_id, 'principalId', t.principal_id,
        'principalName', p.name, 'scopes', t.scopes, 'entryIds', t.entry_ids, 'docCodes', t.doc_codes,
        'manifestDigest', t.manifest_digest, 'replacesTokenId', t.replaces_token_id,
        'createdAt', ${timeText(sql.fragment`t.created_at`)},
        'expiresAt', ${timeText(sql.fragment`t.expires_at`)},
        'revokedAt', ${timeText(sql.fragment`t.revoked_at`)},
        'lastUsedAt', (select ${timeText(sql.fragment`u.last_used_at`)} from cutter_auth.token_use u
          where u.token_id = t.token_id), 'isLive', live.is) as token
    from cutter_auth.token t join cutter_auth.principal p using (principal_id)
    cross join lateral (
      select t.revoked_at is null and p.disabled_at is null and t.expires_at > now() as is) as live
    where p.rehearsal = ${mode === 'rehearsal'}
      and (${principalId}::uuid is null or t.principal_id = ${principalId}::uuid)
      and (${isLive}::boolean is null or live.is = ${isLive}::boolean)
    order by t.created_at, t.token_id`);
  return rows.map(({ token }) => token);
}
