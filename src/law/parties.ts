/*
 * Separation of duty, for all who judge it: the verbs before they write, and VERIFY, the full check, passports and
 * monitors afterwards. A judge that can't see a part of a party leaves it null, and null is never shared.
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

/** The deeds that one party may not do, and the earlier ones that forbid them. */
export const SEPARATIONS = {
  reviewed: ['marked', 'registered'],
  verified: ['cut'],
} as const satisfies Partial<Record<DeedName, readonly DeedName[]>>;
export type SeparateDeed = keyof typeof SEPARATIONS;

const PARTS = ['principal', 'person', 'key'] as const;
type PartyPart = (typeof PARTS)[number];

/** One party did both, and this is what shows it. */
export interface SharedParty {
  readonly did: DeedName;
  readonly alsoDid: SeparateDeed;
  readonly part: PartyPart;
}

/** Which earlier deeds forbid a deed to this caller. `earlier` names who did them, as far as the judge can see. */
export function sharedParties(
  alsoDid: SeparateDeed,
  caller: Party,
  earlier: Partial<Record<DeedName, Party | null>>,
): readonly SharedParty[] {
  const deeds: readonly DeedName[] = SEPARATIONS[alsoDid];
  return deeds.flatMap((did) => {
    const part = sharedPart(earlier[did] ?? null, caller);
    return part === null ? [] : [{ did, alsoDid, part }];
  });
}

function sharedPart(one: Party | null, other: Party): PartyPart | null {
  if (one === null) return null;
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
