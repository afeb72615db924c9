import { movedAmong } from '../document/moved.ts';
import type { RecordRole } from '../document/types.ts';
import { type Digest, digestOf } from '../proof/digest.ts';
import { type Problem, problemAt } from './refusals.ts';
import { type EntryState, isEnded } from './states.ts';

/*
 * Which records of a plan were approved before, so that a reviewer is asked for what is new alone. A record is carried
 * over if an approval that counts was given for a record with every byte and every word the same. What changed in
 * anything that a reviewer sees is never carried over.
 */

/** What a reviewer approves of one record. Its place in the bytes, its local id and its order among others are none. */
export interface SeenRecord {
  readonly role: RecordRole;
  readonly address: string | null;
  readonly parentAddress: string | null;
  readonly kind: string;
  readonly sectionType: string;
  readonly sectionCode: string | null;
  readonly title: string | null;
  readonly excludedBecause: string | null;
  readonly textDigest: string;
}

/** Names what a reviewer approves of a record: records with one unit digest are one to a reviewer. */
export function unitDigest(record: SeenRecord): Digest {
  // Canonical JSON written in one go, as the leaves of a manifest are.
  return digestOf(
    JSON.stringify({
      address: record.address,
      excludedBecause: record.excludedBecause,
      format: 'cutter-unit/1',
      kind: record.kind,
      parentAddress: record.parentAddress,
      role: record.role,
      sectionCode: record.sectionCode,
      sectionType: record.sectionType,
      textDigest: record.textDigest,
      title: record.title,
    }),
  );
}

/** A decision, as far as it matters whether its approval counts for other plans of the document. */
export interface EarlierDecision {
  readonly verdict: string;
  /** Null where it is about the whole manifest. */
  readonly unitLocalId: string | null;
  readonly isSuperseded: boolean;
  /** UTC text with microseconds, as `at`. */
  readonly expiresAt: string | null;
  /** Where its entry is now. */
  readonly status: EntryState;
}

/**
 * Whether an approval counts for later plans of its document: it was given for a whole manifest, nothing superseded it,
 * and its entry hasn't ended otherwise than complete. One that nobody has cut by yet must not have expired.
 */
export function carriesApproval(decision: EarlierDecision, at: string): boolean {
  return withdrawalOf(decision, at) === null;
}

/** Why an approval doesn't count, to say of it after "it"; null where it counts. */
export function withdrawalOf(decision: EarlierDecision | null, at: string): string | null {
  if (decision === null) return 'is gone';
  const { verdict, unitLocalId, isSuperseded, expiresAt, status } = decision;
  if (verdict !== 'approve') return "isn't an approval";
  if (unitLocalId !== null) return 'is for a part of a manifest only';
  if (isSuperseded) return 'was superseded';
  if (isEnded(status)) return `is about an entry that is ${status}`;
  const isLate = status === 'reviewed_approved' && expiresAt !== null && expiresAt <= at;
  return isLate ? `expired at ${expiresAt}` : null;
}

/** A decision that another one rests on. */
export interface LeanedApproval {
  readonly id: string;
  /** Null where it is gone. */
  readonly decision: EarlierDecision | null;
}

/** What no longer counts of the approvals that the approval of an entry rests on, one problem each (G-CUT-APPROVED). */
export function withdrawnProblems(entryId: string, leaned: readonly LeanedApproval[], at: string): Problem[] {
  return leaned.flatMap(({ id, decision }) => {
    const why = withdrawalOf(decision, at);
    if (why === null) return [];
    const message = `The approval of this manifest carries over decision ${id}, which no longer counts: it ${why}.`;
    const subject = { entryId, reviewDecisionId: id };
    return [problemAt(['input', 'manifestDigest'], 'approval-withdrawn', message, subject)];
  });
}

/** A record that a reviewer looked at and approved. */
export interface ApprovedBefore {
  readonly digest: Digest;
  readonly manifestId: string;
  /** The decision of who looked at it. */
  readonly decisionId: string;
  /** Its place in the newest approved manifest; null of an earlier one. */
  readonly order: number | null;
}

/** A record of the plan. */
export interface PlannedRecord {
  readonly digest: Digest;
  readonly parentAddress: string | null;
}

/**
 * For each record of a plan in its order the decision that its approval is carried over from, or null where it is to be
 * reviewed. `approved` comes newest first. Of equal stretches that are set aside, as many are carried over as one
 * manifest had. What is in another order among its siblings than in the newest approved manifest is to be reviewed.
 */
export function carryOver(
  records: readonly PlannedRecord[],
  approved: readonly ApprovedBefore[],
): readonly (string | null)[] {
  const waiting = new Map(
    [...Map.groupBy(approved, ({ digest }) => digest)].map(([digest, all]) => [digest, ofOneManifest(all)]),
  );
  const found = records.map(({ digest }) => waiting.get(digest)?.shift() ?? null);
  const stood = found.flatMap((one, index) =>
    one === null || one.order === null
      ? []
      : [{ index, parent: records[index]?.parentAddress ?? null, before: one.order }],
  );
  const moved = new Set([...movedAmong(stood)].map((at) => stood[at]?.index));
  return found.map((one, index) => (one === null || moved.has(index) ? null : one.decisionId));
}

/** Those of the manifest that has most of them, the newest such. Of equal ones nobody can say which one moved. */
function ofOneManifest(all: readonly ApprovedBefore[]): ApprovedBefore[] {
  const manifests = [...Map.groupBy(all, ({ manifestId }) => manifestId).values()];
  const most = manifests.reduce((best, one) => (one.length > best.length ? one : best));
  return most.length === 1 ? most : most.map((one) => ({ ...one, order: null }));
}
