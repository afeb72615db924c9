import { AddressAliasEvidence } from './evidence.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
} from './node.ts';
import { Principal } from './principal.ts';

export const AddressAlias = nounType('AddressAlias');

export const AddressAliasConnection = connectionTypes('AddressAlias', AddressAlias, {
  equal: {
    aliasId: 'UUID',
    targetUnitId: 'UUID',
    aliasText: 'String',
    aliasKind: 'String',
    createdBy: 'String',
  },
  nullable: ['validUntil'],
  time: 'validFrom',
});

AddressAlias.implement({
  description: 'Another address of a unit. Nothing writes these yet.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      aliasId: ['UUID', 'Identifies the alias.'],
      targetUnitId: ['UUID', 'The unit it leads to.'],
      aliasText: ['String', 'The alias itself.'],
      aliasKind: ['String', 'What kind of alias it is.'],
      validFrom: ['DateTime', 'From when it leads there.'],
      validUntil: ['DateTime?', 'Until when it does; null for no end.'],
      createdBy: ['String', 'The principal that gave it.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(
      t,
      AddressAliasEvidence,
      'What observers do not see of it. Scope `ledger:evidence`.',
    ),
    createdByPrincipal: optionalNode(t, Principal, 'The principal that gave it.'),
  }),
});
