import { ChangeSet } from './change-set.ts';
import { Entry } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  requiredNode,
} from './node.ts';
import { Unit } from './unit.ts';

export const UnitVersion = nounType('UnitVersion');

export const UnitVersionConnection = connectionTypes('UnitVersion', UnitVersion, {
  equal: { unitVersionId: 'UUID', unitId: 'UUID' },
});

UnitVersion.implement({
  description: 'The exact text of a unit as one cut made it.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      unitVersionId: ['UUID', 'Identifies the version.'],
      unitId: ['UUID', 'The unit it is a version of.'],
      versionSeq: ['Int', 'Its number among the versions of the unit, from 1.'],
      text: ['String', 'The exact text.'],
      title: ['String?', 'The heading.'],
      contentHash: ['Digest', 'SHA-256 of the canonical text.'],
      void: ['Boolean', 'Whether the cut that made it is compensated.'],
      formatOnly: [
        'Boolean',
        'Whether its canonical text, heading, citation and parent are those of the version that it followed, ' +
          'in other bytes.',
      ],
      changeSetId: ['UUID', 'The cut that made it.'],
      entryId: ['UUID', 'The entry of that cut.'],
      position: ['Position?', 'Place in the log of that cut; null until it is integrated.'],
    }),
    unit: requiredNode(t, Unit, 'The unit, in the version that counts.'),
    base: optionalNode(
      t,
      UnitVersion,
      'The version that it followed when it was planned; null of the first.',
    ),
    changeSet: requiredNode(t, ChangeSet, 'The cut that made it. Scope `ledger:observe`.'),
    entry: requiredNode(t, Entry, 'The entry of that cut. Scope `ledger:observe`.'),
  }),
});
