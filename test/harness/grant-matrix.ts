import type { ROLES } from './catalog.ts';

export type Role = (typeof ROLES)[number];
/** S select, I insert, D delete, U update: of a whole table (true), or of the columns named. */
export interface Grant {
  readonly S?: true | readonly string[];
  readonly I?: true | readonly string[];
  readonly U?: true | readonly string[];
  readonly D?: true;
}
type Row = Partial<Record<Exclude<Role, 'cutter_ro' | 'cutter_evidence'>, Grant>>;

const S: Grant = { S: true };
const I: Grant = { I: true };
const SI: Grant = { S: true, I: true };
const both = (grant: Grant): Row => ({ cutter_exec: grant, cutter_verify: grant });

const NARROWING = ['scopes', 'entry_ids', 'doc_codes', 'manifest_digest', 'expires_at'];

/** The matrix of the specification, as a second hand wrote it: nothing here is read from the database or from the migrations. */
const MATRIX: Readonly<Record<string, Row>> = {
  'cutter_governance.decision_backlog_entry': both({ S: true, I: true, U: ['status'] }),
  'cutter_governance.decision_backlog_history': both(SI),
  'cutter_governance.decision_backlog_dependency': { cutter_exec: SI },
  'cutter_governance.decision_backlog_sweep_log': { cutter_exec: I },
  'cutter_governance.manifest_envelope': { cutter_exec: SI, cutter_verify: S },
  'cutter_governance.manifest_unit_block': {
    cutter_exec: SI,
    cutter_verify: S,
    cutter_reader: {
      S: ['envelope_id', 'unit_local_id', 'target_unit_id', 'render_order', 'payload_summary'],
    },
  },
  'cutter_governance.review_decision': {
    cutter_exec: { S: true, I: true, U: ['superseded_by_review_decision_id'] },
    cutter_verify: S,
  },
  'cutter_governance.cut_change_set': both(SI),
  'cutter_governance.cut_change_set_affected_row': { cutter_exec: I, cutter_verify: SI },
  'cutter_governance.dot_pair_signature': both(SI),
  'cutter_governance.verify_result': { cutter_verify: SI },
  'cutter_governance.canonical_address_alias': {},
  'public.information_unit': {
    cutter_exec: { S: true, I: true, U: ['version_anchor_ref', 'content_anchor_ref'] },
    cutter_verify: S,
    cutter_reader: S,
  },
  'public.unit_version': { cutter_exec: SI, cutter_verify: S, cutter_reader: S },
  'public.v_current_unit': { cutter_reader: S },
  'cutter_source.source': { cutter_exec: SI, cutter_verify: S, cutter_reader: S },
  'cutter_source.review_comment': { cutter_exec: SI },
  'cutter_source.comment_resolution': { cutter_exec: SI },
  'cutter_source.v_entry_subject': { cutter_reader: S },
  'cutter_source.v_document_cut': { cutter_reader: S },
  'cutter_source.v_entry_registrar': { cutter_observe: S, cutter_reader: S },
  'cutter_source.v_decision_begin': { cutter_observe: S, cutter_reader: S },
  'cutter_source.v_unverified_cut': { cutter_observe: S, cutter_reader: S },
  'cutter_source.v_changed_base': { cutter_observe: S, cutter_reader: S },
  'cutter_source.v_carried_approval': {
    cutter_exec: S,
    cutter_observe: S,
    cutter_reader: S,
  },
  'cutter_source.v_open_comment': { cutter_exec: S, cutter_observe: S, cutter_reader: S },
  'cutter_source.v_manifest_record': { cutter_reader: S },
  'cutter_source.vocabulary': { ...both(S), cutter_reader: S },
  'cutter_source.registered_term': { cutter_exec: SI, cutter_verify: S, cutter_reader: S },
  'cutter_source.profile': { cutter_exec: SI, cutter_verify: S, cutter_reader: S },
  'cutter_auth.person': { ...both(S), cutter_observe: S, cutter_reader: S, cutter_registrar: SI },
  'cutter_auth.principal': {
    ...both(S),
    cutter_gate: S,
    cutter_observe: S,
    cutter_reader: S,
    cutter_registrar: { S: true, I: true, U: ['name', 'scopes', 'disabled_at'] },
  },
  'cutter_auth.principal_version': { cutter_registrar: SI },
  'cutter_auth.token_version': { cutter_registrar: SI },
  'cutter_auth.rules': { ...both(S), cutter_observe: S, cutter_reader: S, cutter_registrar: SI },
  'cutter_auth.approval_key': { cutter_exec: S, cutter_registrar: S },
  'cutter_auth.cut_approval': {
    cutter_exec: { S: true, U: ['used_by_change_set_id'] },
    cutter_verify: S,
    cutter_observe: S,
    cutter_reader: S,
    cutter_registrar: {
      S: true,
      I: true,
      U: ['revocation_id', 'revoked_by', 'revoked_at', 'revocation_reason'],
    },
  },
  'cutter_auth.token_use': { cutter_gate: { S: true, I: true, U: true } },
  'cutter_auth.key': { ...both(S), cutter_integrator: S },
  'cutter_auth.token': {
    cutter_gate: { S: true, I: true, U: ['revoked_at'] },
    cutter_registrar: {
      S: [...NARROWING, 'token_id', 'principal_id', 'replaces_token_id', 'created_at', 'revoked_at'],
      I: [...NARROWING, 'token_sha256', 'token_id', 'principal_id', 'replaces_token_id', 'created_at'],
      U: [...NARROWING, 'revoked_at'],
    },
  },
  'cutter_auth.audit': { cutter_gate: I },
  'cutter_log.pending': {
    ...both({ I: ['record_id', 'record_hash', 'row_ids'] }),
    cutter_registrar: { I: ['record_id', 'record_hash', 'row_ids'] },
    cutter_integrator: { S: true, D: true },
  },
  'cutter_log.record_part': {
    ...both({ I: ['record_id', 'part', 'body'] }),
    cutter_integrator: S,
    cutter_registrar: { I: ['record_id', 'part', 'body'] },
  },
  'cutter_log.log': { ...both(S), cutter_observe: S, cutter_reader: S, cutter_integrator: SI },
  'cutter_log.counted': { cutter_observe: S, cutter_reader: S },
  'cutter_log.entry_stay': { cutter_observe: S, cutter_reader: S },
  'cutter_log.v_pending_rows': { cutter_observe: S, cutter_reader: S },
  'cutter_log.status_count': { cutter_observe: S, cutter_reader: S },
  'cutter_log.moves_by_hour': { cutter_observe: S, cutter_reader: S },
  'cutter_log.waits_by_hour': { cutter_observe: S, cutter_reader: S },
  'cutter_log.row_place': { cutter_observe: S, cutter_reader: S, cutter_integrator: I },
  'cutter_log.act': {},
  'cutter_log.head': {
    ...both(S),
    cutter_observe: S,
    cutter_reader: S,
    cutter_integrator: { S: true, U: true },
    cutter_registrar: S,
  },
  'cutter_log.node': { ...both(S), cutter_observe: S, cutter_integrator: SI },
  'cutter_log.tree_head': { ...both(S), cutter_observe: S, cutter_integrator: { S: true, U: true } },
  'cutter_log.cosignature': both(SI),
  'cutter_log.suspension': { ...both(SI), cutter_observe: S, cutter_integrator: SI, cutter_registrar: S },
  'cutter_log.resumption': { ...both(SI), cutter_observe: S, cutter_integrator: S },
  'cutter_log.witness_cosignature': { cutter_observe: S, cutter_integrator: I },
  'cutter_log.v_checkpoint': { cutter_observe: S },
  'cutter_meta.migration': {},
  'cutter_meta.place': {},
};

const OBSERVERS: ReadonlySet<Role> = new Set(['cutter_ro', 'cutter_observe', 'cutter_reader']);
/** Its rows are read and written through the audit alone. */
const PART_OF_AUDIT = /^cutter_auth\.audit_/;
const OBSERVE_VIEW = /^cutter_governance\.v_.*_observe$/;

/** What `role` may do with a table or view; nothing, unless the matrix says so. */
export function grantOf(role: Role, relation: string): Grant {
  const isView = OBSERVE_VIEW.test(relation);
  if (role === 'cutter_evidence') return evidenceGrant(relation);
  if (isView) return OBSERVERS.has(role) ? S : {};
  if (PART_OF_AUDIT.test(relation)) return {};
  if (!(relation in MATRIX)) throw new Error(`The matrix has no row for ${relation}.`);
  return role === 'cutter_ro' ? {} : (MATRIX[relation]?.[role] ?? {});
}

/** Evidence reads everything but token hashes; the record of migrations and the place of the database are no evidence. */
function evidenceGrant(relation: string): Grant {
  if (relation.startsWith('cutter_meta.') || PART_OF_AUDIT.test(relation)) return {};
  if (relation !== 'cutter_auth.token') return S;
  return {
    S: [
      ...NARROWING,
      'token_id',
      'principal_id',
      'created_at',
      'revoked_at',
      'replaces_token_id',
      'token_print',
    ],
  };
}

export function allows(grant: Grant, verb: 'S' | 'I' | 'U', column: string): boolean {
  const columns = grant[verb];
  return columns === true || (columns?.includes(column) ?? false);
}
