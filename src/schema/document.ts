import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { EntryConnection } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  listedNodes,
  nounType,
  optionalNode,
  pagedNodes,
} from './node.ts';
import { SourceConnection } from './source.ts';
import { Unit, UnitConnection } from './unit.ts';

export const Document = nounType('Document');

export const DocumentConnection = connectionTypes('Document', Document, { equal: { docCode: 'String' } });

Document.implement({
  description: 'What was registered under one document code, and what was cut of it.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      docCode: ['String', 'Short name of the document, first part of its addresses.'],
      title: ['String?', 'What people call it: the title of the source that was registered last with one.'],
      unitCount: ['Int', 'How many units its newest cut has that is not compensated; 0 before the first.'],
      lastVerifiedAt: ['DateTime?', 'When a cut of it last passed verification.'],
    }),
    sources: pagedNodes(t, SourceConnection, 'Its texts as received. Needs no further scope.'),
    entries: pagedNodes(t, EntryConnection, 'The work items about it. Scope `ledger:observe`.'),
    openEntries: pagedNodes(t, EntryConnection, 'Those that have not ended. Scope `ledger:observe`.'),
    changeSets: pagedNodes(
      t,
      ChangeSetConnection,
      'Its cuts and their compensations. Scope `ledger:observe`.',
    ),
    currentChangeSet: optionalNode(
      t,
      ChangeSet,
      'Its newest cut that is not compensated; null before the first. Scope `ledger:observe`.',
    ),
    units: pagedNodes(
      t,
      UnitConnection,
      'The units of its newest cut that is not compensated, in its order.',
    ),
    roots: listedNodes(t, Unit, 'Those of its units that no other unit holds, in its order.'),
  }),
});
