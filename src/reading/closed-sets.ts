import { ENTRY_STATES } from '../law/states.ts';
import {
  AXIS_STATUSES,
  BLOCK_ROLES,
  CHANGE_KINDS,
  CHANGE_SET_STATES,
  DEPENDENCY_KINDS,
  EFFECT_KINDS,
  ENTRY_KINDS,
  HISTORY_CHANGE_KINDS,
  LANES,
  MANIFEST_STATUSES,
  OPERATION_KINDS,
  REVIEW_SCOPES,
  REVIEW_STATUSES,
  RISK_CLASSES,
  SIGNATURE_KINDS,
  TARGET_TABLES,
  TRIGGER_KINDS,
  VALIDATION_STATES,
  VERDICTS,
} from '../law/values.ts';
import { badInput } from './bad-input.ts';
import { UUID } from './cursor.ts';
import type { NounName } from './nouns.ts';

/** The values that a filter of this field may ask for; every other field is open. */
const CLOSED: Readonly<Partial<Record<NounName, Readonly<Record<string, readonly string[]>>>>> = {
  Entry: { kind: ENTRY_KINDS, status: ENTRY_STATES },
  History: { changeKind: HISTORY_CHANGE_KINDS, entryVersionAfter: ENTRY_STATES },
  Dependency: { dependencyKind: DEPENDENCY_KINDS },
  Sweep: { triggerKind: TRIGGER_KINDS },
  Manifest: { operationKind: OPERATION_KINDS, status: MANIFEST_STATUSES },
  UnitBlock: { blockRole: BLOCK_ROLES },
  ReviewDecision: {
    verdict: VERDICTS,
    status: REVIEW_STATUSES,
    reviewScope: REVIEW_SCOPES,
    riskClassAssessment: RISK_CLASSES,
  },
  ChangeSet: { changeKind: CHANGE_KINDS, state: CHANGE_SET_STATES, riskClass: RISK_CLASSES },
  AffectedRow: { effectKind: EFFECT_KINDS, targetTable: TARGET_TABLES },
  VerifyResult: {
    verdict: AXIS_STATUSES,
    axis1Status: AXIS_STATUSES,
    axis2Status: AXIS_STATUSES,
  },
  Signature: { signatureKind: SIGNATURE_KINDS, signerDotId: LANES, validationState: VALIDATION_STATES },
};

/** Fields of text that hold ids: of principals, entries and written rows. */
const IDS: ReadonlySet<string> = new Set([
  ...['changedBy', 'createdBy', 'sweptBy', 'emittedBy', 'decidedBy', 'verifiedBy', 'revokedBy', 'reviewer'],
  ...['sourceDocRef', 'targetRowId'],
]);

/** A value of a field as rows write it: an id in lower case, as every field of type UUID takes it. */
export function asWritten<Value>(field: string, value: Value): Value | string {
  return typeof value === 'string' && IDS.has(field) && UUID.test(value) ? value.toLowerCase() : value;
}

const SHOWN = 60;

/** Refuses a value that no row can have: it would answer an empty page, or a stream that stays silent for ever. */
export function refuseUnknown(
  noun: NounName,
  field: string,
  values: readonly unknown[],
  place: string,
): void {
  const allowed = CLOSED[noun]?.[field];
  const unknown =
    allowed === undefined ? undefined : values.find((value) => !allowed.includes(value as string));
  if (unknown === undefined) return;
  const shown = JSON.stringify(String(unknown).slice(0, SHOWN).toWellFormed());
  throw badInput(place, `has no value ${shown}; it is one of ${allowed?.join(', ')}.`);
}
