/**
 * The whole path of one document, by the public API: registered, marked, swept, approved, cut, verified. Where it stands is asked
 * of the ledger and never remembered, and every key derives from the document: the same walk begun again goes on where the last
 * one ended, whatever ended it.
 */
import { type Attempt, type AttemptOptions, begin } from './attempt.ts';
import { ClientFault } from './client.ts';
import { planLines } from './plan-lines.ts';
import { type Plan, planOf, progressOf } from './reading.ts';
import { Refused } from './refused.ts';

export interface WalkOptions extends AttemptOptions {
  /** Asked before the approval and before the cut. */
  readonly confirm: (question: string) => Promise<boolean>;
}

export interface WalkEnd {
  readonly entryId: string;
  readonly status: string;
}

interface Walk extends WalkOptions, Omit<Attempt, 'status'> {
  /** Digests of the plans that were shown: what is approved or cut was seen before. */
  readonly shown: Set<string>;
}

/** Walks as far as the ledger and `confirm` let it. */
export async function walk(options: WalkOptions): Promise<WalkEnd> {
  const { status: found, ...attempt } = await begin(options);
  const begun = { ...options, ...attempt, shown: new Set<string>() };
  let status = found;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    const next = await step(begun, status);
    if (next === null) return { entryId: begun.entryId, status };
    status = next;
  }
  throw new ClientFault(`Entry ${begun.entryId} doesn't come to rest; others are at work on this document.`);
}

/** Four would do; reviews that were overtaken take more. */
const MOST_STEPS = 20;

/** One step from `status`: the next status, or null where the walk ends. */
async function step(walk: Walk, status: string): Promise<string | null> {
  switch (status) {
    case 'marked':
    case 'reviewed_deferred':
      return sweepUntilPromoted(walk, status);
    case 'review_pending':
      return approve(walk, null);
    case 'reviewed_approved':
      return cut(walk);
    case 'cut_applied':
      return verify(walk);
    default:
      return null;
  }
}

/** A sweep takes the oldest first, whoever marked them; it is repeated until the entry's turn has come. */
async function sweepUntilPromoted(walk: Walk, status: string): Promise<string | null> {
  for (let pass = 1; pass <= MOST_SWEEPS; pass += 1) {
    const idempotencyKey = `${walk.key}:sweep:${pass}`;
    const swept = await walk.phases.sweep({ idempotencyKey, limit: 100 }, walk.entryId);
    const now = swept.own && !swept.replayed ? 'review_pending' : (await progressOf(walk)).status;
    if (now !== status) return now;
    if (swept.replayed || swept.promoted > 0) continue;
    walk.print(
      status === 'reviewed_deferred'
        ? 'A reviewer deferred this entry, and its time has not come yet.'
        : 'The sweep found nothing to promote; another one may be at work. Run the command again.',
    );
    return null;
  }
  throw new ClientFault(
    `After ${MOST_SWEEPS} sweeps the turn of entry ${walk.entryId} hasn't come; the ledger says so, or something that stands in for it.`,
  );
}

/** A hundred entries each; what promotes others for ever is no ledger. */
const MOST_SWEEPS = 1_000;

/** Shows the plan, asks, and approves exactly that. */
async function approve(walk: Walk, superseded: string | null): Promise<string | null> {
  const plan = await planOf(walk);
  show(walk, plan);
  if (plan.problems.some(({ severity }) => severity === 'ERROR')) {
    walk.print('A plan with problems is not approved.');
    return null;
  }
  if (!(await walk.confirm('Approve this plan?'))) return null;
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

function show(walk: Walk, plan: Plan): void {
  for (const line of planLines(plan)) walk.print(line);
  walk.shown.add(plan.manifestDigest);
}

/** Cuts what is approved. An approval of another plan than today's, or of other units, is asked for again. */
async function cut(walk: Walk): Promise<string | null> {
  const [plan, { reviewDecisions }] = [await planOf(walk), await progressOf(walk)];
  const live = reviewDecisions.nodes.find((decision) => decision.supersededByReviewDecisionId === null);
  if (live !== undefined && live.manifestVersion !== plan.manifestDigest) {
    return approve(walk, live.reviewDecisionId);
  }
  if (!walk.shown.has(plan.manifestDigest)) show(walk, plan);
  if (!(await walk.confirm('Cut it?'))) return null;
  try {
    return await applied(walk, plan.manifestDigest);
  } catch (refused) {
    if (!(refused instanceof Refused) || live === undefined) throw refused;
    if (!['PlanStale', 'NotApproved'].includes(refused.refusal.__typename)) throw refused;
    walk.print(refused.message);
    walk.print('It needs another review.');
    return approve(walk, live.reviewDecisionId);
  }
}

async function applied(walk: Walk, manifestDigest: string): Promise<string | null> {
  const { phases, entryId, key } = walk;
  try {
    const entry = await phases.cut({ idempotencyKey: `${key}:cut`, entryId, manifestDigest });
    return entry.status;
  } catch (refused) {
    const waiting = refused instanceof Refused ? refused.problem('document-unverified') : undefined;
    if (waiting === undefined) throw refused;
    walk.print(waiting.message);
    return (await verifyOther(walk, waiting)) ? 'reviewed_approved' : null;
  }
}

const ENTRY_ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** Another text of this document was cut and not verified, by a run that was broken off, say: that comes first. */
async function verifyOther(walk: Walk, waiting: { readonly message: string }): Promise<boolean> {
  const entryId = ENTRY_ID.exec(waiting.message)?.[0];
  if (entryId === undefined || !(await walk.confirm('Verify that cut first?'))) return false;
  const status = await verify({ ...walk, entryId, key: `run:finish:${entryId}` });
  return status !== null;
}

async function verify({ clients, phases, entryId, key, print }: Walk): Promise<string | null> {
  const { changeSets } = await progressOf({ clients, entryId });
  const changeSetId = changeSets.nodes[0]?.changeSetId;
  if (changeSetId === undefined) throw new ClientFault(`Entry ${entryId} is cut, but has no change set.`);
  const judged = await phases.verify({ idempotencyKey: `${key}:verify`, changeSetId });
  for (const { axis, message, unit } of judged.findings) {
    print(`  axis ${axis}${unit === null ? '' : `, ${unit}`}: ${message}`);
  }
  // Under the line of the phase, where the plan's details stand under theirs.
  print(`         its passport: cutter passport issue ${changeSetId}`);
  return judged.status;
}
