import { Entry } from './entry.ts';
import { columnFields, connectionTypes, nounType, placeInLog, requiredNode } from './node.ts';

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
});

History.implement({
  description: 'One move of one entry, written in the transaction that moved it.',
  fields: (t) => ({
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
    entry: requiredNode(t, Entry, 'The entry that moved, as it is now.'),
  }),
});
