import { AXIS_STATUSES, VERIFY_KINDS, VERIFY_STATES } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** 11 · verify_result: one verdict of the other lane on one change set. */
export const VERIFY_RESULT = defineTable('cutter_governance.verify_result', ['verify_result_id'], {
  verify_result_id: 'uuid',
  change_set_id: 'uuid',
  manifest_id: 'uuid',
  manifest_version: 'text',
  review_decision_id: 'uuid',
  executor_signature_id: 'uuid',
  verifier_signature_id: 'uuid',
  executor_tool_revision: 'text',
  verifier_tool_revision: 'text',
  tool_revision_match: 'bool',
  verify_kind: oneOf(VERIFY_KINDS),
  axis_1_status: oneOf(AXIS_STATUSES),
  axis_2_status: oneOf(AXIS_STATUSES),
  verdict: oneOf(AXIS_STATUSES),
  state: oneOf(VERIFY_STATES),
  canonicalization_rule_used: 'text',
  rollback_change_set_id_triggered: 'uuid?',
  escalation_ref: 'uuid?',
  prior_verify_result_id: 'uuid?',
  findings: 'jsonb',
  verdict_rationale: 'text?',
  scenario_ref: 'text?',
  verified_by: 'text',
  verified_at: 'now',
  effect_digest: 'text',
  checked_row_count: 'int',
});
export type NewVerifyResult = NewRow<typeof VERIFY_RESULT.columns>;
