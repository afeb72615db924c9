import { type ActingCaller, laneOfVerb, NEXT_VERBS, WAY_KIND } from './actions.ts';
import { approvalProblem, type GivenApproval, type LiveDecision, quorumProblems } from './approval.ts';
import { type LeanedApproval, withdrawnProblems } from './carried-over.ts';
import { type EarlierParties, type Party, type SharedParty, sharedParties } from './parties.ts';
import { type OpenPredecessor, openProblems } from './predecessors.ts';
import { type Problem, problemAt } from './refusals.ts';
import { type NumberedRules, RULES_OF_ORIGIN, type Rules } from './rules/rules.ts';
import { type SeenSanction, standingSanctionProblems } from './sanction/sanction.ts';
import type { EntryState } from './states.ts';
import type { EntryKind, Lane, Mode, PrincipalKind } from './values.ts';

/*
 * What hinders the next verb on an entry, no matter who calls it. The verbs refuse with the same problems, from the
 * same functions. Two things are left to the verbs: a plan that can't be made any more, which `planCut` shows, and a
 * lane's key that isn't valid.
 */

/** What is known of an entry to say so. */
export interface HinderedEntry {
  readonly entryId: string;
  readonly kind: EntryKind;
  readonly status: EntryState;
  /** When it is asked: UTC text with microseconds, as all times here. */
  readonly at: string;
  readonly live: (LiveDecision & { readonly supersededApproval: string | null }) | null;
  /** Known of entries that wait for a review or a cut: of the approved plan, or of any. */
  readonly comments: readonly OpenComment[] | null;
  /** The rest is known of entries that are approved. */
  readonly leaned: readonly LeanedApproval[] | null;
  readonly approvals: readonly GivenApproval[] | null;
  readonly open: readonly OpenPredecessor[] | null;
  readonly unverified: readonly string[] | null;
  /** The newest approval of its cut by a person; null where it has none. */
  readonly sanction: SeenSanction | null;
  /** The first unit that the plan was made against and that has changed. */
  readonly changed: { readonly address: string | null } | null;
  /** Null where the log has none yet. */
  readonly rules: NumberedRules | null;
}

/** Why the verb that comes next on an entry would be refused now; empty where it has ended. */
export function entryHindrances(
  entry: HinderedEntry,
  { lanes, mode }: { readonly lanes: ReadonlySet<Lane>; readonly mode: Mode },
): readonly Problem[] {
  const verb = NEXT_VERBS[entry.status];
  if (verb === undefined || entry.kind !== WAY_KIND) return [];
  const lane = laneOfVerb(verb);
  return [
    ...(entry.status === 'reviewed_deferred' ? deferralProblems(entry) : []),
    ...(entry.status === 'reviewed_approved' ? cutProblems(entry, mode) : []),
    // A comment hinders an approval of its plan. It hinders no other verdict, and it doesn't undo an approval.
    ...openCommentProblems(entry.entryId, entry.comments ?? []).map(asWarning),
    ...(lanes.has(lane) ? [] : [laneProblem(lane, verb)]),
  ];
}

const asWarning = (problem: Problem): Problem => ({ ...problem, severity: 'warning' });

/** Why a cut of an approved entry would be refused now, whatever its plan has become. */
export function cutProblems(entry: HinderedEntry, mode: Mode): readonly Problem[] {
  const { entryId, live, at, approvals, rules, leaned, open, unverified, changed, sanction } = entry;
  const unapproved = approvalProblem(entryId, live, { manifestDigest: live?.manifestDigest ?? 'none', at });
  return [
    ...(unapproved === null
      ? quorumProblems(entryId, approvals ?? [], rules ?? RULES_OF_ORIGIN, at)
      : [unapproved]),
    ...withdrawnProblems(entryId, leaned ?? [], at),
    ...openProblems(entryId, open ?? [], unverified ?? []),
    ...(changed === null ? [] : [changedBaseProblem(entryId, changed.address)]),
    ...(mode === 'production' && live !== null
      ? standingSanctionProblems(entryId, sanction, { manifestDigest: live.manifestDigest, at })
      : []),
  ];
}

/** What a sweep of a deferred entry has to wait for, and as a warning what the deferral superseded. */
export function deferralProblems({ entryId, live, at }: HinderedEntry): readonly Problem[] {
  if (live === null) return [];
  const { notBefore = null, supersededApproval } = live;
  const due =
    notBefore !== null && notBefore > at
      ? [
          problemAt(['input', 'entryIds'], 'reviewed_deferred', deferredMessage(entryId, notBefore), {
            entryId,
            notBefore,
          }),
        ]
      : [];
  if (supersededApproval === null) return due;
  const message = `Approval ${supersededApproval} was superseded by decision ${live.id}, which defers this entry.`;
  const subject = { entryId, reviewDecisionId: live.id };
  // A sweep brings it back to review: nothing hinders that.
  return [...due, asWarning(problemAt([], 'approval-superseded', message, subject))];
}

/** A comment on a plan that nobody resolved. */
export interface OpenComment {
  readonly commentId: string;
  readonly manifestDigest: string;
  /** Of the record that it is about, where it has one. */
  readonly address: string | null;
  /** The principal that wrote it. */
  readonly by: string;
}

/** How many open comments are named. */
export const MOST_COMMENTS = 20;

/** Why a plan isn't approved while somebody's question about it is open (G-REVIEW-COMMENTS), one problem each. */
export function openCommentProblems(entryId: string, comments: readonly OpenComment[]): Problem[] {
  return comments.map(({ commentId, manifestDigest, address, by }) => {
    const message = `Comment ${commentId} by ${by} is open. Its author or a reviewer can resolve it (resolveComment).`;
    const subject = { entryId, manifestDigest, ...(address === null ? {} : { address }) };
    return problemAt(['input', 'manifestDigest'], 'comment-open', message, subject);
  });
}

/** As what a caller may resolve a comment; or why it may not: it is neither, or had a part in the entry. */
export type Settling =
  | { readonly as: 'author' | 'reviewer' | 'neither' }
  | { readonly as: 'party'; readonly shared: SharedParty };

/**
 * Who settles a comment: the principal that wrote it or the person who answers for that, and who may review the entry.
 * An agent never speaks for its person.
 */
export function settlingOf(
  caller: Pick<ActingCaller, keyof Party | 'verbs'> & { readonly kind: PrincipalKind },
  author: Party,
  did: EarlierParties,
  rules: Rules,
): Settling {
  const isAuthor =
    author.principal === caller.principal || (caller.kind !== 'agent' && author.person === caller.person);
  if (isAuthor) return { as: 'author' };
  if (!caller.verbs.has('review') || !rules.reviewerKinds.includes(caller.kind)) return { as: 'neither' };
  const [shared] = sharedParties('reviewed', caller, did, rules);
  return shared === undefined ? { as: 'reviewer' } : { as: 'party', shared };
}

/** Why a sweep leaves an entry where it is. */
export function deferredMessage(entryId: string, notBefore: string): string {
  return `Entry ${entryId} is deferred until ${notBefore}; sweep it then.`;
}

/** The plan was made against units that were cut since. `address`: of the first of them, where it has one. */
export function changedBaseProblem(entryId: string, address: string | null): Problem {
  const place = address === null ? '' : ` (at ${address})`;
  const message =
    `The live units changed since the review${place}. ` +
    'Ask a reviewer to approve the current plan, which planCut(entryId) shows; then cut what is approved.';
  const subject = { entryId, ...(address === null ? {} : { address }) };
  return problemAt(['input', 'manifestDigest'], 'base-changed', message, subject);
}

/** This server has no secrets for the lane of a verb. */
export function laneProblem(lane: Lane, verb: string): Problem {
  const message = `This server doesn't serve lane ${lane}, which ${verb} needs; call one that holds its secrets.`;
  return problemAt([], 'lane-not-served', message);
}
