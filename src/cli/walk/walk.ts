/**
 * The whole path of one document, by the public API: registered, marked, swept, approved, cut, verified. Its status
 * is asked of the ledger and never remembered, and every key derives from the document: the same walk begun again
 * goes on where the last one ended, whatever ended it.
 */

import type { EntryStatus } from '../../client/generated/graphql.ts';
import { ClientFault } from '../client/client.ts';
import { Refused } from '../client/refused.ts';
import { commandText } from '../terminal/command-text.ts';
import { planLines } from '../terminal/plan-lines.ts';
import { type Attempt, type AttemptOptions, beginAttempt } from './attempt.ts';
import { shownPlan } from './plan-shown.ts';
import { type CutPlan, planOf, progressOf } from './reading.ts';

export interface WalkOptions extends AttemptOptions {
  /** Asked before the approval and before the cut. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Whether a plan is shown with every unit. */
  readonly full?: boolean;
  /** The command that issues the passport of a cut, as it is typed. */
  readonly passportCommand?: (changeSetId: string) => string;
}

export interface Question {
  readonly text: string;
  /** Whether the plan that is asked about has warnings. */
  readonly hasWarnings: boolean;
}

export interface WalkEnd {
  readonly entryId: string;
  readonly status: EntryStatus;
}

interface Walk extends WalkOptions, Omit<Attempt, 'status'> {
  /** Digests of the plans that were shown: what is approved or cut was seen before. */
  readonly shown: Set<string>;
}

/** Walks as far as the ledger and `confirm` let it. */
export async function walkDocument(options: WalkOptions): Promise<WalkEnd> {
  const { status: found, ...attempt } = await beginAttempt(options);
  const begun = { ...options, ...attempt, shown: new Set<string>() };
  let status = found;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const next = await nextStatus(begun, status);
    if (next === null) return { entryId: begun.entryId, status };
    status = next;
  }
  throw new ClientFault(
    `Entry ${begun.entryId} keeps changing: others are working on this document. Try again later.`,
  );
}

/** Four would do; reviews that were overtaken take more. */
const MOST_STEPS = 20;

/** One step from `status`: the next status, or null where the walk ends. */
async function nextStatus(walk: Walk, status: EntryStatus): Promise<EntryStatus | null> {
  switch (status) {
    case 'MARKED':
    case 'REVIEWED_DEFERRED':
      return sweepOwn(walk, status);
    case 'REVIEW_PENDING':
      return approvePlan(walk, null);
    case 'REVIEWED_APPROVED':
      return cutEntry(walk);
    case 'CUT_APPLIED':
      return verifyCut(walk);
    default:
      return null;
  }
}

/** Sweeps this entry alone: what others have marked is theirs to bring to review. */
async function sweepOwn(walk: Walk, status: EntryStatus): Promise<EntryStatus | null> {
  for (let pass = 1; pass <= MOST_SWEEPS; pass += 1) {
    try {
      const entryIds = [walk.entryId];
      const swept = await walk.phases.sweep({ idempotencyKey: `${walk.key}:own:${pass}`, entryIds });
      if (!swept.replayed) return 'REVIEW_PENDING';
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.__typename !== 'IllegalTransition') throw error;
      const now = (await progressOf(walk)).status;
      if (now !== status) return now;
      walk.print(error.refusal.message);
      return null;
    }
    // A pass of an earlier run; the entry may have been deferred since.
    const now = (await progressOf(walk)).status;
    if (now !== status) return now;
  }
  throw new ClientFault(
    `Entry ${walk.entryId} was swept ${MOST_SWEEPS} times and still waits. ` +
      'No ledger behaves like this: check what answers at its address.',
  );
}

/** Nobody defers so often; a server that always answers so is no ledger. */
const MOST_SWEEPS = 1_000;

/** Shows the plan, asks, and approves exactly that. */
async function approvePlan(walk: Walk, superseded: string | null): Promise<EntryStatus | null> {
  const plan = await planOf(walk);
  await showPlan(walk, plan);
  if (plan.problems.some(({ severity }) => severity === 'ERROR')) {
    walk.print('This plan has problems, so it cannot be approved.');
    return null;
  }
  const hasWarnings = plan.problems.length > 0;
  if (!(await walk.confirm({ text: 'Approve this plan?', hasWarnings }))) return null;
  const entry = await walk.phases.review({
    idempotencyKey: `${walk.key}:approve${superseded === null ? '' : `:${superseded}`}`,
    entryId: walk.entryId,
    verdict: 'APPROVE',
    manifestDigest: plan.manifestDigest,
    supersedesDecisionId: superseded,
    rationale: 'Approved in cutter run.',
  });
  return entry.status;
}

async function showPlan(walk: Walk, plan: CutPlan): Promise<void> {
  for (const line of planLines(plan)) walk.print(line);
  for await (const line of shownPlan(walk, plan)) walk.print(line);
  walk.shown.add(plan.manifestDigest);
}

/** Cuts what is approved. An approval of another plan than today's, or of other units, is asked for again. */
async function cutEntry(walk: Walk): Promise<EntryStatus | null> {
  const [plan, { reviewDecisions }] = [await planOf(walk), await progressOf(walk)];
  const live = reviewDecisions.nodes.find((decision) => decision.supersededByReviewDecisionId === null);
  if (live !== undefined && live.manifestVersion !== plan.manifestDigest) {
    return approvePlan(walk, live.reviewDecisionId);
  }
  if (!walk.shown.has(plan.manifestDigest)) await showPlan(walk, plan);
  if (!(await walk.confirm({ text: 'Cut the document?', hasWarnings: false }))) return null;
  try {
    return await applyCut(walk, plan.manifestDigest);
  } catch (refused) {
    if (!(refused instanceof Refused) || live === undefined) throw refused;
    if (!['PlanStale', 'NotApproved'].includes(refused.refusal.__typename)) throw refused;
    walk.print(refused.message);
    walk.print('The plan needs another review.');
    return approvePlan(walk, live.reviewDecisionId);
  }
}

async function applyCut(walk: Walk, manifestDigest: string): Promise<EntryStatus | null> {
  const { phases, entryId, key } = walk;
  try {
    const entry = await phases.cut({ idempotencyKey: `${key}:cut`, entryId, manifestDigest });
    return entry.status;
  } catch (refused) {
    const waiting = refused instanceof Refused ? refused.problem('document-unverified') : undefined;
    if (waiting?.entryId == null) throw refused;
    walk.print(waiting.message);
    return (await verifyOther(walk, waiting.entryId)) ? 'REVIEWED_APPROVED' : null;
  }
}

/** Another text of this document was cut and not verified, by a run that was broken off, say: that comes first. */
async function verifyOther(walk: Walk, entryId: string): Promise<boolean> {
  if (!(await walk.confirm({ text: 'Verify that cut first?', hasWarnings: false }))) return false;
  const status = await verifyCut({ ...walk, entryId, key: `run:finish:${entryId}` });
  return status !== null;
}

const issueCommand = (changeSetId: string) => commandText(`passport issue ${changeSetId}`);

async function verifyCut({
  clients,
  phases,
  entryId,
  key,
  print,
  passportCommand,
}: Walk): Promise<EntryStatus | null> {
  const { changeSets } = await progressOf({ clients, entryId });
  const changeSetId = changeSets.nodes[0]?.changeSetId;
  if (changeSetId === undefined) throw new ClientFault(`Entry ${entryId} is cut, but has no change set.`);
  const judged = await phases.verify({ idempotencyKey: `${key}:verify`, changeSetId });
  for (const { axis, message, unit } of judged.findings) {
    print(`  axis ${axis}${unit === null ? '' : `, ${unit}`}: ${message}`);
  }
  print('         issue its passport:');
  print(`         $ ${(passportCommand ?? issueCommand)(changeSetId)}`);
  return judged.status;
}
