import { ChangeSet } from './change-set.ts';
import { Entry } from './entry.ts';
import { AxisStatusEnum, VerifyKindEnum, VerifyStateEnum, VerifyVerdictEnum } from './enums/effects.ts';
import { VerifyResultEvidence } from './evidence.ts';
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

export const VerifyResult = nounType('VerifyResult');

export const VerifyResultConnection = connectionTypes('VerifyResult', VerifyResult, {
  equal: {
    verifyResultId: 'UUID',
    changeSetId: 'UUID',
    manifestId: 'UUID',
    manifestVersion: 'Digest',
    reviewDecisionId: 'UUID',
    verdict: VerifyVerdictEnum,
    axis1Status: AxisStatusEnum,
    axis2Status: AxisStatusEnum,
    escalationRef: 'UUID',
    rollbackChangeSetIdTriggered: 'UUID',
    verifiedBy: 'String',
  },
  nullable: ['escalationRef'],
  time: 'verifiedAt',
});

VerifyResult.implement({
  description: 'What the verifier found when it recomputed a cut from the source and the approved manifest.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      verifyKind: [VerifyKindEnum, 'When the cut was judged.'],
      axis1Status: [AxisStatusEnum, 'Reconstruction (axis A).'],
      axis2Status: [AxisStatusEnum, 'The worse of kinds (axis B) and hierarchy (axis C).'],
      verdict: [VerifyVerdictEnum, 'What the verifier says of the cut.'],
      state: [VerifyStateEnum, 'What becomes of the verdict.'],
    }),
    ...columnFields(t, {
      verifyResultId: ['UUID', 'Derived from the idempotency key of the verification.'],
      changeSetId: ['UUID', 'The cut it judges.'],
      manifestId: ['UUID', 'The manifest envelope of that cut.'],
      manifestVersion: ['Digest', 'The manifest digest, recomputed.'],
      reviewDecisionId: ['UUID', 'The approval that allowed the cut.'],
      executorSignatureId: ['UUID', 'The executor signature it judges.'],
      verifierSignatureId: ['UUID', 'Its own signature, of lane DOT-992.'],
      executorToolRevision: ['String', 'The revision of the tool that cut.'],
      verifierToolRevision: ['String', 'The revision of the tool that verified.'],
      toolRevisionMatch: ['Boolean', 'Whether the two are one.'],
      canonicalizationRuleUsed: ['String', 'The name of the canonicalization behind the content hashes.'],
      rollbackChangeSetIdTriggered: ['UUID?', 'For a fail: the compensating change set.'],
      escalationRef: ['UUID?', 'For a fail: the escalation entry.'],
      priorVerifyResultId: ['UUID?', 'The verdict before this one, if any.'],
      verifiedBy: ['String', 'The principal that verified.'],
      verifiedAt: ['DateTime', 'The time of the transaction.'],
      effectDigest: ['Digest', 'The effect digest, recomputed from the rows.'],
      checkedRowCount: ['Int', 'How many rows were compared.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(
      t,
      VerifyResultEvidence,
      'What observers do not see of it. Scope `ledger:evidence`.',
    ),
    verifiedByPrincipal: optionalNode(t, Principal, 'The principal that verified.'),
    changeSet: requiredNode(t, ChangeSet, 'The cut it judges.'),
    entry: optionalNode(t, Entry, 'The entry of that cut.'),
    manifest: requiredNode(t, Manifest, 'The plan of that cut.'),
    reviewDecision: requiredNode(t, ReviewDecision, 'The approval that allowed the cut.'),
    executorSignature: requiredNode(t, Signature, 'The executor signature it judges.'),
    verifierSignature: requiredNode(t, Signature, 'Its own signature.'),
    signatures: pagedNodes(t, SignatureConnection, 'The signatures that reference this result.'),
    rollbackChangeSet: optionalNode(t, ChangeSet, 'For a fail: the compensating change set.'),
    escalation: optionalNode(t, Entry, 'For a fail: the escalation entry.'),
    prior: optionalNode(t, VerifyResult, 'The verdict before this one.'),
  }),
});
