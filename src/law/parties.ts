import { type Problem, type ProblemSubject, problemAt } from './refusals.ts';
import { areApart, type Rules, type Side } from './rules/rules.ts';

/*
 * Separation of duty, for all who judge it: the verbs before they write, and VERIFY, the full check, passports and
 * monitors afterwards, by the rules in force. A judge that can't see a part of a party leaves it null, and null is
 * never shared.
 */

/** Who did something: the principal that called, the person who answers for it, and the key that signed. */
export interface Party {
  readonly principal: string | null;
  /** Null where no registry knows the principal. */
  readonly person: string | null;
  readonly key?: Uint8Array | null;
}

/** The party behind a session or a record of the log, which name it alike. */
export function partyOf({
  principalId,
  personId,
}: {
  readonly principalId: string | null;
  readonly personId: string | null;
}): Party {
  return { principal: principalId, person: personId };
}

/** What a party did to an entry or to its text, as the word of a sentence. */
export type DeedName = 'registered' | 'marked' | 'reviewed' | 'cut' | 'verified';

/** The side of an entry that a deed is on. */
export const SIDE_OF_DEED = {
  registered: 'preparer',
  marked: 'preparer',
  reviewed: 'reviewer',
  cut: 'executor',
  verified: 'verifier',
} as const satisfies Readonly<Record<DeedName, Side>>;

/** The deeds that others must have done before, in the order in which a refusal names them. */
const EARLIER_DEEDS = {
  reviewed: ['marked', 'registered'],
  cut: ['reviewed', 'marked', 'registered'],
  verified: ['cut', 'reviewed', 'marked', 'registered'],
} as const satisfies Partial<Record<DeedName, readonly DeedName[]>>;
export type SeparateDeed = keyof typeof EARLIER_DEEDS;
export type EarlierDeed = (typeof EARLIER_DEEDS)[SeparateDeed][number];

/** The earlier deeds that may forbid a deed to who did them, if the rules keep their sides apart. */
export function earlierDeeds(deed: SeparateDeed): readonly EarlierDeed[] {
  return EARLIER_DEEDS[deed];
}

const PARTS = ['principal', 'person', 'key'] as const;
type PartyPart = (typeof PARTS)[number];

/** One party did both, and this is what shows it. */
export interface SharedParty {
  readonly did: EarlierDeed;
  readonly alsoDid: SeparateDeed;
  readonly part: PartyPart;
}

/** Who did an earlier deed: several parties where a deed was done more than once. */
export type EarlierParties = Partial<Record<DeedName, Party | readonly Party[] | null>>;

/** Which earlier deeds forbid a deed to this caller. `earlier` names who did them, as far as the judge can see. */
export function sharedParties(
  alsoDid: SeparateDeed,
  caller: Party,
  earlier: EarlierParties,
  rules: Rules,
): readonly SharedParty[] {
  return earlierDeeds(alsoDid)
    .filter((did) => areApart(rules, SIDE_OF_DEED[did], SIDE_OF_DEED[alsoDid]))
    .flatMap((did) => {
      const parts = partiesIn(earlier[did]).flatMap((one) => sharedPart(one, caller) ?? []);
      const part = PARTS.find((one) => parts.includes(one));
      return part === undefined ? [] : [{ did, alsoDid, part }];
    });
}

/** What somebody did to an entry, of the deeds that are named. */
export function doneDeeds(who: Party, earlier: EarlierParties): readonly DeedName[] {
  return (Object.keys(SIDE_OF_DEED) as DeedName[]).filter((deed) =>
    partiesIn(earlier[deed]).some((one) => sharedPart(one, who) !== null),
  );
}

function partiesIn(parties: Party | readonly Party[] | null | undefined): readonly Party[] {
  if (parties === null || parties === undefined) return [];
  return Array.isArray(parties) ? (parties as readonly Party[]) : [parties as Party];
}

const SIDE_NAMES: Readonly<Record<Side, string>> = {
  preparer: 'from who registered or marked it',
  reviewer: 'from its reviewers',
  executor: 'from its executor',
  verifier: 'from its verifier',
};
const DOERS: Readonly<Record<EarlierDeed, string>> = {
  registered: 'registrar',
  marked: 'marker',
  reviewed: 'reviewer',
  cut: 'executor',
};
const WHO_SHARES: Readonly<Record<PartyPart, string>> = {
  person: 'you, or a principal that you answer for, have',
  principal: 'you have',
  key: 'the key that would sign has',
};
const VERB_OF_DEED: Readonly<Record<SeparateDeed, string>> = {
  reviewed: 'review',
  cut: 'cut',
  verified: 'verify',
};

/** The rule that a shared party breaks, the other side, and who else may. */
export function separationProblem(
  { did, alsoDid, part }: SharedParty,
  version: number,
  path: readonly string[],
  subject: ProblemSubject,
): Problem {
  const [side, other] = [SIDE_OF_DEED[alsoDid], SIDE_OF_DEED[did]];
  const code = did === 'cut' ? `same-${part}` : `${side}-is-${DOERS[did]}`;
  const thing = did === 'registered' ? 'its text' : 'it';
  const message =
    `The rules (version ${version}) keep the ${side} of an entry apart ${SIDE_NAMES[other]}, and ` +
    `${WHO_SHARES[part]} ${did} ${thing}. Ask another person, who is on no other side of this entry, ` +
    `to ${VERB_OF_DEED[alsoDid]} it.`;
  return problemAt(path, code, message, subject);
}

function sharedPart(one: Party, other: Party): PartyPart | null {
  return PARTS.find((part) => isSame(one[part] ?? null, other[part] ?? null)) ?? null;
}

function isSame(one: string | Uint8Array | null, other: string | Uint8Array | null): boolean {
  if (one === null || other === null) return false;
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return Buffer.compare(one, other) === 0;
}

/** What a review says of who registered the text. Reviews made before that rule say nothing, and none is held to it. */
export function registrarNamed(evidence: string | null | undefined): Party | null {
  const named = objectIn(evidence ?? null);
  if (named === null || !Object.hasOwn(named, 'registrar')) return null;
  return { principal: textOrNull(named['registrar']), person: textOrNull(named['registrar_person']) };
}

function objectIn(text: string | null): Readonly<Record<string, unknown>> | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
