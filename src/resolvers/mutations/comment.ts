import { z } from 'zod';
import { comment } from '../../ledger/comment.ts';
import { builder } from '../../schema/builder.ts';
import { Comment } from '../../schema/comments/comment.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { digest, idempotencyKey, optionalInput, requiredText, shownText, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  entryId: uuid,
  manifestDigest: digest,
  localId: optionalInput(requiredText(1_000)),
  address: optionalInput(requiredText(1_000)),
  replyTo: optionalInput(uuid),
  body: shownText(4_000),
});

const CommentInput = builder
  .inputType('CommentInput', {
    description: 'What somebody has to say of a plan.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({ type: 'UUID', required: true, description: 'The entry whose plan it is about.' }),
      manifestDigest: t.field({
        type: 'Digest',
        required: true,
        description: 'The plan, as `planCut(entryId)` shows it; of an answer, that of the comment.',
      }),
      localId: t.string({
        description:
          'The record that it is about, as the plan names it. Without `address` too: the whole plan.',
      }),
      address: t.string({ description: 'The same by the address of its unit, also of one that vanishes.' }),
      replyTo: t.field({ type: 'UUID', description: 'The comment that this one answers.' }),
      body: t.string({
        required: true,
        description:
          'At most 4,000 characters, with something to be read in it; no control characters but tabs and line ends, ' +
          'and none that turn the direction of text.',
      }),
    }),
  })
  .validate(shape);

const CommentSuccess = builder.objectRef<Success<{ commentId: string }>>('CommentSuccess').implement({
  description: 'The comment is made.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    comment: t.field({
      type: Comment,
      description: 'The comment of this key.',
      resolve: nodeBy('Comment', 'commentId'),
    }),
  }),
});

builder.mutationField('comment', (t) =>
  t.field({
    type: outcomeOf('comment', CommentSuccess),
    description:
      'Says something about the present plan of an entry, or answers a comment. While a comment on it is open, no ' +
      'approval of that plan is accepted (G-REVIEW-COMMENTS). Scope `ledger:evidence`, lane DOT-991.',
    args: { input: t.arg({ type: CommentInput, required: true, description: 'The comment.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(ctx, await ctx.ledger.asExec(callOf('comment', ctx, input), (tx) => comment(tx, input))),
  }),
);
