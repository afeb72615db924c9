import { sql } from 'slonik';
import { type ManifestHeader, manifestHeader } from '../document/manifest.ts';
import { formatOf } from '../document/plan.ts';
import type { DocumentPlan } from '../document/types.ts';
import { openCommentProblems } from '../law/hindrances.ts';
import { partyOf } from '../law/parties.ts';
import {
  CommentsOpen,
  Forbidden,
  type IllegalTransition,
  InvalidInput,
  NotLive,
  PlanStale,
  problemAt,
} from '../law/refusals.ts';
import { type EntryState, nextState, statesBefore } from '../law/states.ts';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { TOOL_REVISION } from '../version.ts';
import { baseOf, manifestDigestOf, planActions } from './effect/actions.ts';
import { manifestBlocks } from './effect/blocks.ts';
import { type CarriedOver, carriedOver, nothingCarriedOver } from './effect/carried-over.ts';
import { namedProfiles } from './effect/named-profiles.ts';
import { planFor, refuseUnsound } from './effect/plan.ts';
import { type Compared, refuseConflict, refuseOther } from './envelope/conflict.ts';
import {
  type FoundEntry,
  foundEntry,
  lockEntryAndDocument,
  refusalOfUnlocked,
} from './envelope/entry-lock.ts';
import { moveEntry } from './envelope/move.ts';
import { movedRow, termsOf, workOf } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { WideWrites } from './envelope/wide-writes.ts';
import { composeWrites, insertRows, insertWide, updateRows } from './envelope/writes.ts';
import { digestNow, notYet } from './not-yet.ts';
import { type FirstDecision, lookForReview, type ReviewInput, type ReviewLook } from './review-look.ts';
import { refuseOtherSide } from './rules/sides.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK, type NewEnvelope } from './tables/manifest.ts';
import { type NewDecision, REVIEW_DECISION, supersedeDecision } from './tables/review-decision.ts';

export interface ReviewAnswer {
  readonly entryId: string;
  readonly decisionId: string;
  readonly manifestId: string;
}

/**
 * REVIEW — a reviewer's verdict on exactly one manifest: a person's, unless the rules let services review.
 *
 *     review_pending | reviewed_approved ──review:approve──▶ reviewed_approved        lane DOT-991, role cutter_exec
 *                                        ──review:reject───▶ reviewed_rejected ■
 *                                        ──review:defer────▶ reviewed_deferred
 *
 * Locks    entry · document code; then looks
 * Reads    source · vocabulary · live units · the live decision · who marked, who registered · comments
 * Writes   1 envelope · U blocks (and one for each vanished unit) · 1 decision · 1 history · entry.status (CAS)
 * Refuses  IdempotencyConflict  the key was used for another review, or by another principal
 *          NotFound             no such entry
 *          Forbidden            the rules let principals of this kind review nothing
 *          SameParty            the rules keep the reviewer apart from who marked or registered the text
 *          IllegalTransition    the entry's state has no such arrow (before SameParty where the lane doesn't own
 *                               the state)
 *          NotLive              there is a live decision, and it isn't the one named
 *          InvalidInput         an approval that would have expired already
 *          CoverageBroken       the plan would lose something
 *          PlanStale            the digest isn't that of the plan as it is now, or other approvals are carried over
 *          CommentsOpen         an approval, and a comment on this plan isn't resolved       G-REVIEW-COMMENTS
 * Replay   same key, content and principal: the first decision, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function review(tx: ExecTx<'review'>, input: ReviewInput): Promise<Done<ReviewAnswer>> {
  const locked = await lockEntryAndDocument(tx, input.entryId, 'review');
  const look = await lookForReview(tx, input);
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by, null, look.first.entry_id);
    refuseConflict('reviewed something else', comparedReview(look.first, input));
    return {
      value: { entryId: input.entryId, decisionId: tx.ids.decision, manifestId: look.first.envelope_id },
      writes: null,
    };
  }
  const entry = foundEntry(input.entryId, look);
  if (locked.status === null)
    throw refusalOfUnlocked(
      input.entryId,
      entry.status,
      'review',
      statesBefore(`review:${input.verdict}`, tx.lane),
    );
  refuseParty(tx, input, look);
  const isLegal = nextState(locked.status, `review:${input.verdict}`, tx.lane) !== null;
  if (!isLegal || entry.kind !== 'cut_request')
    throw await refusalOfIllegal(tx, input, look, { ...entry, status: locked.status });
  refuseDead(input, look);
  const reviewed = await planForReview(tx, input, look);
  refuseOpenComments(input, look);
  const carried = await carriedForReview(tx, input, reviewed);
  return writeReview(tx, input, look, { ...reviewed, carried }, locked.status, locked.at);
}

function comparedReview(first: FirstDecision, input: ReviewInput): Compared[] {
  return [
    ['entryId', first.entry_id, input.entryId],
    ['verdict', first.verdict, input.verdict],
    ['manifestDigest', first.manifest_version, input.manifestDigest],
    ['riskClass', first.risk_class, input.riskClass],
    ['findings', first.findings.input, input.findings],
    ['notBefore', first.findings.not_before, input.notBefore],
    ['rationale', first.rationale, input.rationale],
    ['supersedesDecisionId', first.prior, input.supersedesDecisionId],
    ['expiresAt', first.expires_at, input.expiresAt],
    ['carriedOverDigest', first.findings.carried_over?.digest ?? null, input.carriedOverDigest],
  ];
}

/** The rules say which kinds of principals review, and from whom a reviewer is apart. */
function refuseParty({ caller }: ExecTx, { entryId }: ReviewInput, look: ReviewLook): void {
  const { version, rules } = look.rules;
  if (!rules.reviewerKinds.includes(caller.kind)) {
    const message =
      `The rules (version ${version}) let only a ${rules.reviewerKinds.join(' or ')} review, ` +
      `and ${caller.name} is of kind ${caller.kind}. Ask a person with entry:review.`;
    throw new Forbidden(message, [problemAt(['input', 'entryId'], 'reviewer-kind', message, { entryId })]);
  }
  const at = { path: ['input', 'entryId'], subject: { entryId } };
  refuseOtherSide(
    'reviewed',
    partyOf(caller),
    { marked: look.marker, registered: look.registrar },
    look.rules,
    at,
  );
}

async function refusalOfIllegal(
  tx: ExecTx,
  input: ReviewInput,
  look: ReviewLook,
  entry: FoundEntry,
): Promise<IllegalTransition> {
  const live = look.live_decision;
  const found = { entryId: input.entryId, ...entry, notBefore: live?.not_before ?? null };
  const names = (live?.id ?? null) === input.supersedesDecisionId && !look.expired;
  const holds = names && (await digestNow(tx, input.entryId, look)) === input.manifestDigest;
  return notYet(found, 'review', statesBefore(`review:${input.verdict}`, tx.lane), holds);
}

/** A live decision must be named; a named one must be live. */
function refuseDead(input: ReviewInput, look: ReviewLook): void {
  const live = look.live_decision?.id ?? null;
  if (live === input.supersedesDecisionId) {
    if (look.expired) {
      throw new InvalidInput(
        'This approval would have expired before it was given; name a later expiresAt.',
        [problemAt(['input', 'expiresAt'], 'past', 'expiresAt lies in the past.')],
      );
    }
    return;
  }
  const message =
    live === null
      ? `There is no live decision on this entry; leave supersedesDecisionId out.`
      : `Decision ${live} (${look.live_decision?.verdict}) is live; name it in supersedesDecisionId to supersede it.`;
  const subject = { entryId: input.entryId, ...(live === null ? {} : { reviewDecisionId: live }) };
  throw new NotLive(message, [problemAt(['input', 'supersedesDecisionId'], 'not-live', message, subject)]);
}

/** The manifest that is reviewed: a plan, and the header that its digest covers. */
interface Reviewed {
  readonly plan: DocumentPlan;
  readonly header: ManifestHeader;
}
/** Null where nothing is approved. */
type Carried = CarriedOver | null;

async function planForReview(tx: ExecTx, input: ReviewInput, look: ReviewLook): Promise<Reviewed> {
  const { source, spec } = workOf(input.entryId, look);
  const { live_units: live, held } = look;
  const profiles = namedProfiles(look.profile);
  const base = await baseOf(live, formatOf(spec, profiles));
  const plan = await planFor(tx, {
    source,
    spec,
    vocabulary: termsOf(look.vocabulary),
    profiles,
    held,
    base,
  });
  refuseUnsound(plan);
  const header = manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code });
  const digest = await manifestDigestOf(header, plan);
  if (digest === input.manifestDigest) return { plan, header };
  const message =
    `The plan of this entry is ${digest}, not ${input.manifestDigest}; ` +
    'call planCut(entryId) and review what it shows.';
  throw new PlanStale(message, [
    problemAt(['input', 'manifestDigest'], 'digest-mismatch', message, {
      entryId: input.entryId,
      manifestDigest: digest,
    }),
  ]);
}

/** What an approval carries over; refuses where that isn't what the reviewer relies on. */
async function carriedForReview(
  tx: ExecTx,
  input: ReviewInput,
  { plan, header }: Reviewed,
): Promise<Carried> {
  const { entryId, manifestDigest: digest, carriedOverDigest: named } = input;
  if (input.verdict !== 'approve') return null;
  if (named === null) return nothingCarriedOver(plan);
  const carried = await carriedOver(tx.connection, { docCode: header.docCode, entryId }, plan);
  if (carried.digest === named) return carried;
  const message =
    `The approvals that are carried over to this plan are ${carried.digest} now, not ${named}; ` +
    'look at planDiff(entryId) again, or leave carriedOverDigest out once you have looked at every record.';
  const subject = { entryId, manifestDigest: digest };
  throw new PlanStale(message, [
    problemAt(['input', 'carriedOverDigest'], 'carried-over-changed', message, subject),
  ]);
}

/** What somebody asked of this plan is settled before it is approved. */
function refuseOpenComments({ entryId, verdict }: ReviewInput, look: ReviewLook): void {
  if (verdict !== 'approve' || look.open_comments.length === 0) return;
  throw new CommentsOpen(
    `Comments on this plan are open, the first of them ${look.open_comments[0]?.commentId}. ` +
      'This call can succeed once their authors or a reviewer have resolved them.',
    openCommentProblems(entryId, look.open_comments),
  );
}

async function writeReview(
  tx: ExecTx<'review'>,
  input: ReviewInput,
  look: ReviewLook,
  { plan, header, carried }: Reviewed & { readonly carried: Carried },
  from: EntryState,
  at: string,
): Promise<Done<ReviewAnswer>> {
  const actions = await planActions(plan, look.live_units);
  const { envelope: manifestId, decision: decisionId } = tx.ids;
  const keys = { envelopeId: manifestId, entryId: input.entryId };
  const blocks = manifestBlocks(keys, plan, header, actions, carried?.approvals);
  const superseded = input.supersedesDecisionId === null ? [] : [input.supersedesDecisionId];
  const step = moveEntry(tx, {
    entryId: input.entryId,
    from,
    verb: `review:${input.verdict}`,
    historyId: tx.ids.history,
    rationale: input.rationale,
  });
  const { writes, sent } = composeWrites(at, {
    envelope: insertRows(MANIFEST_ENVELOPE, [envelopeOf(tx, input, manifestId, look.escalation)]),
    blocks: insertWide(MANIFEST_UNIT_BLOCK, blocks),
    decision: insertRows(REVIEW_DECISION, [
      { ...decisionOf(tx, input, look, manifestId, decisionId), findings: findingsOf(input, carried) },
    ]),
    superseded: updateRows(
      REVIEW_DECISION,
      supersedeDecision(input.supersedesDecisionId, decisionId),
      superseded.map((id) => ({ id, columns: { superseded_by_review_decision_id: decisionId } })),
    ),
    ...step,
  });
  const { moved } = await tx.connection.one(sql.prepared('review.write', movedRow)`
    /* review.write */ with moved as (${sent.moved}),
      superseded as (${sent.superseded}), envelope as (${sent.envelope}), blocks as (${sent.blocks}),
      decision as (${sent.decision}), history as (${sent.history})
    select ((select count(*) from moved) + (select count(*) from superseded))::int as moved`);
  if (moved !== (input.supersedesDecisionId === null ? 1 : 2)) {
    throw new NotLive('The decision or the entry moved while it was reviewed; read it again.');
  }
  const wide = new WideWrites(tx, writes);
  await wide.send('blocks');
  return { value: { entryId: input.entryId, decisionId, manifestId }, writes, wide };
}

/**
 * What the reviewer found, and what an approval rests on: the records that the reviewer looked at, and those that were
 * approved before. Both sets are named by their digests.
 */
function findingsOf({ findings, notBefore, carriedOverDigest }: ReviewInput, carried: Carried): PlainJson {
  const said = { input: findings, not_before: notBefore };
  if (carried === null) return said;
  const { reviewed, carried_over } = carried.sets;
  return { ...said, reviewed, carried_over: carriedOverDigest === null ? null : carried_over };
}

function envelopeOf(
  tx: ExecTx,
  input: ReviewInput,
  envelopeId: string,
  escalation: string | null,
): NewEnvelope {
  return {
    envelope_id: envelopeId,
    operation_kind: 'first_cut',
    status: 'under_review',
    source_doc_ref: input.entryId,
    escalation_ref: escalation,
    cut_change_set_ref: null,
    created_by: tx.caller.principalId,
    reviewer: tx.caller.principalId,
    rationale: input.rationale,
    superseded_by_envelope_id: null,
  };
}

function decisionOf(
  tx: ExecTx,
  input: ReviewInput,
  look: ReviewLook,
  manifestId: string,
  decisionId: string,
): Omit<NewDecision, 'findings'> {
  return {
    review_decision_id: decisionId,
    governance_event_kind: 'manifest_review',
    manifest_id: manifestId,
    manifest_version: input.manifestDigest,
    manifest_unit_local_id: null,
    review_scope: 'whole_manifest',
    status: 'recorded',
    verdict: input.verdict,
    reviewer_class: tx.caller.kind,
    reviewer_identity: tx.caller.personId,
    reviewer_independence_evidence: canonicalJson({
      marker: look.marker?.principal ?? null,
      marker_person: look.marker?.person ?? null,
      registrar: look.registrar?.principal ?? null,
      registrar_person: look.registrar?.person ?? null,
      reviewer: tx.caller.principalId,
      reviewer_person: tx.caller.personId,
      // The version of the rules that it was judged by; reviews of before the first name none.
      ...(look.rules.version === 0 ? {} : { rules: look.rules.version }),
    }),
    risk_class_assessment: input.riskClass,
    decided_by: tx.caller.principalId,
    cross_signed_by_dot_verifier: false,
    tool_revision: TOOL_REVISION,
    // Of the second version is what rests on carried approvals only while they count, until the cut.
    version: '2',
    prior_review_decision_id: input.supersedesDecisionId,
    superseded_by_review_decision_id: null,
    escalation_ref: look.escalation,
    cut_change_set_ref: null,
    expires_at: input.expiresAt,
  };
}
