import { ENTRY_STATES } from '../../law/states.ts';
import { HISTORY_CHANGE_KINDS } from '../../law/values.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toOne } from './relation.ts';

export const HistoryNoun = describeNoun({
  name: 'History',
  view: 'v_decision_backlog_history_observe',
  columns: {
    historyId: 'uuid',
    entryId: 'uuid',
    entryVersionBefore: 'text',
    entryVersionAfter: 'text',
    changeKind: 'text',
    changedBy: 'text',
    changedAt: 'time',
  },
  closed: { changeKind: HISTORY_CHANGE_KINDS, entryVersionAfter: ENTRY_STATES },
  key: ['history_id'],
  born: ['changed_at', 'history_id'],
  indexed: ['history_id', 'entry_id', 'changed_at', 'changed_by', 'change_kind', 'entry_version_after'],
  relations: {
    evidence: toEvidence('HistoryEvidence'),
    changedByPrincipal: toPrincipal('changed_by'),
    entry: toOne('Entry', ['entry_id', 'entry_id']),
  },
});
