import { z } from 'zod';
import { rotateToken } from '../../ledger/parties/rotate-token.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { dateTime, idempotencyKey, optionalInput, uuid } from '../input.ts';
import { callFields, NEEDS_VALUE } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { secretSuccess } from '../party-input.ts';
import { successOf } from '../success.ts';

/** A day: time to bring the new token to its place. */
const LONGEST_OVERLAP = 86_400;

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  tokenId: uuid,
  overlapSeconds: z
    .int()
    .min(0, 'must be 0 or more; 0 ends the old token now')
    .max(LONGEST_OVERLAP, `must be at most ${LONGEST_OVERLAP}, which is a day`),
  expiresAt: optionalInput(dateTime),
});

const RotateTokenInput = builder
  .inputType('RotateTokenInput', {
    description: 'A token that another one follows.',
    fields: (t) => ({
      ...callFields(t),
      tokenId: t.field({ type: 'UUID', required: true, description: 'The token to replace.' }),
      overlapSeconds: t.int({
        required: true,
        defaultValue: 3600,
        extensions: NEEDS_VALUE,
        description: 'How long the old token goes on, at most 86,400. 0: it ends now.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When the new one ends, within 366 days. Left out: 30 days from now.',
      }),
    }),
  })
  .validate(shape);

const RotateTokenSuccess = secretSuccess('RotateTokenSuccess', 'The next token is issued.');

builder.mutationField('rotateToken', (t) =>
  t.field({
    type: outcomeOf('rotateToken', RotateTokenSuccess),
    description:
      'Issues a token that may what the old one may, and ends the old one after an overlap. ' +
      'Scope `principal:admin`, not for agents.',
    args: { input: t.arg({ type: RotateTokenInput, required: true, description: 'The token to replace.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asRegistrar(callOf('rotateToken', ctx, input), (tx) => rotateToken(tx, input)),
      ),
  }),
);
