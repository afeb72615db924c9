import { AUTHORITY, type Verb } from '../auth/authority.ts';
import type { Session } from '../auth/session.ts';
import { isRefusedRight } from '../database/database-faults.ts';
import { outageOf, outageSentence } from '../database/outage.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { operatorAct } from './acts.ts';
import { readEntryFacts } from './entry-facts.ts';
import { entryReadiness, NOTHING_TO_DO, type ReadinessAnswer } from './entry-readiness.ts';
import type { EntryPhase } from './entry-steps.ts';
import type { Act, Gap, GapKind } from './gap.ts';
import { readPrincipals } from './principals.ts';
import { markReadiness } from './source-readiness.ts';
import {
  keyChecks,
  otherChecks,
  type SystemChecks,
  type SystemResources,
  stoppingChecks,
} from './system-checks.ts';

/** Says what blocks a phase of an entry, the marking of a source, or the ledger, and what unblocks it. */
export interface Readiness {
  ofEntry(caller: Session, phase: EntryPhase, entryId: string): Promise<ReadinessAnswer>;
  ofSource(caller: Session, sourceId: string): Promise<ReadinessAnswer>;
  ofSystem(caller: Session): Promise<ReadinessAnswer>;
  /** Those of `/ready`. */
  readonly stopping: SystemChecks;
}

export interface ReadinessOptions extends SystemResources {
  readonly ledger: Pick<Ledger, 'planCut'>;
  /** The facts of an entry in SQL, from the room that knows the views. */
  readonly factsSql: (id: string) => string;
}

export function openReadiness(options: ReadinessOptions): Readiness {
  const { pools, ledger, factsSql, mode } = options;
  const stopping = stoppingChecks(options);
  const all = { ...stopping, ...otherChecks(options) };
  const { served, shape } = all as Record<'served' | 'shape', SystemCheck>;
  const hindering = { ...stopping, ...keyChecks(options), served, shape };
  const readFacts = (entryId: string) => readEntryFacts(pools.evidence, factsSql, entryId);
  return {
    stopping,
    async ofEntry(caller, phase, entryId) {
      const principals = await readPrincipals(pools.evidence, mode);
      const answer = await entryReadiness({ caller, principals, readFacts, ledger }, phase, entryId);
      return withSystem(answer, phase, await gapsOf(hindering));
    },
    async ofSource(caller, sourceId) {
      const principals = await readPrincipals(pools.evidence, mode);
      const answer = await markReadiness({ caller, principals, evidence: pools.evidence }, sourceId);
      return withSystem(answer, 'mark', await gapsOf(hindering));
    },
    async ofSystem(caller) {
      const gaps = caller.entryIds === null ? await gapsOf(all) : [NARROWED];
      const isReady = !gaps.some(({ kind }) => !ADVICE.has(kind));
      const acts = gaps.flatMap((gap) => actFor(gap) ?? []);
      return {
        ...NOTHING_TO_DO,
        state: isReady ? 'ready' : 'blocked',
        isReadyForCaller: isReady,
        gaps,
        acts: [...new Map(acts.map((act) => [act.command, act])).values()],
      };
    },
  };
}

type SystemCheck = SystemChecks[string];

const NARROWED: Gap = {
  kind: 'not_visible',
  message:
    'This token is narrowed to some entries, and this is about the whole ledger. Ask with one that is not.',
};

/** Gaps that stop nothing: what an operator should know. */
const ADVICE: ReadonlySet<GapKind> = new Set(['public_privilege', 'no_witness', 'heads_not_kept']);

/** What all checks find. A login that may not look says so, so that nothing seems absent that is only hidden. */
async function gapsOf(checks: SystemChecks): Promise<readonly Gap[]> {
  const found = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<readonly Gap[]> => {
      try {
        return await check();
      } catch (error) {
        if (isRefusedRight(error)) {
          const message = `A login of this server may not look at what the check "${name}" reads. It may be there.`;
          return [{ kind: 'not_visible', message }];
        }
        const outage = outageOf(error);
        if (outage === null) throw error;
        return [{ kind: 'database_away', message: outageSentence(outage) }];
      }
    }),
  );
  return found.flat();
}

/** Puts what hinders the calls of an answer before it: a phase that would be refused is not ready. */
function withSystem(answer: ReadinessAnswer, phase: Verb, system: readonly Gap[]): ReadinessAnswer {
  if (answer.state === 'never' || answer.state === 'passed') return answer;
  const verbs = [phase, ...answer.acts.flatMap(({ mutation }) => mutation ?? [])];
  const gaps = system.filter((gap) => verbs.some((verb) => hindersVerb(gap, verb)));
  if (gaps.length === 0) return answer;
  const acts = [
    ...new Map(gaps.flatMap((gap) => actFor(gap) ?? []).map((act) => [act.command, act])).values(),
  ];
  const moved = (place: number) => place + acts.length;
  return {
    ...answer,
    state: 'blocked',
    isReadyForCaller: false,
    doneBy: answer.doneBy === null ? null : moved(answer.doneBy),
    apartFrom: answer.apartFrom.map(moved),
    gaps: [...answer.gaps, ...gaps],
    acts: [
      ...acts,
      ...answer.acts.map((act) => ({
        ...act,
        doneBy: act.doneBy === null ? null : moved(act.doneBy),
        apartFrom: act.apartFrom.map(moved),
      })),
    ],
  };
}

/** Whether a gap of the system makes the ledger refuse a verb. */
function hindersVerb({ kind, lane = null }: Gap, verb: Verb): boolean {
  const own = AUTHORITY[verb].lane;
  switch (kind) {
    case 'lane_not_served':
      return lane === own;
    case 'key_not_valid':
      return lane === own && (verb === 'cut' || verb === 'verify');
    case 'drifted':
      return verb === 'cut' || verb === 'verify';
    case 'registrar_not_served':
      return own === null;
    case 'suspended':
    case 'not_durable':
    case 'database_away':
    case 'writes_fail':
      return true;
    default:
      return false;
  }
}

/** The operator's act for a gap of the system; null where it is no command. */
function actFor({ kind, message, scope = null }: Gap): Act | null {
  const command = COMMANDS[kind];
  if (command === undefined) return null;
  return operatorAct(kind === 'scope_unheld' ? `${command} --scope ${scope}` : command, message);
}

const COMMANDS: Readonly<Partial<Record<GapKind, string>>> = {
  suspended: 'cutter resume',
  drifted: 'cutter drift',
  key_not_valid: 'cutter key register',
  lane_not_served: 'cutter start',
  registrar_not_served: 'cutter start',
  no_caller: 'cutter init',
  scope_unheld: 'cutter principal create',
  integrator_stopped: 'cutter drift',
};
