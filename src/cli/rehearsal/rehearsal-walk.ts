/** The five phases of a rehearsal, each by a principal of its own, with as many reviewers as the rules ask for. */
import type { Rehearsal } from '../../boot/rehearsal/open-rehearsal.ts';
import { Refusal } from '../../law/refusals.ts';
import type { CutPins } from '../../law/sanction/sanction.ts';
import type { RiskClass } from '../../law/values.ts';
import { type Client, ClientFault, openClient } from '../client/client.ts';
import { planLines } from '../terminal/plan-lines.ts';
import { shownStatus } from '../terminal/report.ts';
import { cutSpecOf } from '../walk/attempt.ts';
import { type Clients, phaseCalls, ROLES } from '../walk/phases.ts';
import { type CutPlan, planOf, progressOf } from '../walk/reading.ts';
import { sourceInputOf } from '../walk/source-input.ts';
import type { WalkDocument } from '../walk/walk-document.ts';
import { openReviewers } from './rehearsal-reviewers.ts';
import type { RehearsedSubject } from './rehearsed-subject.ts';

export interface RehearsalWalk {
  readonly rehearsal: Rehearsal;
  readonly subject: RehearsedSubject;
  /** Null: the entry has its source. */
  readonly document: WalkDocument | null;
  readonly risk: RiskClass;
  /** Receives a line a phase. */
  readonly print: (line: string) => void;
}

export interface Rehearsed {
  readonly plan: CutPlan;
  /** What an approval of the cut pins. */
  readonly pins: CutPins;
  readonly status: string;
  readonly findings: readonly {
    readonly axis: string;
    readonly message: string;
    readonly unit: string | null;
  }[];
}

/** Throws the first refusal, as the ledger would give it. */
export async function walkRehearsal(walk: RehearsalWalk): Promise<Rehearsed> {
  const { rehearsal, subject, print } = walk;
  const { entryId } = subject;
  const clients = Object.fromEntries(
    ROLES.map((who) => [
      who,
      openClient({ url: rehearsal.url, token: rehearsal.tokens[who] as string, who }),
    ]),
  ) as Clients;
  const phases = phaseCalls({ clients, print: () => {} });
  const reviewers = await openReviewers({ ...walk, first: clients.reviewer });
  if (walk.document !== null && !subject.isMarked)
    await timePhase(walk, 'MARK', () => markDocument(walk, walk.document as WalkDocument, phases));
  await timePhase(walk, 'SWEEP', async () => {
    await phases.sweep({ idempotencyKey: 'rehearsal:sweep', entryIds: [entryId] });
    return 'review_pending';
  });
  const plan = await planOf({ clients, entryId });
  for (const line of planLines(plan)) print(line);
  const { manifestDigest } = plan;
  await timePhase(walk, 'REVIEW', () => approvePlan(walk, reviewers, manifestDigest));
  const planned = await rehearsal.ledger.cutToApprove({ entryId, manifestDigest });
  if (planned instanceof Refusal) throw new ClientFault(`The cut can't be approved: ${planned.message}`);
  let changeSetId = '';
  await timePhase(walk, 'CUT', async () => {
    const cut = await phases.cut({ idempotencyKey: 'rehearsal:cut', entryId, manifestDigest });
    changeSetId = cut.changeSetId;
    return shownStatus(cut.status);
  });
  let findings: Rehearsed['findings'] = [];
  const status = await timePhase(walk, 'VERIFY', async () => {
    const judged = await phases.verify({ idempotencyKey: 'rehearsal:verify', changeSetId });
    findings = judged.findings.map(({ axis, message, unit }) => ({ axis, message, unit }));
    return shownStatus(judged.status);
  });
  return { plan, pins: planned.pins, status, findings };
}

async function timePhase(
  { print }: RehearsalWalk,
  phase: string,
  work: () => Promise<string>,
): Promise<string> {
  const begun = performance.now();
  const outcome = await work();
  const ms = Math.round(performance.now() - begun);
  print(`${phase.padEnd(8)} ${outcome.padEnd(23)} ${String(ms).padStart(6)} ms`);
  return outcome;
}

/** Marks under the key of `cutter run`: the entry is the one that a run would make. */
async function markDocument(
  { subject }: RehearsalWalk,
  document: WalkDocument,
  phases: ReturnType<typeof phaseCalls>,
): Promise<string> {
  const { sourceId } = await phases.registerSource(sourceInputOf(document));
  const { entryId } = await phases.mark({
    idempotencyKey: subject.key as string,
    sourceId,
    cutSpec: cutSpecOf(document),
    signalSource: 'cutter run',
  });
  if (entryId !== subject.entryId)
    throw new Error(`The mark made ${entryId} in place of ${subject.entryId}.`);
  return 'marked';
}

/** Each reviewer approves on top of the one before. */
async function approvePlan(
  { subject: { entryId }, risk }: RehearsalWalk,
  reviewers: readonly Client[],
  manifestDigest: string,
): Promise<string> {
  let supersedesDecisionId: string | null = null;
  for (const [at, reviewer] of reviewers.entries()) {
    const clients = { reviewer } as Clients;
    await phaseCalls({ clients, print: () => {} }).review({
      idempotencyKey: `rehearsal:review:${at}`,
      entryId,
      verdict: 'APPROVE',
      manifestDigest,
      riskClass: risk === 'high' ? 'HIGH' : 'STANDARD',
      supersedesDecisionId,
      rationale: 'Approved in a rehearsal.',
    });
    const { reviewDecisions } = await progressOf({ clients, entryId });
    const live = reviewDecisions.nodes.find((one) => one.supersededByReviewDecisionId === null);
    supersedesDecisionId = live?.reviewDecisionId ?? null;
  }
  return 'reviewed_approved';
}
