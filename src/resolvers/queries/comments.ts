import { findNode, readPage } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { builder } from '../../schema/builder.ts';
import { Comment, CommentConnection } from '../../schema/comments/comment.ts';
import { pageArguments } from '../../schema/node.ts';

builder.queryField('comments', (t) =>
  t.field({
    type: CommentConnection.ref,
    description:
      'What was said of plans, answers among it, in the order of the log: a client that goes on from its last ' +
      '`endCursor` misses nothing. Scope `ledger:evidence`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, CommentConnection),
    resolve: (_, _args, context, info) => readPage(context, info, 'Comment'),
  }),
);

builder.queryField('comment', (t) =>
  t.field({
    type: Comment,
    nullable: true,
    description: 'One comment. Null where there is none. Scope `ledger:evidence`.',
    extensions: READ_WHOLE,
    args: { commentId: t.arg({ type: 'UUID', required: true, description: 'Its `commentId`.' }) },
    resolve: (_, { commentId }, context, info) =>
      findNode(context, info, 'Comment', [['commentId', commentId]]),
  }),
);
