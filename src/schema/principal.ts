import type { Session } from '../auth/session.ts';
import { builder } from './builder.ts';

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

export const Principal = builder.objectRef<Session>('Principal').implement({
  description: 'Who is calling, and with what authority.',
  fields: (t) => ({
    principalId: t.expose('principalId', {
      type: 'UUID',
      description: 'Identifies the principal; every `…By` column holds it.',
    }),
    name: t.exposeString('name', { description: 'Its name.' }),
    kind: t.expose('kind', { type: PrincipalKind, description: 'Person, service or agent.' }),
    personId: t.expose('personId', { type: 'UUID', description: 'The person who answers for it.' }),
    scopes: t.stringList({
      description: 'What it may do: the capability scopes of the principal, narrowed by the token.',
      resolve: (session) => [...session.scopes].sort(),
    }),
    mode: t.exposeString('mode', {
      description:
        '`rehearsal` for sample persons, `production` otherwise; written into every record it makes.',
    }),
    tokenExpiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the token ends.' }),
  }),
});
