import { actingCaller } from '../../auth/acting-caller.ts';
import type { Context } from '../../context.ts';
import { type ActedEntry, ENTRY_VERBS, type EntryVerb, entryActions } from '../../law/actions.ts';
import { entryHindrances, type HinderedEntry } from '../../law/hindrances.ts';
import type { Problem } from '../../law/refusals.ts';
import { builder } from '../builder.ts';

type Action = Uppercase<EntryVerb>;

const SAID_OF_ACTION: Readonly<Record<EntryVerb, string>> = {
  sweep: 'Promote it to review.',
  review: 'Approve, reject or defer its plan.',
  cut: 'Apply its approved plan.',
  verify: 'Judge its cut.',
  abandon: 'End it without a cut.',
};

export const EntryAction = builder.enumType('EntryAction', {
  description: 'A mutation that moves an entry.',
  values: Object.fromEntries(
    ENTRY_VERBS.map((verb) => [verb.toUpperCase(), { description: SAID_OF_ACTION[verb] }]),
  ) as Record<Action, { description: string }>,
});

/** What the caller may do with an entry of these facts; null where the ledger has none. */
export function actionsOf(facts: ActedEntry | null, { session }: Pick<Context, 'session'>): Action[] {
  if (facts === null || session === null) return [];
  return entryActions(facts, actingCaller(session)).map((verb) => verb.toUpperCase() as Action);
}

/** What hinders the next verb on an entry of these facts. */
export function hindrancesOf(
  facts: HinderedEntry | null,
  { ledger, session }: Pick<Context, 'ledger' | 'session'>,
): readonly Problem[] {
  return facts === null
    ? []
    : entryHindrances(facts, { lanes: ledger.lanes, mode: session?.mode ?? 'production' });
}
