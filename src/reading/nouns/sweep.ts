import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toOne } from './relation.ts';

export const SweepNoun = describeNoun({
  name: 'Sweep',
  view: 'v_decision_backlog_sweep_log_observe',
  columns: {
    sweepId: 'uuid',
    triggerKind: 'word',
    sweptBy: 'text',
    sweptAt: 'time',
    batchLimit: 'int',
    cursorAfter: 'text',
    examinedCount: 'int',
    promotedCount: 'int',
    lastEntryId: 'uuid',
  },
  key: ['sweep_id'],
  born: ['swept_at', 'sweep_id'],
  indexed: ['sweep_id', 'trigger_kind', 'last_entry_id', 'swept_at', 'swept_by'],
  lasting: { but: [] },
  relations: {
    evidence: toEvidence('SweepEvidence'),
    sweptByPrincipal: toPrincipal('swept_by'),
    lastEntry: toOne('Entry', ['entry_id', 'last_entry_id']),
  },
});
