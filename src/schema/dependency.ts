import { Entry } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
  requiredNode,
} from './node.ts';
import { Principal } from './principal.ts';

export const Dependency = nounType('Dependency');

export const DependencyConnection = connectionTypes('Dependency', Dependency, {
  equal: {
    dependencyId: 'UUID',
    fromEntryId: 'UUID',
    toEntryId: 'UUID',
    dependencyKind: 'String',
    createdBy: 'String',
  },
  time: 'createdAt',
});

Dependency.implement({
  description: 'An edge between two entries: *from* blocks, supersedes, refines or is related to *to*.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      dependencyId: ['UUID', 'Identifies the edge.'],
      fromEntryId: ['UUID', 'The entry that blocks, supersedes or refines.'],
      toEntryId: ['UUID', 'The entry that is blocked, superseded or refined.'],
      dependencyKind: ['String', '`blocks` (acyclic), `supersedes`, `refines` or `related_to`.'],
      createdBy: ['String', 'The principal that declared it.'],
      createdAt: ['DateTime', 'When it was declared.'],
    }),
    ...placeInLog(t),
    createdByPrincipal: optionalNode(t, Principal, 'The principal that declared it.'),
    fromEntry: requiredNode(t, Entry, 'Where the edge starts.'),
    toEntry: requiredNode(t, Entry, 'Where the edge ends.'),
  }),
});
