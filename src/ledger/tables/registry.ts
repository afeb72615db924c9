import { TERM_KINDS } from '../../document/vocabulary.ts';
import { MODES } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** cutter_source.registered_term: a word of the vocabulary that a caller registered. */
export const REGISTERED_TERM = defineTable('cutter_source.registered_term', ['term_id'], {
  term_id: 'uuid',
  term_kind: oneOf(TERM_KINDS),
  term: 'text',
  description: 'text',
  at_most: 'int?',
  idempotency_key: 'text',
  registered_by: 'text',
  mode: oneOf(MODES),
  registered_at: 'now',
});
export type NewTerm = NewRow<typeof REGISTERED_TERM.columns>;

/** cutter_source.profile: how a kind of document is cut, as a caller registered it. Its body has name and version. */
export const PROFILE = defineTable('cutter_source.profile', ['profile_id'], {
  profile_id: 'uuid',
  name: 'text',
  version: 'text',
  digest: 'text',
  body: 'jsonb',
  idempotency_key: 'text',
  registered_by: 'text',
  mode: oneOf(MODES),
  registered_at: 'now',
});
