import { sql } from 'slonik';
import { z } from 'zod';
import { ENTRY_STATES } from '../law/states.ts';
import { ENTRY_KINDS, RISK_CLASSES, type RiskClass, VERDICTS, type Verdict } from '../law/values.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { timeText } from '../text/time-sql.ts';
import { openComment, openComments } from './approval-facts.ts';
import { type LiveUnitRow, liveUnits } from './effect/live-units.ts';
import { PROFILE_OF_ENTRY, profileText } from './effect/named-profiles.ts';
import { foreignHolders, holders } from './effect/plan-addresses.ts';
import { openedEscalation } from './effect/retried.ts';
import {
  ENTRY_SOURCE_ID,
  jsonRows,
  payloadShape,
  SOURCE_META,
  sourceMeta,
  VOCABULARY,
  vocabularyText,
} from './envelope/reading.ts';
import type { ExecTx } from './envelope/transaction.ts';
import { RULES_NOW, rulesRow } from './rules/rules-sql.ts';
import { party } from './rules/sides.ts';

export interface ReviewInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly verdict: Exclude<Verdict, 'revert'>;
  readonly manifestDigest: string;
  readonly riskClass: RiskClass;
  readonly findings: PlainJson;
  readonly rationale: string | null;
  readonly supersedesDecisionId: string | null;
  readonly expiresAt: string | null;
  readonly notBefore: string | null;
  /** The approvals that the reviewer relies on; null where the reviewer looked at every record. */
  readonly carriedOverDigest: string | null;
}

const firstDecision = z.object({
  by: z.string(),
  entry_id: z.string(),
  envelope_id: z.string(),
  verdict: z.enum(VERDICTS),
  manifest_version: z.string(),
  risk_class: z.enum(RISK_CLASSES),
  findings: z.object({
    input: z.unknown(),
    not_before: z.string().nullable(),
    carried_over: z.object({ digest: z.string() }).nullish(),
  }),
  rationale: z.string().nullable(),
  prior: z.string().nullable(),
  expires_at: z.string().nullable(),
});
export type FirstDecision = z.infer<typeof firstDecision>;
const lookRow = z.object({
  payload: payloadShape.nullable(),
  kind: z.enum(ENTRY_KINDS).nullable(),
  status: z.enum(ENTRY_STATES).nullable(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  profile: profileText,
  live_units: jsonRows<LiveUnitRow>(),
  held: holders,
  live_decision: z
    .object({ id: z.string(), verdict: z.enum(VERDICTS), not_before: z.string().nullable() })
    .nullable(),
  marker: party.nullable(),
  /** Who registered the bytes first. A later caller with the same bytes got that source and isn't recorded. */
  registrar: party.nullable(),
  rules: rulesRow,
  first: firstDecision.nullable(),
  /** Comments on the named plan that nobody resolved; the first of them. */
  open_comments: z.array(openComment),
  /** The escalation that the document's newest cut opened, whose retry this entry is; null where that cut stands. */
  escalation: z.string().nullable(),
  expired: z.boolean(),
});
export type ReviewLook = z.infer<typeof lookRow>;

/** Everything that a review rests on, read after its lock. */
export async function lookForReview(tx: ExecTx<'review'>, input: ReviewInput): Promise<ReviewLook> {
  return tx.connection.one(sql.prepared('review.look', lookRow)`
    /* review.look */ select e.payload, e.kind, e.status, ${SOURCE_META} as source, ${VOCABULARY} as vocabulary,
      ${PROFILE_OF_ENTRY} as profile,
      ${liveUnits(sql.fragment`s.doc_code`)} as live_units, ${foreignHolders(sql.fragment`s.doc_code`)} as held,
      (select json_build_object('id', d.review_decision_id, 'verdict', d.verdict,
          'not_before', ${timeText(sql.fragment`(d.findings->>'not_before')::timestamptz`)})
        from cutter_governance.manifest_envelope m
        join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
        where m.source_doc_ref = ${input.entryId} and d.superseded_by_review_decision_id is null
        order by d.created_at desc, d.review_decision_id desc limit 1) as live_decision,
      (select json_build_object('principal', h.changed_by, 'person', p.person_id)
        from cutter_governance.decision_backlog_history h
        left join cutter_auth.principal p on p.principal_id::text = h.changed_by
        where h.entry_id = e.entry_id and h.change_kind = 'mark' limit 1) as marker,
      (select json_build_object('principal', s.registered_by, 'person', p.person_id) from (select 1) registrar
        left join cutter_auth.principal p on p.principal_id::text = s.registered_by
        where s.source_id is not null) as registrar,
      ${RULES_NOW} as rules,
      (select json_build_object('by', d.decided_by, 'entry_id', m.source_doc_ref, 'envelope_id', m.envelope_id,
          'verdict', d.verdict, 'manifest_version', d.manifest_version, 'risk_class', d.risk_class_assessment,
          'findings', d.findings, 'rationale', m.rationale, 'prior', d.prior_review_decision_id,
          'expires_at', ${timeText(sql.fragment`d.expires_at`)})
        from cutter_governance.review_decision d
        join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
        where d.review_decision_id = ${tx.ids.decision}::uuid) as first,
      ${openComments(input.entryId, input.manifestDigest)} as open_comments,
      ${openedEscalation(sql.fragment`s.doc_code`)} as escalation,
      coalesce(${input.expiresAt}::timestamptz <= transaction_timestamp(), false) as expired
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${input.entryId}::uuid
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}`);
}
