import type { Session } from '../auth/session.ts';
import { WAY_KIND } from '../law/actions.ts';
import { Refusal } from '../law/refusals.ts';
import { isEnded } from '../law/states.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { actsOfSteps, MOST_NAMED, namedDoer } from './acts.ts';
import type { EntryFacts } from './entry-facts.ts';
import { type EntryPhase, EntrySteps, type PlanNow, phaseStep } from './entry-steps.ts';
import type { Act, Gap, NamedDoer, ReadinessState } from './gap.ts';
import type { StandingPrincipal } from './principals.ts';
import { type CallStep, deedOf, isWait, type PlannedStep } from './step.ts';
import { mayDo } from './who-may.ts';

/** Whether a phase of an entry, or the ledger as a whole, is ready; and if not, why not and what to do. */
export interface ReadinessAnswer {
  readonly state: ReadinessState;
  /** Whether the caller may do the phase now. */
  readonly isReadyForCaller: boolean;
  readonly whoMay: readonly NamedDoer[];
  readonly whoMayCount: number;
  /** As of an act: the one that makes who does the phase, and those whose doer may not do it. */
  readonly doneBy: number | null;
  readonly apartFrom: readonly number[];
  readonly gaps: readonly Gap[];
  readonly acts: readonly Act[];
}

export interface EntryLook {
  readonly caller: Session;
  readonly principals: readonly StandingPrincipal[];
  readonly readFacts: (entryId: string) => Promise<EntryFacts | null>;
  readonly ledger: Pick<Ledger, 'planCut'>;
}

/** The same for one phase of one entry, apart from what hinders every call of a server. */
export async function entryReadiness(
  look: EntryLook,
  phase: EntryPhase,
  entryId: string,
): Promise<ReadinessAnswer> {
  const { caller, principals } = look;
  if (caller.entryIds !== null && !caller.entryIds.has(entryId))
    return unreadyAnswer('not_visible', entryId, NOT_VISIBLE);
  const ground = groundOf(look);
  const entry = await ground.factsOf(entryId);
  if (entry === null) return unreadyAnswer('not_found', entryId, `There is no entry ${entryId}.`);
  const planning = new EntrySteps(ground, entryId);
  await planning.prepare(entry, phase);
  const [first] = planning.gaps;
  if (planning.isImpossible) return { ...NOTHING_TO_DO, gaps: planning.gaps, state: stateOf(first) };
  const manifestDigest = await planning.manifestFor(entry, phase);
  const steps = settledDeeds([...planning.steps, phaseStep(entry, phase, manifestDigest)]);
  const own = steps.at(-1) as CallStep;
  const { acts, gaps, last, doneBy, apartFrom } = actsOfSteps(steps.slice(0, -1), own, principals);
  const isReady = acts.length === 0;
  const authors = new Map(principals.map((one) => [one.principal_id, one.person_id]));
  return {
    state: isReady ? 'ready' : 'blocked',
    isReadyForCaller: isReady && mayDo(callerOf(caller), own, authors) && reachesManifest(caller, own),
    whoMay: last.slice(0, MOST_NAMED).map(namedDoer),
    whoMayCount: last.length,
    doneBy,
    apartFrom,
    gaps: [...planning.gaps, ...gaps],
    acts,
  };
}

const NOT_VISIBLE =
  'This token is narrowed to other entries, so it is not shown whether there is such an entry. ' +
  'Ask with one that reaches it.';

/** Of what nothing can be done about. */
export const NOTHING_TO_DO = {
  isReadyForCaller: false,
  whoMay: [],
  whoMayCount: 0,
  doneBy: null,
  apartFrom: [],
  gaps: [],
  acts: [],
} as const satisfies Omit<ReadinessAnswer, 'state'>;

function unreadyAnswer(kind: 'not_visible' | 'not_found', entryId: string, message: string): ReadinessAnswer {
  return { ...NOTHING_TO_DO, state: 'never', gaps: [{ kind, message, entryId }] };
}

const stateOf = (gap: Gap | undefined): ReadinessState => (gap?.kind === 'passed' ? 'passed' : 'never');

const callerOf = ({ principalId, personId, kind, scopes }: Session) => {
  return { principal: principalId, person: personId, kind, scopes };
};

const reachesManifest = ({ manifestDigest }: Session, step: CallStep): boolean =>
  manifestDigest === null || manifestDigest === step.manifestDigest;

/** Facts and plans of entries, each read once. */
function groundOf({ caller, readFacts, ledger }: EntryLook) {
  const known = new Map<string, EntryFacts | null>();
  const plans = new Map<string, Promise<PlanNow>>();
  return {
    mode: caller.mode,
    async factsOf(entryId: string): Promise<EntryFacts | null> {
      const found = known.get(entryId);
      if (found !== undefined) return found;
      const read = await readFacts(entryId);
      known.set(entryId, read);
      return read;
    },
    planOf(entry: EntryFacts): Promise<PlanNow> {
      const plan = plans.get(entry.entryId) ?? planNow(ledger, caller, entry);
      plans.set(entry.entryId, plan);
      return plan;
    },
  };
}

/** The plan of an entry; of one that has ended, that of its text. Its predecessors may lie beyond a caller's reach. */
async function planNow(ledger: EntryLook['ledger'], caller: Session, entry: EntryFacts): Promise<PlanNow> {
  const whole = { ...caller, entryIds: null };
  const isOpen = entry.kind === WAY_KIND && !isEnded(entry.status);
  const asked = isOpen
    ? { entryId: entry.entryId, sourceId: null, cutSpec: null }
    : { entryId: null, sourceId: entry.sourceId, cutSpec: entry.spec };
  try {
    const { plan, manifestDigest, actions } = await ledger.planCut(whole, asked);
    return {
      manifestDigest,
      broken: plan.problems[0]?.message ?? null,
      changesNothing:
        actions.vanished.length === 0 && actions.actions.every(({ action }) => action === 'unchanged'),
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { manifestDigest: 'none', broken: error.message, changesNothing: false };
  }
}

/** What an earlier step does again is no longer who did it before. */
function settledDeeds(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  return steps.map((step, at) => {
    if (isWait(step) || step.entryId === null) return step;
    const again = steps
      .slice(0, at)
      .filter((earlier): earlier is CallStep => !isWait(earlier) && earlier.entryId === step.entryId)
      .map(({ verb }) => deedOf(verb));
    const did = Object.fromEntries(
      Object.entries(step.did).filter(([deed]) => !again.includes(deed as (typeof again)[number])),
    );
    return { ...step, did };
  });
}
