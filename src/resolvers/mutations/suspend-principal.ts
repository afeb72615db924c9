import { z } from 'zod';
import { suspendPrincipal } from '../../ledger/parties/suspend-principal.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { principalSuccess, reasonField, reasonShape, withPreview } from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({ idempotencyKey, dryRun: z.boolean(), principalId: uuid, reason: reasonShape });

const SuspendPrincipalInput = builder
  .inputType('SuspendPrincipalInput', {
    description: 'A principal that is to act no more.',
    fields: (t) => ({
      ...callFields(t),
      principalId: t.field({ type: 'UUID', required: true, description: 'The principal to suspend.' }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

const SuspendPrincipalSuccess = principalSuccess('SuspendPrincipalSuccess', 'The principal is suspended.');

builder.mutationField('suspendPrincipal', (t) =>
  t.field({
    type: outcomeOf('suspendPrincipal', SuspendPrincipalSuccess),
    description:
      'Ends what a principal may do, for good: its calls are refused, and its sockets and streams end within a ' +
      'second. Scope `principal:admin`, not for agents.',
    args: {
      input: t.arg({ type: SuspendPrincipalInput, required: true, description: 'The principal, and why.' }),
    },
    resolve: async (_, { input }, ctx) =>
      withPreview(
        await successOf(
          ctx,
          await ctx.ledger.asRegistrar(callOf('suspendPrincipal', ctx, input), (tx) =>
            suspendPrincipal(tx, input),
          ),
        ),
      ),
  }),
);
