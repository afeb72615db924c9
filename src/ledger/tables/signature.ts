import { LANES, SIGNATURE_KINDS, VALIDATION_STATES } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/**
 * 10 · dot_pair_signature: the exact signed bytes and their envelope. Exactly one of the two cross references is set.
 */
export const SIGNATURE = defineTable('cutter_governance.dot_pair_signature', ['signature_id'], {
  signature_id: 'uuid',
  signature_kind: oneOf(SIGNATURE_KINDS),
  signer_dot_id: oneOf(LANES),
  signer_tool_revision: 'text',
  signature_payload: 'text',
  payload_envelope: 'jsonb',
  payload_hash: 'text',
  cross_reference_change_set_id: 'uuid?',
  cross_reference_verify_result_id: 'uuid?',
  prior_signature_id: 'uuid?',
  validation_state: oneOf(VALIDATION_STATES),
  emitted_at: 'now',
  revoked_at: 'timestamptz?',
  revoked_by: 'text?',
  revocation_reason: 'text?',
  scenario_ref: 'text?',
});
export type NewSignature = NewRow<typeof SIGNATURE.columns>;
