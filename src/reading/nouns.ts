/**
 * The twelve nouns as data: the view each is read from, its columns, how its rows find their place in the log, by which columns a list
 * of few rows is found, and its relations as join conditions. The compiler beside this file knows nothing else about the ledger.
 */

/** How a column travels: `time` is written as text with microseconds, `position` as decimal text, the others as JSON has them. */
export type Codec = 'uuid' | 'text' | 'digest' | 'int' | 'bool' | 'time' | 'position';

export type NounName =
  | 'Entry'
  | 'History'
  | 'Dependency'
  | 'Sweep'
  | 'Manifest'
  | 'UnitBlock'
  | 'ReviewDecision'
  | 'ChangeSet'
  | 'AffectedRow'
  | 'VerifyResult'
  | 'Signature'
  | 'AddressAlias';

/** A condition between the alias of the related row and that of the row it hangs on. */
type Condition = (child: string, parent: string) => string;

export interface Relation {
  readonly to: NounName;
  readonly many: boolean;
  /** Pairs of columns, the related row's first; a cast may follow the second. Absent where `through` says more. */
  readonly pairs: readonly (readonly [child: string, parent: string])[];
  readonly through: Through | null;
}

/** A relation over other rows: the condition for SQL, and the same way as relations, for rows that only a dry run has. */
interface Through {
  readonly condition: Condition;
  readonly ways: readonly (readonly string[])[];
}

export interface Noun {
  readonly name: NounName;
  readonly view: string;
  /** GraphQL field → column and codec. */
  readonly columns: ReadonlyMap<string, { readonly column: string; readonly codec: Codec }>;
  readonly key: readonly string[];
  /** How rows follow each other that are not in the log yet: by time and id, or by their place in a plan or a change set. */
  readonly born: readonly string[];
  readonly seat: Seat;
  /** Whether `view` shows no more than the rows that the caller may read. */
  readonly isPart?: true;
  /** Columns with an index that begins with them, those that fewest rows share first. */
  readonly indexed: readonly string[];
  readonly derived: Readonly<Record<string, (alias: string) => string>>;
  readonly relations: Readonly<Record<string, Relation>>;
}

/** Where a row stands in the log. */
interface Seat {
  /** The noun whose places these are: its own; the plan's or change set's that it was written with; null where no record writes it. */
  readonly of: NounName | null;
  /** The column that holds the id of the row with that place. */
  readonly by: string;
  /** Columns that order the rows which share a place. */
  readonly within: readonly string[];
}

/** The place of a listed row: columns that the compiler adds to those of its view. Null until the row is integrated. */
export const POSITION = 'log_position';
export const ORDINAL = 'log_ordinal';

/** `axis1Status` → `axis_1_status`. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]|\d+/g, (found) => `_${found.toLowerCase()}`);
}

interface Description extends Omit<Noun, 'columns' | 'derived' | 'relations' | 'seat' | 'view'> {
  readonly view: string;
  readonly columns: Readonly<Record<string, Codec>>;
  readonly seat?: Seat;
  readonly derived?: Noun['derived'];
  readonly relations?: Noun['relations'];
}

function noun(described: Description): Noun {
  const columns = Object.entries(described.columns).map(
    ([field, codec]) => [field, { column: columnOf(field), codec }] as const,
  );
  return {
    derived: {},
    relations: {},
    seat: { of: described.name, by: described.key[0]!, within: [] },
    ...described,
    view: `cutter_governance.${described.view}`,
    columns: new Map(columns),
  };
}

const one = (to: NounName, ...pairs: Relation['pairs']): Relation => ({
  to,
  many: false,
  pairs,
  through: null,
});
const many = (to: NounName, ...pairs: Relation['pairs']): Relation => ({
  to,
  many: true,
  pairs,
  through: null,
});
const oneThrough = (to: NounName, ways: Through['ways'], condition: Condition): Relation => ({
  to,
  many: false,
  pairs: [],
  through: { ways, condition },
});
const manyThrough = (to: NounName, way: readonly string[], condition: Condition): Relation => ({
  to,
  many: true,
  pairs: [],
  through: { ways: [way], condition },
});

const V = 'cutter_governance.v_';
const CHANGE_SETS = `${V}cut_change_set_observe`;
const MANIFESTS = `${V}manifest_envelope_observe`;
const DECISIONS = `${V}review_decision_observe`;
const ENTRIES = `${V}decision_backlog_entry_observe`;
const RESULTS = `${V}verify_result_observe`;

/** What became of a plan. A cut that stands outweighs its review; then the review's lineage; then the entry's end. */
function effectiveStatus(m: string): string {
  const cut = `select from ${CHANGE_SETS} c where c.decision_backlog_entry_id = ${m}.source_doc_ref::uuid and c.manifest_id = ${m}.envelope_id and c.change_kind = 'cut'`;
  const compensation = `select from ${CHANGE_SETS} v where v.compensates_change_set_id = c.change_set_id`;
  const decision = (condition: string) =>
    `exists (select from ${DECISIONS} d where d.manifest_id = ${m}.envelope_id and d.manifest_unit_local_id is null and ${condition})`;
  const live = 'd.superseded_by_review_decision_id is null';
  return `case
    when exists (${cut} and not exists (${compensation})) then 'enacted'
    when exists (${cut}) then 'withdrawn'
    when ${decision(`d.superseded_by_review_decision_id is not null`)} then 'superseded'
    when ${decision(`${live} and d.verdict = 'reject'`)} then 'rejected'
    when exists (select from ${ENTRIES} e where e.entry_id = ${m}.source_doc_ref::uuid and e.status = 'abandoned') then 'withdrawn'
    when ${decision(`${live} and d.verdict = 'approve' and (d.expires_at is null or d.expires_at > transaction_timestamp())`)} then 'accepted'
    else 'under_review' end`;
}

const Entry = noun({
  name: 'Entry',
  view: 'v_decision_backlog_entry_observe',
  columns: { entryId: 'uuid', kind: 'text', status: 'text', emittedAt: 'time' },
  key: ['entry_id'],
  born: ['emitted_at', 'entry_id'],
  indexed: ['entry_id', 'emitted_at', 'status', 'kind'],
  relations: {
    history: many('History', ['entry_id', 'entry_id']),
    dependenciesFrom: many('Dependency', ['from_entry_id', 'entry_id']),
    dependenciesTo: many('Dependency', ['to_entry_id', 'entry_id']),
    manifests: many('Manifest', ['source_doc_ref', 'entry_id::text']),
    reviewDecisions: manyThrough(
      'ReviewDecision',
      ['manifests', 'reviewDecisions'],
      (d, e) =>
        `${d}.manifest_id in (select m.envelope_id from ${MANIFESTS} m where m.source_doc_ref = ${e}.entry_id::text)`,
    ),
    changeSets: many('ChangeSet', ['decision_backlog_entry_id', 'entry_id']),
    verifyResults: manyThrough(
      'VerifyResult',
      ['changeSets', 'verifyResults'],
      (r, e) =>
        `${r}.change_set_id in (select c.change_set_id from ${CHANGE_SETS} c where c.decision_backlog_entry_id = ${e}.entry_id)`,
    ),
    escalations: manyThrough(
      'Entry',
      ['changeSets', 'verifyResults', 'escalation'],
      (x, e) =>
        `${x}.entry_id in (select r.escalation_ref from ${CHANGE_SETS} c join ${RESULTS} r on r.change_set_id = c.change_set_id where c.decision_backlog_entry_id = ${e}.entry_id)`,
    ),
    escalatedBy: many('VerifyResult', ['escalation_ref', 'entry_id']),
    lastOfSweeps: many('Sweep', ['last_entry_id', 'entry_id']),
  },
});

const History = noun({
  name: 'History',
  view: 'v_decision_backlog_history_observe',
  columns: {
    historyId: 'uuid',
    entryId: 'uuid',
    entryVersionBefore: 'text',
    entryVersionAfter: 'text',
    changeKind: 'text',
    changedBy: 'text',
    changedAt: 'time',
  },
  key: ['history_id'],
  born: ['changed_at', 'history_id'],
  indexed: ['history_id', 'entry_id', 'changed_at', 'changed_by', 'change_kind', 'entry_version_after'],
  relations: { entry: one('Entry', ['entry_id', 'entry_id']) },
});

const Dependency = noun({
  name: 'Dependency',
  view: 'v_decision_backlog_dependency_observe',
  columns: {
    dependencyId: 'uuid',
    fromEntryId: 'uuid',
    toEntryId: 'uuid',
    dependencyKind: 'text',
    createdBy: 'text',
    createdAt: 'time',
  },
  key: ['dependency_id'],
  born: ['created_at', 'dependency_id'],
  indexed: ['dependency_id', 'from_entry_id', 'to_entry_id', 'created_at', 'created_by', 'dependency_kind'],
  relations: {
    fromEntry: one('Entry', ['entry_id', 'from_entry_id']),
    toEntry: one('Entry', ['entry_id', 'to_entry_id']),
  },
});

const Sweep = noun({
  name: 'Sweep',
  view: 'v_decision_backlog_sweep_log_observe',
  columns: {
    sweepId: 'uuid',
    triggerKind: 'text',
    sweptBy: 'text',
    sweptAt: 'time',
    batchLimit: 'int',
    cursorAfter: 'text',
    examinedCount: 'int',
    promotedCount: 'int',
    lastEntryId: 'uuid',
  },
  key: ['sweep_id'],
  born: ['swept_at', 'sweep_id'],
  indexed: ['sweep_id', 'swept_at', 'swept_by', 'trigger_kind'],
  relations: { lastEntry: one('Entry', ['entry_id', 'last_entry_id']) },
});

const Manifest = noun({
  name: 'Manifest',
  view: 'v_manifest_envelope_observe',
  columns: {
    envelopeId: 'uuid',
    operationKind: 'text',
    status: 'text',
    sourceDocRef: 'text',
    escalationRef: 'uuid',
    cutChangeSetRef: 'uuid',
    createdBy: 'text',
    createdAt: 'time',
    reviewer: 'text',
    reviewedAt: 'time',
    supersededByEnvelopeId: 'uuid',
  },
  key: ['envelope_id'],
  born: ['created_at', 'envelope_id'],
  indexed: [
    'envelope_id',
    'source_doc_ref',
    'created_at',
    'created_by',
    'reviewer',
    'operation_kind',
    'status',
  ],
  derived: { effectiveStatus },
  relations: {
    entry: one('Entry', ['entry_id', 'source_doc_ref::uuid']),
    unitBlocks: many('UnitBlock', ['envelope_id', 'envelope_id']),
    reviewDecisions: many('ReviewDecision', ['manifest_id', 'envelope_id']),
    // By the entry as well, because that is what the index is on.
    changeSets: many(
      'ChangeSet',
      ['decision_backlog_entry_id', 'source_doc_ref::uuid'],
      ['manifest_id', 'envelope_id'],
    ),
    verifyResults: manyThrough(
      'VerifyResult',
      ['changeSets', 'verifyResults'],
      (r, m) =>
        `${r}.change_set_id in (select c.change_set_id from ${CHANGE_SETS} c where c.decision_backlog_entry_id = ${m}.source_doc_ref::uuid and c.manifest_id = ${m}.envelope_id)`,
    ),
    escalation: one('Entry', ['entry_id', 'escalation_ref']),
    cutChangeSet: one('ChangeSet', ['change_set_id', 'cut_change_set_ref']),
    supersededBy: one('Manifest', ['envelope_id', 'superseded_by_envelope_id']),
  },
});

const UnitBlock = noun({
  name: 'UnitBlock',
  view: 'v_manifest_unit_block_observe',
  columns: {
    envelopeId: 'uuid',
    unitLocalId: 'text',
    blockRole: 'text',
    renderOrder: 'int',
    targetUnitId: 'uuid',
    proposedCanonicalAddress: 'text',
    proposedAuthority: 'text',
    decisionBacklogRef: 'uuid',
    createdAt: 'time',
  },
  key: ['envelope_id', 'unit_local_id'],
  born: ['render_order', 'unit_local_id'],
  seat: { of: 'Manifest', by: 'envelope_id', within: ['render_order', 'unit_local_id'] },
  indexed: ['envelope_id'],
  relations: {
    manifest: one('Manifest', ['envelope_id', 'envelope_id']),
    entry: oneThrough(
      'Entry',
      [['manifest', 'entry']],
      (e, b) =>
        `${e}.entry_id = (select m.source_doc_ref::uuid from ${MANIFESTS} m where m.envelope_id = ${b}.envelope_id)`,
    ),
    reviewDecisions: many(
      'ReviewDecision',
      ['manifest_id', 'envelope_id'],
      ['manifest_unit_local_id', 'unit_local_id'],
    ),
    decisionBacklogEntry: one('Entry', ['entry_id', 'decision_backlog_ref']),
  },
});

const ReviewDecision = noun({
  name: 'ReviewDecision',
  view: 'v_review_decision_observe',
  columns: {
    reviewDecisionId: 'uuid',
    governanceEventKind: 'text',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    manifestUnitLocalId: 'text',
    reviewScope: 'text',
    status: 'text',
    verdict: 'text',
    reviewerClass: 'text',
    riskClassAssessment: 'text',
    decisionAt: 'time',
    decidedBy: 'text',
    crossSignedByDotVerifier: 'bool',
    toolRevision: 'text',
    version: 'text',
    priorReviewDecisionId: 'uuid',
    supersededByReviewDecisionId: 'uuid',
    escalationRef: 'uuid',
    cutChangeSetRef: 'uuid',
    expiresAt: 'time',
    createdAt: 'time',
    updatedAt: 'time',
  },
  key: ['review_decision_id'],
  born: ['decision_at', 'review_decision_id'],
  indexed: [
    'review_decision_id',
    'manifest_id',
    'superseded_by_review_decision_id',
    'manifest_version',
    'decision_at',
    'decided_by',
    'verdict',
    'risk_class_assessment',
    'status',
    'review_scope',
  ],
  relations: {
    manifest: one('Manifest', ['envelope_id', 'manifest_id']),
    unitBlock: one('UnitBlock', ['envelope_id', 'manifest_id'], ['unit_local_id', 'manifest_unit_local_id']),
    entry: oneThrough(
      'Entry',
      [['manifest', 'entry']],
      (e, d) =>
        `${e}.entry_id = (select m.source_doc_ref::uuid from ${MANIFESTS} m where m.envelope_id = ${d}.manifest_id)`,
    ),
    prior: one('ReviewDecision', ['review_decision_id', 'prior_review_decision_id']),
    supersededBy: one('ReviewDecision', ['review_decision_id', 'superseded_by_review_decision_id']),
    // By the digest as well, because that is what the index is on.
    changeSets: many(
      'ChangeSet',
      ['manifest_version', 'manifest_version'],
      ['review_decision_id', 'review_decision_id'],
    ),
    verifyResults: manyThrough(
      'VerifyResult',
      ['changeSets', 'verifyResults'],
      (r, d) =>
        `${r}.change_set_id in (select c.change_set_id from ${CHANGE_SETS} c where c.manifest_version = ${d}.manifest_version and c.review_decision_id = ${d}.review_decision_id)`,
    ),
    escalation: one('Entry', ['entry_id', 'escalation_ref']),
    cutChangeSet: one('ChangeSet', ['change_set_id', 'cut_change_set_ref']),
  },
});

const ChangeSet = noun({
  name: 'ChangeSet',
  view: 'v_cut_change_set_observe',
  columns: {
    changeSetId: 'uuid',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    reviewDecisionId: 'uuid',
    decisionBacklogEntryId: 'uuid',
    executorSignatureId: 'uuid',
    verifierSignatureId: 'uuid',
    executorToolRevision: 'text',
    verifierToolRevision: 'text',
    toolRevisionMatch: 'bool',
    state: 'text',
    riskClass: 'text',
    emittedBy: 'text',
    emittedAt: 'time',
    rollbackInitiatedBy: 'text',
    changeKind: 'text',
    compensatesChangeSetId: 'uuid',
    affectedRowCount: 'int',
    effectDigest: 'digest',
  },
  key: ['change_set_id'],
  born: ['emitted_at', 'change_set_id'],
  indexed: [
    'change_set_id',
    'manifest_id',
    'review_decision_id',
    'decision_backlog_entry_id',
    'compensates_change_set_id',
    'manifest_version',
    'effect_digest',
    'emitted_at',
    'emitted_by',
    'change_kind',
    'risk_class',
    'state',
  ],
  relations: {
    entry: one('Entry', ['entry_id', 'decision_backlog_entry_id']),
    manifest: one('Manifest', ['envelope_id', 'manifest_id']),
    reviewDecision: one('ReviewDecision', ['review_decision_id', 'review_decision_id']),
    executorSignature: one('Signature', ['signature_id', 'executor_signature_id']),
    verifierSignature: one('Signature', ['signature_id', 'verifier_signature_id']),
    signatures: many('Signature', ['cross_reference_change_set_id', 'change_set_id']),
    affectedRows: many('AffectedRow', ['change_set_id', 'change_set_id']),
    verifyResults: many('VerifyResult', ['change_set_id', 'change_set_id']),
    compensations: many('ChangeSet', ['compensates_change_set_id', 'change_set_id']),
    compensates: one('ChangeSet', ['change_set_id', 'compensates_change_set_id']),
    // By the change set judged as well, because that is what the index is on.
    triggeredBy: many(
      'VerifyResult',
      ['change_set_id', 'compensates_change_set_id'],
      ['rollback_change_set_id_triggered', 'change_set_id'],
    ),
  },
});

const AffectedRow = noun({
  name: 'AffectedRow',
  view: 'v_cut_change_set_affected_row_observe',
  columns: {
    affectedRowId: 'uuid',
    changeSetId: 'uuid',
    ordinal: 'int',
    effectKind: 'text',
    targetTable: 'text',
    targetRowId: 'text',
  },
  key: ['affected_row_id'],
  born: ['ordinal', 'affected_row_id'],
  seat: { of: 'ChangeSet', by: 'change_set_id', within: ['ordinal', 'affected_row_id'] },
  indexed: ['affected_row_id', 'change_set_id'],
  relations: {
    changeSet: one('ChangeSet', ['change_set_id', 'change_set_id']),
    entry: oneThrough(
      'Entry',
      [['changeSet', 'entry']],
      (e, a) =>
        `${e}.entry_id = (select c.decision_backlog_entry_id from ${CHANGE_SETS} c where c.change_set_id = ${a}.change_set_id)`,
    ),
  },
});

const VerifyResult = noun({
  name: 'VerifyResult',
  view: 'v_verify_result_observe',
  columns: {
    verifyResultId: 'uuid',
    changeSetId: 'uuid',
    manifestId: 'uuid',
    manifestVersion: 'digest',
    reviewDecisionId: 'uuid',
    executorSignatureId: 'uuid',
    verifierSignatureId: 'uuid',
    executorToolRevision: 'text',
    verifierToolRevision: 'text',
    toolRevisionMatch: 'bool',
    verifyKind: 'text',
    axis1Status: 'text',
    axis2Status: 'text',
    verdict: 'text',
    state: 'text',
    canonicalizationRuleUsed: 'text',
    rollbackChangeSetIdTriggered: 'uuid',
    escalationRef: 'uuid',
    priorVerifyResultId: 'uuid',
    verifiedBy: 'text',
    verifiedAt: 'time',
    effectDigest: 'digest',
    checkedRowCount: 'int',
  },
  key: ['verify_result_id'],
  born: ['verified_at', 'verify_result_id'],
  indexed: [
    'verify_result_id',
    'change_set_id',
    'manifest_id',
    'review_decision_id',
    'manifest_version',
    'verified_at',
    'verified_by',
    'verdict',
    'axis_1_status',
    'axis_2_status',
  ],
  relations: {
    changeSet: one('ChangeSet', ['change_set_id', 'change_set_id']),
    entry: oneThrough(
      'Entry',
      [['changeSet', 'entry']],
      (e, r) =>
        `${e}.entry_id = (select c.decision_backlog_entry_id from ${CHANGE_SETS} c where c.change_set_id = ${r}.change_set_id)`,
    ),
    manifest: one('Manifest', ['envelope_id', 'manifest_id']),
    reviewDecision: one('ReviewDecision', ['review_decision_id', 'review_decision_id']),
    executorSignature: one('Signature', ['signature_id', 'executor_signature_id']),
    verifierSignature: one('Signature', ['signature_id', 'verifier_signature_id']),
    signatures: many('Signature', ['cross_reference_verify_result_id', 'verify_result_id']),
    rollbackChangeSet: one('ChangeSet', ['change_set_id', 'rollback_change_set_id_triggered']),
    escalation: one('Entry', ['entry_id', 'escalation_ref']),
    prior: one('VerifyResult', ['verify_result_id', 'prior_verify_result_id']),
  },
});

const Signature = noun({
  name: 'Signature',
  view: 'v_dot_pair_signature_observe',
  columns: {
    signatureId: 'uuid',
    signatureKind: 'text',
    signerDotId: 'text',
    signerToolRevision: 'text',
    crossReferenceChangeSetId: 'uuid',
    crossReferenceVerifyResultId: 'uuid',
    priorSignatureId: 'uuid',
    validationState: 'text',
    emittedAt: 'time',
    revokedAt: 'time',
    revokedBy: 'text',
  },
  key: ['signature_id'],
  born: ['emitted_at', 'signature_id'],
  indexed: [
    'signature_id',
    'prior_signature_id',
    'emitted_at',
    'signer_dot_id',
    'signature_kind',
    'validation_state',
  ],
  relations: {
    changeSet: one('ChangeSet', ['change_set_id', 'cross_reference_change_set_id']),
    verifyResult: one('VerifyResult', ['verify_result_id', 'cross_reference_verify_result_id']),
    prior: one('Signature', ['signature_id', 'prior_signature_id']),
    entry: oneThrough(
      'Entry',
      [
        ['changeSet', 'entry'],
        ['verifyResult', 'changeSet', 'entry'],
      ],
      (e, s) =>
        `${e}.entry_id = (select c.decision_backlog_entry_id from ${CHANGE_SETS} c where c.change_set_id = coalesce(${s}.cross_reference_change_set_id, (select r.change_set_id from ${RESULTS} r where r.verify_result_id = ${s}.cross_reference_verify_result_id)))`,
    ),
  },
});

const AddressAlias = noun({
  name: 'AddressAlias',
  view: 'v_canonical_address_alias_observe',
  columns: {
    aliasId: 'uuid',
    targetUnitId: 'uuid',
    aliasText: 'text',
    aliasKind: 'text',
    validFrom: 'time',
    validUntil: 'time',
    createdBy: 'text',
  },
  key: ['alias_id'],
  born: ['alias_id'],
  // No record writes aliases yet: they are listed by their key.
  seat: { of: null, by: 'alias_id', within: ['alias_id'] },
  indexed: [],
});

export const NOUNS: Readonly<Record<NounName, Noun>> = {
  Entry,
  History,
  Dependency,
  Sweep,
  Manifest,
  UnitBlock,
  ReviewDecision,
  ChangeSet,
  AffectedRow,
  VerifyResult,
  Signature,
  AddressAlias,
};
