import { AffectedRowConnection } from './affected-row.ts';
import { Entry } from './entry.ts';
import { ChangeSetKindEnum, ChangeSetStateEnum } from './enums/effects.ts';
import { RiskClassEnum } from './enums/plans.ts';
import { ChangeSetEvidence } from './evidence.ts';
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
import { ReviewDecision } from './review-decision.ts';
import { Signature, SignatureConnection } from './signature.ts';
import { VerifyResultConnection } from './verify-result.ts';

export const ChangeSet = nounType('ChangeSet');

export const ChangeSetConnection = connectionTypes('ChangeSet', ChangeSet, {
  equal: {
    changeSetId: 'UUID',
    manifestId: 'UUID',
    manifestVersion: 'Digest',
    reviewDecisionId: 'UUID',
    decisionBacklogEntryId: 'UUID',
    changeKind: ChangeSetKindEnum,
    riskClass: RiskClassEnum,
    emittedBy: 'String',
    compensatesChangeSetId: 'UUID',
    effectDigest: 'Digest',
  },
  nullable: ['compensatesChangeSetId'],
  time: 'emittedAt',
  sorts: { AFFECTED_ROW_COUNT: 'By `affectedRowCount`: the smallest comes first, or the largest.' },
});

ChangeSet.implement({
  description: 'One cut as applied to the units, or the compensation of one that failed verification.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      state: [ChangeSetStateEnum, 'What became of it when it was written; of a compensation, too.'],
      changeKind: [ChangeSetKindEnum, 'A cut, or what makes one void.'],
      riskClass: [RiskClassEnum, 'The risk class of the approval.'],
    }),
    ...columnFields(t, {
      changeSetId: ['UUID', 'Derived from the idempotency key of the cut.'],
      manifestId: ['UUID', 'The manifest envelope it enacts.'],
      manifestVersion: ['Digest', 'The manifest digest it enacts.'],
      reviewDecisionId: ['UUID', 'The approval that allowed it.'],
      decisionBacklogEntryId: ['UUID?', 'The entry it belongs to.'],
      executorSignatureId: ['UUID', 'The signature of lane DOT-991.'],
      verifierSignatureId: ['UUID?', 'Null: the signature of lane DOT-992 hangs on the verify result.'],
      executorToolRevision: ['String', 'The revision of the tool that cut.'],
      verifierToolRevision: ['String', '`pending` at the cut.'],
      toolRevisionMatch: ['Boolean?', 'Whether both lanes ran one revision, where known.'],
      emittedBy: ['String', 'The principal that cut.'],
      emittedAt: ['DateTime', 'The time of the transaction.'],
      rollbackInitiatedBy: [
        'String?',
        'For a compensation: the principal whose verification failed the cut.',
      ],
      compensatesChangeSetId: ['UUID?', 'For a compensation: the change set it makes void.'],
      affectedRowCount: ['Int', 'How many affected rows it has.'],
      effectDigest: [
        'Digest',
        'Digest of the effect: addresses, actions, versions, content hashes, parents, order.',
      ],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, ChangeSetEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    emittedByPrincipal: optionalNode(t, Principal, 'The principal that cut.'),
    rollbackInitiatedByPrincipal: optionalNode(
      t,
      Principal,
      'The principal whose verification failed the cut.',
    ),
    entry: optionalNode(t, Entry, 'The entry it belongs to.'),
    manifest: requiredNode(t, Manifest, 'The plan it enacts.'),
    reviewDecision: requiredNode(t, ReviewDecision, 'The approval that allowed it.'),
    executorSignature: requiredNode(t, Signature, 'The signature of lane DOT-991.'),
    verifierSignature: optionalNode(t, Signature, 'Null; see the signatures of the verify results.'),
    signatures: pagedNodes(t, SignatureConnection, 'The signatures that reference this change set.'),
    affectedRows: pagedNodes(
      t,
      AffectedRowConnection,
      'What it wrote, one row for each new unit and each new version.',
    ),
    verifyResults: pagedNodes(t, VerifyResultConnection, 'The verdicts on it.'),
    compensations: pagedNodes(t, ChangeSetConnection, 'The change sets that make this one void.'),
    compensates: optionalNode(t, ChangeSet, 'For a compensation: the change set it makes void.'),
    triggeredBy: pagedNodes(t, VerifyResultConnection, 'For a compensation: the verdict that triggered it.'),
  }),
});
