import { z } from 'zod';
import { abandon } from '../../ledger/abandon.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, readableText, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  entryId: uuid,
  rationale: readableText(10_000),
});

const AbandonInput = builder
  .inputType('AbandonInput', {
    description: 'An entry to end.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({
        type: 'UUID',
        required: true,
        description: 'The entry, not cut yet, or an escalation.',
      }),
      rationale: t.string({ required: true, description: 'Why, or what was done about the escalation.' }),
    }),
  })
  .validate(shape);

const AbandonSuccess = builder.objectRef<Success<{ entryId: string }>>('AbandonSuccess').implement({
  description: 'The entry has ended.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    entry: t.field({
      type: Entry,
      description: 'The entry that has ended.',
      resolve: nodeBy('Entry', 'entryId'),
    }),
  }),
});

builder.mutationField('abandon', (t) =>
  t.field({
    type: outcomeOf('abandon', AbandonSuccess),
    description:
      "Ends an entry that won't be cut, or an escalation that was dealt with. Scope `entry:abandon`, lane " +
      'DOT-991. An agent may not call it.',
    args: { input: t.arg({ type: AbandonInput, required: true, description: 'What to end, and why.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(ctx, await ctx.ledger.asExec(callOf('abandon', ctx, input), (tx) => abandon(tx, input))),
  }),
);
