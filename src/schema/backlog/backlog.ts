import { Entry, EntryConnection } from '../entry.ts';
import { EntryKindEnum, EntryStatusEnum } from '../enums/entries.ts';
import { columnFields, listedNodes, nounType, pagedNodes, requiredNode, wordFields } from '../node.ts';

export const StatusCount = nounType('StatusCount');

StatusCount.implement({
  description: 'How many entries of one kind are in one status. What no entry is in is left out.',
  fields: (t) => ({
    ...wordFields(t, {
      status: [EntryStatusEnum, 'Where the counted entries stand.'],
      kind: [EntryKindEnum, 'What kind of entries are counted.'],
    }),
    ...columnFields(t, {
      count: ['Int', 'How many entries of this kind are in it.'],
      oldestSince: [
        'DateTime?',
        'Since when the first of them has been in it: of those that are there, the one that the log moved there first.',
      ],
    }),
  }),
});

const StatusAge = nounType('StatusAge');

StatusAge.implement({
  description: 'The entry that has been in a status for longest, of those of its kind.',
  fields: (t) => ({
    entry: requiredNode(t, Entry, 'The entry, as it is now.'),
    ...wordFields(t, { status: [EntryStatusEnum, 'The status that it is in.'] }),
    ...columnFields(t, {
      since: ['DateTime', 'The time of the move that brought it there.'],
    }),
  }),
});

export const Backlog = nounType('Backlog');

Backlog.implement({
  description:
    'What the ledger has to do, as far as the log has been counted: moves that have no position yet come later. ' +
    'A token narrowed to entries sees those alone, counted for it.',
  fields: (t) => ({
    ...columnFields(t, {
      position: ['Position?', 'The last position that is counted; null where the log is empty.'],
    }),
    counts: listedNodes(t, StatusCount, 'How many entries are in each status, by kind, ended ones too.'),
    oldest: listedNodes(
      t,
      StatusAge,
      'Of each status that entries can leave, and each kind, the entry that has been there for longest; ' +
        'the one that the log moved there first comes first.',
    ),
    waitingForMe: pagedNodes(
      t,
      EntryConnection,
      'The entries whose next verb the caller may call: to be swept, reviewed, cut or verified. One whose approval ' +
        'has expired waits for another review. One that is deferred, or whose approval is not in force yet, waits ' +
        'for nobody until then. What else hinders a verb is in `blockedBecause`.',
    ),
  }),
});
