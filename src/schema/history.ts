import { Entry } from './entry.ts';
import { HistoryEvidence } from './evidence.ts';
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

export const History = nounType('History');

export const HistoryConnection = connectionTypes('History', History, {
  equal: {
    historyId: 'UUID',
    entryId: 'UUID',
    changeKind: 'String',
    entryVersionAfter: 'String',
    changedBy: 'String',
  },
  time: 'changedAt',
  more: (t) => ({
    entryKind: t.string({ description: 'Only moves of entries of this kind.' }),
    docCode: t.string({
      description: 'Only moves of entries about this document. Scope `document:read`.',
    }),
    scenarioRef: t.string({
      description: 'Only moves of entries of this scenario. Scope `document:read`.',
    }),
  }),
});

History.implement({
  description: 'One move of one entry, written in the transaction that moved it.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      historyId: ['UUID', 'Identifies the row.'],
      entryId: ['UUID', 'The entry that moved.'],
      entryVersionBefore: ['String?', 'The status before; null for the birth of the entry.'],
      entryVersionAfter: ['String', 'The status after.'],
      changeKind: [
        'String',
        '`mark`, `sweep_promote`, `review:approve`, `review:reject`, `review:defer`, `cut`, ' +
          '`verify:pass`, `verify:fail` or `abandon`.',
      ],
      changedBy: ['String', 'The principal that moved it.'],
      changedAt: ['DateTime', 'The time of the transaction.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, HistoryEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    changedByPrincipal: optionalNode(t, Principal, 'The principal that moved it.'),
    entry: requiredNode(t, Entry, 'The entry that moved, as it is now.'),
  }),
});
