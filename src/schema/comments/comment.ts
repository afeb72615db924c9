import { Entry } from '../entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
} from '../node.ts';
import { Principal } from '../principal.ts';

export const Comment = nounType('Comment');
export const CommentResolution = nounType('CommentResolution');

export const CommentConnection = connectionTypes('Comment', Comment, {
  equal: {
    commentId: 'UUID',
    entryId: 'UUID',
    manifestDigest: 'Digest',
    address: 'String',
    replyToCommentId: 'UUID',
    commentedBy: 'String',
  },
  nullable: ['address', 'replyToCommentId'],
  time: 'commentedAt',
  more: (t) => ({
    open: t.boolean({
      description: 'Only comments that wait for their resolution (true), or only the others (false).',
    }),
  }),
});

Comment.implement({
  description:
    'What somebody said of a plan, or of one of its records. It stays with the plan that it is about: where the ' +
    'entry is planned otherwise since, `manifestDigest` is an earlier one.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      commentId: ['UUID', 'Derived from the idempotency key of the comment.'],
      entryId: ['UUID', 'The entry whose plan it is about.'],
      manifestDigest: ['Digest', 'The plan that it is about.'],
      unitLocalId: ['String?', 'The record of the plan that it is about; null for the whole plan.'],
      address: [
        'String?',
        'The address of that record; null for an excluded stretch and for the whole plan.',
      ],
      replyToCommentId: ['UUID?', 'The comment that began the thread; null for that one itself.'],
      body: ['String', 'What it says, at most 4,000 characters. Show it as text: it is no markup.'],
      commentedBy: ['String', 'The principal that wrote it.'],
      commentedAt: ['DateTime', 'The time of the transaction.'],
      open: [
        'Boolean?',
        'Whether it waits for its resolution: no approval of its plan is accepted so long. An answer waits for none. ' +
          'Null in a dry run.',
      ],
    }),
    ...placeInLog(t),
    entry: requiredNode(t, Entry, 'The entry whose plan it is about.'),
    replyTo: optionalNode(t, Comment, 'The comment that began the thread.'),
    replies: pagedNodes(t, CommentConnection, 'The answers to it, in the order of the log.'),
    resolution: optionalNode(t, CommentResolution, 'How it was settled; null while it is open.'),
    commentedByPrincipal: optionalNode(t, Principal, 'The principal that wrote it.'),
  }),
});

CommentResolution.implement({
  description: 'That a comment is settled. A comment is resolved once, and not opened again.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      resolutionId: ['UUID', 'Derived from the idempotency key of the call.'],
      commentId: ['UUID', 'The comment that is settled.'],
      note: ['String?', 'How it was settled, in words.'],
      resolvedBy: ['String', 'The principal that resolved it: its author, or a reviewer.'],
      resolvedAt: ['DateTime', 'The time of the transaction.'],
    }),
    ...placeInLog(t),
    comment: requiredNode(t, Comment, 'The comment that is settled.'),
    resolvedByPrincipal: optionalNode(t, Principal, 'The principal that resolved it.'),
  }),
});
