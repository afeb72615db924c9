/* The governance ledger: 12 tables, 164 columns, 12 primary keys, 19 foreign keys, 2 unique constraints, 1 check.
   No trigger and no enum type: the value sets live in code, and what no statement may do is held by grants and policies.
   Columns named *_ref without a foreign key are soft references: what they name may be born later, or elsewhere. */

create schema cutter_governance;

create table cutter_governance.decision_backlog_entry (
  entry_id uuid primary key,
  kind text not null,
  status text not null,
  payload jsonb not null,
  emitted_at timestamptz not null,
  scenario_ref text
);

create table cutter_governance.decision_backlog_history (
  history_id uuid primary key,
  entry_id uuid not null references cutter_governance.decision_backlog_entry,
  entry_version_before text,
  entry_version_after text not null,
  change_kind text not null,
  change_diff jsonb,
  changed_by text not null,
  changed_at timestamptz not null,
  rationale text
);

create table cutter_governance.decision_backlog_dependency (
  dependency_id uuid primary key,
  from_entry_id uuid not null references cutter_governance.decision_backlog_entry,
  to_entry_id uuid not null references cutter_governance.decision_backlog_entry,
  dependency_kind text not null,
  created_by text not null,
  created_at timestamptz not null
);

create table cutter_governance.decision_backlog_sweep_log (
  sweep_id uuid primary key,
  trigger_kind text not null,
  swept_by text not null,
  swept_at timestamptz not null,
  batch_limit integer not null,
  cursor_after text,
  examined_count integer not null,
  promoted_count integer not null,
  last_entry_id uuid,
  rationale text
);

/* Born `under_review` and never updated: its effective status is derived when it is read. */
create table cutter_governance.manifest_envelope (
  envelope_id uuid primary key,
  operation_kind text not null,
  status text not null,
  source_doc_ref text not null,
  escalation_ref uuid,
  cut_change_set_ref uuid,
  created_by text not null,
  created_at timestamptz not null,
  reviewer text,
  reviewed_at timestamptz,
  rationale text,
  superseded_by_envelope_id uuid
);

create table cutter_governance.manifest_unit_block (
  envelope_id uuid not null references cutter_governance.manifest_envelope,
  unit_local_id text not null,
  block_role text not null,
  source_span jsonb not null,
  render_order integer not null,
  target_unit_id uuid,
  proposed_canonical_address text,
  proposed_authority text,
  candidate_edges jsonb,
  payload_summary jsonb,
  report_summary jsonb,
  decision_backlog_ref uuid,
  created_at timestamptz not null,
  primary key (envelope_id, unit_local_id)
);

create table cutter_governance.review_decision (
  review_decision_id uuid primary key,
  governance_event_kind text not null,
  manifest_id uuid not null references cutter_governance.manifest_envelope,
  manifest_version text not null,
  manifest_unit_local_id text,
  review_scope text not null,
  status text not null,
  verdict text not null,
  findings jsonb not null,
  reviewer_class text not null,
  reviewer_identity text not null,
  reviewer_independence_evidence text,
  risk_class_assessment text not null,
  decision_at timestamptz not null,
  decided_by text not null,
  cross_signed_by_dot_verifier boolean not null,
  tool_revision text,
  version text not null,
  prior_review_decision_id uuid references cutter_governance.review_decision,
  superseded_by_review_decision_id uuid references cutter_governance.review_decision,
  escalation_ref uuid,
  cut_change_set_ref uuid,
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  /* `match simple`: a null local id speaks of the whole manifest and is not looked up. */
  foreign key (manifest_id, manifest_unit_local_id) references cutter_governance.manifest_unit_block (envelope_id, unit_local_id)
);

/* The one check of the schema: a signature speaks of a change set or of a verify result, of exactly one. */
create table cutter_governance.dot_pair_signature (
  signature_id uuid primary key,
  signature_kind text not null,
  signer_dot_id text not null,
  signer_tool_revision text not null,
  signature_payload text not null,
  payload_envelope jsonb not null,
  payload_hash text not null,
  cross_reference_change_set_id uuid,
  cross_reference_verify_result_id uuid,
  prior_signature_id uuid references cutter_governance.dot_pair_signature,
  validation_state text not null,
  emitted_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by text,
  revocation_reason text,
  scenario_ref text,
  constraint dot_pair_signature_one_cross_reference
    check (num_nonnulls(cross_reference_change_set_id, cross_reference_verify_result_id) = 1)
);

create table cutter_governance.cut_change_set (
  change_set_id uuid primary key,
  rollback_key text not null unique,
  idempotency_key text not null unique,
  manifest_id uuid not null,
  manifest_version text not null,
  review_decision_id uuid not null,
  decision_backlog_entry_id uuid references cutter_governance.decision_backlog_entry,
  executor_signature_id uuid not null references cutter_governance.dot_pair_signature,
  verifier_signature_id uuid references cutter_governance.dot_pair_signature,
  executor_tool_revision text not null,
  verifier_tool_revision text not null,
  tool_revision_match boolean,
  state text not null,
  risk_class text not null,
  payload_summary jsonb not null,
  emitted_by text not null,
  emitted_at timestamptz not null,
  rollback_initiated_by text,
  rollback_reason text,
  scenario_ref text,
  change_kind text not null,
  compensates_change_set_id uuid,
  affected_row_count integer not null,
  effect_digest text not null
);

create table cutter_governance.cut_change_set_affected_row (
  affected_row_id uuid primary key,
  change_set_id uuid not null references cutter_governance.cut_change_set,
  ordinal integer not null,
  effect_kind text not null,
  target_table text not null,
  target_row_id text not null,
  before_state_snapshot jsonb,
  after_state_snapshot jsonb
);

create table cutter_governance.verify_result (
  verify_result_id uuid primary key,
  change_set_id uuid not null references cutter_governance.cut_change_set,
  manifest_id uuid not null,
  manifest_version text not null,
  review_decision_id uuid not null,
  executor_signature_id uuid not null references cutter_governance.dot_pair_signature,
  verifier_signature_id uuid not null references cutter_governance.dot_pair_signature,
  executor_tool_revision text not null,
  verifier_tool_revision text not null,
  tool_revision_match boolean not null,
  verify_kind text not null,
  axis_1_status text not null,
  axis_2_status text not null,
  verdict text not null,
  state text not null,
  canonicalization_rule_used text not null,
  rollback_change_set_id_triggered uuid references cutter_governance.cut_change_set,
  escalation_ref uuid references cutter_governance.decision_backlog_entry,
  prior_verify_result_id uuid references cutter_governance.verify_result,
  findings jsonb not null,
  verdict_rationale text,
  scenario_ref text,
  verified_by text not null,
  verified_at timestamptz not null,
  effect_digest text not null,
  checked_row_count integer not null
);

/* Written by nobody until addresses get aliases by a change type of their own. */
create table cutter_governance.canonical_address_alias (
  alias_id uuid primary key,
  target_unit_id uuid not null,
  alias_text text not null,
  alias_kind text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  created_by text not null,
  rationale text,
  scenario_ref text
);

create index decision_backlog_entry_status_idx on cutter_governance.decision_backlog_entry (status, emitted_at, entry_id);
create index decision_backlog_history_entry_idx on cutter_governance.decision_backlog_history (entry_id, changed_at);
create index decision_backlog_dependency_from_idx on cutter_governance.decision_backlog_dependency (from_entry_id);
create index decision_backlog_dependency_to_idx on cutter_governance.decision_backlog_dependency (to_entry_id);
create index manifest_envelope_source_doc_idx on cutter_governance.manifest_envelope (source_doc_ref);
/* Live decisions only: an entry has one, however often it was reviewed. */
create index review_decision_live_idx on cutter_governance.review_decision (manifest_id) where superseded_by_review_decision_id is null;
create index cut_change_set_entry_idx on cutter_governance.cut_change_set (decision_backlog_entry_id);
create index cut_change_set_compensates_idx on cutter_governance.cut_change_set (compensates_change_set_id);
create index cut_change_set_manifest_version_idx on cutter_governance.cut_change_set (manifest_version);
create index cut_change_set_doc_code_idx on cutter_governance.cut_change_set ((payload_summary ->> 'doc_code'));
create index cut_change_set_affected_row_ordinal_idx on cutter_governance.cut_change_set_affected_row (change_set_id, ordinal);
create index dot_pair_signature_change_set_idx on cutter_governance.dot_pair_signature (cross_reference_change_set_id)
  where cross_reference_change_set_id is not null;
create index dot_pair_signature_verify_result_idx on cutter_governance.dot_pair_signature (cross_reference_verify_result_id)
  where cross_reference_verify_result_id is not null;
create index verify_result_change_set_idx on cutter_governance.verify_result (change_set_id);
create index canonical_address_alias_kind_idx on cutter_governance.canonical_address_alias (alias_kind);
create index canonical_address_alias_text_idx on cutter_governance.canonical_address_alias (alias_text);
create index canonical_address_alias_target_idx on cutter_governance.canonical_address_alias (target_unit_id);
create index canonical_address_alias_validity_idx on cutter_governance.canonical_address_alias (valid_from, valid_until);
