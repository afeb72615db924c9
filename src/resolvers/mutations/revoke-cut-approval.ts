import { z } from 'zod';
import {
  type RevokeCutApprovalAnswer,
  revokeCutApproval,
} from '../../ledger/sanction/revoke-cut-approval.ts';
import { builder } from '../../schema/builder.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { reasonField, reasonShape } from '../party-input.ts';
import { type Success, successOf } from '../success.ts';

const shape = z.object({ idempotencyKey, dryRun: z.boolean(), approvalId: uuid, reason: reasonShape });

const RevokeCutApprovalInput = builder
  .inputType('RevokeCutApprovalInput', {
    description: 'An approval of a cut that is to count no more.',
    fields: (t) => ({
      ...callFields(t),
      approvalId: t.field({ type: 'UUID', required: true, description: 'The approval to end.' }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

const RevokeCutApprovalSuccess = builder
  .objectRef<Success<RevokeCutApprovalAnswer>>('RevokeCutApprovalSuccess')
  .implement({
    description: 'The approval is revoked.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      approvalId: t.expose('approvalId', { type: 'UUID', description: 'The approval that was ended.' }),
      entryId: t.expose('entryId', { type: 'UUID', description: 'The entry whose cut it approved.' }),
    }),
  });

builder.mutationField('revokeCutApproval', (t) =>
  t.field({
    type: outcomeOf('revokeCutApproval', RevokeCutApprovalSuccess),
    description: 'Ends an approval of a cut that no cut has used. Scope `approval:grant`, not for agents.',
    args: {
      input: t.arg({ type: RevokeCutApprovalInput, required: true, description: 'The approval, and why.' }),
    },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asRegistrar(callOf('revokeCutApproval', ctx, input), (tx) =>
          revokeCutApproval(tx, input),
        ),
      ),
  }),
);
