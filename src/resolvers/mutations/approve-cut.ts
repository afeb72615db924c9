import { z } from 'zod';
import { refuseOutside } from '../../auth/narrowing.ts';
import { type ApproveCutAnswer, approveCut } from '../../ledger/sanction/approve-cut.ts';
import { builder } from '../../schema/builder.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { dateTime, digest, idempotencyKey, optionalInput, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { StatementSignatureInput, StatementToSignType, statementSignature } from '../statement-input.ts';
import { type Success, successOf } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  entryId: uuid,
  manifestDigest: digest,
  expiresAt: optionalInput(dateTime),
  signature: statementSignature,
});

const ApproveCutInput = builder
  .inputType('ApproveCutInput', {
    description: 'A cut that a person approves.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({
        type: 'UUID',
        required: true,
        description: 'The entry, approved by its reviewers.',
      }),
      manifestDigest: t.field({ type: 'Digest', required: true, description: 'Of the approved manifest.' }),
      expiresAt: t.field({
        type: 'DateTime',
        description:
          'When the approval ends, within 12 hours of its statement. Left out: 12 hours after that was made.',
      }),
      signature: t.field({
        type: StatementSignatureInput,
        description: 'Your signature of the statement. A dry run without it gives the statement to sign.',
      }),
    }),
  })
  .validate(shape);

const ApproveCutSuccess = builder.objectRef<Success<ApproveCutAnswer>>('ApproveCutSuccess').implement({
  description: 'The cut is approved, for one use.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    approvalId: t.expose('approvalId', { type: 'UUID', description: 'The approval of this key.' }),
    statement: t.field({
      type: StatementToSignType,
      nullable: true,
      description: 'What the approver signs; null where the call was answered before.',
      resolve: ({ statement }) => statement,
    }),
    entryId: t.expose('entryId', { type: 'UUID', description: 'The entry whose cut it approves.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'The first moment at which it no longer counts.',
    }),
  }),
});

builder.mutationField('approveCut', (t) =>
  t.field({
    type: outcomeOf('approveCut', ApproveCutSuccess),
    description:
      'Approves what exactly one cut will do, with your own signature. A production cut needs such an approval. ' +
      'You are a person on no side of the entry. Scope `approval:grant`, not for agents.',
    args: {
      input: t.arg({ type: ApproveCutInput, required: true, description: 'The cut, and your signature.' }),
    },
    resolve: async (_, { input }, ctx) => {
      const call = callOf('approveCut', ctx, input);
      refuseOutside(call.caller, [input.entryId]);
      const found = await ctx.ledger.cutToApprove(input);
      const written = await ctx.ledger.asRegistrar(call, (tx) => approveCut(tx, input, found));
      return successOf(ctx, written);
    },
  }),
);
