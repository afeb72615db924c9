import { KEY_PURPOSES, LANES } from '../../law/values.ts';
import { defineTable, oneOf } from './table.ts';

/** A lane's public key. No login writes it: the owner's bootstrap does, and leaves a record of it in the log. */
export const KEY = defineTable('cutter_auth.key', ['key_id'], {
  key_id: 'text',
  lane: oneOf(LANES),
  principal_id: 'uuid',
  public_key: 'bytea',
  from_position: 'bigint',
  until_position: 'bigint?',
  created_at: 'now',
  purpose: oneOf(KEY_PURPOSES),
});
