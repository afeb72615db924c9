import { defineTable } from './table.ts';

/** cutter_auth.approval_key: a person's own key. No login writes it: the owner's command does, with a record. */
export const APPROVAL_KEY = defineTable('cutter_auth.approval_key', ['key_id'], {
  key_id: 'text',
  principal_id: 'uuid',
  public_key: 'bytea',
  created_at: 'now',
});

/** cutter_auth.cut_approval: a person's approval of what one cut will do. It ends once: by its use, or revoked. */
export const CUT_APPROVAL = defineTable('cutter_auth.cut_approval', ['approval_id'], {
  approval_id: 'uuid',
  entry_id: 'uuid',
  manifest_digest: 'text',
  source_digest: 'text',
  unit_count: 'int',
  effect_digest: 'text',
  target: 'text',
  vocabulary_digest: 'text',
  schema_digest: 'text',
  writer_digest: 'text',
  approved_by: 'text',
  key_id: 'text',
  envelope: 'jsonb',
  approved_at: 'now',
  expires_at: 'timestamptz?',
  used_by_change_set_id: 'uuid?',
  revocation_id: 'uuid?',
  revoked_by: 'text?',
  revoked_at: 'timestamptz?',
  revocation_reason: 'text?',
});
