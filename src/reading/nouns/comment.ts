import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';
import { toMany, toOne } from './relation.ts';

const RESOLUTIONS = 'cutter_source.comment_resolution';

/** That a comment waits for its resolution. What answers another waits for none. */
const isOpen = (c: string) =>
  `(${c}.reply_to is null and not exists (select from ${RESOLUTIONS} r where r.comment_id = ${c}.comment_id))`;

/** What was said of plans. Free text, so that observers don't see it. */
export const CommentNoun = describeNoun({
  name: 'Comment',
  login: 'evidence',
  view: 'cutter_source.review_comment',
  columns: {
    commentId: 'uuid',
    entryId: 'uuid',
    manifestDigest: 'digest',
    unitLocalId: 'text',
    address: 'text',
    replyToCommentId: ['reply_to', 'uuid'],
    body: 'text',
    commentedBy: 'text',
    commentedAt: 'time',
  },
  key: ['comment_id'],
  born: ['commented_at', 'comment_id'],
  indexed: [
    'comment_id',
    'reply_to',
    'entry_id',
    'manifest_digest',
    'address',
    'commented_at',
    'commented_by',
  ],
  filters: {
    open: { codec: 'bool', isBroad: true, sql: (c, value) => `${isOpen(c)} = ${value}` },
  },
  derived: { open: { sql: isOpen } },
  lasting: { but: [] },
  relations: {
    entry: toOne('Entry', ['entry_id', 'entry_id']),
    replyTo: toOne('Comment', ['comment_id', 'reply_to']),
    replies: toMany('Comment', ['reply_to', 'comment_id']),
    resolution: toOne('CommentResolution', ['comment_id', 'comment_id']),
    commentedByPrincipal: toPrincipal('commented_by'),
  },
});

export const CommentResolutionNoun = describeNoun({
  name: 'CommentResolution',
  login: 'evidence',
  view: RESOLUTIONS,
  columns: {
    resolutionId: 'uuid',
    commentId: 'uuid',
    note: 'text',
    resolvedBy: 'text',
    resolvedAt: 'time',
  },
  key: ['resolution_id'],
  born: ['resolved_at', 'resolution_id'],
  indexed: ['resolution_id', 'comment_id'],
  lasting: { but: [] },
  relations: {
    comment: toOne('Comment', ['comment_id', 'comment_id']),
    resolvedByPrincipal: toPrincipal('resolved_by'),
  },
});
