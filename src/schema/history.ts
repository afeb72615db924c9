import { Entry } from './entry.ts';
import { EntryKindEnum, EntryStatusEnum, HistoryChangeKindEnum } from './enums/entries.ts';
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
  wordFields,
} from './node.ts';
import { Principal } from './principal.ts';

export const History = nounType('History');

export const HistoryConnection = connectionTypes('History', History, {
  equal: {
    historyId: 'UUID',
    entryId: 'UUID',
    changeKind: HistoryChangeKindEnum,
    entryVersionAfter: EntryStatusEnum,
    changedBy: 'String',
  },
  time: 'changedAt',
  more: (t) => ({
    entryKind: t.field({ type: EntryKindEnum, description: 'Only moves of entries of this kind.' }),
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
    ...wordFields(t, {
      entryVersionBefore: [
        EntryStatusEnum,
        'The status before; null for the birth of the entry.',
        'nullable',
      ],
      entryVersionAfter: [EntryStatusEnum, 'The status after.'],
      changeKind: [HistoryChangeKindEnum, 'What moved it.'],
    }),
    ...columnFields(t, {
      historyId: ['UUID', 'Identifies the row.'],
      entryId: ['UUID', 'The entry that moved.'],
      changedBy: ['String', 'The principal that moved it.'],
      changedAt: ['DateTime', 'The time of the transaction.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, HistoryEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    changedByPrincipal: optionalNode(t, Principal, 'The principal that moved it.'),
    entry: requiredNode(t, Entry, 'The entry that moved, as it is now.'),
  }),
});
