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

/** Who answers for a principal: a person that is there, or a new one. */
export type AnswerablePersonInput =
  {   /** A new person by this name, in one line of at most 200 characters. */
  readonly name: string; readonly personId?: never; }
  |  { readonly name?: never;   /** A person that is there, as `Principal.personId` has it. */
  readonly personId: string; };

/** A cut that a person approves. */
export type ApproveCutInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** The entry, approved by its reviewers. */
  readonly entryId: string;
  /** When the approval ends, within 12 hours of its statement. Left out: 12 hours after that was made. */
  readonly expiresAt?: string | null | undefined;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Of the approved manifest. */
  readonly manifestDigest: string;
  /** Your signature of the statement. A dry run without it gives the statement to sign. */
  readonly signature?: StatementSignatureInput | null | undefined;
};

/** What became of a call. */
export type AuditOutcome =
  /** It changed the ledger: the row is read from its record in the log. */
  | 'ACCEPTED'
  /** Rows of the audit that the owner of the database removed; `calls` says how many. */
  | 'DROPPED'
  /** It ended with an error. Whether it changed something is known once it is repeated. */
  | 'FAILED'
  /** Rows of the audit that could not be written; `calls` says how many. */
  | 'LOST'
  /** It was refused, and changed nothing. */
  | 'REFUSED'
  /** It came without a token that opens. */
  | 'UNAUTHENTICATED';

/** Conditions on AuditRow rows, all of which must hold. They are applied before the page is cut. */
export type AuditRowFilter = {
  /** Only rows with this `address`. Null sets no condition. */
  readonly address?: string | null | undefined;
  /** Only rows with one of these `address`, at most 200. */
  readonly addressIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows whose `at` is this time or later. */
  readonly atFrom?: string | null | undefined;
  /** Only rows whose `at` is earlier than this time. */
  readonly atUntil?: string | null | undefined;
  /** Only rows with this `auditId`. Null sets no condition. */
  readonly auditId?: string | null | undefined;
  /** Only rows with one of these `auditId`, at most 200. */
  readonly auditIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only calls about this entry, sweeps that moved it among them. Null sets no condition. */
  readonly entryId?: string | null | undefined;
  /** Only rows with this `operation`. Null sets no condition. */
  readonly operation?: string | null | undefined;
  /** Only rows with one of these `operation`, at most 200. */
  readonly operationIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows with this `outcome`. Null sets no condition. */
  readonly outcome?: AuditOutcome | null | undefined;
  /** Only rows with one of these `outcome`, at most 200. */
  readonly outcomeIn?: ReadonlyArray<AuditOutcome> | null | undefined;
  /** Only rows with this `principalId`. Null sets no condition. */
  readonly principalId?: string | null | undefined;
  /** Only rows with one of these `principalId`, at most 200. */
  readonly principalIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows with this `refusal`. Null sets no condition. */
  readonly refusal?: string | null | undefined;
  /** Only rows with one of these `refusal`, at most 200. */
  readonly refusalIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows with this `requestId`. Null sets no condition. */
  readonly requestId?: string | null | undefined;
  /** Only rows with one of these `requestId`, at most 200. */
  readonly requestIdIn?: ReadonlyArray<string> | null | undefined;
  /** Only rows with this `tokenId`. Null sets no condition. */
  readonly tokenId?: string | null | undefined;
  /** Only rows with one of these `tokenId`, at most 200. */
  readonly tokenIdIn?: ReadonlyArray<string> | null | undefined;
};

/** Rules that hold from now on, whole. */
export type ChangeRulesInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
  /** The rules, in the form of docs/reference/rules.md. The query `rules` shows those in force. */
  readonly rules: unknown;
};

/** Who is to act, and what it may do. */
export type CreatePrincipalInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Person, service or agent. */
  readonly kind: PrincipalKind;
  /** The lane whose keys are registered with this service. Left out: none. */
  readonly lane?: Lane | null | undefined;
  /** What people call it: a to z, 0 to 9 and single "-" between them, at most 63 characters. No two read alike. */
  readonly name: string;
  /** The person who answers for it; for a person, that person. */
  readonly person: AnswerablePersonInput;
  /** What it may do. `CHANGE_CUT` and `CHANGE_VERIFY` never meet in one principal, nor in one person. `ENTRY_REVIEW`, `APPROVAL_GRANT` and `PRINCIPAL_ADMIN` are for persons. */
  readonly scopes: ReadonlyArray<Scope>;
};

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
  /** Your own signature of the statement. Left out: the server signs with the lane’s key, if it holds that. */
  readonly signature?: StatementSignatureInput | null | undefined;
};

/** Up to 500 cuts, each with its own idempotency key. */
export type CutManyInput = {
  /** The cuts, in the order of the answers. */
  readonly items: ReadonlyArray<CutInput>;
};

/** How to cut: by a profile, or by explicit spans that cover every byte once. */
export type CutSpecInput =
  {   /** "markdown", optionally with "@version"; without, the newest. */
  readonly profile: string; readonly tuned?: never; readonly units?: never; }
  |  { readonly profile?: never;   /** A profile, and how fine it cuts. */
  readonly tuned: TunedProfileInput; readonly units?: never; }
  |  { readonly profile?: never; readonly tuned?: never;   /** Explicit spans. */
  readonly units: ReadonlyArray<UnitSpanInput>; };

/** An approved manifest that the caller wants to cut with its own signature. */
export type CutStatementInput = {
  /** The approved entry. */
  readonly entryId: string;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Of the approved manifest. */
  readonly manifestDigest: string;
};

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

/** What is missing, or is in the way. */
export type GapKind =
  /** The approval is in force only from a later time on. */
  | 'APPROVAL_EARLY'
  /** The approval has expired. */
  | 'APPROVAL_EXPIRED'
  /** An earlier approval, which this one carries over, no longer counts. */
  | 'APPROVAL_WITHDRAWN'
  /** The document was cut since the plan was reviewed. */
  | 'BASE_CHANGED'
  /** A comment on the plan is not resolved. */
  | 'COMMENT_OPEN'
  /** The database does not answer. */
  | 'DATABASE_AWAY'
  /** A reviewer deferred the entry until a time that is still to come. */
  | 'DEFERRED'
  /** Another cut of the document waits for its verification. */
  | 'DOCUMENT_UNVERIFIED'
  /** The database's shape was altered: nothing is cut or verified until it is mended. */
  | 'DRIFTED'
  /** The entry ended without a cut that holds; mark the document again. */
  | 'ENDED'
  /** This server keeps no checkpoints outside of the database. */
  | 'HEADS_NOT_KEPT'
  /** Nobody gives positions to what was written. */
  | 'INTEGRATOR_STOPPED'
  /** No key that this server holds for a lane is in force. */
  | 'KEY_NOT_VALID'
  /** This server has no secrets for a lane. */
  | 'LANE_NOT_SERVED'
  /** No principal may do what is next: none has the scope, or each one had a part in the entry. */
  | 'NOBODY_MAY'
  /** No approval for exactly this plan is in force. */
  | 'NOT_APPROVED'
  /** There is no cut to verify yet. */
  | 'NOT_CUT'
  /** Entries of this kind go no way to a cut; `abandon` ends them. */
  | 'NOT_CUT_REQUEST'
  /** The database may lose what it acknowledges. */
  | 'NOT_DURABLE'
  /** There is no such entry, or no such source. */
  | 'NOT_FOUND'
  /** In production: no person’s live approval of this cut is there (`approveCut`). */
  | 'NOT_SANCTIONED'
  /** No sweep has brought the entry to review. */
  | 'NOT_SWEPT'
  /** What was asked about is not shown to this token, or to a login of this server. It may exist all the same. */
  | 'NOT_VISIBLE'
  /** Nobody may make principals or tokens. */
  | 'NO_ADMINISTRATOR'
  /** Nobody has a token that is valid here. */
  | 'NO_CALLER'
  /** A principal may do what is next, but has no token that lets it. */
  | 'NO_TOKEN'
  /** No witness from outside cosigns the heads of the log. */
  | 'NO_WITNESS'
  /** The entry is past this phase. */
  | 'PASSED'
  /** The plan has errors, so nobody can approve it; abandon the entry and mark the document again. */
  | 'PLAN_BROKEN'
  /** The plan is another one than that which was approved. */
  | 'PLAN_CHANGED'
  /** An entry that has to come first is not complete. */
  | 'PREDECESSOR_OPEN'
  /** Everybody who can connect to this database has a privilege in it that the ledger did not give. */
  | 'PUBLIC_PRIVILEGE'
  /** This server takes no changes of principals and tokens. */
  | 'REGISTRAR_NOT_SERVED'
  /** No principal that can call has this scope. */
  | 'SCOPE_UNHELD'
  /** The database was set back or copied; both lanes have to accept where the ledger goes on. */
  | 'SUSPENDED'
  /** The database does not take writes. */
  | 'WRITES_FAIL';

/** The finest units that a cut makes. */
export type Granularity =
  /** List items and tables, too. */
  | 'ITEM'
  /** The paragraphs of sections, too. */
  | 'PARAGRAPH'
  /** Divisions and sections; the text of a section is one unit. */
  | 'SECTION';

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

/** A token for a principal. What is left out is not narrowed. */
export type IssueTokenInput = {
  /** Only entries of these documents, at most 1,000. Left out: as they are. */
  readonly docCodes?: ReadonlyArray<string> | null | undefined;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Only these entries, at most 1,000. Left out: as they are. */
  readonly entryIds?: ReadonlyArray<string> | null | undefined;
  /** When it ends, within 366 days. Left out: 30 days from now. */
  readonly expiresAt?: string | null | undefined;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Only review or cut of this one manifest. Left out: as it is. */
  readonly manifestDigest?: string | null | undefined;
  /** The principal that gets it. */
  readonly principalId: string;
  /** Only these scopes, each of which the principal has. Left out: as they are. */
  readonly scopes?: ReadonlyArray<Scope> | null | undefined;
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

/** Up to 500 marks, each with its own idempotency key. */
export type MarkManyInput = {
  /** The marks, in the order of the answers. */
  readonly items: ReadonlyArray<MarkInput>;
};

/** Who stands behind a principal. */
export type Mode =
  /** A real person. */
  | 'PRODUCTION'
  /** A sample person. */
  | 'REHEARSAL';

/** What a token may from now on. It only ever gets less. */
export type NarrowTokenInput = {
  /** Only entries of these documents, at most 1,000. Left out: as they are. */
  readonly docCodes?: ReadonlyArray<string> | null | undefined;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Only these entries, at most 1,000. Left out: as they are. */
  readonly entryIds?: ReadonlyArray<string> | null | undefined;
  /** An earlier end. Left out: as it is. */
  readonly expiresAt?: string | null | undefined;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Only review or cut of this one manifest. Left out: as it is. */
  readonly manifestDigest?: string | null | undefined;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
  /** Only these scopes, each of which the principal has. Left out: as they are. */
  readonly scopes?: ReadonlyArray<Scope> | null | undefined;
  /** The token to narrow. */
  readonly tokenId: string;
};

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

/** How a kind of document is cut. */
export type RegisterProfileInput = {
  /** The profile, of format `cutter-profile/2`, at most 64 KiB. Name and version may be left out of it. Its patterns run in RE2, at the start of a line. */
  readonly body: unknown;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Its name: a to z, 0 to 9 and single "-" between them, at most 63 characters. */
  readonly name: string;
  /** Its version, a whole number from 1. A name alone means the highest one. */
  readonly version: string;
};

/** A document as received. */
export type RegisterSourceInput = {
  /** The document itself, at most 16 MiB. */
  readonly content: SourceContentInput;
  /** Short name of the document, first part of its addresses: letters and digits of any script in lower case and normal form C, ".", "_", "-"; at most 63 characters and 150 bytes. A new one must not look like that of another document. */
  readonly docCode: string;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** text/markdown or text/plain. */
  readonly mediaType?: string;
  /** What people call it. Left out: the title in the front matter of its Markdown, or its first heading. */
  readonly title?: string | null | undefined;
};

/** Words that units may use from then on. */
export type RegisterVocabularyInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** The words, at most 100. One that is there with the same meaning is left as it is. */
  readonly terms: ReadonlyArray<VocabularyTermInput>;
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

/** Up to 500 verdicts, each with its own idempotency key. */
export type ReviewManyInput = {
  /** The verdicts, in the order of the answers. */
  readonly items: ReadonlyArray<ReviewInput>;
};

/** What a reviewer says of one manifest. */
export type ReviewVerdict =
  /** It may be cut, exactly as it is. */
  | 'APPROVE'
  /** Not now; a later sweep brings it back. */
  | 'DEFER'
  /** It will not be cut; the entry ends. */
  | 'REJECT';

/** An approval of a cut that is to count no more. */
export type RevokeCutApprovalInput = {
  /** The approval to end. */
  readonly approvalId: string;
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
};

/** A token that is to open nothing more. */
export type RevokeTokenInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
  /** The token to end. */
  readonly tokenId: string;
};

/** The reviewer's assessment of the risk. */
export type RiskClass =
  /** Worth a second look. */
  | 'HIGH'
  /** No more than usual. */
  | 'STANDARD';

/** A token that another one follows. */
export type RotateTokenInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** When the new one ends, within 366 days. Left out: 30 days from now. */
  readonly expiresAt?: string | null | undefined;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** How long the old token goes on, at most 86,400. 0: it ends now. */
  readonly overlapSeconds?: number;
  /** The token to replace. */
  readonly tokenId: string;
};

/** A decision that rules judge. */
export type RulesDeed =
  /** Who applied the plan, and by whose approvals. */
  | 'CUT'
  /** Who gave a verdict on the plan. */
  | 'REVIEWED'
  /** Who judged the cut. */
  | 'VERIFIED';

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

/** The document itself, as text or as base64 of its bytes; exactly one of the two. */
export type SourceContentInput =
  {   /** The bytes, which must be UTF-8. */
  readonly base64: string; readonly text?: never; }
  |  { readonly base64?: never;   /** The text; its bytes are its UTF-8 encoding. */
  readonly text: string; };

/** A statement that you signed with your own key: of `cutStatement` or `verifyStatement`, with the same idempotency key. The ledger makes the statement again, and refuses unless it is the same to the byte. */
export type StatementSignatureInput = {
  /** The id of the key that signed: `ed25519:` and 32 hexadecimal digits. */
  readonly keyId: string;
  /** The Ed25519 signature over `preAuthEncoding`, 64 bytes. */
  readonly signature: string;
  /** The signed bytes: `payload`, as it was given. */
  readonly statement: string;
};

/** A principal that is to act no more. */
export type SuspendPrincipalInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** The principal to suspend. */
  readonly principalId: string;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
};

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
  /** What starts the pass: somebody, or a timer that calls the API. It is kept with the pass. */
  readonly triggerKind?: TriggerKind;
};

/** What a word of the vocabulary says of a unit. */
export type TermKind =
  /** Its part in the document, as `sectionType` has it. */
  | 'SECTION_TYPE'
  /** What the unit is, as `kind` has it. */
  | 'UNIT_KIND';

/** Which tokens. All conditions must hold. */
export type TokenFilter = {
  /** Only those that still let a caller in, or only those that do not. */
  readonly isLive?: boolean | null | undefined;
  /** Only those of this principal. */
  readonly principalId?: string | null | undefined;
};

/** What started a sweep. */
export type TriggerKind =
  /** Somebody asked for it. */
  | 'MANUAL'
  /** A timer asked for it. */
  | 'SCHEDULED';

/** A profile with the finest units that it makes. */
export type TunedProfileInput = {
  /** Sections, their paragraphs too, or list items and tables too. */
  readonly granularity: Granularity;
  /** A profile that has levels: "statute-de", optionally with "@version". */
  readonly profile: string;
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
  /** The exact text that it holds, as you read it. The plan has a problem where its bytes are others. */
  readonly quote?: string | null | undefined;
  /** A section type of the vocabulary. */
  readonly sectionType: string;
  /** The SHA-256 of its bytes, as you computed it. It is checked like `quote`. */
  readonly sha256?: string | null | undefined;
  /** Its first byte, counted from 0. */
  readonly start: number;
  /** What it is called. */
  readonly title?: string | null | undefined;
};

/** What a principal is from now on. Its kind, its lane and its person stay. */
export type UpdatePrincipalInput = {
  /** Take the same path and roll it back: shows the rows it would write, signs nothing, draws no position. */
  readonly dryRun?: boolean;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
  /** Another name, as `createPrincipal` takes it. Left out: as it is. */
  readonly name?: string | null | undefined;
  /** The principal to change. */
  readonly principalId: string;
  /** Why, in one line of at most 500 characters. It is kept in the ledger. */
  readonly reason?: string | null | undefined;
  /** All the scopes that it has from now on. Left out: as they are. */
  readonly scopes?: ReadonlyArray<Scope> | null | undefined;
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
  /** Your own signature of the statement. Left out: the server signs with the lane’s key, if it holds that. */
  readonly signature?: StatementSignatureInput | null | undefined;
};

/** Up to 500 verifications, each with its own idempotency key. */
export type VerifyManyInput = {
  /** The verifications, in the order of the answers. */
  readonly items: ReadonlyArray<VerifyInput>;
};

/** A cut that the caller wants to judge with its own signature. */
export type VerifyStatementInput = {
  /** The change set of the cut. */
  readonly changeSetId: string;
  /** Makes a repeated call answer like the first, and resolves a call whose answer was lost. 1 to 200 characters, chosen by you, in one spelling: normal form C, single blanks inside, nothing invisible. */
  readonly idempotencyKey: string;
};

/** What a verifier says of a cut. */
export type VerifyVerdict =
  /** An axis failed: the cut is compensated. */
  | 'FAIL'
  /** Every axis passed: the cut is valid. */
  | 'PASS';

/** A word that units may use. */
export type VocabularyTermInput = {
  /** How many units of one document may use it. Left out: any number. */
  readonly atMost?: number | null | undefined;
  /** What it means, in one line of at most 500 characters. */
  readonly description: string;
  /** The word: a to z, 0 to 9 and single "_" between them, at most 63 characters. */
  readonly term: string;
  /** What it says of a unit. */
  readonly termKind: TermKind;
};

/** What became of some words of a text. */
export type WordChange =
  /** The text of the plan alone has them. */
  | 'ADDED'
  /** The text of the plan no longer has them. */
  | 'REMOVED'
  /** Both texts have them. */
  | 'SAME';

export type AuditRowsQueryVariables = Exact<{
  filter?: AuditRowFilter | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditRowsQuery = { readonly audit: { readonly nodes: ReadonlyArray<{ readonly auditId: string, readonly at: string, readonly operation: string, readonly outcome: AuditOutcome, readonly refusal: string | null, readonly guard: string | null, readonly position: string | null, readonly entryId: string | null, readonly principalId: string | null, readonly tokenId: string | null, readonly requestId: string | null, readonly durationMs: number | null, readonly address: string | null, readonly client: string | null, readonly arguments: unknown, readonly calls: number }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

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

export type FollowBacklogSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  filter?: EntryFilter | null | undefined;
  first?: number | null | undefined;
}>;


export type FollowBacklogSubscription = { readonly backlog:
    | { readonly __typename: 'BacklogChange', readonly cursor: string, readonly position: string, readonly counts: ReadonlyArray<{ readonly status: EntryStatus, readonly kind: EntryKind, readonly count: number, readonly oldestSince: string | null }>, readonly entries: ReadonlyArray<{ readonly id: string, readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null }> }
    | { readonly __typename: 'BacklogSnapshot', readonly cursor: string, readonly position: string, readonly counts: ReadonlyArray<{ readonly status: EntryStatus, readonly kind: EntryKind, readonly count: number, readonly oldestSince: string | null }>, readonly page: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly entryId: string, readonly kind: EntryKind, readonly status: EntryStatus, readonly statusSince: string | null }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } }
    | { readonly __typename: 'Heartbeat', readonly cursor: string, readonly head: string }
    | { readonly __typename: 'Ready', readonly cursor: string, readonly head: string, readonly heartbeatMs: number, readonly incarnation: string }
    | { readonly __typename: 'Reset', readonly reason: ResetReason, readonly message: string }
   };

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

export type ListPrincipalsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListPrincipalsQuery = { readonly principals: { readonly nodes: ReadonlyArray<{ readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string, readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly isDisabled: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ListTokensQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: TokenFilter | null | undefined;
}>;


export type ListTokensQuery = { readonly tokens: { readonly nodes: ReadonlyArray<{ readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type PrincipalFieldsFragment = { readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string, readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly isDisabled: boolean };

export type TokenFieldsFragment = { readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null };

export type CreatePrincipalMutationVariables = Exact<{
  input: CreatePrincipalInput;
}>;


export type CreatePrincipalMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyRegistered', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CreatePrincipalSuccess', readonly replayed: boolean, readonly position: string | null, readonly principal: { readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string, readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly isDisabled: boolean }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type UpdatePrincipalMutationVariables = Exact<{
  input: UpdatePrincipalInput;
}>;


export type UpdatePrincipalMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyRegistered', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'UpdatePrincipalSuccess', readonly replayed: boolean, readonly position: string | null, readonly principal: { readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string, readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly isDisabled: boolean }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type SuspendPrincipalMutationVariables = Exact<{
  input: SuspendPrincipalInput;
}>;


export type SuspendPrincipalMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SuspendPrincipalSuccess', readonly replayed: boolean, readonly position: string | null, readonly principal: { readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string, readonly scopes: ReadonlyArray<Scope>, readonly lane: Lane | null, readonly isDisabled: boolean }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type IssueTokenMutationVariables = Exact<{
  input: IssueTokenInput;
}>;


export type IssueTokenMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IssueTokenSuccess', readonly secret: string | null, readonly replayed: boolean, readonly position: string | null, readonly token: { readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type NarrowTokenMutationVariables = Exact<{
  input: NarrowTokenInput;
}>;


export type NarrowTokenMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NarrowTokenSuccess', readonly replayed: boolean, readonly position: string | null, readonly token: { readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type RotateTokenMutationVariables = Exact<{
  input: RotateTokenInput;
}>;


export type RotateTokenMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RotateTokenSuccess', readonly secret: string | null, readonly replayed: boolean, readonly position: string | null, readonly token: { readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type RevokeTokenMutationVariables = Exact<{
  input: RevokeTokenInput;
}>;


export type RevokeTokenMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RevokeTokenSuccess', readonly replayed: boolean, readonly position: string | null, readonly token: { readonly tokenId: string, readonly principalId: string, readonly principalName: string, readonly scopes: ReadonlyArray<Scope> | null, readonly entryIds: ReadonlyArray<string> | null, readonly docCodes: ReadonlyArray<string> | null, readonly manifestDigest: string | null, readonly replacesTokenId: string | null, readonly createdAt: string, readonly expiresAt: string, readonly revokedAt: string | null, readonly lastUsedAt: string | null }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type RulesFieldsFragment = { readonly version: number, readonly body: unknown, readonly reason: string | null, readonly changedBy: string | null, readonly changedAt: string | null, readonly position: string | null };

export type ShowRulesQueryVariables = Exact<{
  version?: number | null | undefined;
}>;


export type ShowRulesQuery = { readonly rules: { readonly version: number, readonly body: unknown, readonly reason: string | null, readonly changedBy: string | null, readonly changedAt: string | null, readonly position: string | null } | null };

export type ChangeRulesMutationVariables = Exact<{
  input: ChangeRulesInput;
}>;


export type ChangeRulesMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'ChangeRulesSuccess', readonly isWeaker: boolean, readonly weaker: ReadonlyArray<string>, readonly replayed: boolean, readonly position: string | null, readonly rules: { readonly version: number, readonly body: unknown, readonly reason: string | null, readonly changedBy: string | null, readonly changedAt: string | null, readonly position: string | null }, readonly judgedOtherwise: { readonly examined: number, readonly count: number, readonly decisions: ReadonlyArray<{ readonly entryId: string, readonly deed: RulesDeed, readonly by: string, readonly allowed: boolean }> }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

type WrittenFields_AbandonSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_ApproveCutSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_ChangeRulesSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_CommentSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_CreatePrincipalSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_CutSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_DeclareDependencySuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_IssueTokenSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_MarkSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_NarrowTokenSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RegisterProfileSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RegisterSourceSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RegisterVocabularySuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_ResolveCommentSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_ReviewSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RevokeCutApprovalSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RevokeTokenSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_RotateTokenSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_SuspendPrincipalSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_SweepSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_UpdatePrincipalSuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

type WrittenFields_VerifySuccess_Fragment = { readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> };

export type WrittenFieldsFragment =
  | WrittenFields_AbandonSuccess_Fragment
  | WrittenFields_ApproveCutSuccess_Fragment
  | WrittenFields_ChangeRulesSuccess_Fragment
  | WrittenFields_CommentSuccess_Fragment
  | WrittenFields_CreatePrincipalSuccess_Fragment
  | WrittenFields_CutSuccess_Fragment
  | WrittenFields_DeclareDependencySuccess_Fragment
  | WrittenFields_IssueTokenSuccess_Fragment
  | WrittenFields_MarkSuccess_Fragment
  | WrittenFields_NarrowTokenSuccess_Fragment
  | WrittenFields_RegisterProfileSuccess_Fragment
  | WrittenFields_RegisterSourceSuccess_Fragment
  | WrittenFields_RegisterVocabularySuccess_Fragment
  | WrittenFields_ResolveCommentSuccess_Fragment
  | WrittenFields_ReviewSuccess_Fragment
  | WrittenFields_RevokeCutApprovalSuccess_Fragment
  | WrittenFields_RevokeTokenSuccess_Fragment
  | WrittenFields_RotateTokenSuccess_Fragment
  | WrittenFields_SuspendPrincipalSuccess_Fragment
  | WrittenFields_SweepSuccess_Fragment
  | WrittenFields_UpdatePrincipalSuccess_Fragment
  | WrittenFields_VerifySuccess_Fragment
;

type RefusalFields_AlreadyCut_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_AlreadyRegistered_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_Busy_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_CommentsOpen_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_CoverageBroken_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_DependencyCycle_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_DependencyOpen_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_Drifted_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_Forbidden_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_IdempotencyConflict_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_IllegalTransition_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_InvalidInput_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_LaneMismatch_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_LaneNotServed_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotApproved_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotFound_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotLive_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_NotSanctioned_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_PlanStale_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_PlanTooCostly_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_SameParty_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

type RefusalFields_SignatureRefused_Fragment = { readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> };

export type RefusalFieldsFragment =
  | RefusalFields_AlreadyCut_Fragment
  | RefusalFields_AlreadyRegistered_Fragment
  | RefusalFields_Busy_Fragment
  | RefusalFields_CommentsOpen_Fragment
  | RefusalFields_CoverageBroken_Fragment
  | RefusalFields_DependencyCycle_Fragment
  | RefusalFields_DependencyOpen_Fragment
  | RefusalFields_Drifted_Fragment
  | RefusalFields_Forbidden_Fragment
  | RefusalFields_IdempotencyConflict_Fragment
  | RefusalFields_IllegalTransition_Fragment
  | RefusalFields_InvalidInput_Fragment
  | RefusalFields_LaneMismatch_Fragment
  | RefusalFields_LaneNotServed_Fragment
  | RefusalFields_NotApproved_Fragment
  | RefusalFields_NotFound_Fragment
  | RefusalFields_NotLive_Fragment
  | RefusalFields_NotSanctioned_Fragment
  | RefusalFields_PlanStale_Fragment
  | RefusalFields_PlanTooCostly_Fragment
  | RefusalFields_SameParty_Fragment
  | RefusalFields_SignatureRefused_Fragment
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
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
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
    | { readonly __typename: 'CommentsOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotLive', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
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
    | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotApproved', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotSanctioned', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type VerifyMutationVariables = Exact<{
  input: VerifyInput;
}>;


export type VerifyMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'VerifySuccess', readonly replayed: boolean, readonly position: string | null, readonly result: { readonly verdict: VerifyVerdict }, readonly findings: ReadonlyArray<{ readonly axis: VerifyAxis, readonly code: string, readonly message: string, readonly unit: string | null }>, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type MarkManyMutationVariables = Exact<{
  input: MarkManyInput;
}>;


export type MarkManyMutation = { readonly outcome:
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'MarkManySuccess', readonly results: ReadonlyArray<
        | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'MarkSuccess', readonly replayed: boolean, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus } }
        | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
      > }
   };

export type ReviewManyMutationVariables = Exact<{
  input: ReviewManyInput;
}>;


export type ReviewManyMutation = { readonly outcome:
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'ReviewManySuccess', readonly results: ReadonlyArray<
        | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'CommentsOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotLive', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'ReviewSuccess', readonly replayed: boolean, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus } }
        | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
      > }
   };

export type CutManyMutationVariables = Exact<{
  input: CutManyInput;
}>;


export type CutManyMutation = { readonly outcome:
    | { readonly __typename: 'CutManySuccess', readonly results: ReadonlyArray<
        | { readonly __typename: 'AlreadyCut', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'CutSuccess', readonly changeSet: { readonly changeSetId: string }, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus } }
        | { readonly __typename: 'DependencyOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotApproved', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotSanctioned', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
      > }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type VerifyManyMutationVariables = Exact<{
  input: VerifyManyInput;
}>;


export type VerifyManyMutation = { readonly outcome:
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'VerifyManySuccess', readonly results: ReadonlyArray<
        | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
        | { readonly __typename: 'VerifySuccess', readonly result: { readonly verdict: VerifyVerdict }, readonly entry: { readonly id: string, readonly entryId: string, readonly status: EntryStatus } }
      > }
   };

export type ProveInclusionQueryVariables = Exact<{
  position: string;
  size: string;
}>;


export type ProveInclusionQuery = { readonly inclusionProof: { readonly recordHash: string, readonly hashes: ReadonlyArray<string> } | null };

export type ProveUnitQueryVariables = Exact<{
  address: string;
}>;


export type ProveUnitQuery = { readonly unit: { readonly address: string, readonly contentHash: string, readonly title: string | null, readonly text: string, readonly changeSet: { readonly manifestVersion: string }, readonly inclusion: { readonly leaf: string, readonly index: number, readonly size: number, readonly path: ReadonlyArray<string>, readonly root: string } | null } | null };

export type AskReadinessQueryVariables = Exact<{
  phase?: Phase | null | undefined;
  entryId?: string | null | undefined;
  sourceId?: string | null | undefined;
}>;


export type AskReadinessQuery = { readonly readiness: { readonly state: ReadinessState, readonly isReadyForCaller: boolean, readonly whoMayCount: number, readonly doneBy: number | null, readonly apartFrom: ReadonlyArray<number>, readonly whoMay: ReadonlyArray<{ readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string }>, readonly gaps: ReadonlyArray<{ readonly kind: GapKind, readonly message: string, readonly entryId: string | null, readonly sourceId: string | null, readonly changeSetId: string | null, readonly reviewDecisionId: string | null, readonly commentId: string | null, readonly principalId: string | null, readonly keyId: string | null, readonly manifestDigest: string | null, readonly address: string | null, readonly lane: Lane | null, readonly scope: string | null, readonly at: string | null, readonly count: number | null }>, readonly acts: ReadonlyArray<{ readonly by: ActBy, readonly mutation: string | null, readonly command: string | null, readonly entryId: string | null, readonly input: unknown, readonly missing: ReadonlyArray<string>, readonly whoCount: number, readonly doneBy: number | null, readonly apartFrom: ReadonlyArray<number>, readonly notBefore: string | null, readonly whilePlan: string | null, readonly message: string, readonly who: ReadonlyArray<{ readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string }> }> } };

export type DoerFragment = { readonly principalId: string, readonly name: string, readonly kind: PrincipalKind, readonly personId: string, readonly personName: string };

export type PlanChangesQueryVariables = Exact<{
  entryId: string;
  after?: string | null | undefined;
}>;


export type PlanChangesQuery = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanDiff', readonly manifestDigest: string, readonly counts: ReadonlyArray<{ readonly change: PlanChange, readonly count: number }>, readonly units: { readonly nodes: ReadonlyArray<{ readonly change: PlanChange, readonly address: string | null, readonly title: string | null, readonly text: string | null, readonly textBefore: string | null, readonly words: ReadonlyArray<{ readonly change: WordChange, readonly text: string }> }>, readonly pageInfo: { readonly endCursor: string | null, readonly hasNextPage: boolean } } }
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
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
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
    | { readonly __typename: 'Plan', readonly manifestDigest: string, readonly sourceDigest: string, readonly profile: string | null, readonly actionCounts: ReadonlyArray<{ readonly action: UnitAction, readonly count: number }>, readonly coverage: { readonly bytes: number, readonly unitBytes: number, readonly containerBytes: number, readonly longUnits: number, readonly excludedTextBytes: number, readonly unmarkedNumbers: number, readonly excludedBytes: number, readonly complete: boolean }, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly severity: ProblemSeverity }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
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

export type ListProfilesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListProfilesQuery = { readonly profiles: { readonly nodes: ReadonlyArray<{ readonly reference: string, readonly digest: string, readonly isShipped: boolean, readonly registeredAt: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ListVocabularyQueryVariables = Exact<{ [key: string]: never; }>;


export type ListVocabularyQuery = { readonly vocabulary: ReadonlyArray<{ readonly termKind: TermKind, readonly term: string, readonly description: string, readonly atMost: number | null, readonly registeredBy: string | null }> };

export type RegisterProfileMutationVariables = Exact<{
  input: RegisterProfileInput;
}>;


export type RegisterProfileMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyRegistered', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RegisterProfileSuccess', readonly replayed: boolean, readonly position: string | null, readonly profile: { readonly reference: string, readonly digest: string }, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type RegisterVocabularyMutationVariables = Exact<{
  input: RegisterVocabularyInput;
}>;


export type RegisterVocabularyMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyRegistered', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RegisterVocabularySuccess', readonly replayed: boolean, readonly position: string | null, readonly terms: ReadonlyArray<{ readonly termKind: TermKind, readonly term: string }>, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type StatementToSignFieldsFragment = { readonly payloadType: string, readonly payload: string, readonly preAuthEncoding: string, readonly digest: string, readonly keyIds: ReadonlyArray<string>, readonly acceptedUntil: string };

export type CutStatementMutationVariables = Exact<{
  input: CutStatementInput;
}>;


export type CutStatementMutation = { readonly outcome:
    | { readonly __typename: 'AlreadyCut', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CutStatementSuccess', readonly statement: { readonly payloadType: string, readonly payload: string, readonly preAuthEncoding: string, readonly digest: string, readonly keyIds: ReadonlyArray<string>, readonly acceptedUntil: string } }
    | { readonly __typename: 'DependencyOpen', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotApproved', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotSanctioned', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type VerifyStatementMutationVariables = Exact<{
  input: VerifyStatementInput;
}>;


export type VerifyStatementMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Drifted', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'VerifyStatementSuccess', readonly statement: { readonly payloadType: string, readonly payload: string, readonly preAuthEncoding: string, readonly digest: string, readonly keyIds: ReadonlyArray<string>, readonly acceptedUntil: string } }
   };

export type ApproveCutMutationVariables = Exact<{
  input: ApproveCutInput;
}>;


export type ApproveCutMutation = { readonly outcome:
    | { readonly __typename: 'ApproveCutSuccess', readonly approvalId: string, readonly expiresAt: string, readonly replayed: boolean, readonly position: string | null, readonly statement: { readonly payloadType: string, readonly payload: string, readonly preAuthEncoding: string, readonly digest: string, readonly keyIds: ReadonlyArray<string>, readonly acceptedUntil: string } | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'CoverageBroken', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneMismatch', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotApproved', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanStale', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'PlanTooCostly', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SameParty', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'SignatureRefused', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
   };

export type RevokeCutApprovalMutationVariables = Exact<{
  input: RevokeCutApprovalInput;
}>;


export type RevokeCutApprovalMutation = { readonly outcome:
    | { readonly __typename: 'Busy', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'Forbidden', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IdempotencyConflict', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'IllegalTransition', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'InvalidInput', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'LaneNotServed', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'NotFound', readonly message: string, readonly guard: string | null, readonly retryable: boolean, readonly problems: ReadonlyArray<{ readonly path: ReadonlyArray<string>, readonly code: string, readonly message: string, readonly entryId: string | null }> }
    | { readonly __typename: 'RevokeCutApprovalSuccess', readonly approvalId: string, readonly replayed: boolean, readonly position: string | null, readonly rows: ReadonlyArray<{ readonly table: string, readonly inserted: number, readonly updated: number }> }
   };

export type EntryApprovalQueryVariables = Exact<{
  entryId: string;
}>;


export type EntryApprovalQuery = { readonly entry: { readonly liveDecision: { readonly manifestVersion: string } | null, readonly cutApproval: { readonly approvalId: string } | null } | null };

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
export const PrincipalFieldsFragmentDoc = new TypedDocumentString(`
    fragment PrincipalFields on Principal {
  principalId
  name
  kind
  personId
  personName
  scopes
  lane
  isDisabled
}
    `, {"fragmentName":"PrincipalFields"}) as unknown as TypedDocumentString<PrincipalFieldsFragment, unknown>;
export const TokenFieldsFragmentDoc = new TypedDocumentString(`
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}
    `, {"fragmentName":"TokenFields"}) as unknown as TypedDocumentString<TokenFieldsFragment, unknown>;
export const RulesFieldsFragmentDoc = new TypedDocumentString(`
    fragment RulesFields on Rules {
  version
  body
  reason
  changedBy
  changedAt
  position
}
    `, {"fragmentName":"RulesFields"}) as unknown as TypedDocumentString<RulesFieldsFragment, unknown>;
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
export const DoerFragmentDoc = new TypedDocumentString(`
    fragment Doer on NamedDoer {
  principalId
  name
  kind
  personId
  personName
}
    `, {"fragmentName":"Doer"}) as unknown as TypedDocumentString<DoerFragment, unknown>;
export const StatementToSignFieldsFragmentDoc = new TypedDocumentString(`
    fragment StatementToSignFields on StatementToSign {
  payloadType
  payload
  preAuthEncoding
  digest
  keyIds
  acceptedUntil
}
    `, {"fragmentName":"StatementToSignFields"}) as unknown as TypedDocumentString<StatementToSignFieldsFragment, unknown>;
export const AuditRowsDocument = new TypedDocumentString(`
    query AuditRows($filter: AuditRowFilter, $after: String) {
  audit(first: 200, after: $after, filter: $filter) {
    nodes {
      auditId
      at
      operation
      outcome
      refusal
      guard
      position
      entryId
      principalId
      tokenId
      requestId
      durationMs
      address
      client
      arguments
      calls
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<AuditRowsQuery, AuditRowsQueryVariables>;
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
export const FollowBacklogDocument = new TypedDocumentString(`
    subscription FollowBacklog($after: String, $filter: EntryFilter, $first: Int) {
  backlog(after: $after, filter: $filter) {
    __typename
    ... on Ready {
      cursor
      head
      heartbeatMs
      incarnation
    }
    ... on BacklogSnapshot {
      cursor
      position
      counts {
        status
        kind
        count
        oldestSince
      }
      page: entries(first: $first) {
        nodes {
          id
          entryId
          kind
          status
          statusSince
        }
        pageInfo {
          endCursor
          hasNextPage
        }
      }
    }
    ... on BacklogChange {
      cursor
      position
      counts {
        status
        kind
        count
        oldestSince
      }
      entries {
        id
        entryId
        kind
        status
        statusSince
      }
    }
    ... on Heartbeat {
      cursor
      head
    }
    ... on Reset {
      reason
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FollowBacklogSubscription, FollowBacklogSubscriptionVariables>;
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
export const ListPrincipalsDocument = new TypedDocumentString(`
    query ListPrincipals($first: Int, $after: String) {
  principals(first: $first, after: $after) {
    nodes {
      ...PrincipalFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment PrincipalFields on Principal {
  principalId
  name
  kind
  personId
  personName
  scopes
  lane
  isDisabled
}`) as unknown as TypedDocumentString<ListPrincipalsQuery, ListPrincipalsQueryVariables>;
export const ListTokensDocument = new TypedDocumentString(`
    query ListTokens($first: Int, $after: String, $filter: TokenFilter) {
  tokens(first: $first, after: $after, filter: $filter) {
    nodes {
      ...TokenFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
}`) as unknown as TypedDocumentString<ListTokensQuery, ListTokensQueryVariables>;
export const CreatePrincipalDocument = new TypedDocumentString(`
    mutation CreatePrincipal($input: CreatePrincipalInput!) {
  outcome: createPrincipal(input: $input) {
    __typename
    ... on CreatePrincipalSuccess {
      ...WrittenFields
      principal {
        ...PrincipalFields
      }
    }
    ...RefusalFields
  }
}
    fragment PrincipalFields on Principal {
  principalId
  name
  kind
  personId
  personName
  scopes
  lane
  isDisabled
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
}`) as unknown as TypedDocumentString<CreatePrincipalMutation, CreatePrincipalMutationVariables>;
export const UpdatePrincipalDocument = new TypedDocumentString(`
    mutation UpdatePrincipal($input: UpdatePrincipalInput!) {
  outcome: updatePrincipal(input: $input) {
    __typename
    ... on UpdatePrincipalSuccess {
      ...WrittenFields
      principal {
        ...PrincipalFields
      }
    }
    ...RefusalFields
  }
}
    fragment PrincipalFields on Principal {
  principalId
  name
  kind
  personId
  personName
  scopes
  lane
  isDisabled
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
}`) as unknown as TypedDocumentString<UpdatePrincipalMutation, UpdatePrincipalMutationVariables>;
export const SuspendPrincipalDocument = new TypedDocumentString(`
    mutation SuspendPrincipal($input: SuspendPrincipalInput!) {
  outcome: suspendPrincipal(input: $input) {
    __typename
    ... on SuspendPrincipalSuccess {
      ...WrittenFields
      principal {
        ...PrincipalFields
      }
    }
    ...RefusalFields
  }
}
    fragment PrincipalFields on Principal {
  principalId
  name
  kind
  personId
  personName
  scopes
  lane
  isDisabled
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
}`) as unknown as TypedDocumentString<SuspendPrincipalMutation, SuspendPrincipalMutationVariables>;
export const IssueTokenDocument = new TypedDocumentString(`
    mutation IssueToken($input: IssueTokenInput!) {
  outcome: issueToken(input: $input) {
    __typename
    ... on IssueTokenSuccess {
      ...WrittenFields
      secret
      token {
        ...TokenFields
      }
    }
    ...RefusalFields
  }
}
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
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
}`) as unknown as TypedDocumentString<IssueTokenMutation, IssueTokenMutationVariables>;
export const NarrowTokenDocument = new TypedDocumentString(`
    mutation NarrowToken($input: NarrowTokenInput!) {
  outcome: narrowToken(input: $input) {
    __typename
    ... on NarrowTokenSuccess {
      ...WrittenFields
      token {
        ...TokenFields
      }
    }
    ...RefusalFields
  }
}
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
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
}`) as unknown as TypedDocumentString<NarrowTokenMutation, NarrowTokenMutationVariables>;
export const RotateTokenDocument = new TypedDocumentString(`
    mutation RotateToken($input: RotateTokenInput!) {
  outcome: rotateToken(input: $input) {
    __typename
    ... on RotateTokenSuccess {
      ...WrittenFields
      secret
      token {
        ...TokenFields
      }
    }
    ...RefusalFields
  }
}
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
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
}`) as unknown as TypedDocumentString<RotateTokenMutation, RotateTokenMutationVariables>;
export const RevokeTokenDocument = new TypedDocumentString(`
    mutation RevokeToken($input: RevokeTokenInput!) {
  outcome: revokeToken(input: $input) {
    __typename
    ... on RevokeTokenSuccess {
      ...WrittenFields
      token {
        ...TokenFields
      }
    }
    ...RefusalFields
  }
}
    fragment TokenFields on Token {
  tokenId
  principalId
  principalName
  scopes
  entryIds
  docCodes
  manifestDigest
  replacesTokenId
  createdAt
  expiresAt
  revokedAt
  lastUsedAt
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
}`) as unknown as TypedDocumentString<RevokeTokenMutation, RevokeTokenMutationVariables>;
export const ShowRulesDocument = new TypedDocumentString(`
    query ShowRules($version: Int) {
  rules(version: $version) {
    ...RulesFields
  }
}
    fragment RulesFields on Rules {
  version
  body
  reason
  changedBy
  changedAt
  position
}`) as unknown as TypedDocumentString<ShowRulesQuery, ShowRulesQueryVariables>;
export const ChangeRulesDocument = new TypedDocumentString(`
    mutation ChangeRules($input: ChangeRulesInput!) {
  outcome: changeRules(input: $input) {
    __typename
    ... on ChangeRulesSuccess {
      ...WrittenFields
      rules {
        ...RulesFields
      }
      isWeaker
      weaker
      judgedOtherwise {
        examined
        count
        decisions {
          entryId
          deed
          by
          allowed
        }
      }
    }
    ...RefusalFields
  }
}
    fragment RulesFields on Rules {
  version
  body
  reason
  changedBy
  changedAt
  position
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
}`) as unknown as TypedDocumentString<ChangeRulesMutation, ChangeRulesMutationVariables>;
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
export const MarkManyDocument = new TypedDocumentString(`
    mutation MarkMany($input: MarkManyInput!) {
  outcome: markMany(input: $input) {
    __typename
    ... on MarkManySuccess {
      results {
        __typename
        ... on MarkSuccess {
          replayed
          entry {
            ...EntryFields
          }
        }
        ...RefusalFields
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
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<MarkManyMutation, MarkManyMutationVariables>;
export const ReviewManyDocument = new TypedDocumentString(`
    mutation ReviewMany($input: ReviewManyInput!) {
  outcome: reviewMany(input: $input) {
    __typename
    ... on ReviewManySuccess {
      results {
        __typename
        ... on ReviewSuccess {
          replayed
          entry {
            ...EntryFields
          }
        }
        ...RefusalFields
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
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<ReviewManyMutation, ReviewManyMutationVariables>;
export const CutManyDocument = new TypedDocumentString(`
    mutation CutMany($input: CutManyInput!) {
  outcome: cutMany(input: $input) {
    __typename
    ... on CutManySuccess {
      results {
        __typename
        ... on CutSuccess {
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
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<CutManyMutation, CutManyMutationVariables>;
export const VerifyManyDocument = new TypedDocumentString(`
    mutation VerifyMany($input: VerifyManyInput!) {
  outcome: verifyMany(input: $input) {
    __typename
    ... on VerifyManySuccess {
      results {
        __typename
        ... on VerifySuccess {
          result {
            verdict
          }
          entry {
            ...EntryFields
          }
        }
        ...RefusalFields
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
}
fragment EntryFields on Entry {
  id
  entryId
  status
}`) as unknown as TypedDocumentString<VerifyManyMutation, VerifyManyMutationVariables>;
export const ProveInclusionDocument = new TypedDocumentString(`
    query ProveInclusion($position: Position!, $size: Position!) {
  inclusionProof(position: $position, size: $size) {
    recordHash
    hashes
  }
}
    `) as unknown as TypedDocumentString<ProveInclusionQuery, ProveInclusionQueryVariables>;
export const ProveUnitDocument = new TypedDocumentString(`
    query ProveUnit($address: String!) {
  unit(address: $address) {
    address
    contentHash
    title
    text
    changeSet {
      manifestVersion
    }
    inclusion {
      leaf
      index
      size
      path
      root
    }
  }
}
    `) as unknown as TypedDocumentString<ProveUnitQuery, ProveUnitQueryVariables>;
export const AskReadinessDocument = new TypedDocumentString(`
    query AskReadiness($phase: Phase, $entryId: UUID, $sourceId: UUID) {
  readiness(phase: $phase, entryId: $entryId, sourceId: $sourceId) {
    state
    isReadyForCaller
    whoMay {
      ...Doer
    }
    whoMayCount
    doneBy
    apartFrom
    gaps {
      kind
      message
      entryId
      sourceId
      changeSetId
      reviewDecisionId
      commentId
      principalId
      keyId
      manifestDigest
      address
      lane
      scope
      at
      count
    }
    acts {
      by
      mutation
      command
      entryId
      input
      missing
      who {
        ...Doer
      }
      whoCount
      doneBy
      apartFrom
      notBefore
      whilePlan
      message
    }
  }
}
    fragment Doer on NamedDoer {
  principalId
  name
  kind
  personId
  personName
}`) as unknown as TypedDocumentString<AskReadinessQuery, AskReadinessQueryVariables>;
export const PlanChangesDocument = new TypedDocumentString(`
    query PlanChanges($entryId: UUID!, $after: String) {
  outcome: planDiff(entryId: $entryId) {
    __typename
    ... on PlanDiff {
      manifestDigest
      counts {
        change
        count
      }
      units(
        first: 100
        after: $after
        changes: [ADDED, REMOVED, MOVED, REWORDED, RECLASSIFIED, FORMAT_ONLY]
      ) {
        nodes {
          change
          address
          title
          text
          textBefore
          words {
            change
            text
          }
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
}`) as unknown as TypedDocumentString<PlanChangesQuery, PlanChangesQueryVariables>;
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
        longUnits
        excludedTextBytes
        unmarkedNumbers
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
export const ListProfilesDocument = new TypedDocumentString(`
    query ListProfiles($first: Int, $after: String) {
  profiles(first: $first, after: $after) {
    nodes {
      reference
      digest
      isShipped
      registeredAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ListProfilesQuery, ListProfilesQueryVariables>;
export const ListVocabularyDocument = new TypedDocumentString(`
    query ListVocabulary {
  vocabulary {
    termKind
    term
    description
    atMost
    registeredBy
  }
}
    `) as unknown as TypedDocumentString<ListVocabularyQuery, ListVocabularyQueryVariables>;
export const RegisterProfileDocument = new TypedDocumentString(`
    mutation RegisterProfile($input: RegisterProfileInput!) {
  outcome: registerProfile(input: $input) {
    __typename
    ... on RegisterProfileSuccess {
      ...WrittenFields
      profile {
        reference
        digest
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
}`) as unknown as TypedDocumentString<RegisterProfileMutation, RegisterProfileMutationVariables>;
export const RegisterVocabularyDocument = new TypedDocumentString(`
    mutation RegisterVocabulary($input: RegisterVocabularyInput!) {
  outcome: registerVocabulary(input: $input) {
    __typename
    ... on RegisterVocabularySuccess {
      ...WrittenFields
      terms {
        termKind
        term
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
}`) as unknown as TypedDocumentString<RegisterVocabularyMutation, RegisterVocabularyMutationVariables>;
export const CutStatementDocument = new TypedDocumentString(`
    mutation CutStatement($input: CutStatementInput!) {
  outcome: cutStatement(input: $input) {
    __typename
    ... on CutStatementSuccess {
      statement {
        ...StatementToSignFields
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
}
fragment StatementToSignFields on StatementToSign {
  payloadType
  payload
  preAuthEncoding
  digest
  keyIds
  acceptedUntil
}`) as unknown as TypedDocumentString<CutStatementMutation, CutStatementMutationVariables>;
export const VerifyStatementDocument = new TypedDocumentString(`
    mutation VerifyStatement($input: VerifyStatementInput!) {
  outcome: verifyStatement(input: $input) {
    __typename
    ... on VerifyStatementSuccess {
      statement {
        ...StatementToSignFields
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
}
fragment StatementToSignFields on StatementToSign {
  payloadType
  payload
  preAuthEncoding
  digest
  keyIds
  acceptedUntil
}`) as unknown as TypedDocumentString<VerifyStatementMutation, VerifyStatementMutationVariables>;
export const ApproveCutDocument = new TypedDocumentString(`
    mutation ApproveCut($input: ApproveCutInput!) {
  outcome: approveCut(input: $input) {
    __typename
    ... on ApproveCutSuccess {
      ...WrittenFields
      approvalId
      statement {
        ...StatementToSignFields
      }
      expiresAt
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
fragment StatementToSignFields on StatementToSign {
  payloadType
  payload
  preAuthEncoding
  digest
  keyIds
  acceptedUntil
}`) as unknown as TypedDocumentString<ApproveCutMutation, ApproveCutMutationVariables>;
export const RevokeCutApprovalDocument = new TypedDocumentString(`
    mutation RevokeCutApproval($input: RevokeCutApprovalInput!) {
  outcome: revokeCutApproval(input: $input) {
    __typename
    ... on RevokeCutApprovalSuccess {
      ...WrittenFields
      approvalId
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
}`) as unknown as TypedDocumentString<RevokeCutApprovalMutation, RevokeCutApprovalMutationVariables>;
export const EntryApprovalDocument = new TypedDocumentString(`
    query EntryApproval($entryId: UUID!) {
  entry(entryId: $entryId) {
    liveDecision {
      manifestVersion
    }
    cutApproval {
      approvalId
    }
  }
}
    `) as unknown as TypedDocumentString<EntryApprovalQuery, EntryApprovalQueryVariables>;