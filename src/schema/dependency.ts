import { Entry } from './entry.ts';
import { DependencyKindEnum } from './enums/entries.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
  requiredNode,
  wordFields,
} from './node.ts';
import { Principal } from './principal.ts';

export const Dependency = nounType('Dependency');

export const DependencyConnection = connectionTypes('Dependency', Dependency, {
  equal: {
    dependencyId: 'UUID',
    fromEntryId: 'UUID',
    toEntryId: 'UUID',
    dependencyKind: DependencyKindEnum,
    createdBy: 'String',
  },
  time: 'createdAt',
});

Dependency.implement({
  description: 'An edge between two entries: *from* blocks, supersedes, refines or is related to *to*.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      dependencyKind: [DependencyKindEnum, 'How the two are related.'],
    }),
    ...columnFields(t, {
      dependencyId: ['UUID', 'Identifies the edge.'],
      fromEntryId: ['UUID', 'The entry that blocks, supersedes or refines.'],
      toEntryId: ['UUID', 'The entry that is blocked, superseded or refined.'],
      createdBy: ['String', 'The principal that declared it.'],
      createdAt: ['DateTime', 'When it was declared.'],
    }),
    ...placeInLog(t),
    createdByPrincipal: optionalNode(t, Principal, 'The principal that declared it.'),
    fromEntry: requiredNode(t, Entry, 'Where the edge starts.'),
    toEntry: requiredNode(t, Entry, 'Where the edge ends.'),
  }),
});
