import { AXIS_STATUSES } from '../../law/values.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toMany, toOne, toOneThrough } from './relation.ts';
import { entryOfChangeSet } from './views.ts';

export const VerifyResultNoun = describeNoun({
  name: 'VerifyResult',
  view: 'v_verify_result_observe',
  columns: {
    verifyResultId: 'uuid',
    changeSetId: 'uuid',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    reviewDecisionId: 'uuid',
    executorSignatureId: 'uuid',
    verifierSignatureId: 'uuid',
    executorToolRevision: 'text',
    verifierToolRevision: 'text',
    toolRevisionMatch: 'bool',
    verifyKind: 'text',
    axis1Status: 'text',
    axis2Status: 'text',
    verdict: 'text',
    state: 'text',
    canonicalizationRuleUsed: 'text',
    rollbackChangeSetIdTriggered: 'uuid',
    escalationRef: 'uuid',
    priorVerifyResultId: 'uuid',
    verifiedBy: 'text',
    verifiedAt: 'time',
    effectDigest: 'digest',
    checkedRowCount: 'int',
  },
  closed: {
    verdict: AXIS_STATUSES,
    axis1Status: AXIS_STATUSES,
    axis2Status: AXIS_STATUSES,
  },
  key: ['verify_result_id'],
  born: ['verified_at', 'verify_result_id'],
  indexed: [
    'verify_result_id',
    'change_set_id',
    'manifest_id',
    'review_decision_id',
    'manifest_version',
    'verified_at',
    'verified_by',
    'verdict',
    'axis_1_status',
    'axis_2_status',
  ],
  relations: {
    evidence: toEvidence('VerifyResultEvidence'),
    verifiedByPrincipal: toPrincipal('verified_by'),
    changeSet: toOne('ChangeSet', ['change_set_id', 'change_set_id']),
    entry: toOneThrough(
      'Entry',
      [['changeSet', 'entry']],
      (e, r) => `${e}.entry_id = ${entryOfChangeSet(`${r}.change_set_id`)}`,
    ),
    manifest: toOne('Manifest', ['envelope_id', 'manifest_id']),
    reviewDecision: toOne('ReviewDecision', ['review_decision_id', 'review_decision_id']),
    executorSignature: toOne('Signature', ['signature_id', 'executor_signature_id']),
    verifierSignature: toOne('Signature', ['signature_id', 'verifier_signature_id']),
    signatures: toMany('Signature', ['cross_reference_verify_result_id', 'verify_result_id']),
    rollbackChangeSet: toOne('ChangeSet', ['change_set_id', 'rollback_change_set_id_triggered']),
    escalation: toOne('Entry', ['entry_id', 'escalation_ref']),
    prior: toOne('VerifyResult', ['verify_result_id', 'prior_verify_result_id']),
  },
});
