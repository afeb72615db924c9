import { hash, randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { deriveRow, insertRows, type Write } from '../envelope/writes.ts';
import { TOKEN, TOKEN_VERSION } from '../tables/party.ts';
import { boundList } from './party-look.ts';
import type { TokenReach } from './token-look.ts';

/** How a stranger to this repository, or a scanner of leaked secrets, recognises a token. */
const TOKEN_PREFIX = 'cutter_';

/** A fresh 256-bit token. It is shown once; the ledger keeps its hash. */
export function makeToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/** The hash under which a token is kept, and the hash of that, which readers of evidence may see. */
function hashesOf(token: string): { readonly token_sha256: Buffer; readonly token_print: Buffer } {
  const token_sha256 = hash('sha256', token, 'buffer');
  return { token_sha256, token_print: hash('sha256', token_sha256, 'buffer') };
}

/** What a token may from a version on. */
export interface TokenState extends TokenReach {
  readonly expiresAt: string;
  readonly revoked: boolean;
}

export interface NewVersion {
  readonly versionId: string;
  readonly tokenId: string;
  readonly seq: number;
  readonly state: TokenState;
  readonly reason: string | null;
  readonly by: string;
}

/** The row of a token that is made now. */
export function newTokenRow(
  ids: { readonly tokenId: string; readonly principalId: string; readonly replaces: string | null },
  secret: string,
  { scopes, entryIds, docCodes, manifestDigest, expiresAt }: TokenState,
): Write {
  return insertRows(TOKEN, [
    {
      token_id: ids.tokenId,
      ...hashesOf(secret),
      principal_id: ids.principalId,
      scopes,
      entry_ids: entryIds,
      doc_codes: docCodes,
      manifest_digest: manifestDigest,
      replaces_token_id: ids.replaces,
      expires_at: expiresAt,
    },
  ]);
}

export function newVersionRow({ versionId, tokenId, seq, state, reason, by }: NewVersion): Write {
  return insertRows(TOKEN_VERSION, [
    {
      version_id: versionId,
      token_id: tokenId,
      version_seq: seq,
      scopes: state.scopes === null ? null : [...state.scopes],
      entry_ids: state.entryIds === null ? null : [...state.entryIds],
      doc_codes: state.docCodes === null ? null : [...state.docCodes],
      manifest_digest: state.manifestDigest,
      expires_at: state.expiresAt,
      revoked: state.revoked,
      reason,
      changed_by: by,
    },
  ]);
}

/** What a token says of the present, as it follows from its newest version. */
export function deriveToken(tokenId: string, state: TokenState): Write {
  return deriveRow(
    TOKEN,
    sql.fragment`update cutter_auth.token set scopes = ${boundList(state.scopes, 'text')},
      entry_ids = ${boundList(state.entryIds, 'uuid')}, doc_codes = ${boundList(state.docCodes, 'text')},
      manifest_digest = ${state.manifestDigest}, expires_at = ${state.expiresAt}::timestamptz,
      revoked_at = case when ${state.revoked} then transaction_timestamp() end
      where token_id = ${tokenId}::uuid and revoked_at is null returning 1`,
  );
}

export const changedOne = z.object({ changed: z.literal(1) });
