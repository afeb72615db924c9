import { sql } from 'slonik';
import { z } from 'zod';
import { ENTRY_STATES } from '../law/states.ts';
import { ENTRY_KINDS, RISK_CLASSES, VERDICTS } from '../law/values.ts';
import { timeText } from '../text/time-sql.ts';
import { leanedApproval, leanedApprovals } from './approval-facts.ts';
import { type StoredBlock, storedBlocks } from './effect/block-pages.ts';
import { cutsOf, type LiveUnitRow, liveUnits } from './effect/live-units.ts';
import { PROFILE_OF_ENTRY, profileText } from './effect/named-profiles.ts';
import { foreignHolders, holders } from './effect/plan-addresses.ts';
import { LOCK_DOCUMENT } from './envelope/entry-lock.ts';
import { keyRow, lockKey, registeredKey } from './envelope/key-registry.ts';
import {
  AT,
  ENTRY_SOURCE_ID,
  jsonRows,
  payloadShape,
  SOURCE_META,
  sourceMeta,
  VOCABULARY,
  vocabularyText,
} from './envelope/reading.ts';
import type { ExecTx } from './envelope/transaction.ts';
import { openPredecessor, openPredecessors } from './open-predecessors.ts';
import { approvalsOf, givenApproval } from './rules/approvals.ts';
import { LOCK_RULES_SHARED, RULES_NOW, rulesRow } from './rules/rules-sql.ts';
import { SIDES_OF_ENTRY, sidesRow } from './rules/sides.ts';
import { INCARNATION, lockSanction, signedSanction, signedSanctionOf } from './sanction/sanction-sql.ts';

export interface CutInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly manifestDigest: string;
}

const lockRow = z.object({ at: z.string(), status: z.enum(ENTRY_STATES).nullable() });
const approval = z.object({
  id: z.string(),
  manifest_id: z.string(),
  manifest_version: z.string(),
  verdict: z.enum(VERDICTS),
  unit_local_id: z.string().nullable(),
  expires_at: z.string().nullable(),
  not_before: z.string().nullable(),
  risk_class: z.enum(RISK_CLASSES),
});
const lookRow = z.object({
  payload: payloadShape.nullable(),
  kind: z.enum(ENTRY_KINDS).nullable(),
  status: z.enum(ENTRY_STATES).nullable(),
  scenario_ref: z.string().nullable(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  profile: profileText,
  live_units: jsonRows<LiveUnitRow>(),
  held: holders,
  approval: approval.nullable(),
  /** That approval, and those of the same manifest that it came on top of. */
  approvals: z.array(givenApproval),
  did: sidesRow,
  rules: rulesRow,
  /** The approvals that it carries over. */
  leaned: z.array(leanedApproval),
  blocks: jsonRows<StoredBlock>(),
  open: z.array(openPredecessor),
  unverified: z.array(z.string()),
  cuts: z.array(
    z.object({ id: z.string(), entry: z.string(), digest: z.string(), compensated: z.boolean() }),
  ),
  /** The document's newest cut, compensated or not: the one that this cut amends or retries. */
  prior: z.object({ signatureId: z.string(), payloadHash: z.string(), cutSeq: z.int() }).nullable(),
  /** The newest approval of this cut by a person who is on no side of it. */
  sanction: signedSanction.nullable(),
  incarnation: z.string(),
  first: z.object({ by: z.string(), entry_id: z.string(), manifest_version: z.string() }).nullable(),
  key: keyRow.nullable(),
});
export type CutLook = z.infer<typeof lookRow>;

/** What a cut finds, after its locks: the time and the entry's status, then everything else. */
export async function lookForCut(
  tx: ExecTx<'cut'>,
  input: CutInput,
): Promise<{ readonly locked: z.infer<typeof lockRow>; readonly look: CutLook }> {
  const locked = await lockCut(tx, input.entryId);
  return { locked, look: await readCut(tx, input) };
}

/** Entry row, then rules, approvals of the cut, signing key, document code: every cut takes them in this order. */
async function lockCut(tx: ExecTx<'cut'>, entryId: string): Promise<z.infer<typeof lockRow>> {
  return tx.connection.one(sql.prepared('cut.lock', lockRow)`
    /* cut.lock */ with locked as materialized (
        select e.status, e.payload from cutter_governance.decision_backlog_entry e
        where e.entry_id = ${entryId}::uuid for no key update),
      rules as materialized (select ${LOCK_RULES_SHARED} as taken from locked),
      sanction as materialized (select ${lockSanction(entryId)} as taken from rules),
      signing as materialized (select ${lockKey(tx.signer.keyId)} as taken from sanction),
      document as materialized (
        select ${LOCK_DOCUMENT} as taken
        from (select e.payload from locked e cross join signing) e
        join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID})
    select ${AT} as at, (select status from locked) as status, (select count(*) from document) as documents`);
}

/** Everything that the guards and the plan rest on, read after the last lock. */
async function readCut(tx: ExecTx<'cut'>, input: CutInput): Promise<CutLook> {
  const docCode = sql.fragment`s.doc_code`;
  return tx.connection.one(sql.prepared('cut.look', lookRow)`
    /* cut.look */ select e.payload, e.kind, e.status, e.scenario_ref, ${SOURCE_META} as source,
      ${VOCABULARY} as vocabulary, ${PROFILE_OF_ENTRY} as profile,
      ${liveUnits(docCode)} as live_units, ${foreignHolders(docCode)} as held,
      case when a.id is null then null else row_to_json(a) end as approval,
      ${approvalsOf('a.id')} as approvals, ${SIDES_OF_ENTRY} as did, ${RULES_NOW} as rules,
      ${leanedApprovals('a.id')} as leaned, ${storedBlocks(sql.fragment`a.manifest_id`)} as blocks,
      ${openPredecessors(input.entryId)} as open,
      (select coalesce(json_agg(c.decision_backlog_entry_id), '[]') from cutter_governance.cut_change_set c
        join cutter_governance.decision_backlog_entry o on o.entry_id = c.decision_backlog_entry_id
        where c.payload_summary->>'doc_code' = ${docCode} and c.change_kind = 'cut' and o.status = 'cut_applied'
          and o.entry_id <> ${input.entryId}::uuid) as unverified,
      (select coalesce(json_agg(json_build_object('id', c.change_set_id, 'entry', c.decision_backlog_entry_id,
          'digest', c.manifest_version, 'compensated', exists (select 1 from cutter_governance.cut_change_set x
            where x.compensates_change_set_id = c.change_set_id))), '[]')
        from cutter_governance.cut_change_set c where c.change_kind = 'cut'
          and (c.decision_backlog_entry_id = ${input.entryId}::uuid
            or c.manifest_version = ${input.manifestDigest})) as cuts,
      (select json_build_object('signatureId', g.signature_id, 'payloadHash', g.payload_hash, 'cutSeq', n.cut_seq)
        from (${cutsOf(docCode)} limit 1) n
        join cutter_governance.dot_pair_signature g on g.signature_id = n.executor_signature_id) as prior,
      (select json_build_object('by', c.emitted_by, 'entry_id', c.decision_backlog_entry_id,
          'manifest_version', c.manifest_version)
        from cutter_governance.cut_change_set c where c.change_set_id = ${tx.ids.change_set}::uuid) as first,
      ${registeredKey(sql.fragment`${tx.signer.keyId}`)} as key,
      ${signedSanctionOf(sql.fragment`${input.entryId}::uuid`)} as sanction, ${INCARNATION} as incarnation
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${input.entryId}::uuid
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}
    left join lateral (select d.review_decision_id as id, d.manifest_id, d.manifest_version, d.verdict,
        d.manifest_unit_local_id as unit_local_id, ${timeText(sql.fragment`d.expires_at`)} as expires_at,
        ${timeText(sql.fragment`(d.findings->>'not_before')::timestamptz`)} as not_before,
        d.risk_class_assessment as risk_class
      from cutter_governance.manifest_envelope m
      join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
      where m.source_doc_ref = ${input.entryId} and d.superseded_by_review_decision_id is null
      order by d.created_at desc, d.review_decision_id desc limit 1) a on true`);
}
