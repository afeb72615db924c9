import { columnFields, ENTITY, entityId, nounType, pagedNodes } from './node.ts';
import { PrincipalConnection } from './principal.ts';

export const Person = nounType('Person');

Person.implement({
  description:
    'Who answers for what principals do. Two principals of one person count as one in every separation.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      personId: ['UUID', 'Identifies the person; `Principal.personId` holds it.'],
      name: ['String', 'What people call the person.'],
    }),
    principals: pagedNodes(
      t,
      PrincipalConnection,
      'Those that the person answers for. Scope `ledger:observe`.',
    ),
  }),
});
