import type { TermKind } from '../../document/types.ts';
import { wordEnum } from './word-enum.ts';

export const TermKindEnum = wordEnum<TermKind>('TermKind', 'What a word of the vocabulary says of a unit.', {
  unit_kind: 'What the unit is, as `kind` has it.',
  section_type: 'Its part in the document, as `sectionType` has it.',
});
