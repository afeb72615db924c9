/**
 * The whole path of one document, by the public API: registered, marked, swept, approved, cut, verified. Where it stands is asked
 * of the ledger and never remembered, and every key derives from the document: the same walk begun again goes on where the last
 * one ended, whatever ended it.
 */
import { createHash } from 'node:crypto';
import { ClientFault } from './client.ts';
import {
  EntryProgressDocument,
  type EntryProgressQuery,
  PlanOfEntryDocument,
  type PlanOfEntryQuery,
} from './generated/graphql.ts';
import { type Clients, type Phases, phases } from './phases.ts';
import { planLines } from './plan-lines.ts';
import { accepted, Refused } from './refused.ts';

export interface WalkDocument {
  readonly docCode: string;
  readonly title: string | null;
  readonly profile: string;
  readonly bytes: Uint8Array;
}

export interface WalkOptions {
  readonly clients: Clients;
  readonly document: WalkDocument;
  readonly print: (line: string) => void;
  /** Asked before the approval and before the cut. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Told once, as soon as the entry is known. */
  readonly onEntry?: (entryId: string) => void;
}

export interface WalkEnd {
  readonly entryId: string;
  readonly status: string;
}

interface Walk extends WalkOptions {
  readonly phases: Phases;
  readonly entryId: string;
  /** The entry's idempotency key; the later verbs' keys begin with it. */
  readonly key: string;
}

type Plan = Extract<PlanOfEntryQuery['outcome'], { __typename: 'Plan' }>;
type Progress = NonNullable<EntryProgressQuery['entry']>;

/** Walks as far as the ledger and `confirm` let it. */
export async function walk(options: WalkOptions): Promise<WalkEnd> {
  const begun = await begin(options);
  options.onEntry?.(begun.entryId);
  let status = begun.status;
  for (;;) {
    const next = await step(begun, status);
    if (next === null) return { entryId: begun.entryId, status };
    status = next;
  }
}

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

/** Registers and marks; an attempt that ended without success, or was overtaken by another cut, is followed by the next. */
async function begin(options: WalkOptions): Promise<Walk & { status: string }> {
  const { document, clients, print } = options;
  const calls = phases({ clients, print });
  const { sourceId } = await calls.registerSource({
    idempotencyKey: `run:${document.docCode}:source:${shortDigest(document.title ?? '', document.bytes)}`,
    docCode: document.docCode,
    title: document.title,
    content: { base64: Buffer.from(document.bytes).toString('base64') },
  });
  const base = `run:${document.docCode}:${shortDigest(document.profile, document.bytes)}`;
  for (let attempt = 1; ; attempt += 1) {
    const key = `${base}:${attempt}`;
    const entry = await calls.mark({
      idempotencyKey: key,
      sourceId,
      cutSpec: { profile: document.profile },
      signalSource: 'cutter run',
    });
    const walk = { ...options, phases: calls, entryId: entry.entryId, key, status: entry.status };
    if (entry.replayed && (await isSpent(walk))) continue;
    entry.tell();
    if (entry.status === 'verified_complete')
      print('This text stands already, verified; nothing was written.');
    return walk;
  }
}

const ENDED = ['verify_failed_escalated', 'reviewed_rejected', 'abandoned'];

/** Whether an attempt of an earlier run can't be gone on with. */
async function isSpent(walk: Walk & { status: string }): Promise<boolean> {
  if (walk.status !== 'verified_complete') return ENDED.includes(walk.status);
  const { actionCounts } = await planOf(walk);
  return actionCounts.some(({ action, count }) => CHANGES.includes(action) && count > 0);
}

const CHANGES: readonly string[] = ['BIRTH', 'VERSION', 'VANISHED'];

/** A sweep takes the oldest first, whoever marked them; it is repeated until the entry's turn has come. */
async function sweepUntilPromoted(walk: Walk, status: string): Promise<string | null> {
  for (let pass = 1; ; pass += 1) {
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
}

/** Shows the plan, asks, and approves exactly that. */
async function approve(walk: Walk, superseded: string | null): Promise<string | null> {
  const plan = await planOf(walk);
  for (const line of planLines(plan)) walk.print(line);
  if (plan.problems.length > 0) {
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

/** Cuts what is approved. An approval of another plan than today's, or of other units, is asked for again. */
async function cut(walk: Walk): Promise<string | null> {
  const [plan, { reviewDecisions }] = [await planOf(walk), await progressOf(walk)];
  const live = reviewDecisions.nodes.find((decision) => decision.supersededByReviewDecisionId === null);
  if (live !== undefined && live.manifestVersion !== plan.manifestDigest) {
    return approve(walk, live.reviewDecisionId);
  }
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
  return judged.status;
}

type Place = Pick<Walk, 'clients' | 'entryId'>;

async function planOf({ clients, entryId }: Place): Promise<Plan> {
  const { outcome } = await clients.reviewer.execute(PlanOfEntryDocument, { entryId });
  return accepted('Planning the cut', outcome, 'Plan');
}

async function progressOf({ clients, entryId }: Place): Promise<Progress> {
  const { entry } = await clients.reviewer.execute(EntryProgressDocument, { entryId });
  if (entry === null) throw new ClientFault(`The ledger has no entry ${entryId} any more.`);
  return entry;
}

/** Enough of a SHA-256 that a name in it stands for these bytes. */
function shortDigest(label: string, bytes: Uint8Array): string {
  return createHash('sha256').update(`${label}\0`).update(bytes).digest('hex').slice(0, 24);
}
