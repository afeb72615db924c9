import { z } from 'zod';
import { issueToken } from '../../ledger/parties/issue-token.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { reachFields, reachShape, secretSuccess } from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({ idempotencyKey, dryRun: z.boolean(), principalId: uuid, ...reachShape });

const IssueTokenInput = builder
  .inputType('IssueTokenInput', {
    description: 'A token for a principal. What is left out is not narrowed.',
    fields: (t) => ({
      ...callFields(t),
      principalId: t.field({ type: 'UUID', required: true, description: 'The principal that gets it.' }),
      ...reachFields(t),
      expiresAt: t.field({
        type: 'DateTime',
        description: 'When it ends, within 366 days. Left out: 30 days from now.',
      }),
    }),
  })
  .validate(shape);

const IssueTokenSuccess = secretSuccess('IssueTokenSuccess', 'The token is issued.');

builder.mutationField('issueToken', (t) =>
  t.field({
    type: outcomeOf('issueToken', IssueTokenSuccess),
    description:
      'Gives a principal a token of 256 random bits. The ledger keeps its SHA-256 alone, so it is shown once. ' +
      'Scope `principal:admin`, not for agents.',
    args: { input: t.arg({ type: IssueTokenInput, required: true, description: 'Whose, and how narrow.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asRegistrar(
          callOf('issueToken', ctx, { ...input, entryIds: null, manifestDigest: null }),
          (tx) => issueToken(tx, input),
        ),
      ),
  }),
);
