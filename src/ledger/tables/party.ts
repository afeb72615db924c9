import { LANES, PRINCIPAL_KINDS } from '../../law/values.ts';
import { defineTable, oneOf, oneOfOrNull } from './table.ts';

/** cutter_auth.person: who answers for principals. */
export const PERSON = defineTable('cutter_auth.person', ['person_id'], {
  person_id: 'uuid',
  name: 'text',
  rehearsal: 'bool',
  created_at: 'now',
});

/** cutter_auth.principal: who acts. Name, scopes and suspension are those of its newest version. */
export const PRINCIPAL = defineTable(
  'cutter_auth.principal',
  ['principal_id'],
  {
    principal_id: 'uuid',
    kind: oneOf(PRINCIPAL_KINDS),
    name: 'text',
    person_id: 'uuid',
    scopes: 'texts',
    lane: oneOfOrNull(LANES),
    rehearsal: 'bool',
    created_at: 'now',
  },
  [],
  { derived: ['name', 'scopes'] },
);

/** cutter_auth.principal_version: what a principal is from then on. */
export const PRINCIPAL_VERSION = defineTable('cutter_auth.principal_version', ['version_id'], {
  version_id: 'uuid',
  principal_id: 'uuid',
  version_seq: 'int',
  name: 'text',
  scopes: 'jsonb',
  suspended: 'bool',
  reason: 'text?',
  changed_by: 'text?',
  changed_at: 'now',
});

/**
 * cutter_auth.token. The token itself is kept nowhere; `token_sha256` is its SHA-256, and `token_print` the SHA-256 of
 * that, which readers of evidence see. What it may is that of its newest version.
 */
export const TOKEN = defineTable(
  'cutter_auth.token',
  ['token_id'],
  {
    token_id: 'uuid',
    token_sha256: 'bytea',
    token_print: 'bytea',
    principal_id: 'uuid',
    scopes: 'texts?',
    entry_ids: 'uuids?',
    doc_codes: 'texts?',
    manifest_digest: 'text?',
    replaces_token_id: 'uuid?',
    expires_at: 'timestamptz?',
    created_at: 'now',
  },
  ['replaces_token_id'],
  {
    derived: ['token_sha256', 'scopes', 'entry_ids', 'doc_codes', 'manifest_digest', 'expires_at'],
    computed: ['token_print'],
  },
);

/** cutter_auth.token_version: what a token may from then on; null where it isn't narrowed. */
export const TOKEN_VERSION = defineTable('cutter_auth.token_version', ['version_id'], {
  version_id: 'uuid',
  token_id: 'uuid',
  version_seq: 'int',
  scopes: 'jsonb?',
  entry_ids: 'jsonb?',
  doc_codes: 'jsonb?',
  manifest_digest: 'text?',
  expires_at: 'timestamptz?',
  revoked: 'bool',
  reason: 'text?',
  changed_by: 'text?',
  changed_at: 'now',
});
