import { type FragmentSqlToken, sql } from 'slonik';
import {
  GOVERNANCE_EVENT_KINDS,
  PRINCIPAL_KINDS,
  REVIEW_SCOPES,
  REVIEW_STATUSES,
  RISK_CLASSES,
  VERDICTS,
} from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** 7 · review_decision: one verdict on one manifest. `superseded_by…` is written once. */
export const REVIEW_DECISION = defineTable('cutter_governance.review_decision', ['review_decision_id'], {
  review_decision_id: 'uuid',
  governance_event_kind: oneOf(GOVERNANCE_EVENT_KINDS),
  manifest_id: 'uuid',
  manifest_version: 'text',
  manifest_unit_local_id: 'text?',
  review_scope: oneOf(REVIEW_SCOPES),
  status: oneOf(REVIEW_STATUSES),
  verdict: oneOf(VERDICTS),
  findings: 'jsonb',
  reviewer_class: oneOf(PRINCIPAL_KINDS),
  reviewer_identity: 'text',
  reviewer_independence_evidence: 'text?',
  risk_class_assessment: oneOf(RISK_CLASSES),
  decision_at: 'now',
  decided_by: 'text',
  cross_signed_by_dot_verifier: 'bool',
  tool_revision: 'text?',
  version: 'text',
  prior_review_decision_id: 'uuid?',
  superseded_by_review_decision_id: 'uuid?',
  escalation_ref: 'uuid?',
  cut_change_set_ref: 'uuid?',
  expires_at: 'timestamptz?',
  created_at: 'now',
  updated_at: 'now',
});
export type NewDecision = NewRow<typeof REVIEW_DECISION.columns>;

/**
 * Stamps a decision as superseded, once; the caller checks that exactly one row came back. Its manifest is named too,
 * so that the index of live decisions is asked for one manifest and never read whole.
 */
export function supersedeDecision(decisionId: string | null, successorId: string): FragmentSqlToken {
  return sql.fragment`
    update cutter_governance.review_decision set superseded_by_review_decision_id = ${successorId}::uuid
    where review_decision_id = ${decisionId}::uuid and superseded_by_review_decision_id is null
      and manifest_id = (select d.manifest_id from cutter_governance.review_decision d
        where d.review_decision_id = ${decisionId}::uuid)
    returning 1`;
}
