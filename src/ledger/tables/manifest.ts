import { BLOCK_ROLES, MANIFEST_STATUSES, OPERATION_KINDS } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/**
 * 5 · manifest_envelope: the plan of one cut, as a reviewer saw it. Never updated. `source_doc_ref` holds the entry
 * id.
 */
export const MANIFEST_ENVELOPE = defineTable('cutter_governance.manifest_envelope', ['envelope_id'], {
  envelope_id: 'uuid',
  operation_kind: oneOf(OPERATION_KINDS),
  status: oneOf(MANIFEST_STATUSES),
  source_doc_ref: 'text',
  escalation_ref: 'uuid?',
  cut_change_set_ref: 'uuid?',
  created_by: 'text',
  created_at: 'now',
  reviewer: 'text?',
  reviewed_at: 'now',
  rationale: 'text?',
  superseded_by_envelope_id: 'uuid?',
});
export type NewEnvelope = NewRow<typeof MANIFEST_ENVELOPE.columns>;

/** 6 · manifest_unit_block: one record of the plan (role `result`), or a unit that vanishes (role `origin`). */
export const MANIFEST_UNIT_BLOCK = defineTable(
  'cutter_governance.manifest_unit_block',
  ['envelope_id', 'unit_local_id'],
  {
    envelope_id: 'uuid',
    unit_local_id: 'text',
    block_role: oneOf(BLOCK_ROLES),
    source_span: 'jsonb',
    render_order: 'int',
    target_unit_id: 'uuid?',
    proposed_canonical_address: 'text?',
    proposed_authority: 'text?',
    candidate_edges: 'jsonb?',
    payload_summary: 'jsonb?',
    report_summary: 'jsonb?',
    decision_backlog_ref: 'uuid?',
    created_at: 'now',
  },
);
export type NewUnitBlock = NewRow<typeof MANIFEST_UNIT_BLOCK.columns>;
