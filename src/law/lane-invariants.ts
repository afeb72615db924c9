import { LaneMismatch, type Problem } from './refusals.ts';
import { payloadTypeOf } from './statement.ts';
import { EXECUTOR_LANE, type Lane } from './values.ts';

/** The part of a signature's row that its lane decides on, by the names of dot_pair_signature's columns. */
export interface LaneSignature {
  readonly signer_dot_id: string;
  readonly signature_kind: string;
  readonly payload_envelope: unknown;
  readonly cross_reference_change_set_id: string | null;
  readonly cross_reference_verify_result_id: string | null;
}

/**
 * What must hold between a lane and a signature, each with a name of its own. A DOT-991 row signs a change set and
 * nothing else, a DOT-992 row a verify result and nothing else. Checked before a row is written and again when one is
 * judged.
 */
export function laneProblems(row: LaneSignature, lane: Lane, keyLane: string): Problem[] {
  const executor = lane === EXECUTOR_LANE;
  const problems: Problem[] = [];
  const fault = (column: string, code: string, message: string) =>
    problems.push({ path: ['signature', column], code, message });
  if (row.signer_dot_id !== lane) {
    fault('signer_dot_id', 'wrong-signer', `The signer is ${row.signer_dot_id}; this lane is ${lane}.`);
  }
  if (row.signature_kind !== (executor ? 'executor' : 'verifier')) {
    fault(
      'signature_kind',
      'wrong-kind',
      `A ${row.signature_kind} signature does not belong to lane ${lane}.`,
    );
  }
  if (keyLane !== lane) {
    fault(
      'payload_envelope',
      'wrong-key-lane',
      `The key belongs to ${keyLane}; statements of ${lane} need its own key.`,
    );
  }
  problems.push(...referenceProblems(row, executor), ...payloadProblems(row, lane));
  return problems;
}

function referenceProblems(row: LaneSignature, executor: boolean): Problem[] {
  const change = row.cross_reference_change_set_id;
  const verdict = row.cross_reference_verify_result_id;
  const at = (column: string, code: string, message: string): Problem[] => [
    { path: ['signature', column], code, message },
  ];
  if (change !== null && verdict !== null) {
    return at(
      'cross_reference_verify_result_id',
      'both-references',
      'A signature references exactly one of change set and verify result; this one names both.',
    );
  }
  if (change === null && verdict === null) {
    return at(
      'cross_reference_change_set_id',
      'no-reference',
      'A signature references exactly one of change set and verify result; this one names none.',
    );
  }
  if (executor && change === null) {
    return at(
      'cross_reference_change_set_id',
      'swapped-lane',
      'An executor signature references a change set, never a verify result.',
    );
  }
  if (!executor && verdict === null) {
    return at(
      'cross_reference_verify_result_id',
      'swapped-lane',
      'A verifier signature references a verify result, never a change set.',
    );
  }
  return [];
}

function payloadProblems(row: LaneSignature, lane: Lane): Problem[] {
  const envelope = row.payload_envelope as { payloadType?: unknown } | null;
  if (envelope?.payloadType === payloadTypeOf(lane)) return [];
  const message = `Lane ${lane} signs statements of type ${payloadTypeOf(lane)}, not ${String(envelope?.payloadType)}.`;
  return [{ path: ['signature', 'payload_envelope'], code: 'wrong-statement', message }];
}

/** Refuses with LaneMismatch where a row breaks an invariant of its lane. */
export function assertLaneInvariants(row: LaneSignature, lane: Lane, key: { readonly lane: Lane }): void {
  const problems = laneProblems(row, lane, key.lane);
  if (problems.length === 0) return;
  throw new LaneMismatch(`The signature does not belong to lane ${lane}: ${problems[0]?.message}`, problems);
}
