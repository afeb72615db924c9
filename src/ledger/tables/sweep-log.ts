import { TRIGGER_KINDS } from '../../law/values.ts';
import { defineTable, oneOf } from './table.ts';

/** 4 · decision_backlog_sweep_log: one row for each pass. The executor may insert it and nothing else. */
export const SWEEP_LOG = defineTable('cutter_governance.decision_backlog_sweep_log', ['sweep_id'], {
  sweep_id: 'uuid',
  trigger_kind: oneOf(TRIGGER_KINDS),
  swept_by: 'text',
  swept_at: 'now',
  batch_limit: 'int',
  cursor_after: 'text?',
  examined_count: 'int',
  promoted_count: 'int',
  last_entry_id: 'uuid?',
  rationale: 'text?',
});
