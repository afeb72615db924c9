import { z } from 'zod';
import { GRANULARITIES } from '../document/profile/schema.ts';
import type { CutSpec } from '../document/types.ts';
import { builder } from '../schema/builder.ts';
import { GranularityEnum } from '../schema/enums/plans.ts';
import { digest, maybeEmpty, optionalInput, requiredText } from './input.ts';
import { NEEDS_VALUE } from './inputs.ts';

/** Characters of a quote: those of the largest document. */
const LONGEST_QUOTE = 16 * 1024 * 1024;

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
  quote: optionalInput(maybeEmpty(LONGEST_QUOTE)),
  sha256: optionalInput(digest),
});

/** A cut specification as it is stored and hashed. */
export const cutSpec = z
  .object({
    profile: requiredText(100).nullish(),
    tuned: z.object({ profile: requiredText(100), granularity: z.enum(GRANULARITIES) }).nullish(),
    units: z.array(span).max(200_000, 'may have at most 200000 spans').nullish(),
  })
  .transform(({ profile, tuned, units }, issue): CutSpec => {
    if (units != null) return { units };
    if (tuned != null) return tuned;
    if (profile != null) return { profile };
    issue.addIssue('must have a profile, a tuned profile or units');
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
    quote: t.string({
      description:
        'The exact text that it holds, as you read it. The plan has a problem where its bytes are others.',
    }),
    sha256: t.field({
      type: 'Digest',
      description: 'The SHA-256 of its bytes, as you computed it. It is checked like `quote`.',
    }),
  }),
});

const TunedProfileInput = builder.inputType('TunedProfileInput', {
  description: 'A profile with the finest units that it makes.',
  fields: (t) => ({
    profile: t.string({
      required: true,
      description: 'A profile that has levels: "statute-de", optionally with "@version".',
    }),
    granularity: t.field({
      type: GranularityEnum,
      required: true,
      description: 'Sections, their paragraphs too, or list items and tables too.',
    }),
  }),
});

export const CutSpecInput = builder.inputType('CutSpecInput', {
  description: 'How to cut: by a profile, or by explicit spans that cover every byte once.',
  isOneOf: true,
  fields: (t) => ({
    profile: t.string({ description: '"markdown", optionally with "@version"; without, the newest.' }),
    tuned: t.field({ type: TunedProfileInput, description: 'A profile, and how fine it cuts.' }),
    units: t.field({ type: [UnitSpanInput], description: 'Explicit spans.' }),
  }),
});
