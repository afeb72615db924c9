import type { Verb } from '../auth/authority.ts';
import type { EntryVerb } from '../law/actions.ts';
import { SEPARATE_DEEDS } from '../law/actions.ts';
import { type DeedName, type Party, sharedParties } from '../law/parties.ts';
import type { Rules } from '../law/rules/rules.ts';
import type { EntryFacts } from './entry-facts.ts';

/** One call that has to be made, before it is known by whom. */
export interface CallStep {
  readonly verb: Verb;
  /** What the call's authority depends on, beside the verb. */
  readonly inputKind?: string;
  /** The entries that the call names, for tokens that are narrowed to some; none where it names none. */
  readonly reach: readonly string[];
  /** The document of the entry, for tokens that are narrowed to documents. */
  readonly docCode: string | null;
  readonly manifestDigest: string | null;
  /** The entry that it moves, and who did what to it before; null where it moves none. */
  readonly entryId: string | null;
  readonly did: EntryFacts['did'];
  /** Those in force. */
  readonly rules: Rules;
  /** It is needed only while this is the entry's plan; null: it is needed. */
  readonly whilePlan: string | null;
  /** Who wrote the comment that it resolves. */
  readonly author: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly missing: readonly string[];
  readonly message: string;
}

/** A time that has to come before the next step. */
export interface Wait {
  readonly wait: string;
  readonly entryId: string;
  readonly message: string;
}

export type PlannedStep = CallStep | Wait;

export const isWait = (step: PlannedStep): step is Wait => 'wait' in step;

/** What a step makes of who does it. */
const DEEDS: Readonly<Partial<Record<Verb, DeedName>>> = {
  registerSource: 'registered',
  mark: 'marked',
  review: 'reviewed',
  cut: 'cut',
  verify: 'verified',
};

export const deedOf = (verb: Verb): DeedName | undefined => DEEDS[verb];

/** Who approves a cut is on no side of its entry, whatever the rules are. */
export const isSanctionApart = (one: CallStep, other: CallStep): boolean =>
  (one.verb === 'approveCut' && deedOf(other.verb) !== undefined) ||
  (other.verb === 'approveCut' && deedOf(one.verb) !== undefined);

const ANYBODY: Party = { principal: 'anybody', person: 'anybody' };

/** Whether who did the earlier step may not do the later one. */
export function isApart(later: CallStep, earlier: CallStep): boolean {
  if (later.entryId === null || later.entryId !== earlier.entryId) return false;
  const deed = SEPARATE_DEEDS[later.verb as EntryVerb];
  const done = deedOf(earlier.verb);
  if (isSanctionApart(later, earlier)) return true;
  return (
    deed !== undefined &&
    done !== undefined &&
    sharedParties(deed, ANYBODY, { [done]: ANYBODY }, later.rules).length > 0
  );
}
