import {
  CHANGE_KINDS,
  CHANGE_SET_STATES,
  EFFECT_KINDS,
  RISK_CLASSES,
  TARGET_TABLES,
} from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** 8 · cut_change_set: one applied cut, or the compensation of one. */
export const CHANGE_SET = defineTable('cutter_governance.cut_change_set', ['change_set_id'], {
  change_set_id: 'uuid',
  rollback_key: 'text',
  idempotency_key: 'text',
  manifest_id: 'uuid',
  manifest_version: 'text',
  review_decision_id: 'uuid',
  decision_backlog_entry_id: 'uuid?',
  executor_signature_id: 'uuid',
  verifier_signature_id: 'uuid?',
  executor_tool_revision: 'text',
  verifier_tool_revision: 'text',
  tool_revision_match: 'bool?',
  state: oneOf(CHANGE_SET_STATES),
  risk_class: oneOf(RISK_CLASSES),
  payload_summary: 'jsonb',
  emitted_by: 'text',
  emitted_at: 'now',
  rollback_initiated_by: 'text?',
  rollback_reason: 'text?',
  scenario_ref: 'text?',
  change_kind: oneOf(CHANGE_KINDS),
  compensates_change_set_id: 'uuid?',
  affected_row_count: 'int',
  effect_digest: 'text',
});
export type NewChangeSet = NewRow<typeof CHANGE_SET.columns>;

/** 9 · cut_change_set_affected_row: what a cut did to one unit; the body is bound by its hash. */
export const AFFECTED_ROW = defineTable(
  'cutter_governance.cut_change_set_affected_row',
  ['affected_row_id'],
  {
    affected_row_id: 'uuid',
    change_set_id: 'uuid',
    ordinal: 'int',
    effect_kind: oneOf(EFFECT_KINDS),
    target_table: oneOf(TARGET_TABLES),
    target_row_id: 'text',
    before_state_snapshot: 'jsonb?',
    after_state_snapshot: 'jsonb?',
  },
);
export type NewAffectedRow = NewRow<typeof AFFECTED_ROW.columns>;
