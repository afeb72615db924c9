import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toMany, toManyThrough, toOne, toOneThrough } from './relation.ts';
import { changeSetIds, entryOfManifest } from './views.ts';

export const ReviewDecisionNoun = describeNoun({
  name: 'ReviewDecision',
  view: 'v_review_decision_observe',
  columns: {
    reviewDecisionId: 'uuid',
    governanceEventKind: 'word',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    manifestUnitLocalId: 'text',
    reviewScope: 'word',
    status: 'word',
    verdict: 'word',
    reviewerClass: 'text',
    riskClassAssessment: 'word',
    decisionAt: 'time',
    decidedBy: 'text',
    crossSignedByDotVerifier: 'bool',
    toolRevision: 'text',
    version: 'text',
    priorReviewDecisionId: 'uuid',
    supersededByReviewDecisionId: 'uuid',
    escalationRef: 'uuid',
    cutChangeSetRef: 'uuid',
    expiresAt: 'time',
    createdAt: 'time',
    updatedAt: 'time',
  },
  key: ['review_decision_id'],
  born: ['decision_at', 'review_decision_id'],
  indexed: [
    'review_decision_id',
    'manifest_id',
    'superseded_by_review_decision_id',
    'manifest_version',
    'decision_at',
    'decided_by',
    'verdict',
    'risk_class_assessment',
    'expires_at',
  ],
  // A later decision supersedes it.
  lasting: { but: ['supersededByReviewDecisionId'], also: ['entry'] },
  relations: {
    evidence: toEvidence('ReviewDecisionEvidence'),
    decidedByPrincipal: toPrincipal('decided_by'),
    manifest: toOne('Manifest', ['envelope_id', 'manifest_id']),
    unitBlock: toOne(
      'UnitBlock',
      ['envelope_id', 'manifest_id'],
      ['unit_local_id', 'manifest_unit_local_id'],
    ),
    entry: toOneThrough(
      'Entry',
      [['manifest', 'entry']],
      (e, d) => `${e}.entry_id = ${entryOfManifest(`${d}.manifest_id`)}`,
    ),
    prior: toOne('ReviewDecision', ['review_decision_id', 'prior_review_decision_id']),
    supersededBy: toOne('ReviewDecision', ['review_decision_id', 'superseded_by_review_decision_id']),
    // By the digest as well, because that is what the index is on.
    changeSets: toMany(
      'ChangeSet',
      ['manifest_version', 'manifest_version'],
      ['review_decision_id', 'review_decision_id'],
    ),
    verifyResults: toManyThrough('VerifyResult', ['changeSets', 'verifyResults'], (r, d) => {
      const isOfDecision = `c.review_decision_id = ${d}.review_decision_id`;
      const sets = changeSetIds(`c.manifest_version = ${d}.manifest_version and ${isOfDecision}`);
      return `${r}.change_set_id in ${sets}`;
    }),
    escalation: toOne('Entry', ['entry_id', 'escalation_ref']),
    cutChangeSet: toOne('ChangeSet', ['change_set_id', 'cut_change_set_ref']),
  },
});
