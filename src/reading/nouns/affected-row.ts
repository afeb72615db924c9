import { uuidIn } from './document-cuts.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toOne, toOneThrough } from './relation.ts';
import { entryOfChangeSet } from './views.ts';

export const AffectedRowNoun = describeNoun({
  name: 'AffectedRow',
  view: 'v_cut_change_set_affected_row_observe',
  columns: {
    affectedRowId: 'uuid',
    changeSetId: 'uuid',
    ordinal: 'int',
    effectKind: 'word',
    targetTable: 'text',
    targetRowId: 'text',
  },
  key: ['affected_row_id'],
  born: ['ordinal', 'affected_row_id'],
  seat: { of: 'ChangeSet', by: 'change_set_id', within: ['ordinal', 'affected_row_id'] },
  indexed: ['affected_row_id', 'target_row_id', 'change_set_id'],
  lasting: { but: [], also: ['entry'] },
  relations: {
    evidence: toEvidence('AffectedRowEvidence'),
    changeSet: toOne('ChangeSet', ['change_set_id', 'change_set_id']),
    unitVersion: toOneThrough(
      'UnitVersion',
      [],
      (v, a) => `${v}.unit_version_id = ${uuidIn(`${a}.target_row_id`)}`,
    ),
    entry: toOneThrough(
      'Entry',
      [['changeSet', 'entry']],
      (e, a) => `${e}.entry_id = ${entryOfChangeSet(`${a}.change_set_id`)}`,
    ),
  },
});
