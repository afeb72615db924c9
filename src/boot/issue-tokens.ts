import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { tokenHash } from '../auth/authenticate.ts';
import { principalIdOf } from '../auth/sample-parties.ts';
import { makeToken } from '../ledger/parties/token-rows.ts';

const TOKEN_LIFE = '30 days';

export interface IssuedTokens {
  /** By the name of the principal. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Names of those whose token is new. */
  readonly issued: readonly string[];
}

/**
 * Keeps each token that the ledger still knows and that hasn't expired, and issues one for every name without. A
 * token that was revoked is kept too, useless as it is: to get another, a person deletes it from tokens.json.
 */
export async function issueTokens(
  owner: ClientBase,
  known: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<IssuedTokens & { readonly tokenIds: readonly string[] }> {
  const kept = (await keepTokens(owner, known, names)).tokens;
  const tokens: Record<string, string> = {};
  const [issued, tokenIds]: [string[], string[]] = [[], []];
  for (const name of names) {
    if (kept[name] !== undefined) tokens[name] = kept[name];
    else {
      const { token, tokenId } = await insertToken(owner, principalIdOf(name));
      tokens[name] = token;
      issued.push(name);
      tokenIds.push(tokenId);
    }
  }
  return { tokens, issued, tokenIds };
}

/** Those of the tokens that the ledger still knows. */
export async function keepTokens(
  owner: ClientBase,
  known: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<{ readonly tokens: Readonly<Record<string, string>> }> {
  const tokens: Record<string, string> = {};
  for (const name of names) {
    const old = known[name];
    if (old !== undefined && (await isIssued(owner, name, old))) tokens[name] = old;
  }
  return { tokens };
}

async function isIssued(owner: ClientBase, name: string, token: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    `/* bootstrap.token_known */
    select from cutter_auth.token
    where token_sha256 = $1 and principal_id = $2 and expires_at > transaction_timestamp()`,
    [tokenHash(token), principalIdOf(name)],
  );
  return rowCount === 1;
}

/** As the owner, who leaves a record of it. */
export async function insertToken(
  owner: ClientBase,
  principalId: string,
): Promise<{ readonly token: string; readonly tokenId: string }> {
  const token = makeToken();
  const tokenId = randomUUID();
  await owner.query(
    `/* bootstrap.token */
    insert into cutter_auth.token (token_sha256, token_id, principal_id, expires_at)
    values ($1, $2, $3, transaction_timestamp() + $4::interval)`,
    [tokenHash(token), tokenId, principalId, TOKEN_LIFE],
  );
  return { token, tokenId };
}
