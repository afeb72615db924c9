import { ChangeSet, ChangeSetConnection } from './change-set.ts';
import { Entry } from './entry.ts';
import {
  GovernanceEventKindEnum,
  ReviewScopeEnum,
  ReviewStatusEnum,
  ReviewVerdictEnum,
  RiskClassEnum,
} from './enums/plans.ts';
import { ReviewDecisionEvidence } from './evidence.ts';
import { Manifest } from './manifest.ts';
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
import { UnitBlock } from './unit-block.ts';
import { VerifyResultConnection } from './verify-result.ts';

export const ReviewDecision = nounType('ReviewDecision');

export const ReviewDecisionConnection = connectionTypes('ReviewDecision', ReviewDecision, {
  equal: {
    reviewDecisionId: 'UUID',
    manifestId: 'UUID',
    manifestVersion: 'Digest',
    verdict: ReviewVerdictEnum,
    riskClassAssessment: RiskClassEnum,
    decidedBy: 'String',
    supersededByReviewDecisionId: 'UUID',
  },
  nullable: ['supersededByReviewDecisionId', 'expiresAt'],
  time: 'decisionAt',
});

ReviewDecision.implement({
  description:
    'What a reviewer decided about a plan. It is live until another decision supersedes it or it expires.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      governanceEventKind: [GovernanceEventKindEnum, 'What was governed.'],
      reviewScope: [ReviewScopeEnum, 'How much of the plan it is about.'],
      status: [ReviewStatusEnum, 'What became of it when it was given.'],
      verdict: [ReviewVerdictEnum, 'What the reviewer says.'],
      riskClassAssessment: [RiskClassEnum, "The reviewer's assessment of the risk."],
    }),
    ...columnFields(t, {
      reviewDecisionId: ['UUID', 'Derived from the idempotency key of the review.'],
      manifestId: ['UUID', 'The manifest envelope it judges.'],
      manifestVersion: ['Digest', 'The manifest digest it judges: an approval holds for exactly this.'],
      manifestUnitLocalId: ['String?', 'The block it is about; null for the whole manifest.'],
      reviewerClass: ['String', 'What kind of principal reviewed.'],
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
    evidence: optionalNode(
      t,
      ReviewDecisionEvidence,
      'What observers do not see of it. Scope `ledger:evidence`.',
    ),
    decidedByPrincipal: optionalNode(t, Principal, 'The principal that decided.'),
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
