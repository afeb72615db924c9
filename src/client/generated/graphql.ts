/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** An approved manifest to apply. */
export type CutInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** The approved entry. */
  readonly entryId: string;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Of the approved manifest. */
  readonly manifestDigest: string;
};

/** How to cut: by a profile, or by explicit spans that cover every byte once. */
export type CutSpecInput =
  {   /** "markdown", optionally with "@version"; without, the newest. */
  readonly profile: string; readonly units?: never; }
  |  { readonly profile?: never;   /** Explicit spans. */
  readonly units: ReadonlyArray<UnitSpanInput>; };

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

/** Orders of Entry rows, beside that of the log. Rows that share a value are in a fixed order. */
export type EntrySort =
  /** By `status`, then `emittedAt`. */
  | 'STATUS';

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

/** Conditions on History rows, all of which must hold. They are applied before the page is cut. */
export type HistoryFilter = {
  /** Only rows with this `changeKind`. Null sets no condition. */
  readonly changeKind?: HistoryChangeKind | null | undefined;
  /** Only rows with one of these `changeKind`, at most 200. */
  readonly changeKindIn?: ReadonlyArray<HistoryChangeKind> | null | undefined;
  /** Only rows whose `changedAt` is this time or later. */
  readonly changedAtFrom?: string | null | undefined;
  /** Only rows whose `changedAt` is earlier than this time. */
  readonly changedAtUntil?: string | null | undefined;
  /** Only rows with this `changedBy`. Null sets no condition. */
  readonly changedBy?: string | null | undefined;
  /** Only rows with one of these `changedBy`, at most 200. */
  readonly changedByIn?: ReadonlyArray<string> | null | undefined;
  /** Only moves of entries about this document. Scope `document:read`. */
  readonly docCode?: string | null | undefined;
  /** Only rows with this `entryId`. Null sets no condition. */
  readonly entryId?: string | null | undefined;
  /** Only rows with one of these `entryId`, at most 200. */
  readonly entryIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only moves of entries of this kind. */
  readonly entryKind?: EntryKind | null | undefined;
  /** Only rows with this `entryVersionAfter`. Null sets no condition. */
  readonly entryVersionAfter?: EntryStatus | null | undefined;
  /** Only rows with one of these `entryVersionAfter`, at most 200. */
  readonly entryVersionAfterIn?: ReadonlyArray<EntryStatus> | null | undefined;
  /** Only rows with this `historyId`. Null sets no condition. */
  readonly historyId?: string | null | undefined;
  /** Only rows with one of these `historyId`, at most 200. */
  readonly historyIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only moves of entries of this scenario. Scope `document:read`. */
  readonly scenarioRef?: string | null | undefined;
};

/** What a key signs; one key never serves both. */
export type KeyPurpose =
  /** Heads of the log. */
  | 'CHECKPOINT'
  /** Cuts or verifications. */
  | 'STATEMENT';

/** One of the two separate powers of the ledger. */
export type Lane =
  /** The executor: every verb but `verify`. */
  | 'DOT_991'
  /** The verifier: `verify`, with keys and a database login of its own. */
  | 'DOT_992';

/** A document to cut, and how. */
export type MarkInput = {
  /** Entries that must be verified complete before this one is cut. */
  readonly blockedBy?: ReadonlyArray<string> | null | undefined;
  /** How to cut it. */
  readonly cutSpec: CutSpecInput;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** A scenario this belongs to. */
  readonly scenarioRef?: string | null | undefined;
  /** What gave the signal: a person, a feed, a ticket. */
  readonly signalSource: string;
  /** A registered source. */
  readonly sourceId: string;
};

/** Who stands behind a principal. */
export type Mode =
  /** A real person. */
  | 'PRODUCTION'
  /** A sample person. */
  | 'REHEARSAL';

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

/** Whether a problem blocks. */
export type ProblemSeverity =
  /** It blocks: nothing is written, or nothing can be cut. */
  | 'ERROR'
  /** It blocks nobody; look at the place before you approve. */
  | 'WARNING';

/** A document as received. */
export type RegisterSourceInput = {
  /** The document itself, at most 16 MiB. */
  readonly content: SourceContentInput;
  /** Short name of the document, first part of its addresses: letters and digits of any script in lower case and normal form C, ".", "_", "-"; at most 63 characters and 150 bytes. */
  readonly docCode: string;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** text/markdown or text/plain. */
  readonly mediaType?: string;
  /** What people call it. */
  readonly title?: string | null | undefined;
};

/** Why a stream ended. */
export type ResetReason =
  /** The token has expired, was revoked, or holds less or other authority now. */
  | 'AUTHORITY_ENDED'
  /** The cursor was not made here, or points beyond the end of the log. */
  | 'CURSOR_UNKNOWN'
  /** The database was restored or replaced: what was seen before may no longer hold. */
  | 'INCARNATION_CHANGED'
  /** The server could not follow the log for a while, or is closing. Resume with the last cursor. */
  | 'LISTENER_LOST'
  /** The log has a hole: it was altered, and nothing is sent past that place. */
  | 'LOG_BROKEN';

/** A verdict on exactly one manifest. */
export type ReviewInput = {
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

/** Which end of a connection comes first. Rows are in the order of the log: by `position`, then `logOrdinal`; unit blocks and affected rows inside their plan or change set by its own order. Aliases, which no record writes, are in the order of their ids. */
export type SortOrder =
  /** From the newest row back. */
  | 'NEWEST_FIRST'
  /** From the oldest row on. A client that goes on from its last `endCursor` reads every row exactly once. */
  | 'OLDEST_FIRST';

/** The document itself, as text or as base64 of its bytes; exactly one of the two. */
export type SourceContentInput =
  {   /** The bytes, which must be UTF-8. */
  readonly base64: string; readonly text?: never; }
  |  { readonly base64?: never;   /** The text; its bytes are its UTF-8 encoding. */
  readonly text: string; };

/** One pass over what waits for review. */
export type SweepInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** The entries to promote: 1 to 1000, all of them or none. Absent: the oldest that wait, no matter who marked them. Null, an empty list, or a variable without a value is InvalidInput. */
  readonly entryIds?: ReadonlyArray<string> | null | undefined;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Entries to look at, oldest first; more than 1000 is 1000. Ignored if entryIds are named. */
  readonly limit?: number;
};

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

/** One stretch of the document, marked by the caller. Offsets are bytes; `end` is the first byte after. */
export type UnitSpanInput = {
  /** Its canonical address, unique in the ledger: the code of its document, or that code, "/" and a path. */
  readonly address: string;
  /** First byte after it. */
  readonly end: number;
  /** Sets the stretch aside, with this reason: it becomes no unit. */
  readonly excludedBecause?: string | null | undefined;
  /** A unit kind of the vocabulary. */
  readonly kind: string;
  /** Names it in this specification. */
  readonly localId: string;
  /** The span that holds it. */
  readonly parentLocalId?: string | null | undefined;
  /** A section type of the vocabulary. */
  readonly sectionType: string;
  /** Its first byte, counted from 0. */
  readonly start: number;
  /** What it is called. */
  readonly title?: string | null | undefined;
};

/** What a verification looks at. */
export type VerifyAxis =
  /** Reconstruction: the units give the source back, byte for byte. */
  | 'A'
  /** Kinds: every word is of the vocabulary. */
  | 'B'
  /** Hierarchy: each unit has its place and its parent. */
  | 'C';

/** A cut to judge. The verdict is found, never given. */
export type VerifyInput = {
  /** The change set of the cut. */
  readonly changeSetId: string;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
};

/** What a verifier says of a cut. */
export type VerifyVerdict =
  /** An axis failed: the cut is compensated. */
  | 'FAIL'
  /** Every axis passed: the cut is valid. */
  | 'PASS';

type StreamState_CaughtUp_Fragment = { readonly __typename: 'CaughtUp', readonly cursor: string, readonly checkpoint: { readonly note: string } | null };

type StreamState_Heartbeat_Fragment = { readonly __typename: 'Heartbeat', readonly cursor: string, readonly head: string, readonly checkpoint: { readonly note: string } | null };

type StreamState_HistoryEvent_Fragment = { readonly __typename: 'HistoryEvent' };

type StreamState_Ready_Fragment = { readonly __typename: 'Ready', readonly cursor: string, readonly head: string, readonly heartbeatMs: number, readonly incarnation: string };

type StreamState_Reset_Fragment = { readonly __typename: 'Reset', readonly reason: ResetReason, readonly message: string };

export type StreamStateFragment =
  | StreamState_CaughtUp_Fragment
  | StreamState_Heartbeat_Fragment
  | StreamState_HistoryEvent_Fragment
  | StreamState_Ready_Fragment
  | StreamState_Reset_Fragment
;

export type FollowHistorySubscriptionVariables = Exact<{
  after?: string | null | undefined;
  everyRecord?: boolean;
  filter?: HistoryFilter | null | undefined;
}>;


export type FollowHistorySubscription = { readonly history:
    | { readonly __typename: 'CaughtUp', readonly cursor: string, readonly checkpoint: { readonly note: string } | null }
    | { readonly __typename: 'Heartbeat', readonly cursor: string, readonly head: string, readonly checkpoint: { readonly note: string } | null }
    | { readonly __typename: 'HistoryEvent', readonly cursor: string, readonly position: string, readonly recordHash: string, readonly rows: ReadonlyArray<{ readonly historyId: string, readonly entryId: string, readonly changeKind: HistoryChangeKind, readonly changedBy: string, readonly changedAt: string, readonly entryVersionBefore: EntryStatus | null, readonly entryVersionAfter: EntryStatus, readonly position: string | null, readonly logOrdinal: number | null, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus } }> }
    | { readonly __typename: 'Ready', readonly cursor: string, readonly head: string, readonly heartbeatMs: number, readonly incarnation: string }
    | { readonly __typename: 'Reset', readonly reason: ResetReason, readonly message: string }
   };

export type ListEntriesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: EntryFilter | null | undefined;
  order?: SortOrder | null | undefined;
  sort?: EntrySort | null | undefined;
}>;


export type ListEntriesQuery = { readonly entries: { readonly edges: ReadonlyArray<{ readonly cursor: string | null, readonly node: { readonly id: string, readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null } }>, readonly pageInfo: { readonly startCursor: string | null, readonly endCursor: string | null, readonly hasPreviousPage: boolean, readonly hasNextPage: boolean } } };

export type LedgerKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type LedgerKeysQuery = { readonly checkpoint: { readonly origin: string, readonly note: string } | null, readonly incarnations: ReadonlyArray<{ readonly origin: string, readonly until: string | null }>, readonly keys: ReadonlyArray<{ readonly keyId: string, readonly lane: Lane, readonly purpose: KeyPurpose, readonly publicKey: string, readonly fromPosition: string, readonly untilPosition: string | null }> };

export type FollowLogSubscriptionVariables = Exact<{
  after: string;
}>;


export type FollowLogSubscription = { readonly history:
    | { readonly __typename: 'CaughtUp', readonly cursor: string, readonly checkpoint: { readonly note: string } | null }
    | { readonly __typename: 'Heartbeat', readonly cursor: string, readonly head: string, readonly checkpoint: { readonly note: string } | null }
    | { readonly __typename: 'HistoryEvent', readonly cursor: string, readonly position: string, readonly recordHash: string, readonly rows: ReadonlyArray<{ readonly historyId: string, readonly entryId: string, readonly entryVersionBefore: EntryStatus | null, readonly entryVersionAfter: EntryStatus, readonly changeKind: HistoryChangeKind, readonly changedBy: string, readonly changedAt: string, readonly position: string | null }> }
    | { readonly __typename: 'Ready', readonly cursor: string, readonly head: string, readonly heartbeatMs: number, readonly incarnation: string }
    | { readonly __typename: 'Reset', readonly reason: ResetReason, readonly message: string }
   };

export type NewestHeadQueryVariables = Exact<{ [key: string]: never; }>;


export type NewestHeadQuery = { readonly checkpoint: { readonly note: string } | null };

export type ProveConsistencyQueryVariables = Exact<{
  from: string;
  to: string;
}>;


export type ProveConsistencyQuery = { readonly consistencyProof: { readonly hashes: ReadonlyArray<string> } | null };

export type IssuePassportQueryVariables = Exact<{
  changeSetId: string;
}>;


export type IssuePassportQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Passport', readonly text: string, readonly digest: string }
   };

type WrittenFields_AbandonSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_CutSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_DeclareDependencySuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_MarkSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RegisterSourceSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_ReviewSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_SweepSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_VerifySuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

export type WrittenFieldsFragment =
  | WrittenFields_AbandonSuccess_Fragment
  | WrittenFields_CutSuccess_Fragment
  | WrittenFields_DeclareDependencySuccess_Fragment
  | WrittenFields_MarkSuccess_Fragment
  | WrittenFields_RegisterSourceSuccess_Fragment
  | WrittenFields_ReviewSuccess_Fragment
  | WrittenFields_SweepSuccess_Fragment
  | WrittenFields_VerifySuccess_Fragment
;

type RefusalFields_AlreadyCut_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_Busy_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_CoverageBroken_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_DependencyCycle_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_DependencyOpen_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_Forbidden_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_IdempotencyConflict_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_IllegalTransition_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_InvalidInput_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_LaneMismatch_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_LaneNotServed_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotApproved_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotFound_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotLive_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_PlanStale_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_SameParty_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

export type RefusalFieldsFragment =
  | RefusalFields_AlreadyCut_Fragment
  | RefusalFields_Busy_Fragment
  | RefusalFields_CoverageBroken_Fragment
  | RefusalFields_DependencyCycle_Fragment
  | RefusalFields_DependencyOpen_Fragment
  | RefusalFields_Forbidden_Fragment
  | RefusalFields_IdempotencyConflict_Fragment
  | RefusalFields_IllegalTransition_Fragment
  | RefusalFields_InvalidInput_Fragment
  | RefusalFields_LaneMismatch_Fragment
  | RefusalFields_LaneNotServed_Fragment
  | RefusalFields_NotApproved_Fragment
  | RefusalFields_NotFound_Fragment
  | RefusalFields_NotLive_Fragment
  | RefusalFields_PlanStale_Fragment
  | RefusalFields_SameParty_Fragment
;

export type EntryFieldsFragment = { readonly id: string, readonly entryId: string, readonly status: EntryStatus };

export type RegisterSourceMutationVariables = Exact<{
  input: RegisterSourceInput;
}>;


export type RegisterSourceMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RegisterSourceSuccess', readonly replayed: boolean, readonly position: string | null, readonly source: { readonly sourceId: string, readonly docCode: string, readonly digest: string, readonly byteLength: number }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type MarkMutationVariables = Exact<{
  input: MarkInput;
}>;


export type MarkMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'MarkSuccess', readonly replayed: boolean, readonly position: string | null, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type SweepMutationVariables = Exact<{
  input: SweepInput;
}>;


export type SweepMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SweepSuccess', readonly examined: number, readonly replayed: boolean, readonly position: string | null, readonly promoted: ReadonlyArray<{ readonly id: string, readonly entryId: string, readonly status: EntryStatus }>, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type ReviewMutationVariables = Exact<{
  input: ReviewInput;
}>;


export type ReviewMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotLive', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'ReviewSuccess', readonly replayed: boolean, readonly position: string | null, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type CutMutationVariables = Exact<{
  input: CutInput;
}>;


export type CutMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyCut', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CutSuccess', readonly replayed: boolean, readonly position: string | null, readonly changeSet: { readonly changeSetId: string }, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'DependencyOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotApproved', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type VerifyMutationVariables = Exact<{
  input: VerifyInput;
}>;


export type VerifyMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'VerifySuccess', readonly replayed: boolean, readonly position: string | null, readonly result: { readonly verdict: VerifyVerdict }, readonly findings: ReadonlyArray<{ readonly axis: VerifyAxis, readonly code: string, readonly message: string, readonly unit: string | null }>, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type ProveInclusionQueryVariables = Exact<{
  position: string;
  size: string;
}>;


export type ProveInclusionQuery = { readonly inclusionProof: { readonly recordHash: string, readonly hashes: ReadonlyArray<string> } | null };

export type PlanUnitsQueryVariables = Exact<{
  entryId: string;
  after?: string | null | undefined;
}>;


export type PlanUnitsQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Plan', readonly manifestDigest: string, readonly units: { readonly nodes: ReadonlyArray<{ readonly role: PlannedRole, readonly address: string | null, readonly action: UnitAction, readonly title: string | null, readonly text: string }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } }
   };

export type PlanExcludedQueryVariables = Exact<{
  entryId: string;
  after?: string | null | undefined;
}>;


export type PlanExcludedQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Plan', readonly manifestDigest: string, readonly excluded: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly reason: string, readonly start: number, readonly end: number, readonly text: string }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } }
   };

export type PlanOfEntryQueryVariables = Exact<{
  entryId: string;
}>;


export type PlanOfEntryQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Plan', readonly manifestDigest: string, readonly sourceDigest: string, readonly profile: string | null, readonly actionCounts: ReadonlyArray<{ readonly action: UnitAction, readonly count: number }>, readonly coverage: { readonly bytes: number, readonly unitBytes: number, readonly containerBytes: number, readonly excludedBytes: number, readonly complete: boolean }, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
   };

export type EntryProgressQueryVariables = Exact<{
  entryId: string;
}>;


export type EntryProgressQuery = { readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus, readonly reviewDecisions: { readonly nodes: ReadonlyArray<{ readonly reviewDecisionId: string, readonly verdict: ReviewVerdict, readonly manifestVersion: string, readonly supersededByReviewDecisionId: string | null }> }, readonly changeSets: { readonly nodes: ReadonlyArray<{ readonly changeSetId: string }> } } | null };

export type ReconstructDocumentQueryVariables = Exact<{
  changeSetId: string;
}>;


export type ReconstructDocumentQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Reconstruction', readonly base64: string, readonly digest: string, readonly matchesSource: boolean }
   };

export type FindDocumentQueryVariables = Exact<{
  docCode: string;
}>;


export type FindDocumentQuery = { readonly document: { readonly docCode: string, readonly title: string | null } | null };

export type ReviewerModeQueryVariables = Exact<{ [key: string]: never; }>;


export type ReviewerModeQuery = { readonly whoAmI: { readonly mode: Mode } };

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
export const StreamStateFragmentDoc = new TypedDocumentString(`
    fragment StreamState on HistoryMessage {
  __typename
  ... on Ready {
    cursor
    head
    heartbeatMs
    incarnation
  }
  ... on CaughtUp {
    cursor
    checkpoint {
      note
    }
  }
  ... on Heartbeat {
    cursor
    head
    checkpoint {
      note
    }
  }
  ... on Reset {
    reason
    message
  }
}
    `, {"fragmentName":"StreamState"}) as unknown as TypedDocumentString<StreamStateFragment, unknown>;
export const WrittenFieldsFragmentDoc = new TypedDocumentString(`
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
    `, {"fragmentName":"WrittenFields"}) as unknown as TypedDocumentString<WrittenFieldsFragment, unknown>;
export const RefusalFieldsFragmentDoc = new TypedDocumentString(`
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
    `, {"fragmentName":"RefusalFields"}) as unknown as TypedDocumentString<RefusalFieldsFragment, unknown>;
export const EntryFieldsFragmentDoc = new TypedDocumentString(`
    fragment EntryFields on Entry {
  id
  entryId
  status
}
    `, {"fragmentName":"EntryFields"}) as unknown as TypedDocumentString<EntryFieldsFragment, unknown>;
export const FollowHistoryDocument = new TypedDocumentString(`
    subscription FollowHistory($after: String, $everyRecord: Boolean! = false, $filter: HistoryFilter) {
  history(after: $after, everyRecord: $everyRecord, filter: $filter) {
    ...StreamState
    ... on HistoryEvent {
      cursor
      position
      recordHash
      rows {
        historyId
        entryId
        changeKind
        changedBy
        changedAt
        entryVersionBefore
        entryVersionAfter
        position
        logOrdinal
        entry {
          id
          entryId
          status
        }
      }
    }
  }
}
    fragment StreamState on HistoryMessage {
  __typename
  ... on Ready {
    cursor
    head
    heartbeatMs
    incarnation
  }
  ... on CaughtUp {
    cursor
    checkpoint {
      note
    }
  }
  ... on Heartbeat {
    cursor
    head
    checkpoint {
      note
    }
  }
  ... on Reset {
    reason
    message
  }
}`) as unknown as TypedDocumentString<FollowHistorySubscription, FollowHistorySubscriptionVariables>;
export const ListEntriesDocument = new TypedDocumentString(`
    query ListEntries($first: Int, $after: String, $last: Int, $before: String, $filter: EntryFilter, $order: SortOrder = OLDEST_FIRST, $sort: EntrySort) {
  entries(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
    order: $order
    sort: $sort
  ) {
    edges {
      cursor
      node {
        id
        entryId
        kind
        status
        statusSince
      }
    }
    pageInfo {
      startCursor
      endCursor
      hasPreviousPage
      hasNextPage
    }
  }
}
    `) as unknown as TypedDocumentString<ListEntriesQuery, ListEntriesQueryVariables>;
export const LedgerKeysDocument = new TypedDocumentString(`
    query LedgerKeys {
  checkpoint {
    origin
    note
  }
  incarnations {
    origin
    until
  }
  keys {
    keyId
    lane
    purpose
    publicKey
    fromPosition
    untilPosition
  }
}
    `) as unknown as TypedDocumentString<LedgerKeysQuery, LedgerKeysQueryVariables>;
export const FollowLogDocument = new TypedDocumentString(`
    subscription FollowLog($after: String!) {
  history(after: $after, everyRecord: true) {
    ...StreamState
    ... on HistoryEvent {
      cursor
      position
      recordHash
      rows {
        historyId
        entryId
        entryVersionBefore
        entryVersionAfter
        changeKind
        changedBy
        changedAt
        position
      }
    }
  }
}
    fragment StreamState on HistoryMessage {
  __typename
  ... on Ready {
    cursor
    head
    heartbeatMs
    incarnation
  }
  ... on CaughtUp {
    cursor
    checkpoint {
      note
    }
  }
  ... on Heartbeat {
    cursor
    head
    checkpoint {
      note
    }
  }
  ... on Reset {
    reason
    message
  }
}`) as unknown as TypedDocumentString<FollowLogSubscription, FollowLogSubscriptionVariables>;
export const NewestHeadDocument = new TypedDocumentString(`
    query NewestHead {
  checkpoint {
    note
  }
}
    `) as unknown as TypedDocumentString<NewestHeadQuery, NewestHeadQueryVariables>;
export const ProveConsistencyDocument = new TypedDocumentString(`
    query ProveConsistency($from: Position!, $to: Position!) {
  consistencyProof(from: $from, to: $to) {
    hashes
  }
}
    `) as unknown as TypedDocumentString<ProveConsistencyQuery, ProveConsistencyQueryVariables>;
export const IssuePassportDocument = new TypedDocumentString(`
    query IssuePassport($changeSetId: UUID!) {
  outcome: passport(changeSetId: $changeSetId) {
    __typename
    ... on Passport {
      text
      digest
    }
    ...RefusalFields
  }
}
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<IssuePassportQuery, IssuePassportQueryVariables>;
export const RegisterSourceDocument = new TypedDocumentString(`
    mutation RegisterSource($input: RegisterSourceInput!) {
  outcome: registerSource(input: $input) {
    __typename
    ... on RegisterSourceSuccess {
      ...WrittenFields
      source {
        sourceId
        docCode
        digest
        byteLength
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<RegisterSourceMutation, RegisterSourceMutationVariables>;
export const MarkDocument = new TypedDocumentString(`
    mutation Mark($input: MarkInput!) {
  outcome: mark(input: $input) {
    __typename
    ... on MarkSuccess {
      ...WrittenFields
      entry {
        ...EntryFields
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<MarkMutation, MarkMutationVariables>;
export const SweepDocument = new TypedDocumentString(`
    mutation Sweep($input: SweepInput!) {
  outcome: sweep(input: $input) {
    __typename
    ... on SweepSuccess {
      ...WrittenFields
      examined
      promoted {
        ...EntryFields
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<SweepMutation, SweepMutationVariables>;
export const ReviewDocument = new TypedDocumentString(`
    mutation Review($input: ReviewInput!) {
  outcome: review(input: $input) {
    __typename
    ... on ReviewSuccess {
      ...WrittenFields
      entry {
        ...EntryFields
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<ReviewMutation, ReviewMutationVariables>;
export const CutDocument = new TypedDocumentString(`
    mutation Cut($input: CutInput!) {
  outcome: cut(input: $input) {
    __typename
    ... on CutSuccess {
      ...WrittenFields
      changeSet {
        changeSetId
      }
      entry {
        ...EntryFields
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<CutMutation, CutMutationVariables>;
export const VerifyDocument = new TypedDocumentString(`
    mutation Verify($input: VerifyInput!) {
  outcome: verify(input: $input) {
    __typename
    ... on VerifySuccess {
      ...WrittenFields
      result {
        verdict
      }
      findings {
        axis
        code
        message
        unit
      }
      entry {
        ...EntryFields
      }
    }
    ...RefusalFields
  }
}
    fragment WrittenFields on Written {
  replayed
  position
  rows {
    table
    inserted
    updated
  }
}
fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<VerifyMutation, VerifyMutationVariables>;
export const ProveInclusionDocument = new TypedDocumentString(`
    query ProveInclusion($position: Position!, $size: Position!) {
  inclusionProof(position: $position, size: $size) {
    recordHash
    hashes
  }
}
    `) as unknown as TypedDocumentString<ProveInclusionQuery, ProveInclusionQueryVariables>;
export const PlanUnitsDocument = new TypedDocumentString(`
    query PlanUnits($entryId: UUID!, $after: String) {
  outcome: planCut(entryId: $entryId) {
    __typename
    ... on Plan {
      manifestDigest
      units(first: 200, after: $after) {
        nodes {
          role
          address
          action
          title
          text
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
    ...RefusalFields
  }
}
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<PlanUnitsQuery, PlanUnitsQueryVariables>;
export const PlanExcludedDocument = new TypedDocumentString(`
    query PlanExcluded($entryId: UUID!, $after: String) {
  outcome: planCut(entryId: $entryId) {
    __typename
    ... on Plan {
      manifestDigest
      excluded(first: 50, after: $after, blank: false) {
        nodes {
          reason
          start
          end
          text
        }
        totalCount
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
    ...RefusalFields
  }
}
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<PlanExcludedQuery, PlanExcludedQueryVariables>;
export const PlanOfEntryDocument = new TypedDocumentString(`
    query PlanOfEntry($entryId: UUID!) {
  outcome: planCut(entryId: $entryId) {
    __typename
    ... on Plan {
      manifestDigest
      sourceDigest
      profile
      actionCounts {
        action
        count
      }
      coverage {
        bytes
        unitBytes
        containerBytes
        excludedBytes
        complete
      }
      problems {
        path
        code
        message
        severity
      }
    }
    ...RefusalFields
  }
}
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<PlanOfEntryQuery, PlanOfEntryQueryVariables>;
export const EntryProgressDocument = new TypedDocumentString(`
    query EntryProgress($entryId: UUID!) {
  entry(entryId: $entryId) {
    ...EntryFields
    reviewDecisions(first: 200, order: NEWEST_FIRST) {
      nodes {
        reviewDecisionId
        verdict
        manifestVersion
        supersededByReviewDecisionId
      }
    }
    changeSets(first: 1, filter: { changeKind: CUT }) {
      nodes {
        changeSetId
      }
    }
  }
}
    fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<EntryProgressQuery, EntryProgressQueryVariables>;
export const ReconstructDocumentDocument = new TypedDocumentString(`
    query ReconstructDocument($changeSetId: UUID!) {
  outcome: reconstruct(changeSetId: $changeSetId) {
    __typename
    ... on Reconstruction {
      base64
      digest
      matchesSource
    }
    ...RefusalFields
  }
}
    fragment RefusalFields on Refusal {
  message
  guard
  retryable
  problems {
    path
    code
    message
    entryId
  }
}`) as unknown as TypedDocumentString<ReconstructDocumentQuery, ReconstructDocumentQueryVariables>;
export const FindDocumentDocument = new TypedDocumentString(`
    query FindDocument($docCode: String!) {
  document(docCode: $docCode) {
    docCode
    title
  }
}
    `) as unknown as TypedDocumentString<FindDocumentQuery, FindDocumentQueryVariables>;
export const ReviewerModeDocument = new TypedDocumentString(`
    query ReviewerMode {
  whoAmI {
    mode
  }
}
    `) as unknown as TypedDocumentString<ReviewerModeQuery, ReviewerModeQueryVariables>;