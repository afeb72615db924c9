import { z } from 'zod';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { isDigest } from '../proof/digest.ts';

/*
 * The form of a passport (docs/reference/formats/passport.md). Everything is strict but the columns of rows.
 * Those are the columns that the record was digested over, so a new column of a table changes nothing here.
 */

export const PASSPORT_FORMAT = 'cutter-passport/1';
/** The same with the records of the rules that its acts are judged by. */
export const RULED_PASSPORT_FORMAT = 'cutter-passport/2';

/** Findings of a reviewer nest as deep as a request may. Rows and records hold them a few levels deeper. */
const PASSPORT_DEPTH = 96;

/** The one spelling of a passport, and of each part of it that is hashed. */
export function passportText(value: PlainJson): string {
  return canonicalJson(value, PASSPORT_DEPTH);
}

const uuid = z.uuid().lowercase();
const digest = z.string().refine((text) => isDigest(text), 'is no digest');
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'is no time in UTC with microseconds');
const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'is no position')
  .refine((text) => Number.isSafeInteger(Number(text)), 'is beyond every position');
/** 32 bytes in the one spelling: the last character's spare bits are zero. */
const hash = z.string().refine((text) => {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === text;
}, 'is no 32 bytes in base64');
const lane = z.enum(['DOT-991', 'DOT-992']);
const axis = z.enum(['pass', 'fail']);
const json = z.unknown().transform((value) => value as PlainJson);

/** A row as its digest is made: SHA-256 over the canonical JSON of exactly this object. */
function rowShape<Table extends string, Columns extends z.ZodType>(table: Table, columns: Columns) {
  return z.strictObject({ columns, id: z.string(), op: z.literal('insert'), table: z.literal(table) });
}

const headerFields = {
  entryId: uuid.nullable(),
  docCode: z.string(),
  sourceDigest: digest,
  byteLength: z.int().nonnegative(),
  profile: z.looseObject({ name: z.string().nullable(), version: z.string().nullable(), digest }),
  vocabularyDigest: digest,
  canonicalization: z.string(),
  recordCount: z.int().nonnegative(),
};
const header = z.discriminatedUnion('format', [
  z.looseObject({ format: z.literal('cutter-manifest/1'), ...headerFields }),
  z.looseObject({
    format: z.literal('cutter-manifest/2'),
    ...headerFields,
    granularity: z.string().nullable(),
    baseDigest: digest,
  }),
]);

const span = z.strictObject({ start: z.int().nonnegative(), end: z.int().nonnegative() });
const base = {
  base_version_id: uuid.nullable(),
  base_version_seq: z.int().nullable(),
  base_content_hash: z.string().nullable(),
};
/** One record of the plan: a unit, or a stretch that is none. */
const recordColumns = z.looseObject({
  block_role: z.literal('result'),
  envelope_id: uuid,
  unit_local_id: z.string(),
  source_span: span,
  render_order: z.int().nonnegative(),
  target_unit_id: uuid.nullable(),
  proposed_canonical_address: z.string().nullable(),
  candidate_edges: z.tuple([z.strictObject({ kind: z.literal('parent'), to: z.string() })]).nullable(),
  payload_summary: z.looseObject({
    ...base,
    header: header.optional(),
    role: z.enum(['unit', 'container', 'excluded']),
    kind: z.string(),
    section_type: z.string(),
    section_code: z.string().nullable(),
    label: z.array(z.string()).optional(),
    title: z.string().nullable(),
    sort_order: z.int().nullable(),
    excluded_because: z.string().nullable(),
    text_digest: digest,
    content_hash: digest,
    action: z.enum(['birth', 'version', 'unchanged']).nullable(),
    version_seq: z.int().nullable(),
    text: z.string().optional(),
    approved_by: z.string().optional(),
  }),
});
/** A unit that exists and that the plan no longer has. */
const vanishedColumns = z.looseObject({
  block_role: z.literal('origin'),
  envelope_id: uuid,
  unit_local_id: z.string(),
  source_span: span,
  render_order: z.int().nonnegative(),
  proposed_canonical_address: z.string(),
  payload_summary: z.looseObject({
    ...base,
    action: z.literal('vanished'),
    version_seq: z.int(),
    base_content_hash: digest,
    parent_address: z.string().nullable(),
    sort_order: z.int(),
  }),
});

const counts = z.strictObject({
  records: z.int(),
  birth: z.int(),
  version: z.int(),
  unchanged: z.int(),
  vanished: z.int(),
});

const signature = rowShape(
  'dot_pair_signature',
  z.looseObject({
    signature_id: uuid,
    signature_kind: z.enum(['executor', 'verifier']),
    signer_dot_id: lane,
    signer_tool_revision: z.string(),
    signature_payload: z.string(),
    payload_envelope: json,
    payload_hash: digest,
    cross_reference_change_set_id: uuid.nullable(),
    cross_reference_verify_result_id: uuid.nullable(),
    prior_signature_id: uuid.nullable(),
    validation_state: z.string(),
    emitted_at: time,
    revoked_at: time.nullable(),
  }),
);

const changeSet = rowShape(
  'cut_change_set',
  z.looseObject({
    change_set_id: uuid,
    manifest_id: uuid,
    manifest_version: digest,
    review_decision_id: uuid,
    decision_backlog_entry_id: uuid,
    executor_signature_id: uuid,
    executor_tool_revision: z.string(),
    payload_summary: z.looseObject({
      doc_code: z.string(),
      source_digest: digest,
      cut_seq: z.int().positive(),
      counts,
    }),
    emitted_by: uuid,
    emitted_at: time,
    change_kind: z.literal('cut'),
    affected_row_count: z.int().nonnegative(),
    effect_digest: digest,
  }),
);

const compensation = rowShape(
  'cut_change_set',
  z.looseObject({
    change_set_id: uuid,
    change_kind: z.literal('compensation'),
    compensates_change_set_id: uuid,
    affected_row_count: z.int(),
    effect_digest: digest,
    rollback_reason: z.string().nullable(),
  }),
);

const state = z.looseObject({
  unit_id: uuid,
  version_id: uuid.nullable().or(z.literal('')),
  version_seq: z.int(),
  content_hash: z.string(),
});
const affected = rowShape(
  'cut_change_set_affected_row',
  z.looseObject({
    affected_row_id: uuid,
    change_set_id: uuid,
    ordinal: z.int().nonnegative(),
    effect_kind: z.enum(['insert', 'update']),
    target_table: z.string(),
    target_row_id: z.string(),
    before_state_snapshot: state.nullable(),
    after_state_snapshot: state.extend({
      canonical_address: z.string(),
      unit_kind: z.string(),
      section_type: z.string(),
      section_code: z.string().nullable(),
      parent_unit_id: uuid.nullable(),
      sort_order: z.int().nullable(),
      version_anchor_ref: z.string(),
      content_anchor_ref: z.string(),
    }),
  }),
);

const rows = z.strictObject({
  /** Without its bytes, so it has no digest: its other columns are compared with their fingerprints. */
  source: rowShape(
    'cutter_source.source',
    z.looseObject({
      source_id: uuid,
      doc_code: z.string(),
      title: z.string().nullable(),
      sha256: digest,
      byte_length: z.int().nonnegative(),
      registered_at: time,
    }),
  ),
  entry: rowShape(
    'decision_backlog_entry',
    z.looseObject({
      entry_id: uuid,
      kind: z.literal('cut_request'),
      payload: z.looseObject({ iu_ref: z.string() }),
    }),
  ),
  envelope: rowShape('manifest_envelope', z.looseObject({ envelope_id: uuid, source_doc_ref: z.string() })),
  blocks: z.array(
    rowShape('manifest_unit_block', z.discriminatedUnion('block_role', [recordColumns, vanishedColumns])),
  ),
  decision: rowShape(
    'review_decision',
    z.looseObject({
      review_decision_id: uuid,
      manifest_id: uuid,
      manifest_version: digest,
      manifest_unit_local_id: z.string().nullable(),
      verdict: z.enum(['approve', 'reject', 'defer', 'revert']),
      findings: z.looseObject({ not_before: time.nullable() }),
      decided_by: uuid,
      reviewer_identity: z.string(),
      reviewer_class: z.string(),
      reviewer_independence_evidence: z.string().nullish(),
      decision_at: time,
      expires_at: time.nullable(),
    }),
  ),
  changeSet,
  affected: z.array(affected),
  executorSignature: signature,
  result: rowShape(
    'verify_result',
    z.looseObject({
      verify_result_id: uuid,
      change_set_id: uuid,
      manifest_id: uuid,
      manifest_version: digest,
      review_decision_id: uuid,
      executor_signature_id: uuid,
      verifier_signature_id: uuid,
      verifier_tool_revision: z.string(),
      axis_1_status: axis,
      axis_2_status: axis,
      verdict: z.enum(['pass', 'fail']),
      rollback_change_set_id_triggered: uuid.nullable(),
      findings: z.looseObject({ axes: z.strictObject({ a: axis, b: axis, c: axis }), total: z.int() }),
      verdict_rationale: z.string().nullable(),
      verified_by: uuid,
      verified_at: time,
      effect_digest: digest,
      checked_row_count: z.int(),
    }),
  ),
  verifierSignature: signature,
  /** What a failed verification wrote beside its result. */
  compensation: compensation.nullable(),
});

/** A record of the log, and the way from its leaf to the checkpoint's root. */
const record = z.strictObject({ position: place, body: json, path: z.array(hash) });
const key = z.strictObject({
  keyId: z.string(),
  lane,
  purpose: z.enum(['statement', 'checkpoint']),
  publicKey: hash,
  from: place,
  until: place.nullable(),
});

export const passportShape = z.strictObject({
  format: z.enum([PASSPORT_FORMAT, RULED_PASSPORT_FORMAT]),
  changeSetId: uuid,
  /** A head of the log, signed by both lanes. */
  checkpoint: z.string(),
  keys: z.strictObject({
    executor: key,
    verifier: key,
    executorCheckpoint: key,
    verifierCheckpoint: key,
  }),
  records: z.strictObject({
    source: record,
    mark: record,
    review: record,
    cut: record,
    verify: record,
    /** The records that introduced the two keys for statements, where the log has them. */
    keys: z.array(record).max(2),
    /** The records of the rules in force at the review, the cut and the verification, where the log has them. */
    rules: z.array(record).max(3).optional(),
  }),
  rows,
});

export type Passport = z.infer<typeof passportShape>;
export type PassportRows = Passport['rows'];
export type PassportRecord = z.infer<typeof record>;
export type PassportKey = z.infer<typeof key>;
type Block = PassportRows['blocks'][number];
export type RecordBlock = Block & { readonly columns: z.infer<typeof recordColumns> };
export type VanishedBlock = Block & { readonly columns: z.infer<typeof vanishedColumns> };
export type SignatureRow = z.infer<typeof signature>;
