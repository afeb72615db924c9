import type { Verb } from '../auth/authority.ts';
import type { Lane, PrincipalKind } from '../law/values.ts';

/*
 * What a gap is, and an act that closes one: plain data, so that a program goes on without reading a sentence.
 */

/** Every kind of gap, with what it means. Of a phase of one entry first, then of the whole ledger. */
export const GAP_KINDS = {
  not_found: 'There is no such entry, or no such source.',
  not_visible:
    'What was asked about is not shown to this token, or to a login of this server. It may exist all the same.',
  not_cut_request: 'Entries of this kind go no way to a cut; `abandon` ends them.',
  passed: 'The entry is past this phase.',
  ended: 'The entry ended without a cut that holds; mark the document again.',
  not_swept: 'No sweep has brought the entry to review.',
  deferred: 'A reviewer deferred the entry until a time that is still to come.',
  not_approved: 'No approval for exactly this plan is in force.',
  approval_expired: 'The approval has expired.',
  approval_early: 'The approval is in force only from a later time on.',
  approval_withdrawn: 'An earlier approval, which this one carries over, no longer counts.',
  not_sanctioned: 'In production: no person’s live approval of this cut is there (`approveCut`).',
  comment_open: 'A comment on the plan is not resolved.',
  predecessor_open: 'An entry that has to come first is not complete.',
  document_unverified: 'Another cut of the document waits for its verification.',
  base_changed: 'The document was cut since the plan was reviewed.',
  plan_changed: 'The plan is another one than that which was approved.',
  plan_broken:
    'The plan has errors, so nobody can approve it; abandon the entry and mark the document again.',
  not_cut: 'There is no cut to verify yet.',
  nobody_may: 'No principal may do what is next: none has the scope, or each one had a part in the entry.',
  no_token: 'A principal may do what is next, but has no token that lets it.',
  no_administrator: 'Nobody may make principals or tokens.',
  scope_unheld: 'No principal that can call has this scope.',
  lane_not_served: 'This server has no secrets for a lane.',
  key_not_valid: 'No key that this server holds for a lane is in force.',
  registrar_not_served: 'This server takes no changes of principals and tokens.',
  drifted: "The database's shape was altered: nothing is cut or verified until it is mended.",
  suspended: 'The database was set back or copied; both lanes have to accept where the ledger goes on.',
  not_durable: 'The database may lose what it acknowledges.',
  database_away: 'The database does not answer.',
  writes_fail: 'The database does not take writes.',
  integrator_stopped: 'Nobody gives positions to what was written.',
  no_caller: 'Nobody has a token that is valid here.',
  public_privilege:
    'Everybody who can connect to this database has a privilege in it that the ledger did not give.',
  no_witness: 'No witness from outside cosigns the heads of the log.',
  heads_not_kept: 'This server keeps no checkpoints outside of the database.',
} as const satisfies Readonly<Record<string, string>>;
export type GapKind = keyof typeof GAP_KINDS;

/** What stands between a phase and somebody who would do it; or what the ledger lacks. */
export interface Gap {
  readonly kind: GapKind;
  readonly message: string;
  /** What the gap is about, as far as it is about such a thing. */
  readonly entryId?: string | null;
  readonly sourceId?: string | null;
  readonly changeSetId?: string | null;
  readonly reviewDecisionId?: string | null;
  readonly commentId?: string | null;
  readonly principalId?: string | null;
  readonly keyId?: string | null;
  readonly manifestDigest?: string | null;
  readonly address?: string | null;
  readonly lane?: Lane | null;
  readonly scope?: string | null;
  /** The time that is waited for, or at which something ended. */
  readonly at?: string | null;
  readonly count?: number | null;
}

/** Who may do an act. */
export interface NamedDoer {
  readonly principalId: string;
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly personId: string;
  readonly personName: string;
}

/** Who does an act. */
export const ACT_DOERS = {
  caller: 'One of the principals that it names, by the mutation.',
  operator: 'The operator of the ledger, by the command.',
  time: 'Nobody: a time has to come.',
} as const;
type ActBy = keyof typeof ACT_DOERS;

/** One thing to do. The acts of an answer are done in their order. */
export interface Act {
  readonly by: ActBy;
  /** The mutation; null where it is none. */
  readonly mutation: Verb | null;
  /** The operator's command; null where it is none. */
  readonly command: string | null;
  readonly entryId: string | null;
  /** The mutation's input as far as it is known; its key is left to who calls. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The fields of the input that are left to who does it. */
  readonly missing: readonly string[];
  /** Who may do it; empty where a principal of an earlier act does. */
  readonly who: readonly NamedDoer[];
  readonly whoCount: number;
  /** The act that makes the principal who does this one, counted from 0. */
  readonly doneBy: number | null;
  /** Earlier acts, counted from 0, whose doer may not do this one. */
  readonly apartFrom: readonly number[];
  /** The time before which it is refused. */
  readonly notBefore: string | null;
  /** The plan of the entry while which it is needed; null: it is needed. Earlier acts may lead to another plan. */
  readonly whilePlan: string | null;
  readonly message: string;
}

/** Where a phase is. */
export const READINESS_STATES = {
  ready: 'It is possible now.',
  blocked: 'It is possible once the acts are done.',
  passed: 'The entry is past it.',
  never: 'It is not possible any more; nothing that can be done here leads to it.',
} as const;
export type ReadinessState = keyof typeof READINESS_STATES;
