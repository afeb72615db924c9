import { builder } from './builder.ts';

export const DependencyKindEnum = builder.enumType('DependencyKind', {
  description: 'How two entries are related; read *from* KIND *to*.',
  values: {
    BLOCKS: { value: 'blocks', description: '`to` is cut only after `from` is verified complete.' },
    SUPERSEDES: {
      value: 'supersedes',
      description: '`from` takes the place of `to`; declared by a reviewer.',
    },
    REFINES: { value: 'refines', description: '`from` refines `to`; no guard depends on it.' },
    RELATED_TO: { value: 'related_to', description: 'They belong together; no guard depends on it.' },
  } as const,
});

export const ReviewVerdict = builder.enumType('ReviewVerdict', {
  description: 'What a reviewer says of one manifest.',
  values: {
    APPROVE: { value: 'approve', description: 'It may be cut, exactly as it is.' },
    REJECT: { value: 'reject', description: 'It will not be cut; the entry ends.' },
    DEFER: { value: 'defer', description: 'Not now; a later sweep brings it back.' },
  } as const,
});

export const RiskClassEnum = builder.enumType('RiskClass', {
  description: "The reviewer's assessment of the risk.",
  values: {
    STANDARD: { value: 'standard', description: 'The usual.' },
    HIGH: { value: 'high', description: 'Worth a second look.' },
  } as const,
});

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
