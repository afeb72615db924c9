import { defineTable, type NewRow } from './table.ts';

/** 2 · decision_backlog_history: one row for each move of an entry. */
export const HISTORY = defineTable('cutter_governance.decision_backlog_history', ['history_id'], {
  history_id: 'uuid',
  entry_id: 'uuid',
  entry_version_before: 'text?',
  entry_version_after: 'text',
  change_kind: 'text',
  change_diff: 'jsonb?',
  changed_by: 'text',
  changed_at: 'now',
  rationale: 'text?',
});
export type NewHistory = NewRow<typeof HISTORY.columns>;
