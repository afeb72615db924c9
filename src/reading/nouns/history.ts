import { ofSubject } from './entry.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toOne } from './relation.ts';
import { ENTRIES } from './views.ts';

export const HistoryNoun = describeNoun({
  name: 'History',
  view: 'v_decision_backlog_history_observe',
  columns: {
    historyId: 'uuid',
    entryId: 'uuid',
    entryVersionBefore: 'word',
    entryVersionAfter: 'word',
    changeKind: 'word',
    changedBy: 'text',
    changedAt: 'time',
  },
  key: ['history_id'],
  born: ['changed_at', 'history_id'],
  indexed: ['history_id', 'entry_id', 'changed_at', 'changed_by', 'change_kind', 'entry_version_after'],
  lasting: { but: [] },
  filters: {
    docCode: ofSubject('doc_code'),
    scenarioRef: ofSubject('scenario_ref'),
    entryKind: {
      codec: 'text',
      sql: (h, value) => `${h}.entry_id in (select e.entry_id from ${ENTRIES} e where e.kind = ${value})`,
    },
  },
  relations: {
    evidence: toEvidence('HistoryEvidence'),
    changedByPrincipal: toPrincipal('changed_by'),
    entry: toOne('Entry', ['entry_id', 'entry_id']),
  },
});
