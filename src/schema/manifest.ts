import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { Entry } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
} from './node.ts';
import { ReviewDecisionConnection } from './review-decision.ts';
import { UnitBlockConnection } from './unit-block.ts';
import { VerifyResultConnection } from './verify-result.ts';

export const Manifest = nounType('Manifest');

export const ManifestConnection = connectionTypes('Manifest', Manifest, {
  equal: {
    envelopeId: 'UUID',
    operationKind: 'String',
    status: 'String',
    sourceDocRef: 'String',
    escalationRef: 'UUID',
    cutChangeSetRef: 'UUID',
    supersededByEnvelopeId: 'UUID',
    createdBy: 'String',
    reviewer: 'String',
  },
  time: 'createdAt',
});

Manifest.implement({
  description:
    'A manifest envelope: the plan of one cut as a reviewer judged it. Its unit blocks are the plan itself.',
  fields: (t) => ({
    ...columnFields(t, {
      envelopeId: ['UUID', 'Identifies the envelope.'],
      operationKind: ['String', '`first_cut`. Nothing writes `split` or `merge` yet.'],
      status: ['String', 'The status at insertion; rows are never updated, so ask `effectiveStatus`.'],
      sourceDocRef: ['String', 'The id of the entry this plan is for.'],
      escalationRef: ['UUID?', 'The escalation entry this plan answers, if any.'],
      cutChangeSetRef: ['UUID?', 'A change set this plan refers to, if any.'],
      createdBy: ['String', 'The principal whose review wrote the plan.'],
      createdAt: ['DateTime', 'The time of the transaction.'],
      reviewer: ['String?', 'The principal that reviewed.'],
      reviewedAt: ['DateTime?', 'When it was reviewed.'],
      supersededByEnvelopeId: ['UUID?', 'The envelope that replaced this one, if it was named.'],
      effectiveStatus: [
        'String',
        'Derived when read: `enacted` (cut, and the cut is valid), `withdrawn` (its cut was compensated, ' +
          'or the entry abandoned), `superseded` (its decision was), `rejected`, `accepted` (a live ' +
          'approval), else `under_review`.',
      ],
    }),
    ...placeInLog(t),
    entry: requiredNode(t, Entry, 'The entry this plan is for.'),
    unitBlocks: pagedNodes(t, UnitBlockConnection, 'The records of the plan, in the order of the document.'),
    reviewDecisions: pagedNodes(t, ReviewDecisionConnection, 'The decisions on this plan.'),
    changeSets: pagedNodes(
      t,
      ChangeSetConnection,
      'The change sets that enacted this plan, or compensated that.',
    ),
    verifyResults: pagedNodes(t, VerifyResultConnection, 'The verdicts on cuts of this plan.'),
    escalation: optionalNode(t, Entry, 'The escalation entry this plan answers.'),
    cutChangeSet: optionalNode(t, ChangeSet, 'The change set this plan refers to.'),
    supersededBy: optionalNode(t, Manifest, 'The envelope that replaced this one.'),
  }),
});
