import { DEPENDENCY_KINDS } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** 3 · decision_backlog_dependency: an edge between two entries; acyclic over `blocks`. Read: *from* blocks *to*. */
export const DEPENDENCY = defineTable('cutter_governance.decision_backlog_dependency', ['dependency_id'], {
  dependency_id: 'uuid',
  from_entry_id: 'uuid',
  to_entry_id: 'uuid',
  dependency_kind: oneOf(DEPENDENCY_KINDS),
  created_by: 'text',
  created_at: 'now',
});
export type NewDependency = NewRow<typeof DEPENDENCY.columns>;
