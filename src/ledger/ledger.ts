import type { DatabasePool } from 'slonik';
import type { PartyVerb, Verb } from '../auth/authority.ts';
import { refuseOtherManifest, refuseOutside, refuseOutsideChangeSet } from '../auth/narrowing.ts';
import type { Session } from '../auth/session.ts';
import type { ProgramDigests } from '../drift/program-digests.ts';
import { laneProblem } from '../law/hindrances.ts';
import type { Custody } from '../law/keys.ts';
import { LaneNotServed, problemAt, Refusal } from '../law/refusals.ts';
import type { Rules } from '../law/rules/rules.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from '../law/values.ts';
import { PlanCache } from './effect/plan-cache.ts';
import { refuseSpelling } from './envelope/key-spelling.ts';
import {
  type Done,
  type LaneResources,
  type LaneTx,
  type PartyDone,
  type PartyTx,
  type PhaseCall,
  type RulesDone,
  runPartyVerb,
  runPhase,
  type VerifyTx,
  type WriterResources,
  type Written,
} from './envelope/transaction.ts';
import { type IncludedUnit, type UnitInclusion, UnitInclusions } from './inclusion/unit-inclusions.ts';
import { type ListedToken, listTokens, type TokenFilter } from './parties/list-tokens.ts';
import { type PlanCutInput, type PlanView, planCut } from './plan-cut.ts';
import { type PlanDiffView, planDiff } from './plan-diff/plan-diff.ts';
import { type Reconstruction, reconstruct } from './reconstruct.ts';
import { type JudgedOtherwise, judgedOtherwise } from './rules/judged-otherwise.ts';
import { type KnownRules, knownRules } from './rules/known-rules.ts';
import type { PlannedCut } from './sanction/approve-cut.ts';
import { cutToApprove } from './sanction/cut-to-approve.ts';
import type { SweepAnswer, SweepInput } from './sweep.ts';
import { sweepReplay } from './sweep-replay.ts';

/** The ledger as resolvers see it: verbs run in their lane's transaction, evidence is read outside of it. */
export interface Ledger {
  /** Runs a verb in the executor's lane (DOT-991, login cutter_exec). */
  asExec<V extends Verb, T extends object>(
    call: PhaseCall<V>,
    work: (tx: LaneTx<typeof EXECUTOR_LANE, V>) => Promise<Done<T>>,
  ): Promise<Written<T>>;
  /** Runs a verb in the verifier's lane (DOT-992, login cutter_verify). */
  asVerify<T extends object>(
    call: PhaseCall<'verify'>,
    work: (tx: VerifyTx) => Promise<Done<T>>,
  ): Promise<Written<T>>;
  /** Runs a verb about persons, principals and tokens, in no lane (login cutter_registrar). */
  asRegistrar<V extends PartyVerb, T extends object>(
    call: PhaseCall<V>,
    work: (tx: PartyTx<V>) => Promise<PartyDone<T> | RulesDone<T>>,
  ): Promise<Written<T>>;
  /** Shows a plan without writing. */
  planCut(caller: Session, input: PlanCutInput): Promise<PlanView>;
  /** Shows what a plan changes without writing. */
  planDiff(caller: Session, input: PlanCutInput): Promise<PlanDiffView>;
  /** Gives a cut's source back from its rows. */
  reconstruct(caller: Session, changeSetId: string): Promise<Reconstruction>;
  /** The tokens of principals of the caller's mode. */
  tokens(caller: Session, filter: TokenFilter): Promise<readonly ListedToken[]>;
  /** The rules of a version, or those in force; null where there are none. */
  rules(version: number | null): Promise<KnownRules | null>;
  /** What the cut of an approved entry would do now, or why it can't be cut. */
  cutToApprove(input: {
    readonly entryId: string;
    readonly manifestDigest: string;
  }): Promise<PlannedCut | Refusal>;
  /** Which past decisions two versions of the rules judge otherwise. */
  judgedOtherwise(before: Rules, after: Rules): Promise<JudgedOtherwise>;
  /** The lanes that this process has secrets for. */
  readonly lanes: ReadonlySet<Lane>;
  /** Proves that a unit stands in the manifest that was approved; null where that was altered. */
  proveUnit(unit: IncludedUnit): Promise<UnitInclusion | null>;
  /** The first answer of a sweep's key, which the writing lane may not read. */
  sweepReplay(caller: Session, input: SweepInput): Promise<SweepAnswer>;
}

export interface LedgerOptions {
  readonly pools: {
    readonly exec: DatabasePool | null;
    readonly verify: DatabasePool | null;
    readonly registrar: DatabasePool | null;
    readonly observe: DatabasePool;
    readonly reader: DatabasePool;
    readonly evidence: DatabasePool;
  };
  /** The lanes' keys that this process holds. */
  readonly custody: Custody;
  /** Why what is acknowledged might not outlive a crash; null where it does. */
  readonly lost: () => string | null;
  /** What of the database's shape was altered. */
  readonly shape: LaneResources<Lane>['shape'];
  /** What the program that writes is. */
  readonly program: () => ProgramDigests;
  /** Called at the end of each writing transaction: with its error, or null. */
  readonly wrote: (error: unknown) => void;
  /** Called after each commit: the integrator has something to do. */
  readonly committed: () => void;
  /** Called for each error that is no refusal: the database forbade what the code allows (42501), or another defect. */
  readonly alarm: (error: unknown, call: PhaseCall) => void;
}

/** Opens the ledger on the lanes that this process has secrets for. */
export function openLedger(options: LedgerOptions): Ledger {
  const plans = new PlanCache();
  const { pools } = options;
  const exec = laneOf(EXECUTOR_LANE, pools.exec, plans, options);
  const inclusions = new UnitInclusions(pools.reader);
  const verify = laneOf(VERIFIER_LANE, pools.verify, plans, options);
  const { lost, shape, wrote, committed } = options;
  const registrar =
    pools.registrar === null ? null : { pool: pools.registrar, lost, shape, wrote, committed };
  return {
    lanes: new Set([exec, verify].flatMap((resources) => resources?.lane ?? [])),
    asExec: (call, work) => runGuarded(options, call, EXECUTOR_LANE, exec, work),
    asVerify: (call, work) => runGuarded(options, call, VERIFIER_LANE, verify, work),
    asRegistrar: (call, work) => runAsRegistrar(options, call, registrar, work),
    planCut: (caller, input) => {
      refuseOutside(caller, input.entryId === null ? [] : [input.entryId]);
      return planCut({ connection: pools.evidence, plans }, input);
    },
    planDiff: (caller, input) => {
      refuseOutside(caller, input.entryId === null ? [] : [input.entryId]);
      return planDiff({ connection: pools.evidence, plans }, input);
    },
    async reconstruct(caller, changeSetId) {
      await refuseOutsideChangeSet(pools.evidence, caller, changeSetId);
      return reconstruct(pools.evidence, changeSetId);
    },
    tokens: (caller, filter) => listTokens(pools.evidence, caller.mode, filter),
    rules: (version) => knownRules(pools.evidence, version),
    cutToApprove: (input) => cutToApprove({ connection: pools.evidence, plans }, input, options.program()),
    judgedOtherwise: (before, after) => judgedOtherwise(pools.evidence, before, after),
    proveUnit: (unit) => inclusions.prove(unit),
    sweepReplay: (caller, input) => sweepReplay(pools.evidence, caller, input),
  };
}

function laneOf<L extends Lane>(
  lane: L,
  pool: DatabasePool | null,
  plans: PlanCache,
  { custody, lost, shape, program, wrote, committed }: LedgerOptions,
): LaneResources<L> | null {
  const keys = () => custody.keysOf(lane, 'statement');
  return pool === null ? null : { lane, pool, keys, plans, program, lost, shape, wrote, committed };
}

async function runGuarded<L extends Lane, V extends Verb, T extends object>(
  options: LedgerOptions,
  call: PhaseCall<V>,
  lane: L,
  resources: LaneResources<L> | null,
  work: (tx: LaneTx<L, V>) => Promise<Done<T>>,
): Promise<Written<T>> {
  if (resources === null) {
    const problem = laneProblem(lane, call.verb);
    throw new LaneNotServed(problem.message, [problem]);
  }
  // VERIFY finds its entry in the ledger, and judges it there.
  if (call.verb !== 'verify') refuseOutside(call.caller, call.entryIds ?? []);
  refuseOtherManifest(call.caller, call.manifestDigest ?? null);
  return await runAlarmed(options, call, () => runPhase(resources, call, work));
}

async function runAsRegistrar<V extends PartyVerb, T extends object>(
  options: LedgerOptions,
  call: PhaseCall<V>,
  resources: WriterResources | null,
  work: (tx: PartyTx<V>) => Promise<PartyDone<T> | RulesDone<T>>,
): Promise<Written<T>> {
  if (resources === null) {
    const message =
      `This process holds no secret of cutter_registrar, so it can't take ${call.verb}. ` +
      'Call one that does.';
    throw new LaneNotServed(message, [problemAt([], 'registrar-not-served', message)]);
  }
  // A token that is narrowed to entries is for these, and parties are nobody's entry.
  refuseOutside(call.caller, call.entryIds ?? []);
  refuseOtherManifest(call.caller, call.manifestDigest ?? null);
  return await runAlarmed(options, call, () => runPartyVerb(resources, call, work));
}

async function runAlarmed<T>(options: LedgerOptions, call: PhaseCall, run: () => Promise<T>): Promise<T> {
  await refuseSpelling(options.pools.evidence, call);
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Refusal)) options.alarm(error, call);
    throw error;
  }
}
