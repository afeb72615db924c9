/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Who does an act. */
export type ActBy =
  /** One of the principals that it names, by the mutation. */
  | 'CALLER'
  /** The operator of the ledger, by the command. */
  | 'OPERATOR'
  /** Nobody: a time has to come. */
  | 'TIME';

/** What one axis of a verification found. */
export type AxisStatus =
  /** At least one finding. */
  | 'FAIL'
  /** It found nothing. */
  | 'PASS';

/** What became of a change set when it was written. */
export type ChangeSetState =
  /** Its rows were written with it. */
  | 'APPLIED';

/** A mutation that moves an entry. */
export type EntryAction =
  /** End it without a cut. */
  | 'ABANDON'
  /** Apply its approved plan. */
  | 'CUT'
  /** Approve, reject or defer its plan. */
  | 'REVIEW'
  /** Promote it to review. */
  | 'SWEEP'
  /** Judge its cut. */
  | 'VERIFY';

/** Conditions on Entry rows, all of which must hold. They are applied before the page is cut. */
export type EntryFilter = {
  /** Only entries about this document. Scope `document:read`. */
  readonly docCode?: string | null | undefined;
  /** Only rows whose `emittedAt` is this time or later. */
  readonly emittedAtFrom?: string | null | undefined;
  /** Only rows whose `emittedAt` is earlier than this time. */
  readonly emittedAtUntil?: string | null | undefined;
  /** Only rows with this `entryId`. Null sets no condition. */
  readonly entryId?: string | null | undefined;
  /** Only rows with one of these `entryId`, at most 200. */
  readonly entryIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows with this `kind`. Null sets no condition. */
  readonly kind?: EntryKind | null | undefined;
  /** Only rows with one of these `kind`, at most 200. */
  readonly kindIn?: ReadonlyArray<EntryKind> | null | undefined;
  /** Only entries of this scenario. Scope `document:read`. */
  readonly scenarioRef?: string | null | undefined;
  /** Only entries with this signal. Scope `document:read`. */
  readonly signalSource?: string | null | undefined;
  /** Only rows with this `status`. Null sets no condition. */
  readonly status?: EntryStatus | null | undefined;
  /** Only rows with one of these `status`, at most 200. */
  readonly statusIn?: ReadonlyArray<EntryStatus> | null | undefined;
};

/** What kind of work item an entry is. */
export type EntryKind =
  /** Asks for a cut of a document. */
  | 'CUT_REQUEST'
  /** Opened by a failed verification; a person decides what becomes of it. */
  | 'ESCALATION';

/** Where an entry stands. */
export type EntryStatus =
  /** Ended without a cut, with a reason. */
  | 'ABANDONED'
  /** Cut; a verifier has to judge the cut. */
  | 'CUT_APPLIED'
  /** Registered; the next sweep puts it before the reviewers. */
  | 'MARKED'
  /** Approved; the executor may cut it. */
  | 'REVIEWED_APPROVED'
  /** Put off; a later sweep brings it back. */
  | 'REVIEWED_DEFERRED'
  /** Rejected. It has ended. */
  | 'REVIEWED_REJECTED'
  /** A reviewer has to judge its plan. */
  | 'REVIEW_PENDING'
  /** Cut and verified. It has ended. */
  | 'VERIFIED_COMPLETE'
  /** The cut failed its verification and was compensated. It has ended. */
  | 'VERIFY_FAILED_ESCALATED';

/** What moved an entry. */
export type HistoryChangeKind =
  /** Somebody ended it, with a reason. */
  | 'ABANDON'
  /** The executor cut it. */
  | 'CUT'
  /** It was marked: the birth of the entry. */
  | 'MARK'
  /** A reviewer approved its plan. */
  | 'REVIEW_APPROVE'
  /** A reviewer put it off. */
  | 'REVIEW_DEFER'
  /** A reviewer rejected its plan. */
  | 'REVIEW_REJECT'
  /** A sweep put it before the reviewers. */
  | 'SWEEP_PROMOTE'
  /** A verifier found the cut wrong; it was compensated. */
  | 'VERIFY_FAIL'
  /** A verifier found the cut right. */
  | 'VERIFY_PASS';

/** One of the two separate powers of the ledger. */
export type Lane =
  /** The executor: every verb but `verify`. */
  | 'DOT_991'
  /** The verifier: `verify`, with keys and a database login of its own. */
  | 'DOT_992';

/** Who stands behind a principal. */
export type Mode =
  /** A real person. */
  | 'PRODUCTION'
  /** A sample person. */
  | 'REHEARSAL';

/** A phase that something waits for. */
export type Phase =
  /** From the newest approval to the cut. */
  | 'CUT'
  /** From the registration of a source to the mark of an entry of it. */
  | 'MARK'
  /** From the sweep to the verdict. A later review of an approved entry ends no wait. */
  | 'REVIEW'
  /** From the mark, or from a deferral, to the sweep that promotes. */
  | 'SWEEP'
  /** From the cut to the verdict on it. */
  | 'VERIFY';

/** What a plan does to a unit, in the words of who reviews it. */
export type PlanChange =
  /** The document has no such unit. */
  | 'ADDED'
  /** No unit: a stretch that is set aside with a reason. */
  | 'EXCLUDED'
  /** The same in all else, too, and in canonical form: line ends, normal form or blanks at ends of lines differ. */
  | 'FORMAT_ONLY'
  /** The same unit under another parent, or in another order among those it was with. */
  | 'MOVED'
  /** The same words, with another kind, section type, number, title or citation. */
  | 'RECLASSIFIED'
  /** The document has the unit, and the plan has not. */
  | 'REMOVED'
  /** One unit vanishes and another is born, and their texts are the same or alike. */
  | 'RENUMBERED'
  /** Its text differs. */
  | 'REWORDED'
  /** Nothing about it differs, to the byte. */
  | 'UNCHANGED';

/** What a record of a plan is in its document. */
export type PlannedRole =
  /** A heading that holds others; a unit as well. */
  | 'CONTAINER'
  /** A stretch that is set aside with a reason. */
  | 'EXCLUDED'
  /** A unit of its own. */
  | 'UNIT'
  /** A unit that the document no longer has. */
  | 'VANISHED';

/** What kind of caller a principal is. */
export type PrincipalKind =
  /** An agent, for which a person answers; some verbs are closed to it. */
  | 'AGENT'
  /** A person, acting for themselves. */
  | 'PERSON'
  /** A service, for which a person answers. */
  | 'SERVICE';

/** Whether a problem blocks. */
export type ProblemSeverity =
  /** It blocks: nothing is written, or nothing can be cut. */
  | 'ERROR'
  /** It blocks nobody; look at the place before you approve. */
  | 'WARNING';

/** Where a phase is. */
export type ReadinessState =
  /** It is possible once the acts are done. */
  | 'BLOCKED'
  /** It is not possible any more; nothing that can be done here leads to it. */
  | 'NEVER'
  /** The entry is past it. */
  | 'PASSED'
  /** It is possible now. */
  | 'READY';

/** A verdict on exactly one manifest. */
export type ReviewInput = {
  /** The earlier approvals that you rely on, as `planDiff(entryId).carriedOver` shows them: you have looked at what is to be reviewed. Left out: you have looked at every record. */
  readonly carriedOverDigest?: string | null | undefined;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** The entry whose plan is judged. */
  readonly entryId: string;
  /** When an approval ends, if it does. */
  readonly expiresAt?: string | null | undefined;
  /** What the reviewer found; plain JSON, nested at most 64 deep. */
  readonly findings?: unknown;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Of the plan that was reviewed, as `planCut(entryId)` shows it. */
  readonly manifestDigest: string;
  /** When a deferred entry may be swept again. */
  readonly notBefore?: string | null | undefined;
  /** Why the reviewer decides so. */
  readonly rationale?: string | null | undefined;
  /** The risk as assessed. */
  readonly riskClass?: RiskClass;
  /** The live decision on this entry, where there is one. */
  readonly supersedesDecisionId?: string | null | undefined;
  /** The verdict. */
  readonly verdict: ReviewVerdict;
};

/** What a reviewer says of one manifest. */
export type ReviewVerdict =
  /** It may be cut, exactly as it is. */
  | 'APPROVE'
  /** Not now; a later sweep brings it back. */
  | 'DEFER'
  /** It will not be cut; the entry ends. */
  | 'REJECT';

/** The reviewer's assessment of the risk. */
export type RiskClass =
  /** Worth a second look. */
  | 'HIGH'
  /** No more than usual. */
  | 'STANDARD';

/** A capability. */
export type Scope =
  /** Approves cuts, with a key of its own. For persons. */
  | 'APPROVAL_GRANT'
  /** Reads the audit: who did what, who was refused, and from where. */
  | 'AUDIT_READ'
  /** Cuts what was approved; never together with `CHANGE_VERIFY`. */
  | 'CHANGE_CUT'
  /** Verifies cuts. */
  | 'CHANGE_VERIFY'
  /** Reads documents, their sources and their units. */
  | 'DOCUMENT_READ'
  /** Ends entries that are not cut. */
  | 'ENTRY_ABANDON'
  /** Marks entries and declares dependencies. */
  | 'ENTRY_MARK'
  /** Reviews plans. */
  | 'ENTRY_REVIEW'
  /** Sweeps the backlog. */
  | 'ENTRY_SWEEP'
  /** Reads what observers do not see: reasons, payloads, signed bytes. */
  | 'LEDGER_EVIDENCE'
  /** Reads the twelve views, the log and its proofs. */
  | 'LEDGER_OBSERVE'
  /** Creates, changes and suspends principals, and issues and ends tokens. */
  | 'PRINCIPAL_ADMIN'
  /** Registers profiles and words of the vocabulary. */
  | 'PROFILE_REGISTER'
  /** Changes the rules: who may stand on two sides of an entry, and whose approvals a cut needs. */
  | 'RULES_CHANGE'
  /** Registers the text of a document. */
  | 'SOURCE_REGISTER';

/** Which end of a connection comes first. Rows are in the order of the log: by `position`, then `logOrdinal`; unit blocks and affected rows inside their plan or change set by its own order. Aliases, which no record writes, are in the order of their ids. */
export type SortOrder =
  /** From the newest row back. */
  | 'NEWEST_FIRST'
  /** From the oldest row on. A client that goes on from its last `endCursor` reads every row exactly once. */
  | 'OLDEST_FIRST';

/** What a cut does to the unit of a record, compared with the current units. */
export type UnitAction =
  /** The unit is new: it gets its address and its first version. */
  | 'BIRTH'
  /** No unit: a stretch set aside with a reason, its text stored in the manifest. */
  | 'EXCLUDED'
  /** Nothing about it differs, to the byte. */
  | 'UNCHANGED'
  /** The document no longer has the unit. The unit is listed, never deleted. */
  | 'VANISHED'
  /** The unit gets its next version. */
  | 'VERSION';

/** What a verifier says of a cut. */
export type VerifyVerdict =
  /** An axis failed: the cut is compensated. */
  | 'FAIL'
  /** Every axis passed: the cut is valid. */
  | 'PASS';

/** What became of some words of a text. */
export type WordChange =
  /** The text of the plan alone has them. */
  | 'ADDED'
  /** The text of the plan no longer has them. */
  | 'REMOVED'
  /** Both texts have them. */
  | 'SAME';

export type ConsoleMeQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsoleMeQuery = { readonly whoAmI: { readonly name: string, readonly personName: string, readonly kind: PrincipalKind, readonly mode: Mode, readonly session: { readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly expiresAt: string, readonly entryIds: ReadonlyArray<string> | null } | null } };

export type ConsoleRowFragment = { readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null, readonly actions: ReadonlyArray<EntryAction>, readonly title?: string | null, readonly document?: { readonly docCode: string } | null, readonly blockedBecause: ReadonlyArray<{ readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

export type ConsoleProblemFragment = { readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity };

type ConsoleRefusal_AlreadyCut_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_AlreadyRegistered_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_Busy_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_CommentsOpen_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_CoverageBroken_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_DependencyCycle_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_DependencyOpen_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_Drifted_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_Forbidden_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_IdempotencyConflict_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_IllegalTransition_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_InvalidInput_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_LaneMismatch_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_LaneNotServed_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_NotApproved_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_NotFound_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_NotLive_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_NotSanctioned_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_PlanStale_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_PlanTooCostly_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_SameParty_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

type ConsoleRefusal_SignatureRefused_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> };

export type ConsoleRefusalFragment =
  | ConsoleRefusal_AlreadyCut_Fragment
  | ConsoleRefusal_AlreadyRegistered_Fragment
  | ConsoleRefusal_Busy_Fragment
  | ConsoleRefusal_CommentsOpen_Fragment
  | ConsoleRefusal_CoverageBroken_Fragment
  | ConsoleRefusal_DependencyCycle_Fragment
  | ConsoleRefusal_DependencyOpen_Fragment
  | ConsoleRefusal_Drifted_Fragment
  | ConsoleRefusal_Forbidden_Fragment
  | ConsoleRefusal_IdempotencyConflict_Fragment
  | ConsoleRefusal_IllegalTransition_Fragment
  | ConsoleRefusal_InvalidInput_Fragment
  | ConsoleRefusal_LaneMismatch_Fragment
  | ConsoleRefusal_LaneNotServed_Fragment
  | ConsoleRefusal_NotApproved_Fragment
  | ConsoleRefusal_NotFound_Fragment
  | ConsoleRefusal_NotLive_Fragment
  | ConsoleRefusal_NotSanctioned_Fragment
  | ConsoleRefusal_PlanStale_Fragment
  | ConsoleRefusal_PlanTooCostly_Fragment
  | ConsoleRefusal_SameParty_Fragment
  | ConsoleRefusal_SignatureRefused_Fragment
;

export type ConsoleWaitingQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  reads: boolean;
}>;


export type ConsoleWaitingQuery = { readonly backlog: { readonly waitingForMe: { readonly totalCount: number | null, readonly totalCountAtLeast: number, readonly nodes: ReadonlyArray<{ readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null, readonly actions: ReadonlyArray<EntryAction>, readonly title?: string | null, readonly document?: { readonly docCode: string } | null, readonly blockedBecause: ReadonlyArray<{ readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } } };

export type ConsoleEntriesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: EntryFilter | null | undefined;
  order: SortOrder;
  reads: boolean;
}>;


export type ConsoleEntriesQuery = { readonly entries: { readonly totalCount: number | null, readonly totalCountAtLeast: number, readonly nodes: ReadonlyArray<{ readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null, readonly actions: ReadonlyArray<EntryAction>, readonly title?: string | null, readonly document?: { readonly docCode: string } | null, readonly blockedBecause: ReadonlyArray<{ readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type ConsoleStepQueryVariables = Exact<{
  phase: Phase;
  entryId: string;
}>;


export type ConsoleStepQuery = { readonly readiness: { readonly state: ReadinessState, readonly isReadyForCaller: boolean, readonly whoMayCount: number, readonly whoMay: ReadonlyArray<{ readonly name: string, readonly personName: string }>, readonly gaps: ReadonlyArray<{ readonly message: string }>, readonly acts: ReadonlyArray<{ readonly by: ActBy, readonly command: string | null, readonly message: string, readonly whoCount: number, readonly who: ReadonlyArray<{ readonly name: string, readonly personName: string }> }> } };

export type ConsoleNamedFragment = { readonly name: string, readonly personName: string };

export type ConsoleEntryQueryVariables = Exact<{
  entryId: string;
  reads: boolean;
  evidence: boolean;
}>;


export type ConsoleEntryQuery = { readonly entry: { readonly emittedAt: string, readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null, readonly actions: ReadonlyArray<EntryAction>, readonly title?: string | null, readonly source?: { readonly byteLength: number, readonly mediaType: string, readonly registeredAt: string, readonly registeredByPrincipal: { readonly name: string, readonly personName: string } | null } | null, readonly history: { readonly nodes: ReadonlyArray<{ readonly historyId: string, readonly changeKind: HistoryChangeKind, readonly changedAt: string, readonly entryVersionAfter: EntryStatus, readonly changedByPrincipal: { readonly name: string, readonly personName: string } | null, readonly evidence?: { readonly rationale: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean } }, readonly reviewDecisions: { readonly nodes: ReadonlyArray<{ readonly reviewDecisionId: string, readonly verdict: ReviewVerdict, readonly decisionAt: string, readonly expiresAt: string | null, readonly riskClassAssessment: RiskClass, readonly manifestVersion: string, readonly supersededByReviewDecisionId: string | null, readonly decidedByPrincipal: { readonly name: string, readonly personName: string } | null, readonly evidence?: { readonly rationale: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean } }, readonly cut: { readonly changeSetId: string, readonly emittedAt: string, readonly affectedRowCount: number, readonly manifestVersion: string, readonly state: ChangeSetState, readonly emittedByPrincipal: { readonly name: string, readonly personName: string } | null } | null, readonly verification: { readonly verdict: VerifyVerdict, readonly verifiedAt: string, readonly axis1Status: AxisStatus, readonly axis2Status: AxisStatus, readonly checkedRowCount: number, readonly verifiedByPrincipal: { readonly name: string, readonly personName: string } | null, readonly evidence?: { readonly rationale: string | null } | null } | null, readonly escalations: { readonly nodes: ReadonlyArray<{ readonly entryId: string }> }, readonly document?: { readonly docCode: string } | null, readonly blockedBecause: ReadonlyArray<{ readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> } | null };

export type ConsolePlanQueryVariables = Exact<{
  entryId: string;
  reads: boolean;
}>;


export type ConsolePlanQuery = { readonly entry: { readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null, readonly actions: ReadonlyArray<EntryAction>, readonly title?: string | null, readonly liveDecision: { readonly reviewDecisionId: string } | null, readonly document?: { readonly docCode: string } | null, readonly blockedBecause: ReadonlyArray<{ readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> } | null, readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Plan', readonly manifestDigest: string, readonly profile: string | null, readonly toReview: number, readonly actionCounts: ReadonlyArray<{ readonly action: UnitAction, readonly count: number }>, readonly coverage: { readonly bytes: number, readonly unitBytes: number, readonly containerBytes: number, readonly excludedBytes: number, readonly excludedTextBytes: number, readonly longUnits: number, readonly unmarkedNumbers: number, readonly complete: boolean }, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }>, readonly excluded: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly localId: string, readonly reason: string, readonly start: number, readonly end: number, readonly text: string }> } }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
   };

export type ConsolePlanUnitsQueryVariables = Exact<{
  entryId: string;
  first: number;
  after?: string | null | undefined;
}>;


export type ConsolePlanUnitsQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'PlanDiff', readonly manifestDigest: string, readonly counts: ReadonlyArray<{ readonly change: PlanChange, readonly count: number }>, readonly units: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly localId: string, readonly change: PlanChange, readonly depth: number, readonly role: PlannedRole, readonly address: string | null, readonly addressBefore: string | null, readonly label: ReadonlyArray<string>, readonly title: string | null, readonly titleBefore: string | null, readonly text: string | null, readonly textBefore: string | null, readonly excludedBecause: string | null, readonly words: ReadonlyArray<{ readonly change: WordChange, readonly text: string }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } }
   };

export type ConsoleReviewMutationVariables = Exact<{
  input: ReviewInput;
}>;


export type ConsoleReviewMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'CommentsOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'NotLive', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'ReviewSuccess', readonly dryRun: boolean, readonly replayed: boolean, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }>, readonly entry: { readonly entryId: string, readonly status: EntryStatus } }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
   };

export type ConsoleDocumentsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ConsoleDocumentsQuery = { readonly documents: { readonly totalCount: number | null, readonly nodes: ReadonlyArray<{ readonly docCode: string, readonly title: string | null, readonly unitCount: number, readonly lastVerifiedAt: string | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } };

export type ConsoleDocumentQueryVariables = Exact<{
  docCode: string;
  first: number;
  after?: string | null | undefined;
  observes: boolean;
}>;


export type ConsoleDocumentQuery = { readonly document: { readonly docCode: string, readonly title: string | null, readonly unitCount: number, readonly lastVerifiedAt: string | null, readonly currentChangeSet?: { readonly changeSetId: string, readonly emittedAt: string, readonly entry: { readonly entryId: string, readonly status: EntryStatus } | null } | null, readonly units: { readonly totalCount: number | null, readonly nodes: ReadonlyArray<{ readonly unitId: string, readonly address: string, readonly citation: ReadonlyArray<string>, readonly label: ReadonlyArray<string>, readonly kind: string, readonly title: string | null, readonly text: string, readonly verifiedAt: string | null, readonly ancestors: ReadonlyArray<{ readonly unitId: string }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } } | null };

export type ConsolePassportQueryVariables = Exact<{
  changeSetId: string;
}>;


export type ConsolePassportQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'Passport', readonly fileName: string, readonly text: string }
   };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const ConsoleRowFragmentDoc = new TypedDocumentString(`
    fragment ConsoleRow on Entry {
  entryId
  kind
  status
  statusSince
  actions
  title @include(if: $reads)
  document @include(if: $reads) {
    docCode
  }
  blockedBecause {
    code
    message
    severity
  }
}
    `, {"fragmentName":"ConsoleRow"}) as unknown as TypedDocumentString<ConsoleRowFragment, unknown>;
export const ConsoleProblemFragmentDoc = new TypedDocumentString(`
    fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}
    `, {"fragmentName":"ConsoleProblem"}) as unknown as TypedDocumentString<ConsoleProblemFragment, unknown>;
export const ConsoleRefusalFragmentDoc = new TypedDocumentString(`
    fragment ConsoleRefusal on Refusal {
  message
  guard
  retryable
  problems {
    ...ConsoleProblem
  }
}
    fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}`, {"fragmentName":"ConsoleRefusal"}) as unknown as TypedDocumentString<ConsoleRefusalFragment, unknown>;
export const ConsoleNamedFragmentDoc = new TypedDocumentString(`
    fragment ConsoleNamed on Principal {
  name
  personName
}
    `, {"fragmentName":"ConsoleNamed"}) as unknown as TypedDocumentString<ConsoleNamedFragment, unknown>;
export const ConsoleMeDocument = new TypedDocumentString(`
    query ConsoleMe {
  whoAmI {
    name
    personName
    kind
    mode
    session {
      scopes
      lane
      expiresAt
      entryIds
    }
  }
}
    `) as unknown as TypedDocumentString<ConsoleMeQuery, ConsoleMeQueryVariables>;
export const ConsoleWaitingDocument = new TypedDocumentString(`
    query ConsoleWaiting($first: Int!, $after: String, $reads: Boolean!) {
  backlog {
    waitingForMe(first: $first, after: $after) {
      nodes {
        ...ConsoleRow
      }
      totalCount
      totalCountAtLeast
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}
    fragment ConsoleRow on Entry {
  entryId
  kind
  status
  statusSince
  actions
  title @include(if: $reads)
  document @include(if: $reads) {
    docCode
  }
  blockedBecause {
    code
    message
    severity
  }
}`) as unknown as TypedDocumentString<ConsoleWaitingQuery, ConsoleWaitingQueryVariables>;
export const ConsoleEntriesDocument = new TypedDocumentString(`
    query ConsoleEntries($first: Int!, $after: String, $filter: EntryFilter, $order: SortOrder!, $reads: Boolean!) {
  entries(first: $first, after: $after, filter: $filter, order: $order) {
    nodes {
      ...ConsoleRow
    }
    totalCount
    totalCountAtLeast
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    fragment ConsoleRow on Entry {
  entryId
  kind
  status
  statusSince
  actions
  title @include(if: $reads)
  document @include(if: $reads) {
    docCode
  }
  blockedBecause {
    code
    message
    severity
  }
}`) as unknown as TypedDocumentString<ConsoleEntriesQuery, ConsoleEntriesQueryVariables>;
export const ConsoleStepDocument = new TypedDocumentString(`
    query ConsoleStep($phase: Phase!, $entryId: UUID!) {
  readiness(phase: $phase, entryId: $entryId) {
    state
    isReadyForCaller
    whoMay {
      name
      personName
    }
    whoMayCount
    gaps {
      message
    }
    acts {
      by
      command
      message
      who {
        name
        personName
      }
      whoCount
    }
  }
}
    `) as unknown as TypedDocumentString<ConsoleStepQuery, ConsoleStepQueryVariables>;
export const ConsoleEntryDocument = new TypedDocumentString(`
    query ConsoleEntry($entryId: UUID!, $reads: Boolean!, $evidence: Boolean!) {
  entry(entryId: $entryId) {
    ...ConsoleRow
    emittedAt
    source @include(if: $reads) {
      byteLength
      mediaType
      registeredAt
      registeredByPrincipal {
        ...ConsoleNamed
      }
    }
    history(first: 100) {
      nodes {
        historyId
        changeKind
        changedAt
        entryVersionAfter
        changedByPrincipal {
          ...ConsoleNamed
        }
        evidence @include(if: $evidence) {
          rationale
        }
      }
      pageInfo {
        hasNextPage
      }
    }
    reviewDecisions(first: 20, order: NEWEST_FIRST) {
      nodes {
        reviewDecisionId
        verdict
        decisionAt
        expiresAt
        riskClassAssessment
        manifestVersion
        supersededByReviewDecisionId
        decidedByPrincipal {
          ...ConsoleNamed
        }
        evidence @include(if: $evidence) {
          rationale
        }
      }
      pageInfo {
        hasNextPage
      }
    }
    cut {
      changeSetId
      emittedAt
      affectedRowCount
      manifestVersion
      state
      emittedByPrincipal {
        ...ConsoleNamed
      }
    }
    verification {
      verdict
      verifiedAt
      axis1Status
      axis2Status
      checkedRowCount
      verifiedByPrincipal {
        ...ConsoleNamed
      }
      evidence @include(if: $evidence) {
        rationale
      }
    }
    escalations(first: 5) {
      nodes {
        entryId
      }
    }
  }
}
    fragment ConsoleRow on Entry {
  entryId
  kind
  status
  statusSince
  actions
  title @include(if: $reads)
  document @include(if: $reads) {
    docCode
  }
  blockedBecause {
    code
    message
    severity
  }
}
fragment ConsoleNamed on Principal {
  name
  personName
}`) as unknown as TypedDocumentString<ConsoleEntryQuery, ConsoleEntryQueryVariables>;
export const ConsolePlanDocument = new TypedDocumentString(`
    query ConsolePlan($entryId: UUID!, $reads: Boolean!) {
  entry(entryId: $entryId) {
    ...ConsoleRow
    liveDecision {
      reviewDecisionId
    }
  }
  outcome: planCut(entryId: $entryId) {
    __typename
    ... on Plan {
      manifestDigest
      profile
      toReview
      actionCounts {
        action
        count
      }
      coverage {
        bytes
        unitBytes
        containerBytes
        excludedBytes
        excludedTextBytes
        longUnits
        unmarkedNumbers
        complete
      }
      problems {
        ...ConsoleProblem
      }
      excluded(first: 50, blank: false) {
        nodes {
          localId
          reason
          start
          end
          text
        }
        totalCount
      }
    }
    ...ConsoleRefusal
  }
}
    fragment ConsoleRow on Entry {
  entryId
  kind
  status
  statusSince
  actions
  title @include(if: $reads)
  document @include(if: $reads) {
    docCode
  }
  blockedBecause {
    code
    message
    severity
  }
}
fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}
fragment ConsoleRefusal on Refusal {
  message
  guard
  retryable
  problems {
    ...ConsoleProblem
  }
}`) as unknown as TypedDocumentString<ConsolePlanQuery, ConsolePlanQueryVariables>;
export const ConsolePlanUnitsDocument = new TypedDocumentString(`
    query ConsolePlanUnits($entryId: UUID!, $first: Int!, $after: String) {
  outcome: planDiff(entryId: $entryId) {
    __typename
    ... on PlanDiff {
      manifestDigest
      counts {
        change
        count
      }
      units(first: $first, after: $after) {
        nodes {
          localId
          change
          depth
          role
          address
          addressBefore
          label
          title
          titleBefore
          text
          textBefore
          excludedBecause
          words {
            change
            text
          }
        }
        totalCount
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
    ...ConsoleRefusal
  }
}
    fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}
fragment ConsoleRefusal on Refusal {
  message
  guard
  retryable
  problems {
    ...ConsoleProblem
  }
}`) as unknown as TypedDocumentString<ConsolePlanUnitsQuery, ConsolePlanUnitsQueryVariables>;
export const ConsoleReviewDocument = new TypedDocumentString(`
    mutation ConsoleReview($input: ReviewInput!) {
  outcome: review(input: $input) {
    __typename
    ... on ReviewSuccess {
      dryRun
      replayed
      rows {
        table
        inserted
        updated
      }
      entry {
        entryId
        status
      }
    }
    ...ConsoleRefusal
  }
}
    fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}
fragment ConsoleRefusal on Refusal {
  message
  guard
  retryable
  problems {
    ...ConsoleProblem
  }
}`) as unknown as TypedDocumentString<ConsoleReviewMutation, ConsoleReviewMutationVariables>;
export const ConsoleDocumentsDocument = new TypedDocumentString(`
    query ConsoleDocuments($first: Int!, $after: String) {
  documents(first: $first, after: $after) {
    nodes {
      docCode
      title
      unitCount
      lastVerifiedAt
    }
    totalCount
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<ConsoleDocumentsQuery, ConsoleDocumentsQueryVariables>;
export const ConsoleDocumentDocument = new TypedDocumentString(`
    query ConsoleDocument($docCode: String!, $first: Int!, $after: String, $observes: Boolean!) {
  document(docCode: $docCode) {
    docCode
    title
    unitCount
    lastVerifiedAt
    currentChangeSet @include(if: $observes) {
      changeSetId
      emittedAt
      entry {
        entryId
        status
      }
    }
    units(first: $first, after: $after) {
      nodes {
        unitId
        address
        citation
        label
        kind
        title
        text
        verifiedAt
        ancestors {
          unitId
        }
      }
      totalCount
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ConsoleDocumentQuery, ConsoleDocumentQueryVariables>;
export const ConsolePassportDocument = new TypedDocumentString(`
    query ConsolePassport($changeSetId: UUID!) {
  outcome: passport(changeSetId: $changeSetId) {
    __typename
    ... on Passport {
      fileName
      text
    }
    ...ConsoleRefusal
  }
}
    fragment ConsoleProblem on Problem {
  path
  code
  message
  severity
}
fragment ConsoleRefusal on Refusal {
  message
  guard
  retryable
  problems {
    ...ConsoleProblem
  }
}`) as unknown as TypedDocumentString<ConsolePassportQuery, ConsolePassportQueryVariables>;