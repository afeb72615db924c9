import { randomBytes, randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { tokenHash } from '../auth/authenticate.ts';
import { principalIdOf } from '../auth/sample-parties.ts';

/** How a stranger to this repository, or a scanner of leaked secrets, recognises a token. */
const TOKEN_PREFIX = 'cutter_';
const TOKEN_LIFE = '30 days';

/** A fresh 256-bit token. It is shown once; the ledger keeps its hash. */
export function makeToken(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/**
 * Keeps each token that the ledger still knows and that hasn't expired, and issues one for every name without. A
 * token that was revoked is kept too, useless as it is: to get another, a person deletes it from tokens.json.
 */
export async function issueTokens(
  owner: ClientBase,
  known: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<{ tokens: Record<string, string>; issued: string[] }> {
  const tokens: Record<string, string> = {};
  const issued: string[] = [];
  for (const name of names) {
    const old = known[name];
    const kept = old !== undefined && (await isIssued(owner, name, old));
    tokens[name] = kept ? old : await issueToken(owner, name);
    if (!kept) issued.push(name);
  }
  return { tokens, issued };
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

async function issueToken(owner: ClientBase, name: string): Promise<string> {
  const token = makeToken();
  await owner.query(
    `/* bootstrap.token */
    insert into cutter_auth.token (token_sha256, token_id, principal_id, expires_at)
    values ($1, $2, $3, transaction_timestamp() + $4::interval)`,
    [tokenHash(token), randomUUID(), principalIdOf(name), TOKEN_LIFE],
  );
  return token;
}
