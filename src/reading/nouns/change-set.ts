import { CHANGE_KINDS, CHANGE_SET_STATES, RISK_CLASSES } from '../../law/values.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toMany, toOne } from './relation.ts';

export const ChangeSetNoun = describeNoun({
  name: 'ChangeSet',
  view: 'v_cut_change_set_observe',
  columns: {
    changeSetId: 'uuid',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    reviewDecisionId: 'uuid',
    decisionBacklogEntryId: 'uuid',
    executorSignatureId: 'uuid',
    verifierSignatureId: 'uuid',
    executorToolRevision: 'text',
    verifierToolRevision: 'text',
    toolRevisionMatch: 'bool',
    state: 'text',
    riskClass: 'text',
    emittedBy: 'text',
    emittedAt: 'time',
    rollbackInitiatedBy: 'text',
    changeKind: 'text',
    compensatesChangeSetId: 'uuid',
    affectedRowCount: 'int',
    effectDigest: 'digest',
  },
  closed: { changeKind: CHANGE_KINDS, state: CHANGE_SET_STATES, riskClass: RISK_CLASSES },
  key: ['change_set_id'],
  born: ['emitted_at', 'change_set_id'],
  indexed: [
    'change_set_id',
    'manifest_id',
    'review_decision_id',
    'decision_backlog_entry_id',
    'compensates_change_set_id',
    'manifest_version',
    'effect_digest',
    'emitted_at',
    'emitted_by',
    'change_kind',
    'risk_class',
    'state',
  ],
  relations: {
    evidence: toEvidence('ChangeSetEvidence'),
    emittedByPrincipal: toPrincipal('emitted_by'),
    rollbackInitiatedByPrincipal: toPrincipal('rollback_initiated_by'),
    entry: toOne('Entry', ['entry_id', 'decision_backlog_entry_id']),
    manifest: toOne('Manifest', ['envelope_id', 'manifest_id']),
    reviewDecision: toOne('ReviewDecision', ['review_decision_id', 'review_decision_id']),
    executorSignature: toOne('Signature', ['signature_id', 'executor_signature_id']),
    verifierSignature: toOne('Signature', ['signature_id', 'verifier_signature_id']),
    signatures: toMany('Signature', ['cross_reference_change_set_id', 'change_set_id']),
    affectedRows: toMany('AffectedRow', ['change_set_id', 'change_set_id']),
    verifyResults: toMany('VerifyResult', ['change_set_id', 'change_set_id']),
    compensations: toMany('ChangeSet', ['compensates_change_set_id', 'change_set_id']),
    compensates: toOne('ChangeSet', ['change_set_id', 'compensates_change_set_id']),
    // By the change set judged as well, because that is what the index is on.
    triggeredBy: toMany(
      'VerifyResult',
      ['change_set_id', 'compensates_change_set_id'],
      ['rollback_change_set_id_triggered', 'change_set_id'],
    ),
  },
});
