import { z } from 'zod';
import type { Context } from '../../context.ts';
import { mark } from '../../ledger/mark.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { CutSpecInput, cutSpec } from '../cut-spec-input.ts';
import { idempotencyKey, optionalInput, readableText, uuid } from '../input.ts';
import { callFields, NEEDS_VALUE } from '../inputs.ts';
import { addMany } from '../many.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  sourceId: uuid,
  cutSpec,
  signalSource: readableText(200),
  scenarioRef: optionalInput(readableText(200)),
  blockedBy: z
    .array(uuid)
    .max(1000, 'may name at most 1000 entries')
    .nullish()
    .transform((ids) => ids ?? []),
});

const MarkInput = builder
  .inputType('MarkInput', {
    description: 'A document to cut, and how.',
    fields: (t) => ({
      ...callFields(t),
      sourceId: t.field({ type: 'UUID', required: true, description: 'A registered source.' }),
      cutSpec: t.field({ type: CutSpecInput, required: true, description: 'How to cut it.' }),
      signalSource: t.string({
        required: true,
        description: 'What gave the signal: a person, a feed, a ticket.',
      }),
      scenarioRef: t.string({ description: 'A scenario this belongs to.' }),
      blockedBy: t.field({
        type: ['UUID'],
        extensions: NEEDS_VALUE,
        description: 'Entries that must be verified complete before this one is cut.',
      }),
    }),
  })
  .validate(shape);

const MarkSuccess = builder.objectRef<Success<{ entryId: string }>>('MarkSuccess').implement({
  description: 'The entry is on the backlog.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    entry: t.field({
      type: Entry,
      description: 'The entry of this key.',
      resolve: nodeBy('Entry', 'entryId'),
    }),
  }),
});

const MarkOutcome = outcomeOf('mark', MarkSuccess);

const markOne = async (context: Context, input: z.output<typeof shape>) =>
  successOf(context, await context.ledger.asExec(callOf('mark', context, input), (tx) => mark(tx, input)));

builder.mutationField('mark', (t) =>
  t.field({
    type: MarkOutcome,
    description: 'Puts a document, and how to cut it, on the backlog. Scope `entry:mark`, lane DOT-991.',
    args: { input: t.arg({ type: MarkInput, required: true, description: 'What to cut.' }) },
    resolve: (_, { input }, ctx) => markOne(ctx, input),
  }),
);

addMany('mark', { input: MarkInput, outcome: MarkOutcome, items: 'marks', run: markOne });
