/** `cutter token`: what lets a principal in, how far it reaches, and how it ends. */
import {
  IssueTokenDocument,
  ListTokensDocument,
  type ListTokensQuery,
  NarrowTokenDocument,
  RevokeTokenDocument,
  RotateTokenDocument,
  type TokenFieldsFragment,
} from '../../client/generated/graphql.ts';
import type { Client } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import { doneWords, freshKey, PAGE, type Shown, sentUntilAnswered } from './people-call.ts';
import { principalNamed } from './principals.ts';
import { apiScopes, typedWord } from './words.ts';

/** What a token is narrowed to; null: not narrowed, or as it is. */
export interface TypedReach {
  readonly scopes: readonly string[] | null;
  readonly entryIds: readonly string[] | null;
  readonly docCodes: readonly string[] | null;
  readonly manifestDigest: string | null;
  readonly expiresAt: string | null;
}
interface Change {
  readonly tokenId: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
}
export type TokenOrder =
  | { readonly order: 'list'; readonly principal: string | null; readonly isLive: boolean | null }
  | {
      readonly order: 'issue';
      readonly principal: string;
      readonly reach: TypedReach;
      readonly dryRun: boolean;
    }
  | (Change & { readonly order: 'narrow'; readonly reach: TypedReach })
  | {
      readonly order: 'rotate';
      readonly tokenId: string;
      readonly overlapSeconds: number;
      readonly expiresAt: string | null;
      readonly dryRun: boolean;
    }
  | (Change & { readonly order: 'revoke' });

export async function carryOutTokenOrder(order: TokenOrder, client: Client): Promise<Shown> {
  switch (order.order) {
    case 'list':
      return await listTokens(client, order);
    case 'issue':
      return await issueToken(client, order);
    case 'narrow':
      return await narrowToken(client, order);
    case 'rotate':
      return await rotateToken(client, order);
    case 'revoke':
      return await revokeToken(client, order);
  }
}

async function listTokens(
  client: Client,
  { principal, isLive }: Extract<TokenOrder, { order: 'list' }>,
): Promise<Shown> {
  const principalId = principal === null ? null : (await principalNamed(client, principal)).principalId;
  const all: TokenFieldsFragment[] = [];
  for (let after: string | null = null; ; ) {
    const variables = { first: PAGE, after, filter: { principalId, isLive } };
    const page: ListTokensQuery = await client.execute(ListTokensDocument, variables);
    all.push(...page.tokens.nodes);
    if (!page.tokens.pageInfo.hasNextPage) break;
    after = page.tokens.pageInfo.endCursor ?? null;
  }
  return { lines: all.flatMap(tokenLines), objects: all.map(tokenObject) };
}

async function issueToken(
  client: Client,
  { principal, reach, dryRun }: Extract<TokenOrder, { order: 'issue' }>,
): Promise<Shown> {
  const { principalId, name } = await principalNamed(client, principal);
  const input = { idempotencyKey: freshKey('issueToken'), principalId, ...apiReach(reach), dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(IssueTokenDocument, { input }));
  const done = acceptedOutcome('The token', outcome, 'IssueTokenSuccess');
  const said = `A token of ${name} ${doneWords(dryRun)} issued. It ends at ${done.token.expiresAt}.`;
  return { ...shownChange(done.token, said, done), secret: done.secret };
}

async function narrowToken(
  client: Client,
  { tokenId, reach, reason, dryRun }: Extract<TokenOrder, { order: 'narrow' }>,
): Promise<Shown> {
  const input = { idempotencyKey: freshKey('narrowToken'), tokenId, ...apiReach(reach), reason, dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(NarrowTokenDocument, { input }));
  const done = acceptedOutcome('The change', outcome, 'NarrowTokenSuccess');
  return shownChange(done.token, `The token ${doneWords(dryRun)} narrowed.`, done);
}

async function rotateToken(
  client: Client,
  { tokenId, overlapSeconds, expiresAt, dryRun }: Extract<TokenOrder, { order: 'rotate' }>,
): Promise<Shown> {
  const input = { idempotencyKey: freshKey('rotateToken'), tokenId, overlapSeconds, expiresAt, dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(RotateTokenDocument, { input }));
  const done = acceptedOutcome('The rotation', outcome, 'RotateTokenSuccess');
  const old = overlapSeconds === 0 ? 'ends now' : `ends in ${overlapSeconds} seconds at the latest`;
  const said = `The token ${tokenId} ${dryRun ? 'can be replaced' : `is replaced, and ${old}`}.`;
  return { ...shownChange(done.token, said, done), secret: done.secret };
}

async function revokeToken(
  client: Client,
  { tokenId, reason, dryRun }: Extract<TokenOrder, { order: 'revoke' }>,
): Promise<Shown> {
  const input = { idempotencyKey: freshKey('revokeToken'), tokenId, reason, dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(RevokeTokenDocument, { input }));
  const done = acceptedOutcome('The revocation', outcome, 'RevokeTokenSuccess');
  const said = done.replayed ? 'was revoked already' : `${doneWords(dryRun)} revoked`;
  return shownChange(done.token, `The token ${said}.`, done);
}

function apiReach({ scopes, entryIds, docCodes, ...rest }: TypedReach) {
  return {
    ...rest,
    scopes: scopes === null ? null : apiScopes(scopes),
    entryIds: entryIds === null ? null : [...entryIds],
    docCodes: docCodes === null ? null : [...docCodes],
  };
}

interface Done {
  readonly replayed: boolean;
  readonly position: string | null;
}

function shownChange(token: TokenFieldsFragment, said: string, { replayed, position }: Done): Shown {
  return {
    lines: [said, ...tokenLines(token)],
    objects: [{ ...tokenObject(token), replayed, position }],
  };
}

function tokenLines(token: TokenFieldsFragment): readonly string[] {
  const { tokenId, principalName, expiresAt, revokedAt, lastUsedAt } = token;
  const end = revokedAt === null ? `until ${expiresAt}` : `revoked ${revokedAt}`;
  const used = lastUsedAt === null ? 'no use noted' : `last used ${lastUsedAt}`;
  const reach = reachWords(token);
  return [`${tokenId} ${principalName}: ${end}, ${used}`, ...(reach === '' ? [] : [`Only ${reach}.`])];
}

function reachWords({ scopes, entryIds, docCodes, manifestDigest }: TokenFieldsFragment): string {
  const said = [
    scopes === null ? null : scopes.map(typedWord).join(' '),
    docCodes === null ? null : `documents ${docCodes.join(' ')}`,
    entryIds === null ? null : `entries ${entryIds.join(' ')}`,
    manifestDigest === null ? null : `manifest ${manifestDigest}`,
  ];
  return said.filter((one) => one !== null).join('; ');
}

function tokenObject({ scopes, ...rest }: TokenFieldsFragment): object {
  return { ...rest, scopes: scopes === null ? null : scopes.map(typedWord) };
}
