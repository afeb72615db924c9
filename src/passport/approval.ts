import { APPROVAL_FAULTS, type ApprovalFault, approvalFaults } from '../law/approval.ts';
import { approvedRecords, approvedSetsFault } from '../law/approved-sets.ts';
import {
  type EarlierParties,
  partyOf,
  registrarNamed,
  type SeparateDeed,
  sharedParties,
} from '../law/parties.ts';
import { type NumberedRules, type PlacedRules, rulesAt } from '../law/rules/rules.ts';
import type { PassportRows } from './format.ts';
import { type OpenedPlan, parentOf } from './plan.ts';
import type { PhaseRecords, ProvedRecord } from './records.ts';
import { PassportFault, refuseUnless } from './refuse.ts';

/** Refuses unless the document that was marked is the one that was planned, approved, cut and verified. */
export function holdLineage(changeSetId: string, rows: PassportRows, plan: OpenedPlan): void {
  const { source, entry, envelope, decision, changeSet, result, executorSignature, verifierSignature } = rows;
  const cut = changeSet.columns;
  const verdict = result.columns;
  const links: readonly Link[] = [
    ['changeSet.columns.change_set_id', 'The change set', cut.change_set_id, changeSetId],
    [
      'entry.columns.payload',
      "The entry's source",
      entry.columns.payload.iu_ref,
      `source:${source.columns.source_id}`,
    ],
    ['blocks.0', "The source's digest", plan.header.sourceDigest, source.columns.sha256],
    ['blocks.0', "The source's length", plan.header.byteLength, source.columns.byte_length],
    ['blocks.0', 'The document code', plan.header.docCode, source.columns.doc_code],
    ['blocks.0', 'The entry of the manifest', plan.header.entryId, entry.columns.entry_id],
    [
      'envelope.columns.source_doc_ref',
      'The entry of the envelope',
      envelope.columns.source_doc_ref,
      entry.columns.entry_id,
    ],
    ...rows.blocks.map(
      ({ columns }, at): Link => [
        `blocks.${at}.columns.envelope_id`,
        `The manifest of block ${columns.unit_local_id}`,
        columns.envelope_id,
        envelope.columns.envelope_id,
      ],
    ),
    [
      'decision.columns.manifest_id',
      'The reviewed manifest',
      decision.columns.manifest_id,
      envelope.columns.envelope_id,
    ],
    [
      'changeSet.columns.manifest_id',
      'The manifest of the cut',
      cut.manifest_id,
      envelope.columns.envelope_id,
    ],
    [
      'changeSet.columns.decision_backlog_entry_id',
      'The entry of the cut',
      cut.decision_backlog_entry_id,
      entry.columns.entry_id,
    ],
    [
      'changeSet.columns.payload_summary',
      "The source's digest in the change set",
      cut.payload_summary.source_digest,
      source.columns.sha256,
    ],
    [
      'changeSet.columns.payload_summary',
      'The document code in the change set',
      cut.payload_summary.doc_code,
      source.columns.doc_code,
    ],
    [
      'changeSet.columns.executor_signature_id',
      "The cut's signature",
      cut.executor_signature_id,
      executorSignature.columns.signature_id,
    ],
    [
      'executorSignature.columns.cross_reference_change_set_id',
      'What the executor signed for',
      executorSignature.columns.cross_reference_change_set_id,
      cut.change_set_id,
    ],
    ['result.columns.change_set_id', 'The verified change set', verdict.change_set_id, cut.change_set_id],
    ['result.columns.manifest_id', 'The verified manifest', verdict.manifest_id, cut.manifest_id],
    [
      'result.columns.manifest_version',
      "The verified manifest's digest",
      verdict.manifest_version,
      cut.manifest_version,
    ],
    [
      'result.columns.review_decision_id',
      'The verified approval',
      verdict.review_decision_id,
      cut.review_decision_id,
    ],
    [
      'result.columns.executor_signature_id',
      "The executor's signature that was judged",
      verdict.executor_signature_id,
      executorSignature.columns.signature_id,
    ],
    [
      'result.columns.verifier_signature_id',
      "The verifier's signature",
      verdict.verifier_signature_id,
      verifierSignature.columns.signature_id,
    ],
    [
      'verifierSignature.columns.cross_reference_verify_result_id',
      'What the verifier signed for',
      verifierSignature.columns.cross_reference_verify_result_id,
      verdict.verify_result_id,
    ],
    [
      'verifierSignature.columns.prior_signature_id',
      "The signature before the verifier's",
      verifierSignature.columns.prior_signature_id,
      executorSignature.columns.signature_id,
    ],
  ];
  for (const [where, what, is, due] of links)
    refuseUnless(is === due, `rows.${where}`, `${what} is ${String(is)}; it has to be ${String(due)}.`);
}

type Link = readonly [where: string, what: string, is: unknown, due: unknown];

/** Refuses unless the approval is for exactly this manifest and was in force at the cut. */
export function holdApproval(
  { decision, changeSet }: PassportRows,
  plan: OpenedPlan,
  { review, cut }: PhaseRecords,
): void {
  const given = decision.columns;
  const applied = changeSet.columns;
  const [fault] = approvalFaults(
    {
      verdict: given.verdict,
      manifestId: given.manifest_id,
      manifestDigest: given.manifest_version,
      unitLocalId: given.manifest_unit_local_id,
      expiresAt: given.expires_at,
      notBefore: given.findings.not_before,
      position: review.position,
      // Rows are shown as they were born, so a passport doesn't show whether a later review superseded this one. The
      // verifier checked that.
    },
    {
      manifestId: applied.manifest_id,
      manifestDigest: plan.manifestDigest,
      at: applied.emitted_at,
      position: cut.position,
    },
  );
  if (fault !== undefined)
    throw new PassportFault(...approvalFaultText(fault, given, plan.manifestDigest, applied.emitted_at));
  const records = approvedRecords(
    plan.records.map(({ columns }) => ({
      localId: columns.unit_local_id,
      address: columns.proposed_canonical_address,
      parent: parentOf(columns),
      summary: columns.payload_summary,
    })),
  );
  // Whether those who are named looked at these records is for readers of the whole ledger.
  const named = approvedSetsFault(given.findings, records);
  refuseUnless(named === null, 'rows.decision.columns.findings', `Of the approved plan, ${named}.`);
  refuseUnless(
    applied.manifest_version === plan.manifestDigest,
    'rows.changeSet.columns.manifest_version',
    `The cut is of the manifest ${applied.manifest_version}; the one that is shown here is ${plan.manifestDigest}.`,
  );
  refuseUnless(
    applied.review_decision_id === given.review_decision_id,
    'rows.changeSet.columns.review_decision_id',
    `The cut relies on decision ${applied.review_decision_id}, and the passport shows ${given.review_decision_id}.`,
  );
  refuseUnless(
    given.decided_by === review.principalId && given.reviewer_identity === review.personId,
    'rows.decision.columns',
    `The decision names another reviewer than the record at position ${review.position}.`,
  );
  refuseUnless(
    applied.emitted_by === cut.principalId,
    'rows.changeSet.columns.emitted_by',
    `The change set names another executor than the record at position ${cut.position}.`,
  );
}

/** The place in the file, and the sentence. */
function approvalFaultText(
  fault: ApprovalFault,
  given: PassportRows['decision']['columns'],
  manifestDigest: string,
  cutAt: string,
): [where: string, reason: string] {
  const where = 'rows.decision.columns';
  switch (fault) {
    case 'not-approving':
      return [`${where}.verdict`, `The review didn't approve: its verdict is ${given.verdict}.`];
    case 'partial':
      return [where, 'The approval is for a part of the manifest, not for the whole.'];
    case 'other-manifest':
      return [
        `${where}.manifest_version`,
        `The approval is for the manifest ${given.manifest_version}; the one that is shown here is ${manifestDigest}.`,
      ];
    case 'expired':
      return [
        `${where}.expires_at`,
        `The approval expired at ${given.expires_at}, and the cut was made at ${cutAt}.`,
      ];
    case 'early':
      return [
        `${where}.findings`,
        `The approval is in force from ${given.findings.not_before} on, and the cut was made at ${cutAt}.`,
      ];
    default:
      return [where, `The approval ${APPROVAL_FAULTS[fault]}.`];
  }
}

/**
 * Refuses unless the four sides are apart as the rules of each act's position want it. Keys are judged with the
 * signatures. By the rules of origin, a review is held apart from the registrar only where it names one. Whether enough
 * others approved is for readers of the whole ledger.
 */
export function holdSeparation(
  { decision, result }: PassportRows,
  { source, mark, review, cut, verify }: PhaseRecords,
  shown: readonly PlacedRules[],
): void {
  const ofReview = rulesAt(shown, review.position);
  const isHeld =
    ofReview.version > 0 || registrarNamed(decision.columns.reviewer_independence_evidence) !== null;
  const prepared = { marked: partyOf(mark), registered: partyOf(source) };
  refuseUnless(
    ofReview.rules.reviewerKinds.some((kind) => kind === decision.columns.reviewer_class),
    'rows.decision.columns.reviewer_class',
    `The reviewer is of the kind ${decision.columns.reviewer_class}, which the rules let review nothing.`,
  );
  holdApart('reviewed', review, { ...prepared, registered: isHeld ? prepared.registered : null }, ofReview);
  holdApart('cut', cut, { ...prepared, reviewed: partyOf(review) }, rulesAt(shown, cut.position));
  const others = { ...prepared, reviewed: partyOf(review), cut: partyOf(cut) };
  holdApart('verified', verify, others, rulesAt(shown, verify.position));
  refuseUnless(
    result.columns.verified_by === verify.principalId,
    'rows.result.columns.verified_by',
    `The verify result names another verifier than the record at position ${verify.position}.`,
  );
}

function holdApart(
  deed: SeparateDeed,
  record: ProvedRecord,
  earlier: EarlierParties,
  { rules }: NumberedRules,
): void {
  const [shared] = sharedParties(deed, partyOf(record), earlier, rules);
  if (shared === undefined) return;
  const { part, did } = shared;
  const who = part === 'person' ? record.personId : record.principalId;
  throw new PassportFault(`${record.where}.body`, `One ${part}, ${who}, both ${did} and ${deed} this.`);
}

/**
 * Refuses unless the verdict follows from its axes. A cut that passed has the effect that was verified. One that failed
 * names its compensation.
 */
export function holdVerdict({ result, changeSet, compensation }: PassportRows): void {
  const { verdict, findings, ...row } = result.columns;
  const { a, b, c } = findings.axes;
  const where = 'rows.result.columns';
  refuseUnless(
    (verdict === 'pass') === [a, b, c].every((axis) => axis === 'pass') && row.axis_1_status === a,
    `${where}.verdict`,
    `The verdict is ${verdict}, and the axes are ${a}, ${b} and ${c}.`,
  );
  if (verdict === 'pass') {
    refuseUnless(
      row.effect_digest === changeSet.columns.effect_digest,
      `${where}.effect_digest`,
      `The verifier found the effect ${row.effect_digest}, and the cut says ${changeSet.columns.effect_digest}.`,
    );
    refuseUnless(
      compensation === null && row.rollback_change_set_id_triggered === null,
      'rows.compensation',
      'The verification passed, and yet a compensation is shown or named.',
    );
    return;
  }
  refuseUnless(
    compensation !== null &&
      compensation.columns.change_set_id === row.rollback_change_set_id_triggered &&
      compensation.columns.compensates_change_set_id === changeSet.columns.change_set_id,
    'rows.compensation',
    'The verification failed; the change set that compensates this cut has to be ' +
      `${row.rollback_change_set_id_triggered}, and it isn't shown.`,
  );
}
