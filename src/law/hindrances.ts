import { laneOfVerb, NEXT_VERBS, WAY_KIND } from './actions.ts';
import { approvalProblem, type LiveDecision } from './approval.ts';
import { type OpenPredecessor, openProblems } from './predecessors.ts';
import { type Problem, problemAt } from './refusals.ts';
import type { EntryState } from './states.ts';
import type { EntryKind, Lane } from './values.ts';

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
  /** The rest is known of entries that are approved. */
  readonly open: readonly OpenPredecessor[] | null;
  readonly unverified: readonly string[] | null;
  /** The first unit that the plan was made against and that has changed. */
  readonly changed: { readonly address: string | null } | null;
}

/** Why the verb that comes next on an entry would be refused now; empty where it has ended. */
export function entryHindrances(entry: HinderedEntry, lanes: ReadonlySet<Lane>): readonly Problem[] {
  const verb = NEXT_VERBS[entry.status];
  if (verb === undefined || entry.kind !== WAY_KIND) return [];
  const lane = laneOfVerb(verb);
  return [
    ...(entry.status === 'reviewed_deferred' ? deferralProblems(entry) : []),
    ...(entry.status === 'reviewed_approved' ? cutProblems(entry) : []),
    ...(lanes.has(lane) ? [] : [laneProblem(lane, verb)]),
  ];
}

function cutProblems({ entryId, live, at, open, unverified, changed }: HinderedEntry): readonly Problem[] {
  const unapproved = approvalProblem(entryId, live, { manifestDigest: live?.manifestDigest ?? 'none', at });
  return [
    ...(unapproved === null ? [] : [unapproved]),
    ...openProblems(open ?? [], unverified ?? []),
    ...(changed === null ? [] : [changedBaseProblem(entryId, changed.address)]),
  ];
}

function deferralProblems({ entryId, live, at }: HinderedEntry): readonly Problem[] {
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
  return [...due, { ...problemAt([], 'approval-superseded', message, subject), severity: 'warning' }];
}

/** Why a sweep leaves an entry where it is. */
export function deferredMessage(entryId: string, notBefore: string): string {
  return `Entry ${entryId} is deferred until ${notBefore}; sweep it then.`;
}

/** The plan was made against units that were cut since. `address`: of the first of them, where it has one. */
export function changedBaseProblem(entryId: string, address: string | null): Problem {
  const place = address === null ? '' : ` (at ${address})`;
  const message =
    `The live units changed since the review${place}; ` +
    'this call can succeed once a reviewer has looked at the current plan and approved it again.';
  const subject = { entryId, ...(address === null ? {} : { address }) };
  return problemAt(['input', 'manifestDigest'], 'base-changed', message, subject);
}

/** This server has no secrets for the lane of a verb. */
export function laneProblem(lane: Lane, verb: string): Problem {
  const message = `This server doesn't serve lane ${lane}, which ${verb} needs; call one that holds its secrets.`;
  return problemAt([], 'lane-not-served', message);
}
