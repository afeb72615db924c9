import { z } from 'zod';
import { DEPENDENCY_KINDS } from '../../law/values.ts';
import { declareDependency } from '../../ledger/declare-dependency.ts';
import { builder } from '../../schema/builder.ts';
import { Dependency } from '../../schema/dependency.ts';
import { DependencyKindEnum } from '../../schema/enums/entries.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z
  .object({
    idempotencyKey,
    dryRun: z.boolean(),
    fromEntryId: uuid,
    toEntryId: uuid,
    kind: z.enum(DEPENDENCY_KINDS),
  })
  .refine((input) => input.fromEntryId !== input.toEntryId, {
    message: 'must be another entry than fromEntryId',
    path: ['toEntryId'],
  });

const DeclareDependencyInput = builder
  .inputType('DeclareDependencyInput', {
    description: 'An edge between two entries; read *from* KIND *to*, for example from BLOCKS to.',
    fields: (t) => ({
      ...callFields(t),
      fromEntryId: t.field({
        type: 'UUID',
        required: true,
        description: 'The entry that blocks, supersedes or refines.',
      }),
      toEntryId: t.field({
        type: 'UUID',
        required: true,
        description: 'The entry that is blocked, superseded or refined.',
      }),
      kind: t.field({ type: DependencyKindEnum, required: true, description: 'How they are related.' }),
    }),
  })
  .validate(shape);

const DeclareDependencySuccess = builder
  .objectRef<Success<{ dependencyId: string }>>('DeclareDependencySuccess')
  .implement({
    description: 'The edge is declared.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      dependency: t.field({
        type: Dependency,
        description: 'The edge of this key.',
        resolve: nodeBy('Dependency', 'dependencyId'),
      }),
    }),
  });

builder.mutationField('declareDependency', (t) =>
  t.field({
    type: outcomeOf('declareDependency', DeclareDependencySuccess),
    description:
      'Declares how two entries are related. Scope `entry:mark`; SUPERSEDES needs `entry:review`. Lane DOT-991.',
    args: {
      input: t.arg({ type: DeclareDependencyInput, required: true, description: 'The edge to declare.' }),
    },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asExec(callOf('declareDependency', ctx, input), (tx) =>
          declareDependency(tx, input),
        ),
      ),
  }),
);
