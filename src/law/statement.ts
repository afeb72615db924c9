import type { PlainJson } from '../proof/canonical.ts';
import type { StatementTimes } from './statement-time.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from './values.ts';

/**
 * What a lane signs, as plain JSON. Pure: the same facts give the same bytes. The payload type names phase and lane
 * and is bound by the envelope's pre-authentication encoding; `format` names what the members are. Every version ever
 * shipped stays verifiable.
 */
const CUT_PAYLOAD_TYPE = 'application/vnd.cutter.cut.dot-991.v1+json';
const VERIFY_PAYLOAD_TYPE = 'application/vnd.cutter.verify.dot-992.v1+json';

export interface UnitCounts {
  readonly records: number;
  readonly birth: number;
  readonly version: number;
  readonly unchanged: number;
  readonly vanished: number;
}

export interface PriorSignature {
  readonly signatureId: string;
  readonly payloadHash: string;
}

export interface CutFacts extends StatementTimes {
  readonly changeSetId: string;
  readonly entryId: string;
  readonly manifestId: string;
  readonly manifestDigest: string;
  readonly reviewDecisionId: string;
  readonly effectDigest: string;
  readonly counts: UnitCounts;
  readonly priorSignature: PriorSignature | null;
  readonly toolRevision: string;
  readonly principalId: string;
  readonly personId: string;
}

export interface VerifyFacts extends StatementTimes {
  readonly verifyResultId: string;
  readonly changeSetId: string;
  readonly entryId: string;
  readonly manifestId: string;
  readonly manifestDigest: string;
  readonly reviewDecisionId: string;
  readonly effectDigest: string;
  readonly verdict: 'pass' | 'fail';
  readonly axes: { readonly a: string; readonly b: string; readonly c: string };
  readonly checkedRows: number;
  readonly priorSignature: PriorSignature;
  readonly toolRevision: string;
  readonly principalId: string;
  readonly personId: string;
}

/** The executor's statement about one cut. */
export function cutStatement(facts: CutFacts): PlainJson {
  return {
    format: statementFormat(facts),
    phase: 'cut',
    lane: EXECUTOR_LANE,
    ...facts,
    counts: { ...facts.counts },
    priorSignature: facts.priorSignature === null ? null : { ...facts.priorSignature },
  };
}

/** The verifier's statement about one change set. */
export function verifyStatement(facts: VerifyFacts): PlainJson {
  return {
    format: statementFormat(facts),
    phase: 'verify',
    lane: VERIFIER_LANE,
    ...facts,
    axes: { ...facts.axes },
    priorSignature: { ...facts.priorSignature },
  };
}

/** A caller's statement has one member more than a server's. */
export function statementFormat({ acceptedUntil }: StatementTimes): string {
  return acceptedUntil === undefined ? 'cutter-statement/1' : 'cutter-statement/2';
}

/** The payload type that `lane` signs, and no other. */
export function payloadTypeOf(lane: Lane): string {
  return lane === EXECUTOR_LANE ? CUT_PAYLOAD_TYPE : VERIFY_PAYLOAD_TYPE;
}
