import { z } from 'zod';
import { MAX_SWEEP, type SweepAnswer, sweep } from '../../ledger/sweep.ts';
import { sweepReplay } from '../../ledger/sweep-replay.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { previewNode } from '../reading/preview.ts';
import { readNodes } from '../reading/read.ts';
import { type Success, succeed } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  limit: z.int().min(1, 'must be at least 1'),
});

const SweepInput = builder
  .inputType('SweepInput', {
    description: 'One pass over what waits for review.',
    fields: (t) => ({
      ...callFields(t),
      limit: t.int({
        required: true,
        defaultValue: 100,
        description: `Entries to look at, oldest first; more than ${MAX_SWEEP} is ${MAX_SWEEP}.`,
      }),
    }),
  })
  .validate(shape);

const SweepSuccess = builder.objectRef<Success<SweepAnswer>>('SweepSuccess').implement({
  description: 'The pass is done.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    examined: t.exposeInt('examined', { description: 'Entries looked at.' }),
    promoted: t.field({
      type: [Entry],
      description: 'Entries that wait for review now.',
      resolve: ({ previewRows, promoted }, _, ctx, info) =>
        previewRows === null
          ? readNodes(ctx, info, 'Entry', promoted)
          : promoted.map((id) => previewNode('Entry', previewRows, id)),
    }),
  }),
});

builder.mutationField('sweep', (t) =>
  t.field({
    type: outcomeOf('sweep', SweepSuccess),
    description: 'Promotes what waits to review, oldest first. Scope `entry:sweep`, lane DOT-991.',
    args: { input: t.arg({ type: SweepInput, required: true, description: 'The pass.' }) },
    resolve: async (_, { input }, ctx) => {
      const pass = await ctx.ledger.asExec(callOf('sweep', ctx, input), (tx) => sweep(tx, input));
      const first = pass.replayed ? await sweepReplay(ctx.observe, input) : {};
      return succeed(ctx, { ...pass, ...first });
    },
  }),
);
