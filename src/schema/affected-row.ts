import { ChangeSet } from './change-set.ts';
import { Entry } from './entry.ts';
import { EffectKindEnum } from './enums/effects.ts';
import { AffectedRowEvidence } from './evidence.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  placeInLog,
  requiredNode,
  wordFields,
} from './node.ts';

import { UnitVersion } from './unit-version.ts';

export const AffectedRow = nounType('AffectedRow');

export const AffectedRowConnection = connectionTypes('AffectedRow', AffectedRow, {
  equal: {
    affectedRowId: 'UUID',
    changeSetId: 'UUID',
    effectKind: EffectKindEnum,

    targetRowId: 'String',
  },
});

AffectedRow.implement({
  description: 'One row that a change set wrote outside the ledger: the version of one unit.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      effectKind: [EffectKindEnum, 'What was done to the unit.'],
    }),
    ...columnFields(t, {
      affectedRowId: ['UUID', 'Identifies the row.'],
      changeSetId: ['UUID', 'The change set that wrote it.'],
      ordinal: ['Int', 'Its place in the change set.'],
      targetTable: ['String', 'The table written.'],
      targetRowId: ['String', 'The key of the row written.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(
      t,
      AffectedRowEvidence,
      'What observers do not see of it. Scope `ledger:evidence`.',
    ),
    changeSet: requiredNode(t, ChangeSet, 'The change set that wrote it.'),
    unitVersion: optionalNode(
      t,
      UnitVersion,
      'The version that was written, with its text. Scope `document:read`.',
    ),
    entry: optionalNode(t, Entry, 'The entry of that change set.'),
  }),
});
