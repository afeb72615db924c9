import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toMany, toOne, toOneThrough } from './relation.ts';
import { entryOfManifest } from './views.ts';

export const UnitBlockNoun = describeNoun({
  name: 'UnitBlock',
  view: 'v_manifest_unit_block_observe',
  columns: {
    envelopeId: 'uuid',
    unitLocalId: 'text',
    blockRole: 'word',
    renderOrder: 'int',
    targetUnitId: 'uuid',
    proposedCanonicalAddress: 'text',
    proposedAuthority: 'text',
    decisionBacklogRef: 'uuid',
    createdAt: 'time',
  },
  key: ['envelope_id', 'unit_local_id'],
  born: ['render_order', 'unit_local_id'],
  seat: { of: 'Manifest', by: 'envelope_id', within: ['render_order', 'unit_local_id'] },
  indexed: ['envelope_id', 'proposed_canonical_address'],
  lasting: { but: [], also: ['entry'] },
  relations: {
    evidence: toEvidence('UnitBlockEvidence'),
    manifest: toOne('Manifest', ['envelope_id', 'envelope_id']),
    entry: toOneThrough(
      'Entry',
      [['manifest', 'entry']],
      (e, b) => `${e}.entry_id = ${entryOfManifest(`${b}.envelope_id`)}`,
    ),
    reviewDecisions: toMany(
      'ReviewDecision',
      ['manifest_id', 'envelope_id'],
      ['manifest_unit_local_id', 'unit_local_id'],
    ),
    decisionBacklogEntry: toOne('Entry', ['entry_id', 'decision_backlog_ref']),
  },
});
