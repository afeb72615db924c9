import type { CutSpec } from '../document/types.ts';
import { type EntryVerb, statesOfVerb, WAY_KIND } from '../law/actions.ts';
import { changedBaseProblem, cutProblems, deferralProblems, openCommentProblems } from '../law/hindrances.ts';
import type { ListedEntry, OpenPredecessor } from '../law/predecessors.ts';
import type { Problem } from '../law/refusals.ts';
import { RULES_OF_ORIGIN } from '../law/rules/rules.ts';
import { canBecome, isEnded, isTerminal } from '../law/states.ts';
import type { Mode } from '../law/values.ts';
import { derivedId } from '../proof/uuid.ts';
import type { EntryFacts } from './entry-facts.ts';
import type { Gap, GapKind } from './gap.ts';
import { type CallStep, isWait, type PlannedStep } from './step.ts';

/** A phase that is asked about of one entry. */
export type EntryPhase = 'sweep' | 'review' | 'cut' | 'verify';

/** The plan of an entry as it would be reviewed now. */
export interface PlanNow {
  readonly manifestDigest: string;
  /** Why nobody can approve it; null where it can be approved. */
  readonly broken: string | null;
  /** Whether its cut would leave every unit of the document as it is. */
  readonly changesNothing: boolean;
}

/** Where the planning of steps finds what it needs of entries. */
export interface EntryGround {
  readonly factsOf: (entryId: string) => Promise<EntryFacts | null>;
  readonly planOf: (entry: EntryFacts) => Promise<PlanNow>;
  /** In production a person approves each cut. */
  readonly mode: Mode;
}

/** Entries that one answer goes through. */
const MOST_ENTRIES = 50;

/** The gaps by the codes of the problems with which a cut is refused. */
const CUT_GAPS: Readonly<Record<string, GapKind>> = {
  'approval-missing': 'not_approved',
  'approval-expired': 'approval_expired',
  'approval-early': 'approval_early',
  'approval-withdrawn': 'approval_withdrawn',
  'predecessor-open': 'predecessor_open',
  'document-unverified': 'document_unverified',
  'base-changed': 'base_changed',
  'sanction-missing': 'not_sanctioned',
  'sanction-expired': 'not_sanctioned',
  'sanction-revoked': 'not_sanctioned',
  'sanction-used': 'not_sanctioned',
  'approver-suspended': 'not_sanctioned',
  'approver-barred-from-cut': 'not_sanctioned',
  'manifest-differs': 'not_sanctioned',
};
/** Gaps that another review doesn't close. */
const NOT_BY_REVIEW: ReadonlySet<GapKind> = new Set([
  'predecessor_open',
  'document_unverified',
  'approval_early',
  'not_sanctioned',
]);

/** Gaps after which a person has to approve the cut, or has to again. */
const SANCTIONED_AGAIN: ReadonlySet<GapKind> = new Set(['not_sanctioned', 'base_changed', 'plan_changed']);

/**
 * Plans the steps that lead an entry to a phase, each once and in an order in which they can be done. `gaps` are those
 * of the entry that was asked about; what hinders its predecessors is closed by steps of their own.
 */
export class EntrySteps {
  readonly steps: PlannedStep[] = [];
  readonly gaps: Gap[] = [];
  /** Whether some step can't be made at all. */
  isImpossible = false;
  readonly #ground: EntryGround;
  readonly #asked: string;
  readonly #done = new Set<string>();
  /** Documents that a step changes, and decisions that a step supersedes. */
  readonly #changedDocuments = new Set<string>();
  readonly #superseded = new Set<string>();
  readonly #entries = new Set<string>();
  /** Entries whose steps are being planned: none of them can come first. */
  readonly #unfinished = new Set<string>();

  constructor(ground: EntryGround, asked: string) {
    this.#ground = ground;
    this.#asked = asked;
    this.#unfinished.add(asked);
  }

  /** Plans what has to be done before `phase` of the entry. */
  async prepare(entry: EntryFacts, phase: EntryPhase): Promise<void> {
    this.#entries.add(entry.entryId);
    if (entry.kind !== WAY_KIND) return this.#end(entry, 'not_cut_request', kindMessage(entry));
    if (isEnded(entry.status)) return this.#end(entry, 'ended', endedMessage(entry));
    if (!canBecome(entry.status, statesOfVerb(phase)) || isBehind(entry, phase))
      return this.#end(entry, 'passed', `Entry ${entry.entryId} is ${entry.status}: it is past ${phase}.`);
    switch (phase) {
      case 'sweep':
        return this.#prepareSweep(entry);
      case 'review':
        return await this.#prepareReview(entry);
      case 'cut':
        return await this.#prepareCut(entry);
      case 'verify':
        return await this.#prepareVerify(entry);
    }
  }

  #prepareSweep(entry: EntryFacts): void {
    if (entry.status !== 'reviewed_deferred') return;
    for (const problem of deferralProblems(entry)) {
      if (problem.severity === 'warning' || problem.notBefore == null) continue;
      this.#gap(entry, 'deferred', problem);
      this.#wait(entry, problem.notBefore, problem.message);
    }
  }

  async #prepareReview(entry: EntryFacts): Promise<void> {
    if (entry.status === 'marked' || entry.status === 'reviewed_deferred') {
      this.#gap(entry, 'not_swept', {
        message: `Entry ${entry.entryId} is ${entry.status}; a sweep promotes it.`,
      });
      this.#prepareSweep(entry);
      this.#call(entry, 'sweep', {
        input: { entryIds: [entry.entryId] },
        message: `Sweep entry ${entry.entryId}.`,
      });
    }
    const plan = await this.#ground.planOf(entry);
    if (plan.broken !== null) return this.#end(entry, 'plan_broken', plan.broken);
    const asked = entry.comments.filter(({ manifestDigest }) => manifestDigest === plan.manifestDigest);
    const problems = openCommentProblems(entry.entryId, asked);
    const isKnown = this.#isPlanKnown(entry);
    asked.forEach(({ commentId, by }, index) => {
      this.#gap(entry, 'comment_open', { ...(problems[index] as Problem), commentId });
      this.#call(entry, 'resolveComment', {
        id: commentId,
        author: by,
        whilePlan: isKnown ? null : plan.manifestDigest,
        input: { entryId: entry.entryId, commentId },
        message: `Resolve comment ${commentId}.`,
      });
    });
  }

  async #prepareCut(entry: EntryFacts): Promise<void> {
    await this.#prepareWhatComesFirst(entry);
    const plan = await this.#ground.planOf(entry);
    const found =
      entry.status === 'reviewed_approved' ? this.#approvalGaps(entry, plan) : [notApprovedYet(entry)];
    for (const { kind, problem } of found) this.#gap(entry, kind, problem);
    const early = found.find(({ kind }) => kind === 'approval_early');
    const isOvertaken = this.#isOvertaken(entry);
    if (found.some(({ kind }) => !NOT_BY_REVIEW.has(kind)) || isOvertaken) {
      await this.prepare(entry, 'review');
      this.#approve(entry, plan);
    } else if (early !== undefined && entry.live?.notBefore != null)
      this.#wait(entry, entry.live.notBefore, early.problem.message);
    const isOther = found.some(({ kind }) => SANCTIONED_AGAIN.has(kind));
    if (entry.status !== 'reviewed_approved' || isOvertaken || isOther) this.#sanction(entry);
    if (entry.docCode !== null && !plan.changesNothing) this.#changedDocuments.add(entry.docCode);
  }

  /** What of an approved entry's cut another review closes, or time. */
  #approvalGaps(entry: EntryFacts, plan: PlanNow) {
    const gaps = cutProblems(entry, this.#ground.mode).map((problem) => ({
      kind: CUT_GAPS[problem.code] ?? 'not_approved',
      problem,
    }));
    const own = gaps.filter(({ kind }) => kind !== 'predecessor_open' && kind !== 'document_unverified');
    const isSound = own.every(({ kind }) => kind === 'not_sanctioned');
    if (!isSound || plan.manifestDigest === entry.live?.manifestDigest) return own;
    const { message } = changedBaseProblem(entry.entryId, null);
    return [
      ...own,
      { kind: 'plan_changed' as const, problem: { message, manifestDigest: plan.manifestDigest } },
    ];
  }

  /** Whether steps before this one take away what its approval rests on. */
  #isOvertaken({ status, docCode, leaned }: EntryFacts): boolean {
    if (status !== 'reviewed_approved') return false;
    return (
      (docCode !== null && this.#changedDocuments.has(docCode)) ||
      leaned.some(({ id }) => this.#superseded.has(id))
    );
  }

  /** A plan is made against the document, so it may be another one once a step has changed that. */
  #isPlanKnown({ docCode }: EntryFacts): boolean {
    return docCode === null || !this.#changedDocuments.has(docCode);
  }

  #approve(entry: EntryFacts, plan: PlanNow): void {
    const manifestDigest = this.#isPlanKnown(entry) ? plan.manifestDigest : null;
    const superseded = entry.live?.id ?? null;
    if (superseded !== null) this.#superseded.add(superseded);
    this.#call(entry, 'review', {
      manifestDigest,
      input: {
        entryId: entry.entryId,
        verdict: 'APPROVE',
        ...(manifestDigest === null ? {} : { manifestDigest }),
        ...(superseded === null ? {} : { supersedesDecisionId: superseded }),
      },
      missing: manifestDigest === null ? ['manifestDigest'] : [],
      message:
        manifestDigest === null
          ? `Approve the plan of entry ${entry.entryId} as planCut shows it then.`
          : `Approve the plan ${manifestDigest} of entry ${entry.entryId}.`,
    });
  }

  /** A person's approval of the cut, with a key of its own; in production alone. */
  #sanction(entry: EntryFacts): void {
    if (this.#ground.mode !== 'production') return;
    const manifestDigest = this.#approvedManifest(entry);
    this.#call(entry, 'approveCut', {
      manifestDigest,
      input: { entryId: entry.entryId, ...(manifestDigest === null ? {} : { manifestDigest }) },
      missing: [...(manifestDigest === null ? ['manifestDigest'] : []), 'signature'],
      message: `Approve the cut of entry ${entry.entryId} with a key of one's own ("cutter approve").`,
    });
  }

  async #prepareVerify(entry: EntryFacts): Promise<void> {
    if (entry.status === 'cut_applied') return;
    this.#gap(entry, 'not_cut', {
      message: `Entry ${entry.entryId} is ${entry.status}; it has no cut to verify.`,
    });
    await this.prepare(entry, 'cut');
    this.#cut(entry);
  }

  /** The manifest that a phase of the entry names after the steps; null where it names none, or isn't known yet. */
  async manifestFor(entry: EntryFacts, phase: EntryPhase): Promise<string | null> {
    if (phase === 'review') return (await this.#ground.planOf(entry)).manifestDigest;
    return phase === 'cut' ? this.#approvedManifest(entry) : null;
  }

  #approvedManifest({ entryId, live }: EntryFacts): string | null {
    const approving = this.steps.findLast(
      (step): step is CallStep => !isWait(step) && step.verb === 'review' && step.entryId === entryId,
    );
    return approving === undefined ? (live?.manifestDigest ?? null) : approving.manifestDigest;
  }

  #cut(entry: EntryFacts): void {
    const manifestDigest = this.#approvedManifest(entry);
    this.#call(entry, 'cut', {
      manifestDigest,
      input: { entryId: entry.entryId, ...(manifestDigest === null ? {} : { manifestDigest }) },
      missing: manifestDigest === null ? ['manifestDigest'] : [],
      message: `Cut entry ${entry.entryId}.`,
    });
  }

  #verify(entry: EntryFacts): void {
    const { changeSetId } = entry;
    this.#call(entry, 'verify', {
      input: changeSetId === null ? {} : { changeSetId },
      missing: changeSetId === null ? ['changeSetId'] : [],
      message: `Verify the cut of entry ${entry.entryId}.`,
    });
  }

  /** The entries that block this one, those that are nearest to their end first, and open cuts of its document. */
  async #prepareWhatComesFirst(entry: EntryFacts): Promise<void> {
    for (const { code, ...problem } of cutProblems(entry, this.#ground.mode)) {
      const kind = CUT_GAPS[code];
      if (kind === 'predecessor_open' || kind === 'document_unverified') this.#gap(entry, kind, problem);
    }
    for (const id of entry.unverified) await this.#complete(id);
    const ways: { readonly open: OpenPredecessor; readonly going: ListedEntry | null }[] = [];
    for (const open of entry.open) ways.push({ open, going: await this.#goingOf(open) });
    const order = (going: ListedEntry | null) =>
      going === null ? STATUS_ORDER.length : STATUS_ORDER.indexOf(going.status);
    for (const { open, going } of ways.toSorted((a, b) => order(a.going) - order(b.going)))
      if (going !== null && going.kind === WAY_KIND) await this.#complete(going.id);
      else await this.#succeed(going ?? open.last.find(({ status }) => isEnded(status)) ?? open);
  }

  /** The entry whose completion frees a predecessor: itself, or a successor that goes on and can come first. */
  async #goingOf({ last, ...predecessor }: OpenPredecessor): Promise<ListedEntry | null> {
    if (!isEnded(predecessor.status)) return predecessor;
    for (const successor of last)
      if (!isEnded(successor.status) && !(await this.#waitsForUnfinished(successor))) return successor;
    return null;
  }

  /** Whether an entry is, or waits for, one that this one comes before. A successor may be declared so. */
  async #waitsForUnfinished({ id, kind }: ListedEntry): Promise<boolean> {
    if (this.#unfinished.has(id)) return true;
    if (kind !== WAY_KIND) return false;
    const facts = await this.#ground.factsOf(id);
    for (const open of facts?.open ?? [])
      if (!isEnded(open.status) && (await this.#waitsForUnfinished(open))) return true;
    return false;
  }

  async #complete(entryId: string): Promise<void> {
    if (this.#unfinished.has(entryId)) this.isImpossible = true;
    if (this.#entries.has(entryId)) return;
    const entry = await this.#ground.factsOf(entryId);
    if (entry === null || this.#entries.size >= MOST_ENTRIES) {
      this.isImpossible = true;
      return;
    }
    this.#unfinished.add(entryId);
    await this.prepare(entry, 'verify');
    this.#unfinished.delete(entryId);
    this.#verify(entry);
  }

  /** A new entry in the place of one that ended, or that no cut can complete. */
  async #succeed({ id }: { readonly id: string }): Promise<void> {
    if (this.#done.has(`succeed ${id}`)) return;
    this.#done.add(`succeed ${id}`);
    const ended = await this.#ground.factsOf(id);
    if (ended === null || ended.sourceId === null || ended.spec === null) {
      this.isImpossible = true;
      return;
    }
    if (!isTerminal(ended.status))
      this.#call(ended, 'abandon', {
        input: { entryId: id },
        missing: ['rationale'],
        message: `Abandon entry ${id}, which is never cut.`,
      });
    const key = await this.#freeKey(id);
    const entryId = derivedId(key);
    const successor = successorOf(ended, entryId);
    const cutSpec = specInput(ended.spec);
    this.steps.push({
      ...stepOf(successor, 'mark'),
      reach: [],
      input: { idempotencyKey: key, sourceId: ended.sourceId, ...(cutSpec === null ? {} : { cutSpec }) },
      missing: ['signalSource', ...(cutSpec === null ? ['cutSpec'] : [])],
      message: `Mark the document of entry ${id} again; with this key the new entry is ${entryId}.`,
    });
    this.#entries.add(entryId);
    const call = (verb: 'sweep' | 'review' | 'cut' | 'verify', more: Partial<CallStep>) =>
      this.#call(successor, verb, more);
    call('sweep', { input: { entryIds: [entryId] }, message: `Sweep entry ${entryId}.` });
    for (const unverified of ended.unverified) await this.#complete(unverified);
    call('review', {
      input: { entryId, verdict: 'APPROVE' },
      missing: ['manifestDigest'],
      message: `Approve the plan of entry ${entryId} as planCut shows it then.`,
    });
    this.#sanction(successor);
    call('cut', { input: { entryId }, missing: ['manifestDigest'], message: `Cut entry ${entryId}.` });
    call('verify', { missing: ['changeSetId'], message: `Verify the cut of entry ${entryId}.` });
    this.steps.push({
      ...stepOf(successor, 'declareDependency'),
      entryId: null,
      inputKind: 'supersedes',
      reach: [],
      input: { fromEntryId: entryId, toEntryId: id, kind: 'SUPERSEDES' },
      message: `Declare that entry ${entryId} supersedes entry ${id}.`,
    });
    const { changesNothing } = await this.#ground.planOf(ended);
    if (ended.docCode !== null && !changesNothing) this.#changedDocuments.add(ended.docCode);
  }

  /** A key that no entry has, and that is proposed again to who asks again. */
  async #freeKey(id: string): Promise<string> {
    for (let number = 1; ; number += 1) {
      const key = `successor ${number} of ${id}`;
      if ((await this.#ground.factsOf(derivedId(key))) === null) return key;
    }
  }

  #gap(entry: EntryFacts, kind: GapKind, { message, ...evidence }: Omit<Gap, 'kind'>): void {
    if (entry.entryId !== this.#asked) return;
    const {
      path: _path,
      code: _code,
      severity: _severity,
      notBefore,
      ...rest
    } = evidence as Partial<Problem>;
    const gap = { kind, message, ...rest, entryId: rest.entryId ?? entry.entryId, at: notBefore ?? null };
    if (!this.gaps.some((one) => one.kind === kind && one.message === message)) this.gaps.push(gap);
  }

  #end(entry: EntryFacts, kind: GapKind, message: string): void {
    this.#gap(entry, kind, { message });
    this.isImpossible = true;
  }

  #wait({ entryId }: EntryFacts, time: string, message: string): void {
    if (this.#isNew(`wait ${entryId}`)) this.steps.push({ wait: time, entryId, message });
  }

  #call(
    entry: EntryFacts,
    verb: CallStep['verb'],
    { id, ...more }: Partial<CallStep> & { readonly id?: string },
  ): void {
    if (this.#isNew(`${verb} ${id ?? entry.entryId}`)) this.steps.push({ ...stepOf(entry, verb), ...more });
  }

  #isNew(name: string): boolean {
    if (this.#done.has(name)) return false;
    this.#done.add(name);
    return true;
  }
}

/** The states of entries under way, the one nearest to its end first. */
const STATUS_ORDER: readonly EntryFacts['status'][] = [
  'cut_applied',
  'reviewed_approved',
  'review_pending',
  'reviewed_deferred',
  'marked',
];

/** Whether an entry has been where the phase leads to. It may come back there, but nobody has to do it again. */
function isBehind({ status }: EntryFacts, phase: EntryPhase): boolean {
  if (phase === 'sweep') return status === 'review_pending' || status === 'reviewed_approved';
  return isTerminal(status);
}

/** A step about an entry, without what only its own verb has. */
function stepOf(entry: EntryFacts, verb: CallStep['verb']): CallStep {
  return {
    verb,
    reach: [entry.entryId],
    docCode: entry.docCode,
    manifestDigest: null,
    entryId: entry.entryId,
    did: entry.did,
    rules: (entry.rules ?? RULES_OF_ORIGIN).rules,
    whilePlan: null,
    author: null,
    input: {},
    missing: [],
    message: verb,
  };
}

/** An entry that is still to be marked, of the same text. */
function successorOf(ended: EntryFacts, entryId: string): EntryFacts {
  const did = { registered: ended.did.registered ?? null };
  return {
    ...ended,
    entryId,
    kind: WAY_KIND,
    status: 'marked',
    live: null,
    did,
    changeSetId: null,
    comments: [],
  };
}

/** Spans that are given back in an act. */
const MOST_SPANS = 200;

/** A stored specification, as the input of `mark` has it; null where it is too long to be given here. */
function specInput(spec: CutSpec): object | null {
  if ('profile' in spec) {
    const { profile, granularity } = spec;
    return granularity == null ? { profile } : { tuned: { profile, granularity: granularity.toUpperCase() } };
  }
  if (spec.units.length > MOST_SPANS) return null;
  const given = (span: object) =>
    Object.fromEntries(Object.entries(span).filter(([, value]) => value != null));
  return { units: spec.units.map(given) };
}

function notApprovedYet({ entryId, status }: EntryFacts) {
  const message = `Entry ${entryId} is ${status}; no approval of its plan is in force.`;
  return { kind: 'not_approved' as const, problem: { message } };
}

const kindMessage = ({ entryId, kind }: EntryFacts) =>
  `Entry ${entryId} is of kind ${kind}, which isn't cut; end it with abandon and a rationale.`;
const endedMessage = ({ entryId, status }: EntryFacts) =>
  `Entry ${entryId} is ${status}: it has ended. Mark the document again, as a new entry.`;

/** The step of a phase itself, for who may do it. */
export function phaseStep(entry: EntryFacts, phase: EntryVerb, manifestDigest: string | null): CallStep {
  return { ...stepOf(entry, phase), manifestDigest };
}
