import { sql } from 'slonik';
import { z } from 'zod';
import { ENTRY_STATES } from '../../law/states.ts';
import { MODES } from '../../law/values.ts';
import { timeText } from '../../text/time-sql.ts';
import { type StoredBlock, storedBlocks } from '../effect/block-pages.ts';
import { cutsOf, type LiveUnitRow, unitsBefore } from '../effect/live-units.ts';
import { PROFILE_OF_ENTRY, profileText } from '../effect/named-profiles.ts';
import { retriedVerdict } from '../effect/retried.ts';
import { keyRow, lockKey, registeredKey } from '../envelope/key-registry.ts';
import {
  AT,
  ENTRY_SOURCE_ID,
  jsonRows,
  SOURCE_META,
  sourceMeta,
  VOCABULARY,
  vocabularyText,
} from '../envelope/reading.ts';
import type { VerifyTx } from '../envelope/transaction.ts';
import { approvalsOf, givenApproval } from '../rules/approvals.ts';
import { LOCK_RULES_SHARED, RULES_NOW, rulesRow } from '../rules/rules-sql.ts';
import { party, SIDES_OF_ENTRY, sidesRow } from '../rules/sides.ts';

const lockRow = z.object({ at: z.string(), status: z.enum(ENTRY_STATES).nullable() });

/** Locks the entry of the change set, then the signing key. */
export function lockForVerify(tx: VerifyTx, changeSetId: string): Promise<z.infer<typeof lockRow>> {
  return tx.connection.one(sql.prepared('verify.lock', lockRow)`
    /* verify.lock */ with locked as materialized (select e.status from cutter_governance.decision_backlog_entry e
        where e.entry_id = (select c.decision_backlog_entry_id from cutter_governance.cut_change_set c
          where c.change_set_id = ${changeSetId}::uuid and c.change_kind = 'cut') for no key update),
      rules as materialized (select ${LOCK_RULES_SHARED} as taken from locked),
      signing as materialized (select ${lockKey(tx.signer.keyId)} as taken from rules)
    select ${AT} as at, (select status from locked) as status, (select count(*) from signing) as keys`);
}

/** Texts of closed sets are read as any text: a verdict judges what is stored, and what was altered is a finding. */
const judgedChangeSet = z.object({
  change_set_id: z.string(),
  idempotency_key: z.string(),
  manifest_id: z.string(),
  manifest_version: z.string(),
  review_decision_id: z.string(),
  entry_id: z.string().nullable(),
  executor_signature_id: z.string(),
  executor_tool_revision: z.string(),
  change_kind: z.string(),
  emitted_by: z.string(),
  emitted_at: z.string(),
  effect_digest: z.string(),
  risk_class: z.string(),
  scenario_ref: z.string().nullable(),
  /** Null where no principal of the registry made the cut. */
  person_id: z.string().nullable(),
  mode: z.enum(MODES),
  /** The whole row but its time. */
  row: z.record(z.string(), z.unknown()),
  /** The highest `cut_seq` of the document's other cuts; 0 for its first. */
  earlier_cuts: z.unknown(),
  /** The verdict on the document's cut before this one, where that failed: this cut retries it. */
  prior_result: z.string().nullable(),
});
type FoundChangeSet = z.infer<typeof judgedChangeSet>;
/** The change set of an entry: only that of a cut is judged. */
export type JudgedChangeSet = FoundChangeSet & { readonly entry_id: string };

const judgedSignature = z.object({
  signature_id: z.string(),
  signature_kind: z.string(),
  signer_dot_id: z.string(),
  signer_tool_revision: z.string(),
  signature_payload: z.string(),
  payload_envelope: z.unknown(),
  payload_hash: z.string(),
  cross_reference_change_set_id: z.string().nullable(),
  cross_reference_verify_result_id: z.string().nullable(),
  prior_signature_id: z.string().nullable(),
  prior_payload_hash: z.string().nullable(),
  validation_state: z.string(),
  revoked: z.boolean(),
});
export type JudgedSignature = z.infer<typeof judgedSignature>;

const findingRow = z.object({
  axis: z.enum(['A', 'B', 'C']),
  unit: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});
/** What a verification found, at one place. `unit` is an address; null where the whole cut is meant. */
export type CutFinding = z.infer<typeof findingRow>;

const lookRow = z.object({
  change_set: judgedChangeSet.nullable(),
  entry_status: z.enum(ENTRY_STATES).nullable(),
  /** As it is stored; its shape is judged. */
  payload: z.unknown(),
  entry_scenario_ref: z.string().nullable(),
  source: sourceMeta.nullable(),
  content: z.instanceof(Buffer).nullable(),
  vocabulary: vocabularyText,
  profile: profileText,
  decision: z
    .object({
      manifest_id: z.string(),
      manifest_version: z.string(),
      verdict: z.string(),
      risk_class: z.string(),
      unit_local_id: z.string().nullable(),
      superseded: z.boolean(),
      expires_at: z.string().nullable(),
      not_before: z.string().nullable(),
    })
    .nullable(),
  /** The approval that the cut names, and those of the same manifest that it came on top of. */
  approvals: z.array(givenApproval),
  did: sidesRow,
  /** Who approved the cut, where it used an approval. */
  approver: party.nullable(),
  rules: rulesRow,
  /** The rules that the cut says it was judged by; those of origin where it names none. */
  cut_rules: rulesRow,
  envelope: z
    .object({ operation_kind: z.string(), status: z.string(), source_doc_ref: z.string() })
    .nullable(),
  blocks: jsonRows<StoredBlock>(),
  signature: judgedSignature.nullable(),
  executor_key: keyRow.nullable(),
  own_key: keyRow.nullable(),
  first: z.object({ by: z.string(), change_set_id: z.string(), findings: z.array(findingRow) }).nullable(),
});
export type VerifyLook = z.infer<typeof lookRow>;

/** Everything that a verdict rests on but the rows that the cut wrote: read after the locks, from the tables alone. */
export function lookForVerify(tx: VerifyTx, changeSetId: string): Promise<VerifyLook> {
  return tx.connection.one(sql.prepared('verify.look', lookRow)`
    /* verify.look */ select
      case when c.change_set_id is null then null else json_build_object('change_set_id', c.change_set_id,
        'idempotency_key', c.idempotency_key, 'manifest_id', c.manifest_id, 'manifest_version', c.manifest_version,
        'review_decision_id', c.review_decision_id, 'entry_id', c.decision_backlog_entry_id,
        'executor_signature_id', c.executor_signature_id, 'executor_tool_revision', c.executor_tool_revision,
        'change_kind', c.change_kind, 'emitted_by', c.emitted_by, 'emitted_at', ${timeText(sql.fragment`c.emitted_at`)},
        'effect_digest', c.effect_digest, 'risk_class', c.risk_class,
        'scenario_ref', c.scenario_ref, 'person_id', p.person_id,
        'mode', case when p.rehearsal then 'rehearsal' else 'production' end,
        'row', to_jsonb(c) - 'emitted_at',
        'earlier_cuts', coalesce((select o.cut_seq from (${cutsOf(sql.fragment`s.doc_code`)}) o
          where o.change_set_id <> c.change_set_id limit 1), '0'),
        'prior_result', ${retriedVerdict(sql.fragment`s.doc_code`, sql.fragment`c.change_set_id`)}) end as change_set,
      e.status as entry_status, e.payload, e.scenario_ref as entry_scenario_ref, ${SOURCE_META} as source,
      s.content, ${VOCABULARY} as vocabulary, ${PROFILE_OF_ENTRY} as profile,
      (select json_build_object('manifest_id', d.manifest_id, 'manifest_version', d.manifest_version,
          'verdict', d.verdict, 'risk_class', d.risk_class_assessment,
          'superseded', d.superseded_by_review_decision_id is not null,
          'unit_local_id', d.manifest_unit_local_id, 'expires_at', ${timeText(sql.fragment`d.expires_at`)},
          'not_before', d.findings->>'not_before')
        from cutter_governance.review_decision d where d.review_decision_id = c.review_decision_id) as decision,
      ${approvalsOf('c.review_decision_id')} as approvals, ${SIDES_OF_ENTRY} as did, ${RULES_NOW} as rules,
      (select json_build_object('principal', a.approved_by, 'person', ap.person_id)
        from cutter_auth.cut_approval a left join cutter_auth.principal ap on ap.principal_id::text = a.approved_by
        where a.used_by_change_set_id = c.change_set_id limit 1) as approver,
      (select json_build_object('version', u.version, 'rules', u.body) from cutter_auth.rules u
        where to_jsonb(u.version) = c.payload_summary->'rules') as cut_rules,
      (select json_build_object('operation_kind', m.operation_kind, 'status', m.status,
          'source_doc_ref', m.source_doc_ref)
        from cutter_governance.manifest_envelope m where m.envelope_id = c.manifest_id) as envelope,
      ${storedBlocks(sql.fragment`c.manifest_id`)} as blocks,
      case when g.signature_id is null then null else json_build_object('signature_id', g.signature_id,
        'signature_kind', g.signature_kind, 'signer_dot_id', g.signer_dot_id,
        'signer_tool_revision', g.signer_tool_revision, 'signature_payload', g.signature_payload,
        'payload_envelope', g.payload_envelope, 'payload_hash', g.payload_hash,
        'cross_reference_change_set_id', g.cross_reference_change_set_id,
        'cross_reference_verify_result_id', g.cross_reference_verify_result_id,
        'prior_signature_id', g.prior_signature_id, 'validation_state', g.validation_state,
        'revoked', g.revoked_at is not null,
        'prior_payload_hash', (select prior.payload_hash from cutter_governance.dot_pair_signature prior
          where prior.signature_id = g.prior_signature_id)) end as signature,
      ${registeredKey(sql.fragment`g.payload_envelope->'signatures'->0->>'keyid'`)} as executor_key,
      ${registeredKey(sql.fragment`${tx.signer.keyId}`)} as own_key,
      (select json_build_object('by', r.verified_by, 'change_set_id', r.change_set_id,
          'findings', r.findings->'problems')
        from cutter_governance.verify_result r where r.verify_result_id = ${tx.ids.result}::uuid) as first
    from (select 1) one
    left join cutter_governance.cut_change_set c on c.change_set_id = ${changeSetId}::uuid
    left join cutter_auth.principal p on p.principal_id::text = c.emitted_by
    left join cutter_governance.decision_backlog_entry e on e.entry_id = c.decision_backlog_entry_id
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}
    left join cutter_governance.dot_pair_signature g on g.signature_id = c.executor_signature_id`);
}

const beforeRow = z.object({ units: jsonRows<LiveUnitRow>() });

/** The units of a document as its newest cut found them. */
export async function unitsBeforeCut(
  tx: VerifyTx,
  changeSetId: string,
  docCode: string,
): Promise<readonly LiveUnitRow[]> {
  const { units } = await tx.connection.one(sql.prepared('verify.before', beforeRow)`
    /* verify.before */ select ${unitsBefore(sql.fragment`${docCode}`, changeSetId)} as units`);
  return units;
}
