import type { builder } from '../schema/builder.ts';

type Types = typeof builder.$inferSchemaTypes;
type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/**
 * Marks an optional field that may be left out, but not given by a variable without a value: its default does more
 * than any value.
 */
export const NEEDS_VALUE = { needsValue: true } as const;

/** The two fields that every mutation's input has. */
export function callFields(t: InputFields) {
  return {
    idempotencyKey: t.string({
      required: true,
      description:
        'Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 ' +
        'characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible.',
    }),
    dryRun: t.boolean({
      required: true,
      defaultValue: false,
      extensions: NEEDS_VALUE,
      description:
        'Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position.',
    }),
  };
}
