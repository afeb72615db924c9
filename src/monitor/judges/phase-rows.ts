import { approvalFaults } from '../../law/approval.ts';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { PHASES, type PhaseRow } from '../../law/phase-rows.ts';
import { fingerprintOf } from '../../law/record.ts';
import type { RecordedMove } from '../../law/recorded-move.ts';
import type { RecordedRow } from '../../law/recorded-row.ts';
import { VERIFIER_LANE } from '../../law/values.ts';
import { canonicalJson } from '../../proof/canonical.ts';
import type { OpenEntry } from './open-entry.ts';
import { fingerprintIn, type TakenRow, type Values, type WrittenRows } from './written-rows.ts';

/** What the rows of a move add to what is known of its entry. */
export interface PhaseRows {
  readonly approval?: OpenEntry['approval'];
  readonly cut?: Pick<NonNullable<OpenEntry['cut']>, 'changeSetId' | 'signatureId'>;
}

/** Reports what is missing. The text continues a sentence that begins with the name of the move. */
type Missing = (what: string, verdict?: 'approval-missing' | 'escalation-missing') => void;

interface Phase {
  readonly move: RecordedMove;
  readonly record: ParsedRecord;
  readonly rows: WrittenRows;
  /** What was known of the entry before. */
  readonly entry: OpenEntry | null;
  readonly missing: Missing;
}

/** Takes the rows that belong to a move, and reports those that are missing or are about something else. */
export function takePhaseRows(phase: Phase): PhaseRows {
  takeHistory(phase);
  const { change_kind: kind } = phase.move;
  if (kind === 'mark') return takeMark(phase);
  if (kind.startsWith('review:')) return takeReview(phase, kind.slice('review:'.length));
  if (kind === 'cut') return takeCut(phase);
  if (kind.startsWith('verify:')) return takeVerdict(phase, kind.slice('verify:'.length));
  return {};
}

/** Takes the row that the law names: it holds what such rows hold, and what binds it to this move. */
function takeRow(
  { record, rows }: Phase,
  { table, author, holds }: PhaseRow,
  bound: Values,
  id?: string,
): TakenRow {
  const authored = author === undefined ? {} : { [author]: record.principalId };
  return rows.take(table, { ...holds, ...authored, ...bound }, id);
}

function takeHistory(phase: Phase): void {
  const { move, missing } = phase;
  const { history_id: id, ...shown } = move;
  if (!takeRow(phase, PHASES.mark.rows.history, shown, id).fits)
    missing(`its record shows another history row ${id} than it wrote`);
}

function takeMark(phase: Phase): PhaseRows {
  const { move, record, missing } = phase;
  const entry = record.lane === VERIFIER_LANE ? PHASES.verify.rows.escalation : PHASES.mark.rows.entry;
  if (!takeRow(phase, entry, {}, move.entry_id).fits) missing('its record wrote no such entry');
  return {};
}

function takeReview(phase: Phase, verdict: string): PhaseRows {
  const { move, missing } = phase;
  const due = PHASES.review.rows;
  const envelope = takeRow(phase, due.envelope, { source_doc_ref: move.entry_id });
  if (!envelope.fits) missing('its record wrote no plan of this entry');
  const decision = takeRow(phase, due.decision, { verdict, manifest_id: envelope.id });
  if (!decision.fits) missing('its record wrote no such decision');
  return { approval: approvalBy(verdict, envelope.id, decision.row) };
}

/**
 * A record shows only fingerprints of a decision. They show whether it is about the whole manifest, and about which
 * one. Passports show its times.
 */
function approvalBy(
  verdict: string,
  envelopeId: string | null,
  decision: RecordedRow | null,
): OpenEntry['approval'] {
  if (envelopeId === null || decision === null) return null;
  const part = fingerprintIn(decision, 'manifest_unit_local_id');
  const unitLocalId = part === NULL_FINGERPRINT ? null : part;
  if (approvalFaults({ verdict, unitLocalId }, {}).length > 0) return null;
  return { decisionId: decision.id, envelopeId, manifest: fingerprintIn(decision, 'manifest_version') };
}

const NULL_FINGERPRINT = fingerprintOf('null');

function takeCut(phase: Phase): PhaseRows {
  const { move, entry, missing } = phase;
  const due = PHASES.cut.rows;
  const approval = entry?.approval ?? null;
  const changeSet = takeRow(phase, due.changeSet, {
    decision_backlog_entry_id: move.entry_id,
    ...(approval === null
      ? {}
      : { review_decision_id: approval.decisionId, manifest_id: approval.envelopeId }),
  });
  if (changeSet.row === null) missing('its record wrote no change set');
  else if (approval === null) missing('no approval was in force', 'approval-missing');
  else if (!changeSet.fits || !isApproved(changeSet.row, approval))
    missing(
      `its change set ${changeSet.id} rests on something else than approval ${approval.decisionId}, which was in force`,
      'approval-missing',
    );
  const signature = takeRow(phase, due.executorSignature, { cross_reference_change_set_id: changeSet.id });
  if (!signature.fits) missing("its record wrote no executor's signature for it");
  return changeSet.id === null ? {} : { cut: { changeSetId: changeSet.id, signatureId: signature.id } };
}

/** A later review replaces the approval that is kept, so that one isn't superseded. Only passports show its times. */
function isApproved(changeSet: RecordedRow, approval: NonNullable<OpenEntry['approval']>): boolean {
  const seen = {
    verdict: 'approve',
    manifestId: fingerprintOf(canonicalJson(approval.envelopeId)),
    manifestDigest: approval.manifest ?? undefined,
  };
  const cut = {
    manifestId: fingerprintIn(changeSet, 'manifest_id') ?? undefined,
    manifestDigest: fingerprintIn(changeSet, 'manifest_version') ?? undefined,
  };
  return approvalFaults(seen, cut).length === 0;
}

function takeVerdict(phase: Phase, verdict: string): PhaseRows {
  const { record, entry, missing } = phase;
  const due = PHASES.verify.rows;
  const cut = entry?.cut ?? null;
  const result = takeRow(phase, due.result, {
    verdict,
    ...(cut === null ? {} : { change_set_id: cut.changeSetId }),
    ...(cut?.signatureId == null ? {} : { executor_signature_id: cut.signatureId }),
  });
  if (!result.fits) missing('its record wrote no such verdict on its change set');
  const signature = takeRow(phase, due.verifierSignature, { cross_reference_verify_result_id: result.id });
  if (!signature.fits) missing("its record wrote no verifier's signature for it");
  if (verdict !== 'fail') return {};
  const compensation = takeRow(phase, due.compensation, {
    compensates_change_set_id: cut?.changeSetId ?? null,
  });
  if (!compensation.fits) missing('nothing compensates its change set', 'escalation-missing');
  if (!record.history.some(isEscalation)) missing('no escalation was marked', 'escalation-missing');
  return {};
}

/** The verifier's lane marks nothing else. */
function isEscalation(row: unknown): boolean {
  return (row as { readonly change_kind?: unknown }).change_kind === 'mark';
}
