import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toOne } from './relation.ts';

export const DependencyNoun = describeNoun({
  name: 'Dependency',
  view: 'v_decision_backlog_dependency_observe',
  columns: {
    dependencyId: 'uuid',
    fromEntryId: 'uuid',
    toEntryId: 'uuid',
    dependencyKind: 'word',
    createdBy: 'text',
    createdAt: 'time',
  },
  key: ['dependency_id'],
  born: ['created_at', 'dependency_id'],
  indexed: ['dependency_id', 'from_entry_id', 'to_entry_id', 'created_at', 'created_by', 'dependency_kind'],
  lasting: { but: [] },
  relations: {
    createdByPrincipal: toPrincipal('created_by'),
    fromEntry: toOne('Entry', ['entry_id', 'from_entry_id']),
    toEntry: toOne('Entry', ['entry_id', 'to_entry_id']),
  },
});
