import type { CommonQueryMethods } from 'slonik';
import { manifestHeader } from '../document/manifest.ts';
import { formatOf } from '../document/plan.ts';
import type { CutSpec } from '../document/types.ts';
import { IllegalTransition, problemAt } from '../law/refusals.ts';
import { canBecome, type EntryState } from '../law/states.ts';
import type { EntryKind } from '../law/values.ts';
import { baseOf, manifestDigestOf } from './effect/actions.ts';
import type { LiveUnitRow } from './effect/live-units.ts';
import { namedProfiles } from './effect/named-profiles.ts';
import { type Planned, planFor } from './effect/plan.ts';
import type { PlanCache } from './effect/plan-cache.ts';
import { type SourceMeta, termsOf } from './envelope/reading.ts';

/** An entry that a verb found in a state which it doesn't start from. */
export interface Found {
  readonly entryId: string;
  readonly status: EntryState;
  readonly kind: EntryKind;
  /** Until when it is deferred, if it is. */
  readonly notBefore?: string | null;
}

/** Whose acts lead an entry to the states that a verb starts from. */
const FIRST: Readonly<Record<'review' | 'cut', Partial<Record<EntryState, string>>>> = {
  review: { marked: 'a sweep', reviewed_deferred: 'a sweep' },
  cut: {
    marked: 'a sweep and an approving review',
    review_pending: 'an approving review',
    reviewed_deferred: 'a sweep and an approving review',
  },
};

/**
 * The refusal of a verb that an entry's state doesn't allow: it says whose act or what time the same call waits for,
 * or that none will help. `holds`: whether what the call names would still fit then.
 */
export function notYet(
  found: Found,
  verb: 'review' | 'cut',
  before: readonly EntryState[],
  holds: boolean,
): IllegalTransition {
  const { entryId, status, kind, notBefore } = found;
  const subject = { entryId, notBefore: notBefore ?? null };
  const problem = problemAt(['input', 'entryId'], status, `The entry is ${status}.`, subject);
  if (kind !== 'cut_request') {
    const way = "isn't reviewed or cut; end it with abandon and a rationale";
    return new IllegalTransition(`Entry ${entryId} is of kind ${kind}, which ${way}.`, [problem]);
  }
  const state = `Entry ${entryId} is ${status}; ${verb} needs it to be ${before.join(' or ')}.`;
  const first = FIRST[verb][status];
  if (first === undefined || !canBecome(status, before))
    return new IllegalTransition(
      `${state} It can't get there any more: mark the document again, as a new entry.`,
      [problem],
    );
  if (!holds)
    return new IllegalTransition(
      `${state} This call would be refused then, too: it doesn't name the current plan or decision. ` +
        'Call planCut(entryId) and read the entry.',
      [problem],
    );
  const when = status === 'reviewed_deferred' && notBefore != null ? `, not before ${notBefore},` : '';
  const way = `This call can succeed after ${first}${when} by a principal with that right.`;
  return new IllegalTransition(`${state} ${way}`, [problem], true);
}

interface Look {
  readonly source: SourceMeta | null;
  readonly payload: { readonly proposed_cut_spec: CutSpec | null } | null;
  readonly vocabulary: string;
  readonly profile: string | null;
  readonly held: Planned['held'];
  readonly live_units: readonly LiveUnitRow[];
}

/** The digest that a review of the entry would have to name now; null where its plan can't be approved. */
export async function digestNow(
  planning: { connection: Pick<CommonQueryMethods, 'one' | 'any'>; plans: PlanCache },
  entryId: string,
  { source, payload, vocabulary, profile, held, live_units: live }: Look,
): Promise<string | null> {
  const spec = payload?.proposed_cut_spec;
  if (source === null || spec == null) return null;
  const profiles = namedProfiles(profile);
  const plan = await planFor(planning, {
    source,
    spec,
    vocabulary: termsOf(vocabulary),
    profiles,
    held,
    base: await baseOf(live, formatOf(spec, profiles)),
  });
  if (plan.problems.length > 0) return null;
  return manifestDigestOf(manifestHeader(plan, { entryId, docCode: source.doc_code }), plan);
}
