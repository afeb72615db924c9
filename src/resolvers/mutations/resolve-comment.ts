import { z } from 'zod';
import { type ResolveCommentAnswer, resolveComment } from '../../ledger/resolve-comment.ts';
import { builder } from '../../schema/builder.ts';
import { Comment, CommentResolution } from '../../schema/comments/comment.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, optionalInput, shownText, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  entryId: uuid,
  commentId: uuid,
  note: optionalInput(shownText(4_000)),
});

const ResolveCommentInput = builder
  .inputType('ResolveCommentInput', {
    description: 'A comment that is settled.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({ type: 'UUID', required: true, description: 'The entry of the comment.' }),
      commentId: t.field({
        type: 'UUID',
        required: true,
        description: 'The comment; of a thread, the one that began it.',
      }),
      note: t.string({ description: 'How it was settled, in the form of a `body`.' }),
    }),
  })
  .validate(shape);

const ResolveCommentSuccess = builder
  .objectRef<Success<ResolveCommentAnswer>>('ResolveCommentSuccess')
  .implement({
    description: 'The comment is resolved.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      comment: t.field({
        type: Comment,
        description: 'The comment; in a dry run, as the ledger has it.',
        resolve: nodeBy('Comment', 'commentId'),
      }),
      resolution: t.field({
        type: CommentResolution,
        description: 'The resolution of this key.',
        resolve: nodeBy('CommentResolution', 'resolutionId'),
      }),
    }),
  });

builder.mutationField('resolveComment', (t) =>
  t.field({
    type: outcomeOf('resolveComment', ResolveCommentSuccess),
    description:
      'Says that a comment is settled. Its author may, or who may review the entry: scope `entry:review`, no agent, ' +
      'neither marker nor registrar. Scope `ledger:evidence`, lane DOT-991.',
    args: { input: t.arg({ type: ResolveCommentInput, required: true, description: 'The comment.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asExec(callOf('resolveComment', ctx, input), (tx) => resolveComment(tx, input)),
      ),
  }),
);
