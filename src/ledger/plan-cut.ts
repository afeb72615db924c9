import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { manifestDigest, manifestHeader } from '../document/manifest.ts';
import type { CutSpec, DocumentPlan } from '../document/types.ts';
import { IllegalTransition, InvalidInput, NotFound, type Problem, problemAt } from '../law/refusals.ts';
import { ENTRY_STATES, type EntryState, isEnded } from '../law/states.ts';
import { ENTRY_KINDS, type EntryKind } from '../law/values.ts';
import { type DocumentActions, planActions } from './effect/actions.ts';
import { type LiveUnitRow, liveUnits } from './effect/live-units.ts';
import { planFor, resolvedSpec } from './effect/plan.ts';
import { foreignHolders, holders } from './effect/plan-addresses.ts';
import type { PlanCache } from './effect/plan-cache.ts';
import {
  ENTRY_SOURCE_ID,
  jsonRows,
  payloadShape,
  SOURCE_META,
  sourceMeta,
  termsOf,
  VOCABULARY,
  vocabularyText,
} from './envelope/reading.ts';

/** A source with a cut specification, or an entry, which has both. */
export interface PlanCutInput {
  readonly sourceId: string | null;
  readonly entryId: string | null;
  readonly cutSpec: CutSpec | null;
}

/** A plan as it would be reviewed now. Of an entry, `manifestDigest` is what a reviewer approves. */
export interface PlanView {
  readonly plan: DocumentPlan;
  readonly manifestDigest: string;
  readonly actions: DocumentActions;
}

const lookRow = z.object({
  payload: payloadShape.nullable(),
  kind: z.enum(ENTRY_KINDS).nullable(),
  status: z.enum(ENTRY_STATES).nullable(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  live_units: jsonRows<LiveUnitRow>(),
  held: holders,
});

/** Shows what a cut would be, with its coverage and its problems; writes nothing. */
export async function planCut(
  evidence: { connection: CommonQueryMethods; plans: PlanCache },
  input: PlanCutInput,
): Promise<PlanView> {
  refuseUnclear(input);
  const look = await evidence.connection.one(sql.prepared('planCut.look', lookRow)`
    /* planCut.look */ select e.payload, e.kind, e.status, ${SOURCE_META} as source, ${VOCABULARY} as vocabulary,
      ${liveUnits(sql.fragment`s.doc_code`)} as live_units, ${foreignHolders(sql.fragment`s.doc_code`)} as held
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${input.entryId}::uuid
    left join cutter_source.source s
      on s.source_id = coalesce(${input.sourceId}::uuid, ${ENTRY_SOURCE_ID})`);
  const { source, payload } = look;
  if (look.kind !== null && look.kind !== 'cut_request') throw refusalOfKind(input, look.kind);
  if (look.status !== null && isEnded(look.status)) throw refusalOfEnded(input, look.status);
  if (source === null) throw refusalOfAbsent(input);
  const asked = input.cutSpec === null ? null : resolvedSpec(input.cutSpec);
  const spec = payload === null ? asked : payload.proposed_cut_spec;
  if (spec === null) throw refusalOfAbsent(input);
  const plan = await planFor(evidence, {
    source,
    spec,
    vocabulary: termsOf(look.vocabulary),
    held: look.held,
  });
  const header = manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code });
  return {
    plan,
    manifestDigest: manifestDigest(header, plan.leafHashes),
    actions: planActions(plan.records, look.live_units),
  };
}

function refuseUnclear(input: PlanCutInput): void {
  const problems: Problem[] = [];
  const problem = (path: string, message: string) => problems.push(problemAt([path], 'unclear', message));
  if (input.entryId !== null) {
    if (input.sourceId !== null) problem('sourceId', 'An entry has its source already; leave sourceId out.');
    if (input.cutSpec !== null)
      problem('cutSpec', 'An entry has its cut specification already; leave cutSpec out.');
  } else {
    if (input.sourceId === null) problem('sourceId', 'Name an entry, or a source with a cutSpec.');
    if (input.cutSpec === null)
      problem('cutSpec', 'A source needs a cutSpec, for example { profile: "markdown" }.');
  }
  if (problems.length > 0) throw new InvalidInput(problems[0]?.message ?? 'Unclear.', problems);
}

const subjectOf = (entryId: string | null) => (entryId === null ? {} : { entryId });

/**
 * Refuses an entry that ended uncut or failed. What was cut keeps its plan, which shows whether the text is
 * unchanged.
 */
function refusalOfEnded({ entryId }: PlanCutInput, status: EntryState): IllegalTransition {
  const message =
    `Entry ${entryId} is ${status}: it has ended, so nobody can approve a plan of it. To see how its text would be ` +
    'cut now, call planCut with its sourceId and a cutSpec; to cut it, mark it again.';
  return new IllegalTransition(message, [problemAt(['entryId'], status, message, subjectOf(entryId))]);
}

/** Refuses an entry that is never cut: a plan that nobody can approve would only mislead. */
function refusalOfKind({ entryId }: PlanCutInput, kind: EntryKind): IllegalTransition {
  const message =
    `Entry ${entryId} is of kind ${kind}. Such an entry isn't reviewed or cut, so it has no plan. ` +
    'End it with abandon and a rationale. To try again, mark a new entry.';
  return new IllegalTransition(message, [problemAt(['entryId'], kind, message, subjectOf(entryId))]);
}

function refusalOfAbsent(input: PlanCutInput): NotFound {
  const path = input.entryId === null ? 'sourceId' : 'entryId';
  const message =
    input.entryId === null
      ? `No source ${input.sourceId} is registered.`
      : `There is no entry ${input.entryId} with a source.`;
  return new NotFound(message, [problemAt([path], 'not-found', message, subjectOf(input.entryId))]);
}
