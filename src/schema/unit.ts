import { UNIT_STATES } from '../law/values.ts';
import type { IncludedUnit } from '../ledger/inclusion/unit-inclusions.ts';
import { builder } from './builder.ts';
import { ChangeSet } from './change-set.ts';
import { Document } from './document.ts';
import { Entry } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  listedNodes,
  nounType,
  optionalNode,
  pagedNodes,
  readField,
  requiredNode,
} from './node.ts';
import { UnitVersion, UnitVersionConnection } from './unit-version.ts';
import { UnitInclusionType } from './units/unit-inclusion.ts';

const SAID_OF_STATE = {
  CURRENT: 'The newest cut of its document that is not compensated has it.',
  VANISHED: 'An earlier cut has it, the newest does not.',
  VOID: 'Only compensated cuts have it.',
} as const satisfies Record<(typeof UNIT_STATES)[number], string>;

const UnitState = builder.enumType('UnitState', {
  description: 'Where a unit is, seen from its document.',
  values: Object.fromEntries(
    UNIT_STATES.map((state) => [state, { value: state, description: SAID_OF_STATE[state] }]),
  ) as Record<(typeof UNIT_STATES)[number], { value: (typeof UNIT_STATES)[number]; description: string }>,
});

export const Unit = nounType('Unit');

export const UnitConnection = connectionTypes('Unit', Unit, {
  equal: { unitId: 'UUID', address: 'String', docCode: 'String', kind: 'String', sectionType: 'String' },
  more: (t) => ({
    citation: t.stringList({
      description:
        'Only units that are cited so, as people write it: `"§ 433 Abs. 1"`, `"BGB § 433 I"`, ' +
        '`"Điều 5 khoản 1 điểm đ"`. ' +
        'Several texts are parts of one citation, outermost first.',
    }),
    addressPrefix: t.string({ description: 'Only units whose address begins so.' }),
    parent: t.field({ type: 'UUID', description: 'Only units that this unit holds.' }),
    state: t.field({
      type: UnitState,
      description: 'Only units in this state; `CURRENT` where it is left out.',
    }),
    verified: t.boolean({
      description: 'Only units whose version is of a cut that passed verification, or none of them.',
    }),
    at: t.field({ type: 'Position', description: 'The units as they were after this position of the log.' }),
    asOf: t.field({
      type: 'DateTime',
      description:
        'The units as they were after the newest change set whose `emittedAt` is this time or earlier.',
    }),
  }),
});

Unit.implement({
  description: 'An addressable piece of a document, as its newest cut that is not compensated has it.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      unitId: ['UUID', 'Identifies the unit, whatever its version.'],
      address: ['String', 'Its address, born once and kept for ever.'],
      docCode: ['String', 'The document it is a part of.'],
      kind: ['String', 'What kind of unit it is, from the vocabulary.'],
      sectionType: ['String', 'What kind of section it is, from the vocabulary.'],
      sectionCode: ['String?', 'Its number, as the document gives it.'],
      title: ['String?', 'Its heading.'],
      text: ['String', 'Its exact text.'],
      contentHash: ['Digest', 'SHA-256 of its canonical text.'],
      canonicalization: ['String', 'The rule by which the canonical text is made.'],
      versionSeq: ['Int', 'The number of its version; void versions count, too.'],
      order: [
        'Int',
        "Its place in its document's newest cut that is not compensated; " +
          'of a unit that is not in it, its place in its own cut.',
      ],
      parentUnitId: ['UUID?', 'The unit that holds it.'],
      unitVersionId: ['UUID', 'Its version.'],
      changeSetId: ['UUID', 'The cut that made its version.'],
      entryId: ['UUID', 'The entry of that cut.'],
      envelopeId: ['UUID?', 'The manifest of the newest cut of its document, if that has it.'],
      verifiedAt: ['DateTime?', 'When the cut that made its version passed verification.'],
      position: [
        'Position?',
        'Place in the log of the cut that made its version; null until it is integrated.',
      ],
    }),
    state: t.field({
      type: UnitState,
      description: 'Where it is, seen from its document.',
      resolve: readField,
    }),
    citation: t.stringList({
      description:
        'How readers cite it, outermost first: the document code, then section, paragraph and items.',
      resolve: readField,
    }),
    label: t.stringList({
      description:
        'How it is cited within its document, outermost first, without divisions; empty where nobody cites it.',
      resolve: readField,
    }),
    inclusion: t.field({
      type: UnitInclusionType,
      nullable: true,
      description:
        'That its text stands in the manifest which was approved for the cut that made its version. Null where that ' +
        'manifest was altered so that it has no such record.',
      resolve: async (unit, args, ctx, info) => {
        const facts: IncludedUnit | null = await readField(unit, args, ctx, info);
        return facts === null ? null : ctx.ledger.proveUnit(facts);
      },
    }),
    document: requiredNode(t, Document, 'The document it is a part of.'),
    parent: optionalNode(t, Unit, 'The unit that holds it.'),
    children: pagedNodes(t, UnitConnection, 'The current units that it holds, in their order.'),
    ancestors: listedNodes(t, Unit, 'The units that hold it, outermost first.'),
    next: optionalNode(t, Unit, 'The unit after it in its document; null at the end.'),
    previous: optionalNode(t, Unit, 'The unit before it in its document; null at the start.'),
    version: requiredNode(t, UnitVersion, 'Its version.'),
    versions: pagedNodes(t, UnitVersionConnection, 'All its versions, the first one first; void ones, too.'),
    changeSet: requiredNode(t, ChangeSet, 'The cut that made its version. Scope `ledger:observe`.'),
    entry: requiredNode(t, Entry, 'The entry of that cut. Scope `ledger:observe`.'),
  }),
});
