import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { Entry } from './entry.ts';
import { Manifest } from './manifest.ts';
import {
  columnFields,
  connectionTypes,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
} from './node.ts';
import { UnitBlock } from './unit-block.ts';
import { VerifyResultConnection } from './verify-result.ts';

export const ReviewDecision = nounType('ReviewDecision');

export const ReviewDecisionConnection = connectionTypes('ReviewDecision', ReviewDecision, {
  equal: {
    reviewDecisionId: 'UUID',
    manifestId: 'UUID',
    manifestVersion: 'Digest',
    verdict: 'String',
    status: 'String',
    reviewScope: 'String',
    riskClassAssessment: 'String',
    decidedBy: 'String',
    supersededByReviewDecisionId: 'UUID',
  },
  nullable: ['supersededByReviewDecisionId', 'expiresAt'],
  time: 'decisionAt',
});

ReviewDecision.implement({
  description:
    'What a reviewer decided about a plan. It is live until another decision supersedes it or it expires.',
  fields: (t) => ({
    ...columnFields(t, {
      reviewDecisionId: ['UUID', 'Derived from the idempotency key of the review.'],
      governanceEventKind: ['String', 'What was governed: `manifest_review`.'],
      manifestId: ['UUID', 'The manifest envelope it judges.'],
      manifestVersion: ['Digest', 'The manifest digest it judges: an approval holds for exactly this.'],
      manifestUnitLocalId: ['String?', 'The block it is about; null for the whole manifest.'],
      reviewScope: ['String', '`whole_manifest`. Nothing writes `unit_block` yet.'],
      status: ['String', '`recorded`.'],
      verdict: ['String', '`approve`, `reject` or `defer`. Nothing writes `revert` yet.'],
      reviewerClass: ['String', 'What kind of principal reviewed.'],
      riskClassAssessment: ['String', '`standard` or `high`.'],
      decisionAt: ['DateTime', 'The time of the transaction.'],
      decidedBy: ['String', 'The principal that decided.'],
      crossSignedByDotVerifier: ['Boolean', 'Whether lane DOT-992 signed the decision too.'],
      toolRevision: ['String?', 'The revision of the tool that recorded it.'],
      version: ['String', 'The version of the form of this row.'],
      priorReviewDecisionId: ['UUID?', 'The decision that this one supersedes.'],
      supersededByReviewDecisionId: ['UUID?', 'The decision that superseded this one; written once.'],
      escalationRef: ['UUID?', 'The escalation entry it answers, if any.'],
      cutChangeSetRef: ['UUID?', 'A change set it refers to, if any.'],
      expiresAt: ['DateTime?', 'From when an approval no longer holds.'],
      createdAt: ['DateTime', 'When the row was written.'],
      updatedAt: ['DateTime', 'As `createdAt`.'],
    }),
    ...placeInLog(t),
    manifest: requiredNode(t, Manifest, 'The plan it judges.'),
    unitBlock: optionalNode(t, UnitBlock, 'The one block it is about.'),
    entry: requiredNode(t, Entry, 'The entry that the plan is for.'),
    prior: optionalNode(t, ReviewDecision, 'The decision that this one supersedes.'),
    supersededBy: optionalNode(t, ReviewDecision, 'The decision that superseded this one.'),
    changeSets: pagedNodes(t, ChangeSetConnection, 'The change sets that this decision allowed.'),
    verifyResults: pagedNodes(t, VerifyResultConnection, 'The verdicts on those change sets.'),
    escalation: optionalNode(t, Entry, 'The escalation entry it answers.'),
    cutChangeSet: optionalNode(t, ChangeSet, 'The change set it refers to.'),
  }),
});
