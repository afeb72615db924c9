import { sql } from 'slonik';
import { z } from 'zod';
import { manifestDigest, manifestHeader } from '../document/manifest.ts';
import type { CutSpec, DocumentPlan } from '../document/types.ts';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { planActions } from './actions.ts';
import { manifestBlocks } from './blocks.ts';
import { lockEntry, unlockable } from './entry-lock.ts';
import { type LiveUnitRow, liveUnits } from './live-units.ts';
import { planFor, refuseBroken } from './plan.ts';
import {
  ENTRY_SOURCE_ID,
  jsonRows,
  movedRow,
  payloadShape,
  SOURCE_META,
  sourceMeta,
  termsOf,
  timeText,
  VOCABULARY,
  vocabularyText,
} from './reading.ts';
import {
  IdempotencyConflict,
  IllegalTransition,
  InvalidInput,
  NotLive,
  PlanStale,
  type Problem,
  SameParty,
} from './refusals.ts';
import { type EntryState, nextState, statesBefore } from './states.ts';
import { ENTRY, moveStatus } from './tables/entry.ts';
import { HISTORY } from './tables/history.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK } from './tables/manifest.ts';
import { REVIEW_DECISION, supersedeDecision } from './tables/review-decision.ts';
import { type Done, type ExecTx, TOOL_REVISION } from './transaction.ts';
import type { RiskClass, Verdict } from './values.ts';
import { Writes } from './writes.ts';

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
}
export interface ReviewAnswer {
  readonly entryId: string;
  readonly decisionId: string;
  readonly manifestId: string;
}

const firstDecision = z.object({
  entry_id: z.string(),
  envelope_id: z.string(),
  verdict: z.string(),
  manifest_version: z.string(),
  risk_class: z.string(),
  findings: z.object({ input: z.unknown(), not_before: z.string().nullable() }),
  rationale: z.string().nullable(),
  prior: z.string().nullable(),
  expires_at: z.string().nullable(),
});
const lookRow = z.object({
  payload: payloadShape.nullable(),
  kind: z.string().nullable(),
  status: z.string().nullable(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  live_units: jsonRows<LiveUnitRow>(),
  live_decision: z.object({ id: z.string(), verdict: z.string() }).nullable(),
  marker: z.object({ principal: z.string(), person: z.string().nullable() }).nullable(),
  first: firstDecision.nullable(),
  expired: z.boolean(),
});
type Look = z.infer<typeof lookRow>;

/**
 * REVIEW — a reviewer's verdict on exactly one manifest; a person's or a service's, never an agent's.
 *
 *     review_pending | reviewed_approved ──review:approve──▶ reviewed_approved        lane DOT-991, role cutter_exec
 *                                        ──review:reject───▶ reviewed_rejected ■
 *                                        ──review:defer────▶ reviewed_deferred
 *
 * Reads    entry (locked) · source · vocabulary · live units · the live decision · who marked
 * Writes   1 envelope · U blocks (and one for each vanished unit) · 1 decision · 1 history · entry.status (CAS)
 * Refuses  IdempotencyConflict  the key was used for another review
 *          NotFound             no such entry
 *          SameParty            the reviewer marked the entry, or answers for who did
 *          IllegalTransition    the entry's state has no such arrow (before SameParty where the lane doesn't own the state)
 *          NotLive              a live decision stands and isn't the one named
 *          InvalidInput         an approval that would have expired already
 *          CoverageBroken       the plan would lose something
 *          PlanStale            the digest isn't that of the plan as it is now
 * Replay   same key and content: the first decision, `replayed: true`
 * Source   ledger specification §4, §5
 */
export async function review(tx: ExecTx, input: ReviewInput): Promise<Done<ReviewAnswer>> {
  const locked = await lockEntry(tx, input.entryId, 'review');
  const look = await read(tx, input);
  if (look.first !== null) {
    refuseOther(look.first, input);
    return {
      value: { entryId: input.entryId, decisionId: tx.id('decision'), manifestId: look.first.envelope_id },
      writes: null,
    };
  }
  if (locked.status === null)
    throw unlockable(input.entryId, look.status, 'review', statesBefore(`review:${input.verdict}`, tx.lane));
  refuseParty(tx, look);
  const to = nextState(locked.status, `review:${input.verdict}`, tx.lane);
  if (to === null || look.kind !== 'cut_request') throw illegal(input, locked.status, look.kind);
  refuseDead(input, look);
  const plan = await planned(tx, input, look);
  return write(tx, input, look, plan, locked.status, to, locked.at);
}

async function read(tx: ExecTx, input: ReviewInput): Promise<Look> {
  return tx.connection.one(sql.prepared('review.look', lookRow)`
    /* review.look */ select e.payload, e.kind, e.status, ${SOURCE_META} as source, ${VOCABULARY} as vocabulary,
      ${liveUnits(sql.fragment`s.doc_code`)} as live_units,
      (select json_build_object('id', d.review_decision_id, 'verdict', d.verdict)
        from cutter_governance.manifest_envelope m
        join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
        where m.source_doc_ref = ${input.entryId} and d.superseded_by_review_decision_id is null
        order by d.created_at desc, d.review_decision_id desc limit 1) as live_decision,
      (select json_build_object('principal', h.changed_by, 'person', p.person_id)
        from cutter_governance.decision_backlog_history h
        left join cutter_auth.principal p on p.principal_id::text = h.changed_by
        where h.entry_id = e.entry_id and h.change_kind = 'mark' limit 1) as marker,
      (select json_build_object('entry_id', m.source_doc_ref, 'envelope_id', m.envelope_id, 'verdict', d.verdict,
          'manifest_version', d.manifest_version, 'risk_class', d.risk_class_assessment, 'findings', d.findings,
          'rationale', m.rationale, 'prior', d.prior_review_decision_id, 'expires_at', ${timeText(sql.fragment`d.expires_at`)})
        from cutter_governance.review_decision d
        join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
        where d.review_decision_id = ${tx.id('decision')}::uuid) as first,
      coalesce(${input.expiresAt}::timestamptz <= transaction_timestamp(), false) as expired
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${input.entryId}::uuid
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}`);
}

function refuseOther(first: z.infer<typeof firstDecision>, input: ReviewInput): void {
  const problems: Problem[] = [];
  const compare = (field: string, was: unknown, is: unknown) => {
    if (canonicalJson((was ?? null) as PlainJson) === canonicalJson((is ?? null) as PlainJson)) return;
    problems.push({
      path: ['input', field],
      code: 'differs',
      message: `The key was first used with another ${field}.`,
    });
  };
  compare('entryId', first.entry_id, input.entryId);
  compare('verdict', first.verdict, input.verdict);
  compare('manifestDigest', first.manifest_version, input.manifestDigest);
  compare('riskClass', first.risk_class, input.riskClass);
  compare('findings', first.findings.input, input.findings);
  compare('notBefore', first.findings.not_before, input.notBefore);
  compare('rationale', first.rationale, input.rationale);
  compare('supersedesDecisionId', first.prior, input.supersedesDecisionId);
  compare('expiresAt', first.expires_at, input.expiresAt);
  if (problems.length === 0) return;
  throw new IdempotencyConflict('This idempotency key reviewed something else; use a new key.', problems);
}

function refuseParty(tx: ExecTx, look: Look): void {
  const same = look.marker?.principal === tx.caller.principalId || look.marker?.person === tx.caller.personId;
  if (!same) return;
  throw new SameParty(
    'A reviewer is not the marker: this entry was marked by you or by a principal you answer for. Ask another reviewer.',
    [
      {
        path: ['input', 'entryId'],
        code: 'reviewer-is-marker',
        message: 'Marker and reviewer share a principal or a person.',
      },
    ],
    null,
  );
}

function illegal(input: ReviewInput, from: EntryState, kind: string | null): IllegalTransition {
  const message =
    kind === 'cut_request'
      ? `An entry in state ${from} can't be reviewed; it must be ${statesBefore(`review:${input.verdict}`, 'DOT-991').join(' or ')}${from === 'marked' || from === 'reviewed_deferred' ? ' (sweep it first)' : ''}.`
      : `An entry of kind ${kind} isn't reviewed; end it with abandon and a rationale.`;
  return new IllegalTransition(message, [
    { path: ['input', 'entryId'], code: from, message: `The entry is ${from}.` },
  ]);
}

/** A live decision must be named; a named one must be live. */
function refuseDead(input: ReviewInput, look: Look): void {
  const live = look.live_decision?.id ?? null;
  if (live === input.supersedesDecisionId) {
    if (look.expired) {
      throw new InvalidInput(
        'This approval would have expired before it was given; name a later expiresAt.',
        [{ path: ['input', 'expiresAt'], code: 'past', message: 'expiresAt lies in the past.' }],
      );
    }
    return;
  }
  const message =
    live === null
      ? `There is no live decision on this entry; leave supersedesDecisionId out.`
      : `Decision ${live} (${look.live_decision?.verdict}) is live; name it in supersedesDecisionId to supersede it.`;
  throw new NotLive(message, [{ path: ['input', 'supersedesDecisionId'], code: 'not-live', message }]);
}

async function planned(tx: ExecTx, input: ReviewInput, look: Look): Promise<DocumentPlan> {
  const { source, payload } = look as {
    source: NonNullable<Look['source']>;
    payload: NonNullable<Look['payload']>;
  };
  const plan = await planFor(tx, source, payload.proposed_cut_spec as CutSpec, termsOf(look.vocabulary));
  refuseBroken(plan);
  const digest = manifestDigest(
    manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code }),
    plan.leafHashes,
  );
  if (digest === input.manifestDigest) return plan;
  const message = `The plan of this entry is ${digest}, not ${input.manifestDigest}; call planCut(entryId) and review what it shows.`;
  throw new PlanStale(message, [{ path: ['input', 'manifestDigest'], code: 'digest-mismatch', message }]);
}

async function write(
  tx: ExecTx,
  input: ReviewInput,
  look: Look,
  plan: DocumentPlan,
  from: EntryState,
  to: EntryState,
  at: string,
): Promise<Done<ReviewAnswer>> {
  const docCode = look.source?.doc_code ?? '';
  const header = manifestHeader(plan, { entryId: input.entryId, docCode });
  const actions = planActions(plan.records, look.live_units);
  const [manifestId, decisionId] = [tx.id('envelope'), tx.id('decision')];
  const writes = new Writes(at);
  const envelope = writes.insert(MANIFEST_ENVELOPE, [envelopeOf(tx, input, manifestId)]);
  const blocks = writes.insert(
    MANIFEST_UNIT_BLOCK,
    manifestBlocks({ envelopeId: manifestId, entryId: input.entryId }, plan, header, actions),
  );
  const decision = writes.insert(REVIEW_DECISION, [decisionOf(tx, input, look, manifestId, decisionId)]);
  if (input.supersedesDecisionId !== null) {
    writes.update(REVIEW_DECISION, input.supersedesDecisionId, {
      superseded_by_review_decision_id: decisionId,
    });
  }
  writes.update(ENTRY, input.entryId, { status: to });
  const history = writes.insert(HISTORY, [historyOf(tx, input, from, to)]);
  const { moved } = await tx.connection.one(sql.prepared('review.write', movedRow)`
    /* review.write */ with moved as (${moveStatus(input.entryId, from, to)}),
      superseded as (${supersedeDecision(input.supersedesDecisionId, decisionId)}),
      envelope as (${envelope}), blocks as (${blocks}), decision as (${decision}), history as (${history})
    select ((select count(*) from moved) + (select count(*) from superseded))::int as moved`);
  if (moved !== (input.supersedesDecisionId === null ? 1 : 2)) {
    throw new NotLive('The decision or the entry moved while it was reviewed; read it again.');
  }
  return { value: { entryId: input.entryId, decisionId, manifestId }, writes };
}

function envelopeOf(tx: ExecTx, input: ReviewInput, envelopeId: string) {
  return {
    envelope_id: envelopeId,
    operation_kind: 'first_cut',
    status: 'under_review',
    source_doc_ref: input.entryId,
    escalation_ref: null,
    cut_change_set_ref: null,
    created_by: tx.caller.principalId,
    reviewer: tx.caller.principalId,
    rationale: input.rationale,
    superseded_by_envelope_id: null,
  };
}

function decisionOf(tx: ExecTx, input: ReviewInput, look: Look, manifestId: string, decisionId: string) {
  return {
    review_decision_id: decisionId,
    governance_event_kind: 'manifest_review',
    manifest_id: manifestId,
    manifest_version: input.manifestDigest,
    manifest_unit_local_id: null,
    review_scope: 'whole_manifest',
    status: 'recorded',
    verdict: input.verdict,
    findings: { input: input.findings, not_before: input.notBefore },
    reviewer_class: tx.caller.kind,
    reviewer_identity: tx.caller.personId,
    reviewer_independence_evidence: canonicalJson({
      marker: look.marker?.principal ?? null,
      marker_person: look.marker?.person ?? null,
      reviewer: tx.caller.principalId,
      reviewer_person: tx.caller.personId,
    }),
    risk_class_assessment: input.riskClass,
    decided_by: tx.caller.principalId,
    cross_signed_by_dot_verifier: false,
    tool_revision: TOOL_REVISION,
    version: '1',
    prior_review_decision_id: input.supersedesDecisionId,
    superseded_by_review_decision_id: null,
    escalation_ref: null,
    cut_change_set_ref: null,
    expires_at: input.expiresAt,
  };
}

function historyOf(tx: ExecTx, input: ReviewInput, from: EntryState, to: EntryState) {
  return {
    history_id: tx.id('history'),
    entry_id: input.entryId,
    entry_version_before: from,
    entry_version_after: to,
    change_kind: `review:${input.verdict}`,
    change_diff: { from, to },
    changed_by: tx.caller.principalId,
    rationale: input.rationale,
  };
}
