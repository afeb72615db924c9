/** What a superuser alters between CUT and VERIFY, one thing at a time. */
import type { WasCut } from '../../harness/cycle.ts';

/** One alteration, and where the verdict must point. */
export interface Tamper {
  readonly what: string;
  readonly sql: (made: WasCut) => string;
  readonly axis: 'A' | 'B' | 'C';
  readonly code: string;
  /** The address below the document's; null where no unit is meant. */
  readonly unit: string | null;
}

const cs = (made: WasCut) => `'${made.changeSetId}'`;
const version = (made: WasCut) =>
  `(select v.id from public.unit_version v join public.information_unit u on u.id = v.unit_id
    where v.provenance->>'change_set_id' = ${cs(made)} and u.canonical_address like '%/one')`;
const unit = (made: WasCut) =>
  `(select id from public.information_unit where doc_code = '${made.name}' and canonical_address like '%/one')`;
const signature = (made: WasCut) =>
  `(select executor_signature_id from cutter_governance.cut_change_set where change_set_id = ${cs(made)})`;

const changeSet = (m: WasCut, assignment: string) =>
  `update cutter_governance.cut_change_set set ${assignment} where change_set_id = ${cs(m)}`;
const block = (m: WasCut, assignment: string) =>
  `update cutter_governance.manifest_unit_block set ${assignment} where proposed_canonical_address like '${m.name}/%one'`;
const entry = (m: WasCut, payload: string) =>
  `update cutter_governance.decision_backlog_entry set payload = ${payload} where entry_id = '${m.entryId}'`;
const versionRow = (m: WasCut, assignment: string) =>
  `update public.unit_version set ${assignment} where id = ${version(m)}`;
const provenance = (m: WasCut, field: string, value: string) =>
  versionRow(m, `provenance = jsonb_set(provenance, '{${field}}', '${value}')`);
const unitRow = (m: WasCut, assignment: string) =>
  `update public.information_unit set ${assignment} where id = ${unit(m)}`;
const decision = (m: WasCut, assignment: string) =>
  `update cutter_governance.review_decision set ${assignment} where review_decision_id = '${m.decisionId}'`;
const signed = (m: WasCut, assignment: string) =>
  `update cutter_governance.dot_pair_signature set ${assignment} where signature_id = ${signature(m)}`;
const envelope = (m: WasCut, assignment: string) =>
  `update cutter_governance.manifest_envelope set ${assignment} where source_doc_ref = '${m.entryId}'`;
const source = (m: WasCut, assignment: string) =>
  `update cutter_source.source set ${assignment} where source_id = '${m.sourceId}'`;

/** Columns that no reader of units sees at once, and values of a shape that nobody expects. */
function shapes(): Tamper[] {
  const whole = (what: string, code: string, sql: Tamper['sql']): Tamper => ({
    what,
    axis: 'A',
    code,
    unit: null,
    sql,
  });
  const one = (what: string, axis: Tamper['axis'], code: string, sql: Tamper['sql']): Tamper => ({
    what,
    axis,
    code,
    unit: 'one',
    sql,
  });
  return [
    whole('the document code of the change set', 'payload_summary-differs', (m) =>
      changeSet(m, `payload_summary = '{}'`),
    ),
    // Deeper than JSON is read.
    whole('a summary that nobody can read', 'unreadable', (m) =>
      changeSet(m, `payload_summary = '${'['.repeat(70)}${']'.repeat(70)}'`),
    ),
    whole('the risk class', 'risk_class-differs', (m) => changeSet(m, `risk_class = 'high'`)),
    whole('the state of the change set', 'state-differs', (m) => changeSet(m, `state = 'other'`)),
    whole('the rollback key', 'rollback_key-differs', (m) => changeSet(m, `rollback_key = 'other'`)),
    whole('a verifier signature at CUT', 'verifier_signature_id-differs', (m) =>
      changeSet(m, `verifier_signature_id = executor_signature_id`),
    ),
    whole('an executor whom nobody knows', 'executor-unknown', (m) => changeSet(m, `emitted_by = 'nobody'`)),
    whole('the approval, superseded', 'approval-superseded', (m) =>
      decision(m, `superseded_by_review_decision_id = review_decision_id`),
    ),
    whole('the approval, expired', 'approval-expired', (m) => decision(m, `expires_at = '2001-01-01'`)),
    whole('a revoked signature', 'signature-revoked', (m) => signed(m, `revoked_at = now()`)),
    whole('the tool revision of the signature', 'signature-tool-revision', (m) =>
      signed(m, `signer_tool_revision = 'other'`),
    ),
    whole('an envelope that is no object', 'signature-wrong-statement', (m) =>
      signed(m, `payload_envelope = '"x"'`),
    ),
    whole('the status of the envelope', 'envelope-altered', (m) => envelope(m, `status = 'draft'`)),
    whole(
      'the header of the manifest',
      'manifest-header',
      (m) =>
        `update cutter_governance.manifest_unit_block b set payload_summary = jsonb_set(payload_summary, '{header,profile}', '"x"') from cutter_governance.manifest_envelope e where b.envelope_id = e.envelope_id and e.source_doc_ref = '${m.entryId}' and b.render_order = 0`,
    ),
    whole(
      'the source that the manifest names',
      'source-altered',
      (m) =>
        `update cutter_governance.manifest_unit_block b set payload_summary = jsonb_set(payload_summary, '{header,sourceDigest}', '"x"') from cutter_governance.manifest_envelope e where b.envelope_id = e.envelope_id and e.source_doc_ref = '${m.entryId}' and b.render_order = 0`,
    ),
    whole('the digest of the source', 'source-altered', (m) =>
      source(m, `sha256 = 'sha256:' || repeat('0', 64)`),
    ),
    whole('the source, with its digest', 'source-altered', (m) =>
      source(
        m,
        `content = content || 'x'::bytea, sha256 = 'sha256:' || encode(sha256(content || 'x'::bytea), 'hex')`,
      ),
    ),
    whole('an empty payload', 'entry-unreadable', (m) => entry(m, `'{}'`)),
    whole('a source reference that is no id', 'source-missing', (m) =>
      entry(m, `jsonb_set(payload, '{iu_ref}', '"source:x"')`),
    ),
    whole('a specification of no kind', 'entry-unreadable', (m) =>
      entry(m, `jsonb_set(payload, '{proposed_cut_spec}', '{"bla": 1}')`),
    ),
    whole('no specification', 'entry-unreadable', (m) =>
      entry(m, `jsonb_set(payload, '{proposed_cut_spec}', 'null')`),
    ),
    one('a block without its summary', 'A', 'block-altered', (m) => block(m, `payload_summary = null`)),
    one('a span that is no number', 'A', 'block-altered', (m) => block(m, `source_span = '{"start": "x"}'`)),
    one('a base that no birth has', 'A', 'block-altered', (m) =>
      block(m, `payload_summary = jsonb_set(payload_summary, '{base_version_id}', '"x"')`),
    ),
    one('a target that no birth has', 'A', 'block-altered', (m) =>
      block(m, `target_unit_id = gen_random_uuid()`),
    ),
    one('provenance that is null', 'A', 'provenance-source_digest-differs', (m) =>
      versionRow(m, `provenance = 'null'`),
    ),
    one('a change set that is no id', 'A', 'provenance-change_set_id-differs', (m) =>
      versionRow(m, `provenance = jsonb_set(provenance, '{change_set_id}', '"x"')`),
    ),
    one('a section type in the version', 'B', 'provenance-section_type-differs', (m) =>
      provenance(m, 'section_type', '"lead"'),
    ),
    one('a section code in the version', 'B', 'provenance-section_code-differs', (m) =>
      provenance(m, 'section_code', '"§ 9"'),
    ),
    one('an id of the parent in the version', 'C', 'provenance-parent_unit_id-differs', (m) =>
      provenance(m, 'parent_unit_id', 'null'),
    ),
    one('an order in the version', 'C', 'provenance-sort_order-differs', (m) =>
      provenance(m, 'sort_order', '7'),
    ),
    one('an order that leaves a gap', 'C', 'order_not_dense', (m) => provenance(m, 'sort_order', '7')),
    one('a parent that is no unit', 'C', 'unknown_parent', (m) => provenance(m, 'parent_address', '"x/y"')),
    one('a kind that nobody knows', 'B', 'unknown_unit_kind', (m) => provenance(m, 'kind', '"spell"')),
    one('the canonicalization of a hash', 'A', 'content_profile-differs', (m) =>
      versionRow(m, `content_profile = '{}'`),
    ),
    one('the review state', 'B', 'review_state-differs', (m) => versionRow(m, `review_state = 'draft'`)),
    one('who made a version', 'A', 'created_by-differs', (m) => versionRow(m, `created_by = 'nobody'`)),
    one('a description', 'A', 'description-differs', (m) => versionRow(m, `description = 'x'`)),
    one('an owner', 'A', 'owner_ref-differs', (m) => unitRow(m, `owner_ref = 'nobody'`)),
    one('an identity profile', 'B', 'identity_profile-differs', (m) => unitRow(m, `identity_profile = '{}'`)),
    one('a conformance status', 'B', 'conformance_status-differs', (m) =>
      unitRow(m, `conformance_status = 'other'`),
    ),
  ];
}

export const TAMPERS: readonly Tamper[] = [
  {
    what: 'a body',
    axis: 'A',
    code: 'body-differs',
    unit: 'one',
    sql: (m) => `update public.unit_version set body = body || 'x' where id = ${version(m)}`,
  },
  {
    what: 'white space in a body',
    axis: 'A',
    code: 'body-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set body = replace(body, E'\\n\\n', E' \\n\\n') where id = ${version(m)}`,
  },
  {
    what: 'a hash',
    axis: 'A',
    code: 'content_hash-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set content_hash = 'sha256:' || repeat('0', 64) where id = ${version(m)}`,
  },
  {
    what: 'a title',
    axis: 'A',
    code: 'title-differs',
    unit: 'one',
    sql: (m) => `update public.unit_version set title = 'Other' where id = ${version(m)}`,
  },
  {
    what: 'a parent',
    axis: 'C',
    code: 'parent_or_container_ref-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set parent_or_container_ref = null where id = ${unit(m)}`,
  },
  {
    what: 'a parent in the version',
    axis: 'C',
    code: 'provenance-parent_address-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set provenance = jsonb_set(provenance, '{parent_address}', 'null') where id = ${version(m)}`,
  },
  {
    what: 'a kind',
    axis: 'B',
    code: 'unit_kind-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set unit_kind = 'container' where id = ${unit(m)}`,
  },
  {
    what: 'a kind that the vocabulary lacks',
    axis: 'B',
    code: 'provenance-kind-differs',
    unit: 'one',
    sql: (m) =>
      `update public.unit_version set provenance = jsonb_set(provenance, '{kind}', '"spell"') where id = ${version(m)}`,
  },
  {
    what: 'a section type',
    axis: 'B',
    code: 'section_type-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set section_type = 'lead' where id = ${unit(m)}`,
  },
  {
    what: 'an order',
    axis: 'C',
    code: 'sort_order-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set sort_order = 7 where id = ${unit(m)}`,
  },
  {
    what: 'an address',
    axis: 'C',
    code: 'canonical_address-differs',
    unit: 'one',
    sql: (m) =>
      `update public.information_unit set canonical_address = '${m.name}/elsewhere' where id = ${unit(m)}`,
  },
  {
    what: 'an anchor',
    axis: 'A',
    code: 'anchor-differs',
    unit: 'one',
    sql: (m) => `update public.information_unit set content_anchor_ref = 'nowhere' where id = ${unit(m)}`,
  },
  {
    what: 'a dropped version',
    axis: 'A',
    code: 'version-missing',
    unit: 'one',
    sql: (m) =>
      `with gone as (update public.information_unit set version_anchor_ref = null where id = ${unit(m)}) delete from public.unit_version where id = ${version(m)}`,
  },
  {
    what: 'a dropped unit',
    axis: 'C',
    code: 'unit-missing',
    unit: 'one',
    sql: (m) =>
      `delete from public.unit_version where id = ${version(m)}; delete from public.information_unit where id = ${unit(m)}`,
  },
  {
    what: 'an added unit',
    axis: 'C',
    code: 'unit-added',
    unit: 'stranger',
    sql: (m) =>
      `insert into public.information_unit select (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(), 'canonical_address', '${m.name}/stranger', 'version_anchor_ref', null))).* from public.information_unit u where id = ${unit(m)}`,
  },
  {
    what: 'an added version',
    axis: 'A',
    code: 'version-added',
    unit: 'one',
    sql: (m) =>
      `insert into public.unit_version select (jsonb_populate_record(v, jsonb_build_object('id', gen_random_uuid(), 'version_seq', 2, 'body', 'other'))).* from public.unit_version v where id = ${version(m)}`,
  },
  {
    what: 'the source',
    axis: 'A',
    code: 'source-altered',
    unit: null,
    sql: (m) => source(m, `content = content || 'x'::bytea`),
  },
  {
    what: 'an affected row',
    axis: 'A',
    code: 'after_state_snapshot-differs',
    unit: 'one',
    sql: (m) =>
      `update cutter_governance.cut_change_set_affected_row set after_state_snapshot = jsonb_set(after_state_snapshot, '{version_seq}', '9') where change_set_id = ${cs(m)} and target_row_id = ${version(m)}::text`,
  },
  {
    what: 'a dropped affected row',
    axis: 'A',
    code: 'affected-row-missing',
    unit: 'one',
    sql: (m) =>
      `delete from cutter_governance.cut_change_set_affected_row where change_set_id = ${cs(m)} and target_row_id = ${version(m)}::text`,
  },
  {
    what: 'the effect digest',
    axis: 'A',
    code: 'effect_digest-differs',
    unit: null,
    sql: (m) =>
      `update cutter_governance.cut_change_set set effect_digest = 'sha256:' || repeat('0', 64) where change_set_id = ${cs(m)}`,
  },
  {
    what: 'the manifest, patched after approval',
    axis: 'A',
    code: 'block-altered',
    unit: 'one',
    sql: (m) =>
      `update cutter_governance.manifest_unit_block set payload_summary = jsonb_set(payload_summary, '{title}', '"Other"') where proposed_canonical_address like '${m.name}/%one'`,
  },
  {
    what: 'the signed statement',
    axis: 'A',
    code: 'signature-statement',
    unit: null,
    sql: (m) =>
      `update cutter_governance.dot_pair_signature set signature_payload = signature_payload || ' ' where signature_id = ${signature(m)}`,
  },
  {
    what: 'the signature bytes',
    axis: 'A',
    code: 'signature-invalid',
    unit: null,
    sql: (m) =>
      `update cutter_governance.dot_pair_signature set payload_envelope = jsonb_set(payload_envelope, '{signatures,0,sig}', to_jsonb(encode(decode(repeat('00', 64), 'hex'), 'base64'))) where signature_id = ${signature(m)}`,
  },
  {
    what: 'the approval',
    axis: 'A',
    code: 'approval-missing',
    unit: null,
    sql: (m) =>
      `update cutter_governance.review_decision set verdict = 'reject' where review_decision_id = '${m.decisionId}'`,
  },
  {
    what: 'who cut',
    axis: 'A',
    code: 'signature-statement',
    unit: null,
    sql: (m) =>
      `update cutter_governance.cut_change_set set emitted_by = (select principal_id::text from cutter_auth.principal where name = 'observer') where change_set_id = ${cs(m)}`,
  },
  ...shapes(),
];
