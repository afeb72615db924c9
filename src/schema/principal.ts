import type { Session as CallerSession } from '../auth/session.ts';
import { builder } from './builder.ts';
import { columnFields, connectionTypes, ENTITY, entityId, nounType, readField } from './node.ts';

const PrincipalKind = builder.enumType('PrincipalKind', {
  description: 'What kind of caller a principal is.',
  values: {
    PERSON: { value: 'person' as const, description: 'A person.' },
    SERVICE: { value: 'service' as const, description: 'A service, for which a person answers.' },
    AGENT: {
      value: 'agent' as const,
      description: 'An agent, for which a person answers; some verbs are closed to it.',
    },
  },
});

const Session = builder.objectRef<CallerSession>('Session').implement({
  description: 'What the token of a caller allows.',
  fields: (t) => ({
    tokenId: t.expose('tokenId', { type: 'UUID', description: 'Names the token without being it.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the token ends.' }),
    scopes: t.stringList({
      description: 'What it may do: the capability scopes of the principal, narrowed by the token.',
      resolve: ({ scopes }) => [...scopes].sort(),
    }),
    entryIds: t.field({
      type: ['UUID'],
      nullable: true,
      description: 'The entries that the token is narrowed to; null where it is not.',
      resolve: ({ entryIds }) => (entryIds === null ? null : [...entryIds].sort()),
    }),
  }),
});

export const Principal = nounType('Principal');

export const PrincipalConnection = connectionTypes('Principal', Principal, {
  equal: { principalId: 'UUID', personId: 'UUID' },
});

Principal.implement({
  description: 'Who acts: a person, or a service or an agent that a person answers for.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      principalId: ['UUID', 'Identifies the principal; every `…By` column holds it.'],
      name: ['String', 'Its name.'],
      personId: ['UUID', 'The person who answers for it.'],
      personName: ['String', 'The name of that person.'],
      lane: ['String?', 'The lane it signs for, `DOT-991` or `DOT-992`; null for all others.'],
      mode: [
        'String',
        '`rehearsal` for sample persons, `production` otherwise; written into every record it makes.',
      ],
      isDisabled: ['Boolean', 'Whether its calls are refused.'],
    }),
    kind: t.field({ type: PrincipalKind, description: 'Person, service or agent.', resolve: readField }),
    scopes: t.stringList({
      description: 'Its capability scopes. A token may narrow them: see `session`.',
      resolve: readField,
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
