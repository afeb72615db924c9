import { z } from 'zod';
import { updatePrincipal } from '../../ledger/parties/update-principal.ts';
import { builder } from '../../schema/builder.ts';
import { ScopeEnum } from '../../schema/enums/callers.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, optionalInput, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import {
  principalName,
  principalSuccess,
  reasonField,
  reasonShape,
  scopesShape,
  withPreview,
} from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  principalId: uuid,
  name: optionalInput(principalName),
  scopes: optionalInput(scopesShape),
  reason: reasonShape,
});

const UpdatePrincipalInput = builder
  .inputType('UpdatePrincipalInput', {
    description: 'What a principal is from now on. Its kind, its lane and its person stay.',
    fields: (t) => ({
      ...callFields(t),
      principalId: t.field({ type: 'UUID', required: true, description: 'The principal to change.' }),
      name: t.string({ description: 'Another name, as `createPrincipal` takes it. Left out: as it is.' }),
      scopes: t.field({
        type: [ScopeEnum],
        description: 'All the scopes that it has from now on. Left out: as they are.',
      }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

const UpdatePrincipalSuccess = principalSuccess('UpdatePrincipalSuccess', 'The principal is changed.');

builder.mutationField('updatePrincipal', (t) =>
  t.field({
    type: outcomeOf('updatePrincipal', UpdatePrincipalSuccess),
    description:
      'Gives a principal another name or other scopes. Its tokens never get wider than it is. ' +
      'Scope `principal:admin`, not for agents.',
    args: {
      input: t.arg({ type: UpdatePrincipalInput, required: true, description: 'What to change.' }),
    },
    resolve: async (_, { input }, ctx) =>
      withPreview(
        await successOf(
          ctx,
          await ctx.ledger.asRegistrar(callOf('updatePrincipal', ctx, input), (tx) =>
            updatePrincipal(tx, input),
          ),
        ),
      ),
  }),
);
