import { Entry } from './entry.ts';
import { BlockRoleEnum } from './enums/plans.ts';
import { UnitBlockEvidence } from './evidence.ts';
import { Manifest } from './manifest.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
  wordFields,
} from './node.ts';
import { ReviewDecisionConnection } from './review-decision.ts';

export const UnitBlock = nounType('UnitBlock');

export const UnitBlockConnection = connectionTypes('UnitBlock', UnitBlock, {
  equal: {
    envelopeId: 'UUID',
    unitLocalId: 'String',
    blockRole: BlockRoleEnum,
    targetUnitId: 'UUID',
    proposedCanonicalAddress: 'String',
  },
  nullable: ['targetUnitId', 'proposedCanonicalAddress'],
  time: 'createdAt',
});

UnitBlock.implement({
  description:
    'One record of a plan: a unit, a container heading, an excluded stretch, or a unit that vanishes.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...wordFields(t, {
      blockRole: [BlockRoleEnum, 'Which side of the cut it is on.'],
    }),
    ...columnFields(t, {
      envelopeId: ['UUID', 'The manifest it belongs to.'],
      unitLocalId: ['String', 'Identifies the block inside its manifest.'],
      renderOrder: ['Int', 'Its place in the document.'],
      targetUnitId: ['UUID?', 'The unit it is about; null for an excluded stretch.'],
      proposedCanonicalAddress: ['String?', 'The address the unit gets, or has.'],
      proposedAuthority: ['String?', 'Who is to own the unit.'],
      decisionBacklogRef: ['UUID?', 'An entry this block refers to, if any.'],
      createdAt: ['DateTime', 'The time of the transaction.'],
    }),
    ...placeInLog(t),
    evidence: optionalNode(t, UnitBlockEvidence, 'What observers do not see of it. Scope `ledger:evidence`.'),
    manifest: requiredNode(t, Manifest, 'The manifest it belongs to.'),
    entry: requiredNode(t, Entry, 'The entry that the manifest is for.'),
    reviewDecisions: pagedNodes(t, ReviewDecisionConnection, 'Decisions on this block alone.'),
    decisionBacklogEntry: optionalNode(t, Entry, 'The entry this block refers to.'),
  }),
});
