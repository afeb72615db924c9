import { Entry } from './entry.ts';
import { TriggerKindEnum } from './enums/entries.ts';
import { SweepEvidence } from './evidence.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
  wordFields,
} from './node.ts';
import { Principal } from './principal.ts';

export const Sweep = nounType('Sweep');

export const SweepConnection = connectionTypes('Sweep', Sweep, {
  equal: { sweepId: 'UUID', triggerKind: TriggerKindEnum, sweptBy: 'String', lastEntryId: 'UUID' },
  nullable: ['lastEntryId'],
  time: 'sweptAt',
});

Sweep.implement({
  description: 'One pass over the backlog that put marked and deferred entries before the reviewers.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      triggerKind: [TriggerKindEnum, 'What started the pass.'],
    }),
    ...columnFields(t, {
      sweepId: ['UUID', 'Derived from the idempotency key of the sweep.'],
      sweptBy: ['String', 'The principal that swept.'],
      sweptAt: ['DateTime', 'The time of the transaction.'],
      batchLimit: ['Int', 'How many entries the pass might look at.'],
      cursorAfter: ['String?', 'Where in the backlog the pass ended; null if it looked at nothing.'],
      examinedCount: ['Int', 'Entries looked at.'],
      promotedCount: ['Int', 'Entries promoted to `review_pending`.'],
      lastEntryId: ['UUID?', 'The last entry looked at.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, SweepEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    sweptByPrincipal: optionalNode(t, Principal, 'The principal that swept.'),
    lastEntry: optionalNode(t, Entry, 'The last entry looked at.'),
  }),
});
