import type { VocabularyTerm } from '../../document/types.ts';
import { builder } from '../builder.ts';
import { TermKindEnum } from '../enums/registry.ts';
import { ENTITY } from '../node.ts';
import { registryId } from './registry-id.ts';

/** A word of the vocabulary as callers see it. */
export interface TermView extends VocabularyTerm {
  /** Null where it came with the program, or was added by hand. */
  readonly registeredBy: string | null;
  readonly registeredAt: string | null;
  /** Null where no record has it. It may wait for the integrator. */
  readonly position: () => Promise<string | null> | string | null;
}

export const VocabularyTermType = builder.objectRef<TermView>('VocabularyTerm').implement({
  description: 'A word that units may use. It is never removed, and its meaning never changes.',
  interfaces: [ENTITY],
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id, for `node`.',
      resolve: ({ termKind, term }) => registryId('VocabularyTerm', termKind, term),
    }),
    termKind: t.expose('termKind', { type: TermKindEnum, description: 'What it says of a unit.' }),
    term: t.exposeString('term', { description: 'The word itself.' }),
    description: t.exposeString('description', { description: 'What it means, for people.' }),
    atMost: t.exposeInt('atMost', {
      nullable: true,
      description: 'How many units of one document may use it; null where there is no bound.',
    }),
    registeredBy: t.exposeString('registeredBy', {
      nullable: true,
      description: 'The principal that registered it; null for a word that came with the program.',
    }),
    registeredAt: t.expose('registeredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the transaction that registered it.',
    }),
    position: t.field({
      type: 'Position',
      nullable: true,
      description: 'The place of the record that registered it; null where there is none yet.',
      resolve: ({ position }) => position(),
    }),
  }),
});
