import { call, fresh, type Loose } from './cycle.ts';
import type { TestServer } from './server.ts';

/** A name of a principal that reads like no other. */
export const freshName = () =>
  fresh('p')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');

/** What `createPrincipal` takes, of a person who is new. */
export function newPrincipal(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: freshName(),
    kind: 'PERSON',
    person: { name: `Person ${fresh('of')}` },
    scopes: ['LEDGER_OBSERVE', 'DOCUMENT_READ', 'ENTRY_MARK'],
    ...more,
  };
}

export async function administer(
  server: TestServer,
  verb: string,
  input: Record<string, unknown>,
  success: string,
): Promise<Loose> {
  const given = { idempotencyKey: fresh(verb), ...input };
  return await call(server, server.tokens.administrator, verb, given, success);
}

/** Creates a principal; gives its id. */
export async function createdPrincipal(
  server: TestServer,
  more: Record<string, unknown> = {},
): Promise<string> {
  const answer = await administer(server, 'createPrincipal', newPrincipal(more), 'principal { principalId }');
  if (answer.__typename !== 'CreatePrincipalSuccess') throw new Error(JSON.stringify(answer));
  return answer.principal.principalId;
}

export interface IssuedToken {
  readonly principalId: string;
  readonly tokenId: string;
  readonly secret: string;
}

/** Creates a principal and issues a token for it. */
export async function issuedToken(
  server: TestServer,
  input: Record<string, unknown> = {},
  principal: Record<string, unknown> = {},
): Promise<IssuedToken> {
  const principalId = await createdPrincipal(server, principal);
  const answer = await administer(
    server,
    'issueToken',
    { principalId, ...input },
    'secret token { tokenId }',
  );
  if (answer.__typename !== 'IssueTokenSuccess') throw new Error(JSON.stringify(answer));
  return { principalId, tokenId: answer.token.tokenId, secret: answer.secret };
}
