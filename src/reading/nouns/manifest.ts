import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toMany, toManyThrough, toOne } from './relation.ts';
import { CHANGE_SETS, changeSetIds, DECISIONS, ENTRIES } from './views.ts';

export const ManifestNoun = describeNoun({
  name: 'Manifest',
  view: 'v_manifest_envelope_observe',
  columns: {
    envelopeId: 'uuid',
    operationKind: 'word',
    status: 'word',
    sourceDocRef: 'text',
    escalationRef: 'uuid',
    cutChangeSetRef: 'uuid',
    createdBy: 'text',
    createdAt: 'time',
    reviewer: 'text',
    reviewedAt: 'time',
    supersededByEnvelopeId: 'uuid',
  },
  key: ['envelope_id'],
  born: ['created_at', 'envelope_id'],
  indexed: ['envelope_id', 'source_doc_ref', 'created_at', 'created_by', 'reviewer', 'escalation_ref'],
  derived: { effectiveStatus: { codec: 'word', sql: effectiveStatus } },
  lasting: { but: [] },
  relations: {
    evidence: toEvidence('ManifestEvidence'),
    createdByPrincipal: toPrincipal('created_by'),
    reviewerPrincipal: toPrincipal('reviewer'),
    entry: toOne('Entry', ['entry_id', 'source_doc_ref::uuid']),
    unitBlocks: toMany('UnitBlock', ['envelope_id', 'envelope_id']),
    reviewDecisions: toMany('ReviewDecision', ['manifest_id', 'envelope_id']),
    // By the entry as well, because that is what the index is on.
    changeSets: toMany(
      'ChangeSet',
      ['decision_backlog_entry_id', 'source_doc_ref::uuid'],
      ['manifest_id', 'envelope_id'],
    ),
    verifyResults: toManyThrough(
      'VerifyResult',
      ['changeSets', 'verifyResults'],
      (r, m) => `${r}.change_set_id in ${changeSetIds(isOfPlan(m))}`,
    ),
    escalation: toOne('Entry', ['entry_id', 'escalation_ref']),
    cutChangeSet: toOne('ChangeSet', ['change_set_id', 'cut_change_set_ref']),
    supersededBy: toOne('Manifest', ['envelope_id', 'superseded_by_envelope_id']),
  },
});

/** The change sets `c` of a plan. By the entry as well, because that is what the index is on. */
function isOfPlan(m: string): string {
  return `c.decision_backlog_entry_id = ${m}.source_doc_ref::uuid and c.manifest_id = ${m}.envelope_id`;
}

/**
 * What became of a plan. A cut in force outweighs its review. After it comes the review's lineage, then the end of the
 * entry.
 */
function effectiveStatus(m: string): string {
  const cut = `select from ${CHANGE_SETS} c where ${isOfPlan(m)} and c.change_kind = 'cut'`;
  const compensation = `select from ${CHANGE_SETS} v where v.compensates_change_set_id = c.change_set_id`;
  const ofWhole = 'd.manifest_unit_local_id is null';
  const decision = (condition: string) =>
    `exists (select from ${DECISIONS} d where d.manifest_id = ${m}.envelope_id and ${ofWhole} and ${condition})`;
  const entry = `select from ${ENTRIES} e where e.entry_id = ${m}.source_doc_ref::uuid`;
  const live = 'd.superseded_by_review_decision_id is null';
  const unexpired = '(d.expires_at is null or d.expires_at > transaction_timestamp())';
  return `case
    when exists (${cut} and not exists (${compensation})) then 'enacted'
    when exists (${cut}) then 'withdrawn'
    when ${decision(`d.superseded_by_review_decision_id is not null`)} then 'superseded'
    when ${decision(`${live} and d.verdict = 'reject'`)} then 'rejected'
    when exists (${entry} and e.status = 'abandoned') then 'withdrawn'
    when ${decision(`${live} and d.verdict = 'approve' and ${unexpired}`)} then 'accepted'
    else 'under_review' end`;
}
