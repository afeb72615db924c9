/**
 * The closed value sets of the ledger, in one typed place. Names are those of the columns that hold them. Some values
 * are of verbs to come: the enums of the API leave those out.
 */

export const LANES = ['DOT-991', 'DOT-992'] as const;
/** DOT-991 executes, DOT-992 verifies. */
export type Lane = (typeof LANES)[number];

export const EXECUTOR_LANE = 'DOT-991' satisfies Lane;
export const VERIFIER_LANE = 'DOT-992' satisfies Lane;

export const KEY_PURPOSES = ['statement', 'checkpoint'] as const;
/** What a key signs: a lane's statements, or the heads that it cosigns. One key never serves both. */
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

export const ENTRY_KINDS = ['cut_request', 'escalation', 'lifecycle'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export const DEPENDENCY_KINDS = ['blocks', 'supersedes', 'refines', 'related_to'] as const;
export type DependencyKind = (typeof DEPENDENCY_KINDS)[number];

export const TRIGGER_KINDS = ['manual', 'scheduled'] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

export const OPERATION_KINDS = ['first_cut', 'split', 'merge'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const MANIFEST_STATUSES = [
  'draft',
  'under_review',
  'accepted',
  'rejected',
  'withdrawn',
  'enacted',
  'superseded',
] as const;
export type ManifestStatus = (typeof MANIFEST_STATUSES)[number];

export const BLOCK_ROLES = ['origin', 'result'] as const;
export type BlockRole = (typeof BLOCK_ROLES)[number];

export const VERDICTS = ['approve', 'reject', 'defer', 'revert'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const RISK_CLASSES = ['standard', 'high'] as const;
export type RiskClass = (typeof RISK_CLASSES)[number];

export const REVIEW_SCOPES = ['whole_manifest', 'unit_block'] as const;
export type ReviewScope = (typeof REVIEW_SCOPES)[number];

export const GOVERNANCE_EVENT_KINDS = ['manifest_review'] as const;
export type GovernanceEventKind = (typeof GOVERNANCE_EVENT_KINDS)[number];

export const REVIEW_STATUSES = ['recorded'] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];

export const CHANGE_KINDS = ['cut', 'compensation', 'lifecycle'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export const CHANGE_SET_STATES = ['applied'] as const;
export type ChangeSetState = (typeof CHANGE_SET_STATES)[number];

/** What affected rows speak of. */
export const TARGET_TABLES = ['public.unit_version'] as const;

export const EFFECT_KINDS = ['insert', 'update'] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

export const SIGNATURE_KINDS = ['executor', 'verifier'] as const;
export type SignatureKind = (typeof SIGNATURE_KINDS)[number];

export const VALIDATION_STATES = ['valid'] as const;
export type ValidationState = (typeof VALIDATION_STATES)[number];

export const VERIFY_KINDS = ['post_cut'] as const;
export type VerifyKind = (typeof VERIFY_KINDS)[number];

export const VERIFY_STATES = ['final'] as const;
export type VerifyState = (typeof VERIFY_STATES)[number];

export const AXIS_STATUSES = ['pass', 'fail'] as const;
export type AxisStatus = (typeof AXIS_STATUSES)[number];

export const HISTORY_CHANGE_KINDS = [
  'mark',
  'sweep_promote',
  'review:approve',
  'review:reject',
  'review:defer',
  'cut',
  'verify:pass',
  'verify:fail',
  'abandon',
] as const;
export type HistoryChangeKind = (typeof HISTORY_CHANGE_KINDS)[number];

/** Whether a record was made by sample persons (rehearsal) or by real ones. */
export const MODES = ['rehearsal', 'production'] as const;
export type Mode = (typeof MODES)[number];

export const PRINCIPAL_KINDS = ['person', 'service', 'agent'] as const;
export type PrincipalKind = (typeof PRINCIPAL_KINDS)[number];

/** Where a unit is, seen from its document: in its newest cut, in an earlier one, or in compensated cuts alone. */
export const UNIT_STATES = ['CURRENT', 'VANISHED', 'VOID'] as const;

/**
 * What a unit and its versions say of themselves. The ledger derives what is current, and no statement changes these.
 */
export const UNIT_LIFECYCLE_STATUSES = ['draft'] as const;
export const CONFORMANCE_STATUSES = ['conformant'] as const;
export const UNIT_REVIEW_STATES = ['approved'] as const;
