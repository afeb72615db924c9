/**
 * The usual way of many documents, by the verbs that take lists. A document that leaves it (a refusal, a status of an
 * earlier run, a plan with problems) is left to the walk of one document. The keys are those of that walk, so neither
 * does what the other has done.
 */
import { createHash } from 'node:crypto';
import { SweepDocument } from '../../client/generated/graphql.ts';
import { repeatCall } from '../../client/repeat.ts';
import { ClientFault } from '../client/client.ts';
import { Refused } from '../client/refused.ts';
import { planLines } from '../terminal/plan-lines.ts';
import { countedWord } from '../terminal/report.ts';
import { actOnEach } from './act-on-each.ts';
import { attemptKey, cutSpecOf, isSpent } from './attempt.ts';
import { type ListCalls, listCalls } from './lists.ts';
import { type Clients, lostCall } from './phases.ts';
import { type CutPlan, planOf } from './reading.ts';
import type { Question, WalkEnd } from './walk.ts';
import type { WalkDocument } from './walk-document.ts';

export interface RegisteredDocument {
  readonly document: WalkDocument;
  readonly sourceId: string;
}

export interface ManyOptions {
  readonly clients: Clients;
  /** Asked once before the approvals and once before the cuts. */
  readonly confirm: (question: Question) => Promise<boolean>;
  /** Whether a plan with warnings may be approved by a list. */
  readonly acceptsWarnings: boolean;
  /** Takes the lines of each plan, before it is asked about; null where nobody looks. */
  readonly showPlan: ((line: string) => void) | null;
  /** Called with what was done. */
  readonly progress: (line: string) => void;
}

/** A document under way. */
interface Way<D> {
  readonly of: D;
  readonly entryId: string;
  /** The keys of the later verbs begin with it. */
  readonly key: string;
}

interface Planned<D> extends Way<D> {
  readonly plan: CutPlan;
}

/** Plans that are asked for at a time. */
const WIDTH = 4;

/** How far the documents came. One that isn't named is left over. */
export async function walkMany<D extends RegisteredDocument>(
  documents: readonly D[],
  options: ManyOptions,
): Promise<Map<D, WalkEnd>> {
  const { clients, confirm, progress } = options;
  const calls = listCalls(clients);
  const ends = new Map<D, WalkEnd>();
  const endAll = (ways: readonly Way<D>[], status: WalkEnd['status']) => {
    for (const { of, entryId } of ways) ends.set(of, { entryId, status });
    return ends;
  };
  const pending = await bringToReview(documents, calls, options, ends);
  const planned = await planAll(pending, options);
  if (planned.length === 0) return ends;
  const hasWarnings = planned.some(({ plan }) => plan.problems.length > 0);
  const plans = countedWord(planned.length, 'plan');
  if (!(await confirm({ text: `Approve ${plans}?`, hasWarnings }))) return endAll(planned, 'REVIEW_PENDING');
  const approvals = await calls.reviewMany(planned, ({ entryId, key, plan }) => ({
    idempotencyKey: `${key}:approve`,
    entryId,
    verdict: 'APPROVE' as const,
    manifestDigest: plan.manifestDigest,
    supersedesDecisionId: null,
    rationale: 'Approved in cutter run.',
  }));
  const approved = approvals.flatMap(([way, { entry }]) =>
    entry.status === 'REVIEWED_APPROVED' ? [way] : [],
  );
  if (approved.length === 0) return ends;
  progress(`${approved.length} approved`);
  const cutting = `Cut ${countedWord(approved.length, 'document')}?`;
  if (!(await confirm({ text: cutting, hasWarnings: false }))) return endAll(approved, 'REVIEWED_APPROVED');
  const cuts = await calls.cutMany(approved, ({ entryId, key, plan }) => ({
    idempotencyKey: `${key}:cut`,
    entryId,
    manifestDigest: plan.manifestDigest,
  }));
  progress(`${cuts.length} cut`);
  const verified = await calls.verifyMany(cuts, ([{ key }, { changeSet }]) => ({
    idempotencyKey: `${key}:verify`,
    changeSetId: changeSet.changeSetId,
  }));
  progress(`${verified.length} verified`);
  for (const [[{ of }], { entry }] of verified)
    ends.set(of, { entryId: entry.entryId, status: entry.status });
  return ends;
}

/** Marks and sweeps. What is complete already has its end. */
async function bringToReview<D extends RegisteredDocument>(
  documents: readonly D[],
  calls: ListCalls,
  { clients, progress }: ManyOptions,
  ends: Map<D, WalkEnd>,
): Promise<readonly Way<D>[]> {
  const marks = await calls.markMany(documents, ({ document, sourceId }) => ({
    idempotencyKey: attemptKey(document, 1),
    sourceId,
    cutSpec: cutSpecOf(document),
    signalSource: 'cutter run',
  }));
  progress(`${marks.length} marked`);
  const ways = marks.map(([of, { entry }]) => {
    const way: Way<D> = { of, entryId: entry.entryId, key: attemptKey(of.document, 1) };
    return [way, entry.status] as const;
  });
  const inStatus = (wanted: WalkEnd['status']) =>
    ways.flatMap(([way, status]) => (status === wanted ? [way] : []));
  await actOnEach(inStatus('VERIFIED_COMPLETE'), WIDTH, async ({ of, entryId }) => {
    const spent = await unlessFaulty(() => isSpent(clients, entryId, 'VERIFIED_COMPLETE'));
    if (spent === false) ends.set(of, { entryId, status: 'VERIFIED_COMPLETE' });
  });
  const swept = await sweepTogether(inStatus('MARKED'), clients);
  return [...inStatus('REVIEW_PENDING'), ...swept];
}

/** One pass over these entries alone. Those that it promoted. */
async function sweepTogether<D>(ways: readonly Way<D>[], clients: Clients): Promise<readonly Way<D>[]> {
  if (ways.length === 0) return [];
  const entryIds = ways.map(({ entryId }) => entryId);
  const name = createHash('sha256').update(entryIds.toSorted().join(' ')).digest('hex').slice(0, 24);
  const input = { idempotencyKey: `run:sweep:${name}`, entryIds };
  const swept = await unlessFaulty(() =>
    repeatCall({ send: () => clients.marker.execute(SweepDocument, { input }), lost: lostCall }),
  );
  if (swept?.outcome.__typename !== 'SweepSuccess') return [];
  const promoted = new Set(swept.outcome.promoted.map(({ entryId }) => entryId));
  return ways.filter(({ entryId }) => promoted.has(entryId));
}

/** The plans that may be approved together. */
async function planAll<D extends RegisteredDocument>(
  ways: readonly Way<D>[],
  { clients, acceptsWarnings, showPlan, progress }: ManyOptions,
): Promise<readonly Planned<D>[]> {
  const plans = new Map<Way<D>, CutPlan>();
  await actOnEach(ways, WIDTH, async (way) => {
    const plan = await unlessFaulty(() => planOf({ clients, entryId: way.entryId }));
    if (plan !== null) plans.set(way, plan);
  });
  const planned = ways.flatMap((way): Planned<D>[] => {
    const plan = plans.get(way);
    if (plan === undefined) return [];
    const isFaulty = plan.problems.some(({ severity }) => severity === 'ERROR');
    return isFaulty || (plan.problems.length > 0 && !acceptsWarnings) ? [] : [{ ...way, plan }];
  });
  progress(`${planned.length} planned`);
  for (const { of, plan } of showPlan === null ? [] : planned)
    for (const line of [of.document.docCode, ...planLines(plan)]) showPlan?.(line);
  return planned;
}

/** Null where it concerns this document alone: the walk of one document says why. */
async function unlessFaulty<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused || (error instanceof ClientFault && error.kind !== 'unreachable'))
      return null;
    throw error;
  }
}
