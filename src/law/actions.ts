import { type EarlierParties, type Party, type SeparateDeed, sharedParties } from './parties.ts';
import { type LedgerVerb, mayHoldMove } from './record-verbs.ts';
import { RULES_OF_ORIGIN, type Rules } from './rules/rules.ts';
import { ENTRY_STATES, type EntryState, TRANSITIONS } from './states.ts';
import type { EntryKind, Lane, PrincipalKind } from './values.ts';

/*
 * What a caller may do with an entry now. Here is the only answer: `Entry.actions` shows it, `waitingForMe` lists by
 * it, and a test holds it to what the verbs do. It says who may, by authority, state, kind and separation of duty. What
 * hinders everybody alike is said by `hindrances.ts`.
 */

/** The verbs that move an entry which is there, in the order of its way. */
export const ENTRY_VERBS = ['sweep', 'review', 'cut', 'verify', 'abandon'] as const satisfies LedgerVerb[];
export type EntryVerb = (typeof ENTRY_VERBS)[number];

/** Who asks: the parts of a party, and the verbs that its authority allows. */
export interface ActingCaller extends Party {
  readonly verbs: ReadonlySet<LedgerVerb>;
  readonly kind: PrincipalKind;
}

/** An entry, and who did to it what the law asks about. */
export interface ActedEntry {
  readonly kind: EntryKind;
  readonly status: EntryState;
  readonly did: EarlierParties;
  /** The rules now; null where the log has none. */
  readonly rules: Rules | null;
}

/** The verbs that this caller may call on this entry now. */
export function entryActions(
  { kind, status, did, rules: given }: ActedEntry,
  caller: ActingCaller,
): readonly EntryVerb[] {
  const rules = given ?? RULES_OF_ORIGIN.rules;
  return ENTRY_VERBS.filter((verb) => {
    const deed = SEPARATE_DEEDS[verb];
    return (
      caller.verbs.has(verb) &&
      isForKind(verb, kind) &&
      statesOfVerb(verb).includes(status) &&
      (verb !== 'review' || rules.reviewerKinds.includes(caller.kind)) &&
      (deed === undefined || sharedParties(deed, caller, did, rules).length === 0)
    );
  });
}

/** What a verb makes of its caller, where somebody else must have done what came before. */
export const SEPARATE_DEEDS: Readonly<Partial<Record<EntryVerb, SeparateDeed>>> = {
  review: 'reviewed',
  cut: 'cut',
  verify: 'verified',
};

/** The states from which a verb moves an entry. */
export function statesOfVerb(verb: EntryVerb): readonly EntryState[] {
  return ENTRY_STATES.filter((state) =>
    TRANSITIONS.some((arrow) => arrow.from === state && mayHoldMove(verb, arrow.verb)),
  );
}

/** The lane that a verb is done in. */
export function laneOfVerb(verb: EntryVerb): Lane {
  const arrow = TRANSITIONS.find(({ from, verb: move }) => from !== null && mayHoldMove(verb, move));
  if (arrow === undefined) throw new Error(`No lane has the verb ${verb}.`);
  return arrow.lane;
}

/** Whether entries of this kind are moved by the verb: an escalation is ended, and goes no way. */
function isForKind(verb: EntryVerb, kind: EntryKind): boolean {
  return verb === 'abandon' || kind === WAY_KIND;
}

/** The kind of entry that goes the way to a verified cut. */
export const WAY_KIND = 'cut_request' satisfies EntryKind;

/** The verb that brings an entry on its way. Another may move it, too: a review of what is approved, its end. */
export const NEXT_VERBS: Readonly<Partial<Record<EntryState, EntryVerb>>> = {
  marked: 'sweep',
  reviewed_deferred: 'sweep',
  review_pending: 'review',
  reviewed_approved: 'cut',
  cut_applied: 'verify',
};
