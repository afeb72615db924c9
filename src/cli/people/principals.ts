/** `cutter principal`: who may act in a ledger, and what changes of it. */
import {
  CreatePrincipalDocument,
  ListPrincipalsDocument,
  type ListPrincipalsQuery,
  type PrincipalFieldsFragment,
  SuspendPrincipalDocument,
  UpdatePrincipalDocument,
} from '../../client/generated/graphql.ts';
import { canonicalJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import { type Client, ClientFault } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import { doneWords, freshKey, PAGE, type Shown, sentUntilAnswered } from './people-call.ts';
import { apiKind, apiLane, apiScopes, typedWord } from './words.ts';

interface Change {
  /** A name or an id. */
  readonly principal: string;
  readonly reason: string | null;
  readonly dryRun: boolean;
}
export type PrincipalOrder =
  | { readonly order: 'list' }
  | { readonly order: 'show'; readonly principal: string }
  | {
      readonly order: 'create';
      readonly name: string;
      readonly kind: string;
      /** The name of a person who is new, or the id of one who is there. */
      readonly person: string;
      readonly scopes: readonly string[];
      readonly lane: string | null;
      readonly dryRun: boolean;
    }
  | (Change & {
      readonly order: 'update';
      readonly name: string | null;
      readonly scopes: readonly string[] | null;
    })
  | (Change & { readonly order: 'suspend' });

export async function carryOutPrincipalOrder(order: PrincipalOrder, client: Client): Promise<Shown> {
  switch (order.order) {
    case 'list':
      return shownPrincipals(await allPrincipals(client));
    case 'show':
      return shownPrincipals([await principalNamed(client, order.principal)]);
    case 'create':
      return await createPrincipal(client, order);
    case 'update':
      return await updatePrincipal(client, order);
    case 'suspend':
      return await suspendPrincipal(client, order);
  }
}

/** The principal with this name or id. */
export async function principalNamed(client: Client, text: string): Promise<PrincipalFieldsFragment> {
  const id = normalizeUuid(text);
  const found = (await allPrincipals(client)).find(({ principalId, name }) =>
    id === null ? name === text : principalId === id,
  );
  if (found !== undefined) return found;
  throw new ClientFault(`There is no principal ${text}. "cutter principal list" names them.`);
}

async function allPrincipals(client: Client): Promise<readonly PrincipalFieldsFragment[]> {
  const all: PrincipalFieldsFragment[] = [];
  for (let after: string | null = null; ; ) {
    const page: ListPrincipalsQuery = await client.execute(ListPrincipalsDocument, { first: PAGE, after });
    all.push(...page.principals.nodes);
    if (!page.principals.pageInfo.hasNextPage) return all;
    after = page.principals.pageInfo.endCursor ?? null;
  }
}

async function createPrincipal(
  client: Client,
  { name, kind, person, scopes, lane, dryRun }: Extract<PrincipalOrder, { order: 'create' }>,
): Promise<Shown> {
  const personId = normalizeUuid(person);
  const content = {
    name,
    kind: apiKind(kind),
    person: personId === null ? { name: person } : { personId },
    scopes: apiScopes(scopes),
    lane: lane === null ? null : apiLane(lane),
  };
  // The same content has the same key: a command that is run again finds what the first one did.
  const idempotencyKey = `cutter createPrincipal ${digestOf(canonicalJson(content))}`;
  const input = { ...content, idempotencyKey, dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(CreatePrincipalDocument, { input }));
  const done = acceptedOutcome('The principal', outcome, 'CreatePrincipalSuccess');
  const said = done.replayed ? 'is there already' : `${doneWords(dryRun)} created`;
  return shownChange(done.principal, `${done.principal.name} ${said}`, done);
}

async function updatePrincipal(
  client: Client,
  { principal, name, scopes, reason, dryRun }: Extract<PrincipalOrder, { order: 'update' }>,
): Promise<Shown> {
  const { principalId } = await principalNamed(client, principal);
  const wanted = scopes === null ? null : apiScopes(scopes);
  const input = {
    idempotencyKey: freshKey('updatePrincipal'),
    principalId,
    name,
    scopes: wanted,
    reason,
    dryRun,
  };
  const { outcome } = await sentUntilAnswered(() => client.execute(UpdatePrincipalDocument, { input }));
  const done = acceptedOutcome('The change', outcome, 'UpdatePrincipalSuccess');
  return shownChange(done.principal, `${done.principal.name} ${doneWords(dryRun)} changed`, done);
}

async function suspendPrincipal(
  client: Client,
  { principal, reason, dryRun }: Extract<PrincipalOrder, { order: 'suspend' }>,
): Promise<Shown> {
  const { principalId } = await principalNamed(client, principal);
  const input = { idempotencyKey: freshKey('suspendPrincipal'), principalId, reason, dryRun };
  const { outcome } = await sentUntilAnswered(() => client.execute(SuspendPrincipalDocument, { input }));
  const done = acceptedOutcome('The suspension', outcome, 'SuspendPrincipalSuccess');
  const said = done.replayed ? 'is suspended already' : `${doneWords(dryRun)} suspended`;
  return shownChange(done.principal, `${done.principal.name} ${said}`, done);
}

interface Done {
  readonly replayed: boolean;
  readonly position: string | null;
}

function shownChange(principal: PrincipalFieldsFragment, said: string, { replayed, position }: Done): Shown {
  const at = position === null ? '' : ` (position ${position})`;
  return {
    lines: [`${said}${at}.`, ...shownPrincipals([principal]).lines],
    objects: [{ ...principalObject(principal), replayed, position }],
  };
}

function shownPrincipals(all: readonly PrincipalFieldsFragment[]): Shown {
  return { lines: all.flatMap(principalLines), objects: all.map(principalObject) };
}

function principalLines(principal: PrincipalFieldsFragment): readonly string[] {
  const { principalId, name, kind, personName, scopes, lane, isDisabled } = principal;
  const signs = lane === null ? '' : `, signs for ${typedWord(lane)}`;
  const state = isDisabled ? ', suspended' : '';
  return [
    `${name} ${principalId}: ${typedWord(kind)}, ${personName} answers${signs}${state}`,
    `Scopes of ${name}: ${scopes.map(typedWord).join(' ')}`,
  ];
}

function principalObject({ kind, scopes, lane, ...rest }: PrincipalFieldsFragment): object {
  return {
    ...rest,
    kind: typedWord(kind),
    scopes: scopes.map(typedWord),
    lane: lane === null ? null : typedWord(lane),
  };
}
