import { AUTHORITY, type Scope } from '../auth/authority.ts';
import type { Session as CallerSession } from '../auth/session.ts';
import { type Lane, VERIFIER_LANE } from '../law/values.ts';
import { builder } from './builder.ts';
import { LaneEnum, ModeEnum, PrincipalKindEnum, ScopeEnum } from './enums/callers.ts';
import { wordOfName } from './enums/word-enum.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  readField,
  requiredNode,
  wordFields,
} from './node.ts';
import { Person } from './person.ts';

const Session = builder.objectRef<CallerSession>('Session').implement({
  description: 'What the token of a caller allows.',
  fields: (t) => ({
    tokenId: t.expose('tokenId', { type: 'UUID', description: 'Names the token without being it.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the token ends.' }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What it may do: the capability scopes of the principal, narrowed by the token.',
      resolve: ({ scopes }) => [...scopes].sort(),
    }),
    entryIds: t.field({
      type: ['UUID'],
      nullable: true,
      description: 'The entries that the token is narrowed to; null where it is not.',
      resolve: ({ entryIds }) => (entryIds === null ? null : [...entryIds].sort()),
    }),
    lane: t.field({
      type: LaneEnum,
      nullable: true,
      description: 'The lane in which its verbs run; null where it has none.',
      resolve: ({ scopes }) => laneOf(scopes),
    }),
  }),
});

/** The verifier's lane where a token may verify: that verb runs in no other. */
function laneOf(scopes: ReadonlySet<Scope>): Lane | null {
  const lanes = Object.values(AUTHORITY).flatMap(({ scope, lane }) => (scopes.has(scope) ? [lane] : []));
  return lanes.find((lane) => lane === VERIFIER_LANE) ?? lanes[0] ?? null;
}

export const Principal = nounType('Principal');

export const PrincipalConnection = connectionTypes('Principal', Principal, {
  equal: { principalId: 'UUID', personId: 'UUID' },
  sorts: { NAME: 'By `name`, letter by letter.' },
});

Principal.implement({
  description: 'Who acts: a person, or a service or an agent that a person answers for.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      lane: [LaneEnum, 'The lane it signs for; null for all others.', 'nullable'],
      mode: [ModeEnum, 'Who stands behind it; written into every record that it makes.'],
      kind: [PrincipalKindEnum, 'Person, service or agent.'],
    }),
    ...columnFields(t, {
      principalId: ['UUID', 'Identifies the principal; every `…By` column holds it.'],
      name: ['String', 'What people call it.'],
      personId: ['UUID', 'Identifies the person who answers for it.'],
      personName: ['String', 'The name of that person.'],
      isDisabled: ['Boolean', 'Whether its calls are refused.'],
    }),
    person: requiredNode(t, Person, 'The person who answers for it.'),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'Its capability scopes. A token may narrow them: see `session`.',
      resolve: (...given) => wordOfName(readField(...given)) as never,
    }),
    session: t.field({
      type: Session,
      nullable: true,
      description: 'What the token of this call allows; of `whoAmI` alone, null elsewhere.',
      resolve: (principal, _, { session }) => (isCaller(principal) ? session : null),
    }),
  }),
});

const callers = new WeakSet<object>();

/** Marks the principal that calls. */
export function markCaller<Caller extends object>(principal: Caller): Caller {
  callers.add(principal);
  return principal;
}

function isCaller(principal: object): boolean {
  return callers.has(principal);
}
