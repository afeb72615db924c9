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
