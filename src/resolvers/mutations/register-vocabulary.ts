import { z } from 'zod';
import { termFault } from '../../document/registry-words.ts';
import { TERM_KINDS } from '../../document/vocabulary.ts';
import { type KnownTerm, registerVocabulary } from '../../ledger/register-vocabulary.ts';
import { builder } from '../../schema/builder.ts';
import { TermKindEnum } from '../../schema/enums/registry.ts';
import { VocabularyTermType } from '../../schema/registry/vocabulary-term.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { fittingText, idempotencyKey, oneLine, optionalInput } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';

/** Words of one call. */
const MOST_WORDS = 100;
/** Units of one document, at most. */
const MOST_UNITS = 1_000_000;

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  terms: z
    .array(
      z.object({
        termKind: z.enum(TERM_KINDS),
        term: fittingText(termFault),
        description: oneLine(500),
        atMost: optionalInput(
          z
            .int()
            .min(1, 'must be 1 or more; leave it out where there is no bound')
            .max(MOST_UNITS, `must be at most ${MOST_UNITS}; leave it out where there is no bound`),
        ),
      }),
    )
    .min(1, 'must have one word at least')
    .max(MOST_WORDS, `may have at most ${MOST_WORDS} words; register the rest with another call`),
});

const VocabularyTermInput = builder.inputType('VocabularyTermInput', {
  description: 'A word that units may use.',
  fields: (t) => ({
    termKind: t.field({ type: TermKindEnum, required: true, description: 'What it says of a unit.' }),
    term: t.string({
      required: true,
      description: 'The word: a to z, 0 to 9 and single "_" between them, at most 63 characters.',
    }),
    description: t.string({
      required: true,
      description: 'What it means, in one line of at most 500 characters.',
    }),
    atMost: t.int({ description: 'How many units of one document may use it. Left out: any number.' }),
  }),
});

const RegisterVocabularyInput = builder
  .inputType('RegisterVocabularyInput', {
    description: 'Words that units may use from then on.',
    fields: (t) => ({
      ...callFields(t),
      terms: t.field({
        type: [VocabularyTermInput],
        required: true,
        description: 'The words, at most 100. One that is there with the same meaning is left as it is.',
      }),
    }),
  })
  .validate(shape);

const RegisterVocabularySuccess = builder
  .objectRef<Success<{ readonly terms: readonly KnownTerm[] }>>('RegisterVocabularySuccess')
  .implement({
    description: 'The words are in the vocabulary.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      terms: t.field({
        type: [VocabularyTermType],
        description: 'The words of the call, in its order.',
        resolve: ({ terms, position }) => terms.map((term) => ({ ...term, position })),
      }),
    }),
  });

builder.mutationField('registerVocabulary', (t) =>
  t.field({
    type: outcomeOf('registerVocabulary', RegisterVocabularySuccess),
    description:
      'Adds words that units may use for what they are and for their part in a document. No word is ever ' +
      'removed or changed. Scope `profile:register`, lane DOT-991, not for agents.',
    args: {
      input: t.arg({
        type: RegisterVocabularyInput,
        required: true,
        description: 'The words to add, each with what it means.',
      }),
    },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asExec(callOf('registerVocabulary', ctx, input), (tx) =>
          registerVocabulary(tx, input),
        ),
      ),
  }),
);
