import { type Problem, problemAt } from './refusals.ts';
import type { NumberedRules } from './rules/rules.ts';
import type { PrincipalKind, RiskClass } from './values.ts';

/*
 * What an approval in force is, for all who judge a cut by it: CUT before it writes, VERIFY in its own transaction,
 * the full check over all cuts, a passport and a monitor from outside. A judge leaves out what it can't see, and says
 * at its call why.
 */

/** A review decision as its judge sees it. What isn't visible to a judge is left out. */
export interface SeenApproval {
  readonly verdict: string;
  readonly manifestId?: string | undefined;
  /** Of the manifest that was approved: the digest, or its fingerprint where no more is seen. */
  readonly manifestDigest?: string | undefined;
  /** The entry that the approved manifest is a plan of. */
  readonly entryId?: string | null | undefined;
  /** Null where the decision is about the whole manifest. */
  readonly unitLocalId?: string | null | undefined;
  readonly isSuperseded?: boolean | undefined;
  /** Times are text in UTC with microseconds, so that they order as text. */
  readonly expiresAt?: string | null | undefined;
  readonly notBefore?: string | null | undefined;
  /** The decision's position in the log; null while it waits for one. */
  readonly position?: number | null | undefined;
}

/** The cut that rests on a decision, in the same terms. */
export interface CutToApprove {
  readonly entryId?: string | null | undefined;
  readonly manifestId?: string | undefined;
  readonly manifestDigest?: string | undefined;
  /** The time of the transaction that cut. */
  readonly at?: string | undefined;
  readonly position?: number | null | undefined;
}

/** Why no approval was in force, and what to say of it after "the approval" or "the decision". */
export const APPROVAL_FAULTS = {
  absent: 'is gone',
  'not-approving': 'does not approve',
  'other-entry': 'is about another entry',
  'other-manifest': 'is for another manifest',
  partial: 'is for a part of the manifest only',
  superseded: 'was superseded',
  expired: 'had expired',
  early: 'was not in force yet',
  later: 'was given after the cut',
} as const;
export type ApprovalFault = keyof typeof APPROVAL_FAULTS;

/**
 * Why a decision is no approval in force for a cut; empty where it is one. In force is what approves exactly this
 * manifest of this entry, as a whole, isn't superseded, and was given before the cut and for its time.
 */
export function approvalFaults(seen: SeenApproval | null, cut: CutToApprove): readonly ApprovalFault[] {
  if (seen === null) return ['absent'];
  const faults: readonly (readonly [ApprovalFault, boolean])[] = [
    ['not-approving', seen.verdict !== 'approve'],
    ['other-entry', isOther(seen.entryId, cut.entryId)],
    [
      'other-manifest',
      isOther(seen.manifestId, cut.manifestId) || isOther(seen.manifestDigest, cut.manifestDigest),
    ],
    ['partial', (seen.unitLocalId ?? null) !== null],
    ['superseded', seen.isSuperseded === true],
    ['expired', isOrdered(seen.expiresAt, cut.at)],
    ['early', isOrdered(cut.at, seen.notBefore) && cut.at !== seen.notBefore],
    ['later', (seen.position ?? 0) > (cut.position ?? Number.POSITIVE_INFINITY)],
  ];
  return faults.filter(([, holds]) => holds).map(([fault]) => fault);
}

/** Whether both are seen and they differ. */
function isOther(seen: string | null | undefined, due: string | null | undefined): boolean {
  return seen !== undefined && due !== undefined && seen !== due;
}

/** Whether both times are seen and the first isn't after the second. */
function isOrdered(first: string | null | undefined, second: string | null | undefined): boolean {
  return first != null && second != null && first <= second;
}

/** The codes of the faults, as VERIFY names them. */
const APPROVAL_CODES: Readonly<Record<ApprovalFault, string>> = {
  absent: 'approval-missing',
  'not-approving': 'approval-missing',
  'other-entry': 'approval-other',
  'other-manifest': 'approval-other',
  partial: 'approval-partial',
  superseded: 'approval-superseded',
  expired: 'approval-expired',
  early: 'approval-early',
  later: 'approval-later',
};

/** The live decision of an entry, as those see it who cut by it. */
export interface LiveDecision extends SeenApproval {
  readonly id: string;
  readonly manifestDigest: string;
}

/** Why the live decision is no approval in force for a manifest at this time; null where it is one. */
export function approvalProblem(
  entryId: string,
  live: LiveDecision | null,
  cut: { readonly manifestDigest: string; readonly at: string },
): Problem | null {
  const [fault] = FIRST_FAULTS.filter((one) => approvalFaults(live, cut).includes(one));
  if (fault === undefined) return null;
  const subject = live === null ? {} : { reviewDecisionId: live.id, manifestDigest: live.manifestDigest };
  return problemAt(
    ['input', 'manifestDigest'],
    APPROVAL_CODES[fault],
    `This manifest isn't approved: ${approvalComplaint(fault, live, cut.manifestDigest)}.`,
    { entryId, ...subject },
  );
}

/** The faults in the order in which they are said: what time did comes before what the input names. */
const FIRST_FAULTS: readonly ApprovalFault[] = [
  'absent',
  'not-approving',
  'expired',
  'other-manifest',
  'partial',
  'superseded',
  'early',
];

function approvalComplaint(fault: ApprovalFault, live: LiveDecision | null, manifestDigest: string): string {
  if (live === null || fault === 'not-approving') return 'this entry has no live approval';
  if (fault === 'expired') return `approval ${live.id} expired at ${live.expiresAt}`;
  if (fault === 'early') return `approval ${live.id} is in force from ${live.notBefore} on`;
  if (fault === 'other-manifest')
    return `approval ${live.id} is for manifest ${live.manifestDigest}, not ${manifestDigest}`;
  return `approval ${live.id} ${APPROVAL_FAULTS[fault]}`;
}

/** An approval of a manifest, and whether who gave it may still do so. */
export interface GivenApproval {
  readonly id: string;
  readonly by: string;
  /** Null where no registry knows the principal. */
  readonly person: string | null;
  readonly kind: PrincipalKind | null;
  /** Whether that principal isn't suspended. */
  readonly acts: boolean;
  /** Whether it has the scope to review. */
  readonly reviews: boolean;
  readonly riskClass: RiskClass;
  readonly expiresAt: string | null;
  readonly notBefore: string | null;
}

/**
 * Why approvals of one manifest don't suffice for its cut. The first is the live one, and each of the others is what
 * the one before it came on top of. The highest risk class that one of them gave decides how many persons it takes.
 */
export function quorumProblems(
  entryId: string,
  approvals: readonly GivenApproval[],
  { version, rules }: NumberedRules,
  at: string,
): readonly Problem[] {
  const [live] = approvals;
  if (live === undefined) return [];
  const place = ['input', 'manifestDigest'];
  const barred = barredBecause(live, rules.reviewerKinds);
  if (barred !== null) {
    const message =
      `Approval ${live.id} is by ${live.by}, who ${barred} and may approve nothing any more. ` +
      'Ask another person to approve this manifest again, naming that decision.';
    return [problemAt(place, 'approver-barred', message, { entryId, reviewDecisionId: live.id })];
  }
  const counted = approvals.filter(
    (one) =>
      barredBecause(one, rules.reviewerKinds) === null &&
      (one.expiresAt === null || one.expiresAt > at) &&
      (one.notBefore === null || one.notBefore <= at),
  );
  const persons = new Set(counted.map(({ person, by }) => person ?? by));
  const risk = approvals.some(({ riskClass }) => riskClass === 'high') ? 'high' : 'standard';
  const { reviewers, roles } = rules.quorum[risk];
  const unmet = roles.filter((role) => !(rules.roles[role] ?? []).some((id) => persons.has(id)));
  if (persons.size >= reviewers && unmet.length === 0) return [];
  const asked = unmet.length === 0 ? '' : `, of them one of the role ${unmet.join(' and one of the role ')}`;
  const message =
    `A cut of ${risk} risk needs ${reviewers} different ${reviewers === 1 ? 'reviewer' : 'reviewers'} of this ` +
    `manifest${asked} (rules, version ${version}). Approved by: ` +
    `${[...new Set(counted.map(({ by }) => by))].join(', ') || 'nobody who counts'}. ` +
    `Ask another reviewer to approve it, too, naming decision ${live.id} in supersedesDecisionId.`;
  return [problemAt(place, 'approvals-lacking', message, { entryId, reviewDecisionId: live.id })];
}

/** The same approvals for those who judge the past: whether their reviewers may approve now is no question of then. */
export function asOfThen(approvals: readonly GivenApproval[]): readonly GivenApproval[] {
  return approvals.map((one) => ({ ...one, acts: true, reviews: true, kind: 'person' }));
}

function barredBecause(
  { acts, reviews, kind }: GivenApproval,
  kinds: readonly PrincipalKind[],
): string | null {
  if (!acts) return 'is suspended';
  if (kind === null || !kinds.includes(kind)) return `is no ${kinds.join(' or ')}`;
  return reviews ? null : 'lacks the scope entry:review';
}
