import { z } from 'zod';
import type { CutSpec } from '../document/types.ts';
import { builder } from '../schema/builder.ts';
import { maybeEmpty, optionalInput, requiredText } from './input.ts';
import { NEEDS_VALUE } from './inputs.ts';

const span = z.object({
  localId: requiredText(200),
  start: z.int(),
  end: z.int(),
  kind: requiredText(100),
  sectionType: requiredText(100),
  address: maybeEmpty(1000),
  parentLocalId: optionalInput(requiredText(200)),
  title: optionalInput(maybeEmpty(2000)),
  excludedBecause: optionalInput(requiredText(200)),
});

/** A cut specification as it is stored and hashed. */
export const cutSpec = z
  .object({
    profile: requiredText(100).nullish(),
    units: z.array(span).max(200_000, 'may have at most 200000 spans').nullish(),
  })
  .transform(({ profile, units }, issue): CutSpec => {
    if (units != null) return { units };
    if (profile != null) return { profile };
    issue.addIssue('must have a profile or units');
    return z.NEVER;
  });

const UnitSpanInput = builder.inputType('UnitSpanInput', {
  description:
    'One stretch of the document, marked by the caller. Offsets are bytes; `end` is the first byte after.',
  fields: (t) => ({
    localId: t.string({ required: true, description: 'Names it in this specification.' }),
    start: t.int({ required: true, description: 'Its first byte, counted from 0.' }),
    end: t.int({ required: true, description: 'First byte after it.' }),
    kind: t.string({ required: true, description: 'A unit kind of the vocabulary.' }),
    sectionType: t.string({ required: true, description: 'A section type of the vocabulary.' }),
    address: t.string({
      required: true,
      description:
        'Its canonical address, unique in the ledger: the code of its document, or that code, "/" and a path.',
    }),
    parentLocalId: t.string({ description: 'The span that holds it.' }),
    title: t.string({ description: 'What it is called.' }),
    excludedBecause: t.string({
      extensions: NEEDS_VALUE,
      description: 'Sets the stretch aside, with this reason: it becomes no unit.',
    }),
  }),
});

export const CutSpecInput = builder.inputType('CutSpecInput', {
  description: 'How to cut: by a profile, or by explicit spans that cover every byte once.',
  isOneOf: true,
  fields: (t) => ({
    profile: t.string({ description: '"markdown", optionally with "@version"; without, the newest.' }),
    units: t.field({ type: [UnitSpanInput], description: 'Explicit spans.' }),
  }),
});
