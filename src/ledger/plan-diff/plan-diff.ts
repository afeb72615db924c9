import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { WordStretch } from '../../text/word-diff.ts';
import type { LedgerUnit } from '../effect/actions.ts';
import type { PlanCache } from '../effect/plan-cache.ts';
import { jsonRows } from '../envelope/reading.ts';
import { type PlanCutInput, type PlanView, planCut } from '../plan-cut.ts';
import { changesOf, type PlanChange, unpairedUnits, withRenumbered } from './plan-changes.ts';
import { wordDiffs } from './word-diffs.ts';

/** What a unit says now, and how that differs from what the plan says. */
export interface ChangedText {
  readonly before: string;
  readonly words: readonly WordStretch[];
}

/** A plan beside the current units of its document. */
export interface PlanDiffView {
  readonly view: PlanView;
  readonly changes: readonly PlanChange[];
  /** The texts of these changes whose text another one follows or none. The others have none. */
  textsOf(changes: readonly PlanChange[]): Promise<ReadonlyMap<PlanChange, ChangedText>>;
}

/** Shows what a cut would change, unit by unit; writes nothing. */
export async function planDiff(
  evidence: { connection: CommonQueryMethods; plans: PlanCache },
  input: PlanCutInput,
): Promise<PlanDiffView> {
  const view = await planCut(evidence, input);
  const changes = changesOf(view);
  const unpaired = unpairedUnits(changes);
  const bodies = await bodiesOf(evidence.connection, unpaired);
  return {
    view,
    changes: withRenumbered(changes, ({ versionId }) => bodies.get(versionId ?? 'none')),
    textsOf: (changes) => changedTexts(evidence.connection, changes),
  };
}

/** What the plan says of a unit that it removes. */
const NOTHING = '';

const bodiesRow = z.object({ bodies: jsonRows<readonly [versionId: string, body: string]>() });

/** The texts of units, by the ids of their versions. */
async function bodiesOf(
  connection: CommonQueryMethods,
  units: readonly LedgerUnit[],
): Promise<ReadonlyMap<string, string>> {
  const ids = units.flatMap(({ versionId }) => versionId ?? []);
  if (ids.length === 0) return new Map();
  const { bodies } = await connection.one(sql.prepared('planDiff.bodies', bodiesRow)`
    /* planDiff.bodies */ select coalesce(json_agg(json_build_array(v.id, v.body)), '[]') as bodies
    from public.unit_version v where v.id = any(${sql.array(ids, 'uuid')})`);
  return new Map(bodies);
}

/** The texts are read one by one from the versions: a page of a plan has at most some hundred. */
async function changedTexts(
  connection: CommonQueryMethods,
  changes: readonly PlanChange[],
): Promise<ReadonlyMap<PlanChange, ChangedText>> {
  const changed = changes.filter(
    ({ unit, record }) => unit !== null && unit.textDigest !== record?.textDigest,
  );
  if (changed.length === 0) return new Map();
  const bodyOf = await bodiesOf(
    connection,
    changed.flatMap(({ unit }) => unit ?? []),
  );
  const pairs = changed.map(({ unit, record }) => {
    const before = bodyOf.get(unit?.versionId ?? 'none');
    if (before === undefined) throw new Error(`The database lost the version of unit ${unit?.unitId}.`);
    return [before, record?.text ?? NOTHING] as const;
  });
  const words = await wordDiffs(pairs);
  return new Map(
    changed.map((change, at) => [change, { before: pairs[at]?.[0] as string, words: words[at] ?? [] }]),
  );
}
