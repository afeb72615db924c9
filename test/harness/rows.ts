import { randomUUID } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';

/** Stands for `transaction_timestamp()`, which SQL writes and nothing binds. */
export const NOW = Symbol('transaction_timestamp()');
export type Values = Readonly<Record<string, unknown>>;

/** Inserts one row as it is told to, whatever the table thinks of it. */
export async function insertRow(
  client: Pick<ClientBase | Pool, 'query'>,
  table: string,
  row: Values,
): Promise<void> {
  const names = Object.keys(row);
  const bound: unknown[] = [];
  const values = names.map((name) => {
    const value = row[name];
    if (value === NOW) return 'transaction_timestamp()';
    bound.push(
      value !== null && typeof value === 'object' && !Array.isArray(value) && !Buffer.isBuffer(value)
        ? JSON.stringify(value)
        : value,
    );
    return `$${bound.length}`;
  });
  await client.query(`insert into ${table} (${names.join(', ')}) values (${values.join(', ')})`, bound);
}

/** Rows as the lanes would write them, with what a test wants otherwise laid over. */
export const rows = {
  entry: (over: Values = {}): Values => ({
    entry_id: randomUUID(),
    kind: 'cut_request',
    status: 'marked',
    payload: { idempotency_key: `key-${randomUUID()}` },
    emitted_at: NOW,
    ...over,
  }),
  history: (entryId: unknown, over: Values = {}): Values => ({
    history_id: randomUUID(),
    entry_id: entryId,
    entry_version_before: null,
    entry_version_after: 'marked',
    change_kind: 'mark',
    changed_by: 'p',
    changed_at: NOW,
    ...over,
  }),
  dependency: (from: unknown, to: unknown, over: Values = {}): Values => ({
    dependency_id: randomUUID(),
    from_entry_id: from,
    to_entry_id: to,
    dependency_kind: 'blocks',
    created_by: 'p',
    created_at: NOW,
    ...over,
  }),
  sweep: (over: Values = {}): Values => ({
    sweep_id: randomUUID(),
    trigger_kind: 'manual',
    swept_by: 'p',
    swept_at: NOW,
    batch_limit: 1,
    examined_count: 0,
    promoted_count: 0,
    ...over,
  }),
  envelope: (over: Values = {}): Values => ({
    envelope_id: randomUUID(),
    operation_kind: 'first_cut',
    status: 'under_review',
    source_doc_ref: 'an entry',
    created_by: 'p',
    created_at: NOW,
    ...over,
  }),
  block: (envelopeId: unknown, over: Values = {}): Values => ({
    envelope_id: envelopeId,
    unit_local_id: randomUUID(),
    block_role: 'result',
    source_span: {},
    render_order: 0,
    created_at: NOW,
    ...over,
  }),
  decision: (manifestId: unknown, over: Values = {}): Values => ({
    review_decision_id: randomUUID(),
    governance_event_kind: 'manifest_review',
    manifest_id: manifestId,
    manifest_version: 'sha256:m',
    review_scope: 'whole_manifest',
    status: 'recorded',
    verdict: 'approve',
    findings: {},
    reviewer_class: 'person',
    reviewer_identity: 'p',
    risk_class_assessment: 'standard',
    decision_at: NOW,
    decided_by: 'p',
    cross_signed_by_dot_verifier: false,
    version: '1',
    created_at: NOW,
    updated_at: NOW,
    ...over,
  }),
  signature: (lane: 'DOT-991' | 'DOT-992', over: Values = {}): Values => ({
    signature_id: randomUUID(),
    signature_kind: lane === 'DOT-991' ? 'executor' : 'verifier',
    signer_dot_id: lane,
    signer_tool_revision: 'r',
    signature_payload: '{}',
    payload_envelope: {},
    payload_hash: 'sha256:p',
    cross_reference_change_set_id: lane === 'DOT-991' ? randomUUID() : null,
    cross_reference_verify_result_id: lane === 'DOT-992' ? randomUUID() : null,
    validation_state: 'valid',
    emitted_at: NOW,
    ...over,
  }),
  /** A change set on a signature made for it. */
  changeSet: (signature: Values, over: Values = {}): Values => ({
    change_set_id: signature['cross_reference_change_set_id'],
    rollback_key: `rollback-${randomUUID()}`,
    idempotency_key: `key-${randomUUID()}`,
    manifest_id: randomUUID(),
    manifest_version: 'sha256:m',
    review_decision_id: randomUUID(),
    executor_signature_id: signature['signature_id'],
    executor_tool_revision: 'r',
    verifier_tool_revision: 'pending',
    state: 'applied',
    risk_class: 'standard',
    payload_summary: {},
    emitted_by: 'p',
    emitted_at: NOW,
    change_kind: 'cut',
    affected_row_count: 1,
    effect_digest: 'sha256:e',
    ...over,
  }),
  /** The compensation of the change set that the signature was made for. */
  compensation: (signature: Values, over: Values = {}): Values =>
    rows.changeSet(signature, {
      change_set_id: randomUUID(),
      rollback_key: `compensate:${signature['cross_reference_change_set_id']}`,
      idempotency_key: `compensate:${signature['cross_reference_change_set_id']}`,
      verifier_tool_revision: 'r',
      change_kind: 'compensation',
      compensates_change_set_id: signature['cross_reference_change_set_id'],
      affected_row_count: 0,
      ...over,
    }),
  affectedRow: (changeSetId: unknown, over: Values = {}): Values => ({
    affected_row_id: randomUUID(),
    change_set_id: changeSetId,
    ordinal: 0,
    effect_kind: 'insert',
    target_table: 'public.unit_version',
    target_row_id: randomUUID(),
    ...over,
  }),
  /** The result for the change set of one signature, under the other. */
  verifyResult: (executor: Values, verifier: Values, over: Values = {}): Values => ({
    verify_result_id: verifier['cross_reference_verify_result_id'],
    change_set_id: executor['cross_reference_change_set_id'],
    manifest_id: randomUUID(),
    manifest_version: 'sha256:m',
    review_decision_id: randomUUID(),
    executor_signature_id: executor['signature_id'],
    verifier_signature_id: verifier['signature_id'],
    executor_tool_revision: 'r',
    verifier_tool_revision: 'r',
    tool_revision_match: true,
    verify_kind: 'post_cut',
    axis_1_status: 'pass',
    axis_2_status: 'pass',
    verdict: 'pass',
    state: 'final',
    canonicalization_rule_used: 'canon-md-v0.1.0',
    findings: {},
    verified_by: 'p',
    verified_at: NOW,
    effect_digest: 'sha256:e',
    checked_row_count: 1,
    ...over,
  }),
  unit: (over: Values = {}): Values => ({
    id: randomUUID(),
    canonical_address: `a/${randomUUID()}`,
    unit_kind: 'section',
    lifecycle_status: 'draft',
    owner_ref: 'p',
    conformance_status: 'unchecked',
    identity_profile: {},
    doc_code: 'doc',
    section_type: 'section',
    sort_order: 0,
    created_at: NOW,
    updated_at: NOW,
    created_by: 'p',
    updated_by: 'p',
    ...over,
  }),
  version: (unitId: unknown, over: Values = {}): Values => ({
    id: randomUUID(),
    unit_id: unitId,
    version_seq: 1,
    body: 'text',
    content_hash: 'sha256:c',
    content_profile: {},
    lifecycle_status: 'draft',
    review_state: 'reviewed',
    provenance: {},
    created_at: NOW,
    created_by: 'p',
    updated_at: NOW,
    ...over,
  }),
  source: (over: Values = {}): Values => ({
    source_id: randomUUID(),
    idempotency_key: randomUUID(),
    doc_code: 'doc',
    media_type: 'text/markdown',
    sha256: `sha256:${randomUUID()}`,
    byte_length: 1,
    content: Buffer.from('x'),
    registered_by: 'p',
    mode: 'rehearsal',
    registered_at: NOW,
    ...over,
  }),
};
