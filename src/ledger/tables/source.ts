import { MODES } from '../../law/values.ts';
import { defineTable, oneOf } from './table.ts';

/** cutter_source.source: a document as received, immutable bytes addressed by their SHA-256. */
export const SOURCE = defineTable('cutter_source.source', ['source_id'], {
  source_id: 'uuid',
  idempotency_key: 'text',
  doc_code: 'text',
  title: 'text?',
  media_type: 'text',
  sha256: 'text',
  byte_length: 'int',
  content: 'bytea',
  registered_by: 'text',
  mode: oneOf(MODES),
  registered_at: 'now',
});
