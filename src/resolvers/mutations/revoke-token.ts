import { z } from 'zod';
import { revokeToken } from '../../ledger/parties/revoke-token.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { reasonField, reasonShape, tokenSuccess } from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({ idempotencyKey, dryRun: z.boolean(), tokenId: uuid, reason: reasonShape });

const RevokeTokenInput = builder
  .inputType('RevokeTokenInput', {
    description: 'A token that is to open nothing more.',
    fields: (t) => ({
      ...callFields(t),
      tokenId: t.field({ type: 'UUID', required: true, description: 'The token to end.' }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

const RevokeTokenSuccess = tokenSuccess('RevokeTokenSuccess', 'The token is revoked.');

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: outcomeOf('revokeToken', RevokeTokenSuccess),
    description:
      'Ends a token: its calls are refused, and its sockets and streams end within a second. ' +
      'Scope `principal:admin`, not for agents.',
    args: { input: t.arg({ type: RevokeTokenInput, required: true, description: 'The token, and why.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asRegistrar(callOf('revokeToken', ctx, input), (tx) => revokeToken(tx, input)),
      ),
  }),
);
