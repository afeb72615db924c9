import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import { TRIGGER_KINDS } from '../../law/values.ts';
import { MAX_SWEEP, type SweepAnswer, sweep } from '../../ledger/sweep.ts';
import { previewNode } from '../../reading/preview.ts';
import { readNodesById } from '../../reading/read.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { TriggerKindEnum } from '../../schema/enums/entries.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields, NEEDS_VALUE } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';

/** Absent means all that wait. Null or an empty list is what a broken caller sends, and must not mean all. */
const namedEntries = z
  .array(uuid, 'must be a list of entries; leave it out to sweep the oldest that wait')
  .min(1, 'must name an entry; leave it out to sweep the oldest that wait')
  .max(MAX_SWEEP, `may name at most ${MAX_SWEEP} entries`)
  .transform((ids) => [...new Set(ids)].sort())
  .optional()
  .transform((ids) => ids ?? null);

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  limit: z.int().min(1, 'must be at least 1'),
  triggerKind: z.enum(TRIGGER_KINDS),
  entryIds: namedEntries,
});

const SweepInput = builder
  .inputType('SweepInput', {
    description: 'One pass over what waits for review.',
    fields: (t) => ({
      ...callFields(t),
      limit: t.int({
        required: true,
        defaultValue: 100,
        extensions: NEEDS_VALUE,
        description:
          `Entries to look at, oldest first; more than ${MAX_SWEEP} is ${MAX_SWEEP}. Ignored if entryIds ` +
          'are named.',
      }),
      triggerKind: t.field({
        type: TriggerKindEnum,
        required: true,
        defaultValue: 'manual',
        extensions: NEEDS_VALUE,
        description:
          'What starts the pass: somebody, or a timer that calls the API. It is kept with the pass.',
      }),
      entryIds: t.field({
        type: ['UUID'],
        extensions: NEEDS_VALUE,
        description:
          `The entries to promote: 1 to ${MAX_SWEEP}, all of them or none. Absent: the oldest that wait, no ` +
          'matter who marked them. Null, an empty list, or a variable without a value is InvalidInput.',
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
          ? readNodesById(ctx, info, 'Entry', promoted)
          : promoted.map((id) => previewNode('Entry', previewRows, id)),
    }),
  }),
});

builder.mutationField('sweep', (t) =>
  t.field({
    type: outcomeOf('sweep', SweepSuccess),
    description:
      'Promotes what waits to review: the oldest entries first, or those that entryIds name. Scope ' +
      '`entry:sweep`, lane DOT-991.',
    args: { input: t.arg({ type: SweepInput, required: true, description: 'The pass over the backlog.' }) },
    resolve: async (_, { input }, ctx) => {
      const pass = await ctx.ledger.asExec(callOf('sweep', ctx, input), (tx) => sweep(tx, input));
      const first = pass.replayed ? await ctx.ledger.sweepReplay(ctx.session as Session, input) : {};
      return successOf(ctx, { ...pass, ...first });
    },
  }),
);
