import { ENTRY_STATES } from '../../law/states.ts';
import { HISTORY_CHANGE_KINDS } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf, oneOfOrNull } from './table.ts';

/** 2 · decision_backlog_history: one row for each move of an entry. */
export const HISTORY = defineTable('cutter_governance.decision_backlog_history', ['history_id'], {
  history_id: 'uuid',
  entry_id: 'uuid',
  entry_version_before: oneOfOrNull(ENTRY_STATES),
  entry_version_after: oneOf(ENTRY_STATES),
  change_kind: oneOf(HISTORY_CHANGE_KINDS),
  change_diff: 'jsonb?',
  changed_by: 'text',
  changed_at: 'now',
  rationale: 'text?',
});
export type NewHistory = NewRow<typeof HISTORY.columns>;
