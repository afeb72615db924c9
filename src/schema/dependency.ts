import { Entry } from './entry.ts';
import { columns, connection, node, one, placeInLog } from './node.ts';

export const Dependency = node('Dependency');

export const DependencyConnection = connection('Dependency', Dependency, {
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
  fields: (t) => ({
    ...columns(t, {
      dependencyId: ['UUID', 'Identifies the edge.'],
      fromEntryId: ['UUID', 'The entry that blocks, supersedes or refines.'],
      toEntryId: ['UUID', 'The entry that is blocked, superseded or refined.'],
      dependencyKind: ['String', '`blocks` (acyclic), `supersedes`, `refines` or `related_to`.'],
      createdBy: ['String', 'The principal that declared it.'],
      createdAt: ['DateTime', 'When it was declared.'],
    }),
    ...placeInLog(t),
    fromEntry: one(t, Entry, 'Where the edge starts.'),
    toEntry: one(t, Entry, 'Where the edge ends.'),
  }),
});
