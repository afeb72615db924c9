import type { RecordRole } from '../../document/types.ts';
import type {
  BlockRole,
  GovernanceEventKind,
  ManifestStatus,
  OperationKind,
  ReviewScope,
  ReviewStatus,
  RiskClass,
  Verdict,
} from '../../law/values.ts';
import { builder } from '../builder.ts';
import { wordEnum } from './word-enum.ts';

export const OperationKindEnum = wordEnum('OperationKind', 'What a plan does to its document.', {
  first_cut: 'It cuts the document into units.',
} satisfies Partial<Record<OperationKind, string>>);

export const ManifestStatusEnum = wordEnum('ManifestStatus', 'What became of a plan.', {
  under_review: 'No decision on the whole of it holds.',
  accepted: 'An approval holds, and nothing was cut yet.',
  rejected: 'A reviewer rejected it.',
  withdrawn: 'Its cut was compensated, or its entry abandoned.',
  enacted: 'It was cut, and the cut is valid.',
  superseded: 'The decision on it was superseded.',
} satisfies Partial<Record<ManifestStatus, string>>);

export const BlockRoleEnum = wordEnum<BlockRole>('BlockRole', 'Which side of a cut a block is on.', {
  origin: 'What vanishes.',
  result: 'What the cut makes.',
});

export const ReviewVerdictEnum = wordEnum('ReviewVerdict', 'What a reviewer says of one manifest.', {
  approve: 'It may be cut, exactly as it is.',
  reject: 'It will not be cut; the entry ends.',
  defer: 'Not now; a later sweep brings it back.',
} satisfies Partial<Record<Verdict, string>>);

export const RiskClassEnum = wordEnum<RiskClass>('RiskClass', "The reviewer's assessment of the risk.", {
  standard: 'No more than usual.',
  high: 'Worth a second look.',
});

export const GovernanceEventKindEnum = wordEnum<GovernanceEventKind>(
  'GovernanceEventKind',
  'What a decision governs.',
  { manifest_review: 'The plan of a cut.' },
);

export const ReviewScopeEnum = wordEnum('ReviewScope', 'How much of a plan a decision is about.', {
  whole_manifest: 'The whole plan.',
} satisfies Partial<Record<ReviewScope, string>>);

export const ReviewStatusEnum = wordEnum<ReviewStatus>(
  'ReviewStatus',
  'What became of a decision when it was given.',
  { recorded: 'It stands in the ledger.' },
);

export const PlannedRoleEnum = wordEnum<RecordRole | 'vanished'>(
  'PlannedRole',
  'What a record of a plan is in its document.',
  {
    unit: 'A unit of its own.',
    container: 'A heading that holds others; a unit as well.',
    excluded: 'A stretch that is set aside with a reason.',
    vanished: 'A unit that the document no longer has.',
  },
);

export const UnitActionEnum = builder.enumType('UnitAction', {
  description: 'What a cut does to the unit of a record, compared with the current units.',
  values: {
    BIRTH: { value: 'birth', description: 'The unit is new: it gets its address and its first version.' },
    VERSION: { value: 'version', description: 'The unit gets its next version.' },
    UNCHANGED: { value: 'unchanged', description: 'Nothing about it differs, to the byte.' },
    VANISHED: {
      value: 'vanished',
      description: 'The document no longer has the unit. The unit is listed, never deleted.',
    },
    EXCLUDED: {
      value: 'excluded',
      description: 'No unit: a stretch set aside with a reason, its text stored in the manifest.',
    },
  } as const,
});

export const GranularityEnum = builder.enumType('Granularity', {
  description: 'The finest units that a cut makes.',
  values: {
    SECTION: { description: 'Divisions and sections; the text of a section is one unit.' },
    PARAGRAPH: { description: 'The paragraphs of sections, too.' },
    ITEM: { description: 'List items and tables, too.' },
  } as const,
});

export const PlanChangeEnum = builder.enumType('PlanChange', {
  description: 'What a plan does to a unit, in the words of who reviews it.',
  values: {
    ADDED: { value: 'added', description: 'The document has no such unit.' },
    REMOVED: { value: 'removed', description: 'The document has the unit, and the plan has not.' },
    MOVED: {
      value: 'moved',
      description: 'The same unit under another parent, or in another order among those it was with.',
    },
    RENUMBERED: {
      value: 'renumbered',
      description: 'One unit vanishes and another is born, and their texts are the same or alike.',
    },
    REWORDED: { value: 'reworded', description: 'Its text differs.' },
    RECLASSIFIED: {
      value: 'reclassified',
      description: 'The same words, with another kind, section type, number, title or citation.',
    },
    FORMAT_ONLY: {
      value: 'format_only',
      description:
        'The same in all else, too, and in canonical form: line ends, normal form or blanks at ends of lines differ.',
    },
    UNCHANGED: { value: 'unchanged', description: 'Nothing about it differs, to the byte.' },
    EXCLUDED: { value: 'excluded', description: 'No unit: a stretch that is set aside with a reason.' },
  } as const,
});

export const WordChangeEnum = builder.enumType('WordChange', {
  description: 'What became of some words of a text.',
  values: {
    SAME: { value: 'same', description: 'Both texts have them.' },
    REMOVED: { value: 'removed', description: 'The text of the plan no longer has them.' },
    ADDED: { value: 'added', description: 'The text of the plan alone has them.' },
  } as const,
});
