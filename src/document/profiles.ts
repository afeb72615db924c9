/**
 * Profiles: how a kind of document is taken apart, as data. A profile's digest is bound by every manifest made with
 * it, so a published version never changes; a better one gets the next version, and old plans stay reproducible.
 */
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import type { PatternEngine } from './profile/pattern.ts';
import type { DocumentProfile, Granularity } from './profile/schema.ts';
import { HANDBOOK, HANDBOOK_1 } from './profile/shipped/handbook.ts';
import { OUTLINE, OUTLINE_1 } from './profile/shipped/outline.ts';
import { PRINCIPLES } from './profile/shipped/principles.ts';
import { STATUTE_DE } from './profile/shipped/statute-de.ts';
import { STATUTE_EN } from './profile/shipped/statute-en.ts';
import { STATUTE_FR, STATUTE_FR_1 } from './profile/shipped/statute-fr.ts';
import { STATUTE_VI } from './profile/shipped/statute-vi.ts';
import type { DocumentProblem, ResolvedProfile } from './types.ts';

/** The words a unit gets for what it is and for its part in the document. */
export type UnitTerms = {
  readonly kind: string;
  readonly sectionType: string;
};

export type AddressRules = {
  readonly template: string;
  /** Characters written otherwise in a slug, after lower-casing. */
  readonly replacements: readonly (readonly [string, string])[];
  /** Slug of a heading without a letter or digit. */
  readonly untitled: string;
  readonly leadSlug: string;
  readonly preambleSlug: string;
  readonly slugBytes: number;
  readonly addressBytes: number;
  readonly digestDigits: number;
  /** Units that were cut keep their addresses, and equals their numbers. Absent: equals are counted in each plan. */
  readonly equals?: 'kept';
  /** All letters keep their marks. Absent: Latin letters lose them. */
  readonly marks?: 'kept';
};

/** Front matter as `markdown@1` finds it: by its first line. Later profiles ask for YAML. */
export type FencedFrontMatter = {
  readonly fence: string;
  readonly firstLine: string;
  readonly reason: string;
};

/** Front matter that is a YAML mapping. */
export type YamlFrontMatter = {
  readonly content: 'yaml-1.2-mapping';
  readonly opening: string;
  /** The first line that is one of these ends it. */
  readonly closings: readonly string[];
  /** Regular expression (flag u) over each key of the mapping: names, and not the numbers of sections. */
  readonly key: string;
  /** Characters between the fences, at most; what is longer is text. */
  readonly longest: number;
  readonly reason: string;
};

export type Profile = {
  readonly name: string;
  readonly version: string;
  readonly syntax: 'commonmark-0.31';
  /** Heading levels that divide the document; headings of other levels are text. */
  readonly headingLevels: readonly number[];
  /**
   * An underlined heading has at most so many lines; a longer paragraph above a line of hyphens is text above a
   * rule.
   */
  readonly setextLines: number;
  /** Characters of a heading that its title keeps. */
  readonly titleLength: number;
  /**
   * Regular expressions (flag u) over a heading's text; the first that matches gives the section code by its group
   * `code`.
   */
  readonly sectionCodes: readonly string[];
  readonly frontMatter: FencedFrontMatter | YamlFrontMatter | null;
  readonly blankReason: string;
  /**
   * Which heading of the highest level is the document's title. `first`: the first heading of the text, whatever
   * follows. Absent: the only one of its level, so that an annex makes it a section like others.
   */
  readonly title?: 'first';
  readonly terms: {
    readonly whole: UnitTerms;
    readonly titleContainer: UnitTerms;
    readonly titleUnit: UnitTerms;
    readonly container: UnitTerms;
    readonly unit: UnitTerms;
    readonly lead: UnitTerms;
    readonly preamble: UnitTerms;
  };
  readonly address: AddressRules;
};

const GERMAN_DIVISIONS =
  'Buch|Teil|Abschnitt|Unterabschnitt|Titel|Untertitel|Kapitel|Unterkapitel|Anlage|Anhang';
const ENGLISH_DIVISIONS = 'Book|Part|Chapter|Section|Article|Annex|Appendix|Schedule';
// A number, or a range or pair of them: "3", "31a", "3 bis 6", "114 und 115".
const NUMBERS = '\\d+[a-z]*(?:(?:\\s*(?:bis|und|to|and|,)\\s*|[-–])\\d+[a-z]*)*';
const END = '(?![\\p{L}\\p{N}])';

/** Markdown by its headings alone: CommonMark, front matter set aside. */
export const MARKDOWN_1: Profile = {
  name: 'markdown',
  version: '1',
  syntax: 'commonmark-0.31',
  headingLevels: [1, 2, 3, 4, 5, 6],
  setextLines: 1,
  titleLength: 500,
  sectionCodes: [
    `^(?:\\(X{4}\\)\\s*)?(?<code>§§?\\s*${NUMBERS})${END}`,
    `^(?:\\(X{4}\\)\\s*)?(?<code>Art(?:\\.|ikel|s\\.|icles?)?\\s+${NUMBERS})${END}`,
    `^(?<code>(?:${GERMAN_DIVISIONS}|${ENGLISH_DIVISIONS})\\s+(?:\\d+[a-z]*(?:\\.\\d+)*|[IVXLCDM]+[a-z]?|[A-Z]))${END}`,
    `^(?<code>\\p{Lu}\\p{Ll}+(?:er|es|e)\\s+(?:${GERMAN_DIVISIONS}))(?=\\s+[-–—]\\s|$)`,
    `^(?<code>\\d{1,3}(?:\\.\\d{1,4})*[a-z]?)(?=[.)]?(?:\\s|$))`,
    `^(?<code>[IVXLCDM]+[a-z]?)(?=\\.(?:\\s|$))`,
  ],
  frontMatter: { fence: '---', firstLine: '^(?:[^\\s:#-][^:]*:(?:\\s|$)|#)', reason: 'front_matter' },
  blankReason: 'blank',
  terms: {
    whole: { kind: 'document', sectionType: 'body' },
    titleContainer: { kind: 'container', sectionType: 'title' },
    titleUnit: { kind: 'section', sectionType: 'title' },
    container: { kind: 'container', sectionType: 'chapter' },
    unit: { kind: 'section', sectionType: 'section' },
    lead: { kind: 'paragraph', sectionType: 'lead' },
    preamble: { kind: 'paragraph', sectionType: 'preamble' },
  },
  address: {
    template: '{docCode}/{path of slugs}',
    replacements: [
      ['§§', 'p'],
      ['§', 'p'],
      ['ä', 'ae'],
      ['ö', 'oe'],
      ['ü', 'ue'],
      ['ß', 'ss'],
    ],
    untitled: 'untitled',
    leadSlug: 'lead',
    preambleSlug: 'preamble',
    slugBytes: 64,
    addressBytes: 255,
    digestDigits: 16,
  },
};

/** Front matter is a YAML mapping or text: `markdown@1` took the title and the first section below a rule for it. */
export const MARKDOWN_2: Profile & { readonly frontMatter: YamlFrontMatter } = {
  ...MARKDOWN_1,
  version: '2',
  frontMatter: {
    content: 'yaml-1.2-mapping',
    opening: '---',
    closings: ['---', '...'],
    key: '^(?:[\\p{L}_][\\p{L}\\p{M}\\p{N}_.:/-]*|[\\p{L}_][\\p{L}\\p{M}_-]* [\\p{L}\\p{M}_-]+)$',
    longest: 16_384,
    reason: 'front_matter',
  },
};

/** Addresses last: what stands elsewhere in the document doesn't change them, and letters keep their marks. */
const MARKDOWN_3: Profile = {
  ...MARKDOWN_2,
  version: '3',
  title: 'first',
  address: {
    ...MARKDOWN_2.address,
    replacements: [
      ['§§', 'p'],
      ['§', 'p'],
    ],
    equals: 'kept',
    marks: 'kept',
  },
};

/** Every version ever published, oldest first; a name without a version means its newest. */
const PROFILES: readonly (Profile | DocumentProfile)[] = [
  MARKDOWN_1,
  MARKDOWN_2,
  MARKDOWN_3,
  HANDBOOK_1,
  HANDBOOK,
  STATUTE_DE,
  STATUTE_VI,
  STATUTE_EN,
  STATUTE_FR_1,
  STATUTE_FR,
  OUTLINE_1,
  OUTLINE,
  PRINCIPLES,
];

/** The profiles that the program comes with, oldest version first. */
export const SHIPPED_PROFILES: readonly AnyProfile[] = PROFILES;

const KNOWN = PROFILES.map((profile) => `${profile.name}@${profile.version}`).join(', ');

export type AnyProfile = Profile | DocumentProfile;

/** A profile with the finest units that it makes; null for those of format 1, which cut at headings alone. */
export interface TunedProfile<P extends AnyProfile = AnyProfile> {
  readonly profile: P;
  readonly granularity: Granularity | null;
  /** What runs its patterns: V8 those that the program comes with, RE2 those of others. */
  readonly engine: PatternEngine;
}

/** Whether a profile has levels, which `structure/` runs. */
export const hasLevels = (profile: AnyProfile): profile is DocumentProfile => 'format' in profile;

/**
 * The profile that a name ("markdown") or a name with a version ("markdown@1") means, at the granularity that was asked
 * for or its own. An entry keeps the version that it was marked with. A registered name comes before one that a later
 * version of the program ships.
 */
export function resolveProfile(
  reference: string,
  granularity?: Granularity,
  registered: readonly DocumentProfile[] = [],
): TunedProfile | { readonly problem: DocumentProblem } {
  const [name, version, ...rest] = reference.split('@');
  const own = registered.filter((profile) => profile.name === name);
  const named = own.length > 0 ? own : PROFILES.filter((profile) => profile.name === name);
  const profile =
    version === undefined ? named.at(-1) : named.find((candidate) => candidate.version === version);
  if (profile === undefined || rest.length > 0) {
    const code = named.length === 0 ? 'unknown_profile' : 'unknown_profile_version';
    const message =
      `There is no profile "${reference.slice(0, 100)}". The known profiles are ${KNOWN}, ` +
      'and those that were registered: the query "profiles" lists them.';
    return { problem: { path: ['cutSpec', 'profile'], code, message } };
  }
  const engine = own.length > 0 ? 're2' : 'v8';
  if (hasLevels(profile)) return { profile, granularity: granularity ?? profile.granularity, engine };
  if (granularity === undefined) return { profile, granularity: null, engine };
  const message =
    `The profile "${profile.name}@${profile.version}" cuts at headings alone, so it has no granularity. ` +
    'Leave granularity out, or name another profile.';
  return { problem: { path: ['cutSpec', 'granularity'], code: 'granularity_unknown', message } };
}

/** Name, version and digest of a profile. The digest covers the granularity too. */
export function identityOf({ profile, granularity }: Omit<TunedProfile, 'engine'>): ResolvedProfile {
  const { name, version } = profile;
  const bound = granularity === null ? profile : { granularity, profile };
  return { name, version, digest: digestOf(canonicalJson(bound as unknown as PlainJson)) };
}

const compiled = new WeakMap<Profile, readonly RegExp[]>();

function compiledCodes(profile: Profile): readonly RegExp[] {
  const known = compiled.get(profile);
  if (known !== undefined) return known;
  const patterns = profile.sectionCodes.map((pattern) => new RegExp(pattern, 'u'));
  compiled.set(profile, patterns);
  return patterns;
}

/** The section code that a heading begins with, its white space made single; null when it has none. */
export function sectionCodeOf(title: string, profile: Profile): string | null {
  for (const pattern of compiledCodes(profile)) {
    const code = pattern.exec(title)?.groups?.['code'];
    if (code !== undefined) return code.replace(/\s+/g, ' ');
  }
  return null;
}
