import { z } from 'zod';
import { narrowToken } from '../../ledger/parties/narrow-token.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { reachFields, reachShape, reasonField, reasonShape, tokenSuccess } from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  tokenId: uuid,
  ...reachShape,
  reason: reasonShape,
});

const NarrowTokenInput = builder
  .inputType('NarrowTokenInput', {
    description: 'What a token may from now on. It only ever gets less.',
    fields: (t) => ({
      ...callFields(t),
      tokenId: t.field({ type: 'UUID', required: true, description: 'The token to narrow.' }),
      ...reachFields(t),
      expiresAt: t.field({ type: 'DateTime', description: 'An earlier end. Left out: as it is.' }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

const NarrowTokenSuccess = tokenSuccess('NarrowTokenSuccess', 'The token is narrower.');

builder.mutationField('narrowToken', (t) =>
  t.field({
    type: outcomeOf('narrowToken', NarrowTokenSuccess),
    description:
      'Lets a token do less from now on. Streams that rest on what it loses end within a second. ' +
      'Scope `principal:admin`, not for agents.',
    args: {
      input: t.arg({ type: NarrowTokenInput, required: true, description: 'The token, and to what.' }),
    },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asRegistrar(
          callOf('narrowToken', ctx, { ...input, entryIds: null, manifestDigest: null }),
          (tx) => narrowToken(tx, input),
        ),
      ),
  }),
);
