import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { manifestHeader } from '../document/manifest.ts';
import { formatOf } from '../document/plan.ts';
import { judgeProfile } from '../document/profile/judge.ts';
import type { DocumentProfile } from '../document/profile/schema.ts';
import type { CutSpec, DocumentPlan } from '../document/types.ts';
import { IllegalTransition, InvalidInput, NotFound, type Problem, problemAt } from '../law/refusals.ts';
import { ENTRY_STATES, type EntryState, isEnded } from '../law/states.ts';
import { ENTRY_KINDS, type EntryKind } from '../law/values.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { baseOf, type DocumentActions, manifestDigestOf, planActions } from './effect/actions.ts';
import { type CarriedOver, carriedOver } from './effect/carried-over.ts';
import { type LiveUnitRow, liveUnits } from './effect/live-units.ts';
import { namedProfiles, profileNamed, profileText } from './effect/named-profiles.ts';
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
  /** A profile to try that isn't registered, with a source and in the place of a specification. */
  readonly draftProfile?: PlainJson | null;
}

/** A plan as it would be reviewed now. Of an entry, `manifestDigest` is what a reviewer approves. */
export interface PlanView {
  readonly plan: DocumentPlan;
  readonly manifestDigest: string;
  readonly actions: DocumentActions;
  /** What of it was approved before. Read when it is first asked for. */
  readonly readCarriedOver: () => Promise<CarriedOver>;
}

const lookRow = z.object({
  payload: payloadShape.nullable(),
  kind: z.enum(ENTRY_KINDS).nullable(),
  status: z.enum(ENTRY_STATES).nullable(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  profile: profileText,
  live_units: jsonRows<LiveUnitRow>(),
  held: holders,
});

/** Shows what a cut would be, with its coverage and its problems; writes nothing. */
export async function planCut(
  evidence: { connection: CommonQueryMethods; plans: PlanCache },
  input: PlanCutInput,
): Promise<PlanView> {
  refuseUnclear(input);
  const draft = input.draftProfile == null ? null : draftOf(input.draftProfile);
  const reference = input.cutSpec !== null && 'profile' in input.cutSpec ? input.cutSpec.profile : null;
  const named = sql.fragment`coalesce(e.payload->'proposed_cut_spec'->>'profile', ${reference})`;
  const look = await evidence.connection.one(sql.prepared('planCut.look', lookRow)`
    /* planCut.look */ select e.payload, e.kind, e.status, ${SOURCE_META} as source, ${VOCABULARY} as vocabulary,
      ${profileNamed(named)} as profile,
      ${liveUnits(sql.fragment`s.doc_code`)} as live_units, ${foreignHolders(sql.fragment`s.doc_code`)} as held
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${input.entryId}::uuid
    left join cutter_source.source s
      on s.source_id = coalesce(${input.sourceId}::uuid, ${ENTRY_SOURCE_ID})`);
  const { source, payload } = look;
  if (look.kind !== null && look.kind !== 'cut_request') throw refusalOfKind(input, look.kind);
  if (look.status !== null && isEnded(look.status)) throw refusalOfEnded(input, look.status);
  if (source === null) throw refusalOfAbsent(input);
  const profiles = draft === null ? namedProfiles(look.profile) : [draft];
  const wanted = draft === null ? input.cutSpec : { profile: `${draft.name}@${draft.version}` };
  const asked = wanted === null ? null : resolvedSpec(wanted, profiles);
  const spec = payload === null ? asked : payload.proposed_cut_spec;
  if (spec === null) throw refusalOfAbsent(input);
  const plan = await planFor(evidence, {
    source,
    spec,
    vocabulary: termsOf(look.vocabulary),
    profiles,
    held: look.held,
    base: await baseOf(look.live_units, formatOf(spec, profiles)),
  });
  const header = manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code });
  let carried: Promise<CarriedOver> | null = null;
  return {
    plan,
    manifestDigest: await manifestDigestOf(header, plan),
    actions: await planActions(plan, look.live_units),
    readCarriedOver: () => {
      const document = { docCode: source.doc_code, entryId: input.entryId };
      carried ??= carriedOver(evidence.connection, document, plan);
      return carried;
    },
  };
}

function refuseUnclear(input: PlanCutInput): void {
  const problems: Problem[] = [];
  const problem = (path: string, message: string) => problems.push(problemAt([path], 'unclear', message));
  if (input.entryId !== null) {
    if (input.sourceId !== null) problem('sourceId', 'An entry has its source already; leave sourceId out.');
    if (input.cutSpec !== null)
      problem('cutSpec', 'An entry has its cut specification already; leave cutSpec out.');
    if (input.draftProfile != null)
      problem('draftProfile', 'An entry has its profile already. To try another one, name its source.');
  } else {
    if (input.sourceId === null) problem('sourceId', 'Name an entry, or a source with a cutSpec.');
    if (input.cutSpec !== null && input.draftProfile != null)
      problem('cutSpec', 'A draft says how to cut; leave cutSpec out.');
    if (input.cutSpec === null && input.draftProfile == null)
      problem('cutSpec', 'A source needs a cutSpec, for example { profile: "markdown" }.');
  }
  if (problems.length > 0) throw new InvalidInput(problems[0]?.message ?? 'Unclear.', problems);
}

/** Refuses what is no profile; nothing of a draft is stored. */
function draftOf(body: PlainJson): DocumentProfile {
  const judged = judgeProfile(body);
  if ('profile' in judged) return judged.profile;
  const problems = judged.problems.map(({ path, code, message }) =>
    problemAt(['draftProfile', ...path], code, message),
  );
  throw new InvalidInput(`The draft is no profile: ${problems[0]?.message}`, problems);
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
