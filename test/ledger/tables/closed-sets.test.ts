/**
 * A text of a closed set that is misspelt does not compile. Each `@ts-expect-error` fails the type check (`tsc --noEmit`) on the day
 * that its line compiles; the test below holds the tables to the sets while they run.
 */
import { expect, test } from 'vitest';
import { ENTRY_STATES, nextState, type Transition } from '../../../src/law/states.ts';
import * as values from '../../../src/law/values.ts';
import type { moveEntry } from '../../../src/ledger/envelope/move.ts';
import {
  AFFECTED_ROW,
  CHANGE_SET,
  type NewAffectedRow,
  type NewChangeSet,
} from '../../../src/ledger/tables/change-set.ts';
import { DEPENDENCY, type NewDependency } from '../../../src/ledger/tables/dependency.ts';
import { ENTRY, type moveStatus, type NewEntry } from '../../../src/ledger/tables/entry.ts';
import { HISTORY, type NewHistory } from '../../../src/ledger/tables/history.ts';
import { KEY } from '../../../src/ledger/tables/key.ts';
import {
  MANIFEST_ENVELOPE,
  MANIFEST_UNIT_BLOCK,
  type NewEnvelope,
  type NewUnitBlock,
} from '../../../src/ledger/tables/manifest.ts';
import { type NewDecision, REVIEW_DECISION } from '../../../src/ledger/tables/review-decision.ts';
import { type NewSignature, SIGNATURE } from '../../../src/ledger/tables/signature.ts';
import { SOURCE } from '../../../src/ledger/tables/source.ts';
import { SWEEP_LOG } from '../../../src/ledger/tables/sweep-log.ts';
import {
  INFORMATION_UNIT,
  type NewInformationUnit,
  type NewUnitVersion,
  UNIT_VERSION,
} from '../../../src/ledger/tables/unit.ts';
import { type NewVerifyResult, VERIFY_RESULT } from '../../../src/ledger/tables/verify-result.ts';

/** Rows that a verb would hand over, each with one word misspelt. */
const misspelt: readonly unknown[] = [
  // @ts-expect-error
  { kind: 'cut_requests' } satisfies Partial<NewEntry>,
  // @ts-expect-error
  { status: 'reviewed_aproved' } satisfies Partial<NewEntry>,
  // @ts-expect-error
  { entry_version_before: 'review-pending' } satisfies Partial<NewHistory>,
  // @ts-expect-error
  { entry_version_after: null } satisfies Partial<NewHistory>,
  // @ts-expect-error
  { change_kind: 'sweep' } satisfies Partial<NewHistory>,
  // @ts-expect-error
  { dependency_kind: 'block' } satisfies Partial<NewDependency>,
  // @ts-expect-error
  { operation_kind: 'cut' } satisfies Partial<NewEnvelope>,
  // @ts-expect-error
  { status: 'in_review' } satisfies Partial<NewEnvelope>,
  // @ts-expect-error
  { block_role: 'results' } satisfies Partial<NewUnitBlock>,
  // @ts-expect-error
  { verdict: 'approved' } satisfies Partial<NewDecision>,
  // @ts-expect-error
  { review_scope: 'manifest' } satisfies Partial<NewDecision>,
  // @ts-expect-error
  { risk_class_assessment: 'low' } satisfies Partial<NewDecision>,
  // @ts-expect-error
  { change_kind: 'cuts' } satisfies Partial<NewChangeSet>,
  // @ts-expect-error
  { state: 'compensating' } satisfies Partial<NewChangeSet>,
  // @ts-expect-error
  { risk_class: '' } satisfies Partial<NewChangeSet>,
  // @ts-expect-error
  { effect_kind: 'delete' } satisfies Partial<NewAffectedRow>,
  // @ts-expect-error
  { target_table: 'unit_version' } satisfies Partial<NewAffectedRow>,
  // @ts-expect-error
  { signature_kind: 'DOT-991' } satisfies Partial<NewSignature>,
  // @ts-expect-error
  { signer_dot_id: 'DOT-993' } satisfies Partial<NewSignature>,
  // @ts-expect-error
  { validation_state: 'ok' } satisfies Partial<NewSignature>,
  // @ts-expect-error
  { verify_kind: 'after_cut' } satisfies Partial<NewVerifyResult>,
  // @ts-expect-error
  { axis_1_status: 'passed' } satisfies Partial<NewVerifyResult>,
  // @ts-expect-error
  { verdict: 'approve' } satisfies Partial<NewVerifyResult>,
  // @ts-expect-error
  { state: 'done' } satisfies Partial<NewVerifyResult>,
  // @ts-expect-error
  { lifecycle_status: 'active' } satisfies Partial<NewInformationUnit>,
  // @ts-expect-error
  { review_state: 'approve' } satisfies Partial<NewUnitVersion>,
  // @ts-expect-error
  { from: 'marked', verb: 'sweep', lane: 'DOT-991', to: 'review_pending' } satisfies Transition,
  // @ts-expect-error
  { verb: 'verify:failed' } satisfies Partial<Parameters<typeof moveEntry>[2]>,
  // @ts-expect-error
  { from: 'approved' } satisfies Partial<Parameters<typeof moveEntry>[2]>,
  // @ts-expect-error
  ['id', 'marked', 'pending'] satisfies Parameters<typeof moveStatus>,
  // @ts-expect-error
  () => nextState('marked', 'abandons', 'DOT-991'),
];

/** Each column with a closed set, as the specification has it. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  'cutter_governance.decision_backlog_entry.kind': values.ENTRY_KINDS,
  'cutter_governance.decision_backlog_entry.status': ENTRY_STATES,
  'cutter_governance.decision_backlog_history.entry_version_before': ENTRY_STATES,
  'cutter_governance.decision_backlog_history.entry_version_after': ENTRY_STATES,
  'cutter_governance.decision_backlog_history.change_kind': values.HISTORY_CHANGE_KINDS,
  'cutter_governance.decision_backlog_dependency.dependency_kind': values.DEPENDENCY_KINDS,
  'cutter_governance.decision_backlog_sweep_log.trigger_kind': values.TRIGGER_KINDS,
  'cutter_governance.manifest_envelope.operation_kind': values.OPERATION_KINDS,
  'cutter_governance.manifest_envelope.status': values.MANIFEST_STATUSES,
  'cutter_governance.manifest_unit_block.block_role': values.BLOCK_ROLES,
  'cutter_governance.review_decision.governance_event_kind': values.GOVERNANCE_EVENT_KINDS,
  'cutter_governance.review_decision.review_scope': values.REVIEW_SCOPES,
  'cutter_governance.review_decision.status': values.REVIEW_STATUSES,
  'cutter_governance.review_decision.verdict': values.VERDICTS,
  'cutter_governance.review_decision.reviewer_class': values.PRINCIPAL_KINDS,
  'cutter_governance.review_decision.risk_class_assessment': values.RISK_CLASSES,
  'cutter_governance.cut_change_set.state': values.CHANGE_SET_STATES,
  'cutter_governance.cut_change_set.risk_class': values.RISK_CLASSES,
  'cutter_governance.cut_change_set.change_kind': values.CHANGE_KINDS,
  'cutter_governance.cut_change_set_affected_row.effect_kind': values.EFFECT_KINDS,
  'cutter_governance.cut_change_set_affected_row.target_table': values.TARGET_TABLES,
  'cutter_governance.dot_pair_signature.signature_kind': values.SIGNATURE_KINDS,
  'cutter_governance.dot_pair_signature.signer_dot_id': values.LANES,
  'cutter_governance.dot_pair_signature.validation_state': values.VALIDATION_STATES,
  'cutter_governance.verify_result.verify_kind': values.VERIFY_KINDS,
  'cutter_governance.verify_result.axis_1_status': values.AXIS_STATUSES,
  'cutter_governance.verify_result.axis_2_status': values.AXIS_STATUSES,
  'cutter_governance.verify_result.verdict': values.AXIS_STATUSES,
  'cutter_governance.verify_result.state': values.VERIFY_STATES,
  'public.information_unit.lifecycle_status': values.UNIT_LIFECYCLE_STATUSES,
  'public.information_unit.conformance_status': values.CONFORMANCE_STATUSES,
  'public.unit_version.lifecycle_status': values.UNIT_LIFECYCLE_STATUSES,
  'public.unit_version.review_state': values.UNIT_REVIEW_STATES,
  'cutter_source.source.mode': values.MODES,
  'cutter_auth.key.lane': values.LANES,
  'cutter_auth.key.purpose': values.KEY_PURPOSES,
};

const TABLES = [
  ...[ENTRY, HISTORY, DEPENDENCY, SWEEP_LOG, MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK, REVIEW_DECISION],
  ...[CHANGE_SET, AFFECTED_ROW, SIGNATURE, VERIFY_RESULT, INFORMATION_UNIT, UNIT_VERSION, SOURCE, KEY],
];

test('a word that is misspelt at every place does not compile', () => {
  // The type check is the test; this counts its lines, so that none is lost.
  expect(misspelt).toHaveLength(31);
});

test('the columns that carry a closed set are those of the specification, each with its own', () => {
  const carried = TABLES.flatMap(({ name, columns }) =>
    Object.entries(columns).flatMap(([column, kind]) =>
      typeof kind === 'string' ? [] : [[`${name}.${column}`, kind.values] as const],
    ),
  );
  expect(Object.fromEntries(carried)).toEqual(CLOSED);
});
