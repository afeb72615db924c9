import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { Entry } from './entry.ts';
import { ManifestStatusEnum, OperationKindEnum } from './enums/plans.ts';
import { ManifestEvidence } from './evidence.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
  wordFields,
} from './node.ts';
import { Principal } from './principal.ts';
import { ReviewDecisionConnection } from './review-decision.ts';
import { UnitBlockConnection } from './unit-block.ts';
import { VerifyResultConnection } from './verify-result.ts';

export const Manifest = nounType('Manifest');

export const ManifestConnection = connectionTypes('Manifest', Manifest, {
  equal: {
    envelopeId: 'UUID',
    sourceDocRef: 'String',
    createdBy: 'String',
    reviewer: 'String',
  },
  time: 'createdAt',
});

Manifest.implement({
  description:
    'A manifest envelope: the plan of one cut as a reviewer judged it. Its unit blocks are the plan itself.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      operationKind: [OperationKindEnum, 'What the plan does to its document.'],
      status: [
        ManifestStatusEnum,
        'The status at insertion, `UNDER_REVIEW`; rows are never updated, so ask `effectiveStatus`.',
      ],
      effectiveStatus: [ManifestStatusEnum, 'What became of the plan, derived when it is read.'],
    }),
    ...columnFields(t, {
      envelopeId: ['UUID', 'Identifies the envelope.'],
      sourceDocRef: ['String', 'The id of the entry this plan is for.'],
      escalationRef: ['UUID?', 'The escalation entry this plan answers, if any.'],
      cutChangeSetRef: ['UUID?', 'A change set this plan refers to, if any.'],
      createdBy: ['String', 'The principal whose review wrote the plan.'],
      createdAt: ['DateTime', 'The time of the transaction.'],
      reviewer: ['String?', 'The principal that reviewed.'],
      reviewedAt: ['DateTime?', 'When it was reviewed.'],
      supersededByEnvelopeId: ['UUID?', 'The envelope that replaced this one, if it was named.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, ManifestEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    createdByPrincipal: optionalNode(t, Principal, 'The principal that made it.'),
    reviewerPrincipal: optionalNode(t, Principal, 'The principal that judged it.'),
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
