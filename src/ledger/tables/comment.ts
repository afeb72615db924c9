import { defineTable, type NewRow } from './table.ts';

/** cutter_source.review_comment: what somebody says of a plan or of one of its records. Never updated. */
export const REVIEW_COMMENT = defineTable('cutter_source.review_comment', ['comment_id'], {
  comment_id: 'uuid',
  entry_id: 'uuid',
  manifest_digest: 'text',
  unit_local_id: 'text?',
  address: 'text?',
  reply_to: 'uuid?',
  body: 'text',
  commented_by: 'text',
  commented_at: 'now',
});
export type NewComment = NewRow<typeof REVIEW_COMMENT.columns>;

/** cutter_source.comment_resolution: that a comment is settled; one for each comment at most. */
export const COMMENT_RESOLUTION = defineTable('cutter_source.comment_resolution', ['resolution_id'], {
  resolution_id: 'uuid',
  comment_id: 'uuid',
  note: 'text?',
  resolved_by: 'text',
  resolved_at: 'now',
});
