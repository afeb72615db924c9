/**
 * Profiles: how a kind of document is taken apart, as data. A profile's digest is bound by every manifest made with
 * it, so a published version never changes; a better one gets the next version, and old plans stay reproducible.
 */
import { canonicalJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
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

/** Every version ever published, oldest first; a name without a version means its newest. */
const PROFILES: readonly Profile[] = [MARKDOWN_1, MARKDOWN_2];

const KNOWN = PROFILES.map((profile) => `${profile.name}@${profile.version}`).join(', ');

/**
 * The profile that a name ("markdown") or a name with a version ("markdown@1") means. An entry keeps the version
 * that it was marked with.
 */
export function resolveProfile(reference: string): { profile: Profile } | { problem: DocumentProblem } {
  const [name, version, ...rest] = reference.split('@');
  const named = PROFILES.filter((profile) => profile.name === name);
  const profile =
    version === undefined ? named.at(-1) : named.find((candidate) => candidate.version === version);
  if (profile !== undefined && rest.length === 0) return { profile };
  const code = named.length === 0 ? 'unknown_profile' : 'unknown_profile_version';
  const message = `There is no profile "${reference.slice(0, 100)}". The known profiles are ${KNOWN}.`;
  return { problem: { path: ['cutSpec', 'profile'], code, message } };
}

export function identityOf(profile: Profile): ResolvedProfile {
  return { name: profile.name, version: profile.version, digest: digestOf(canonicalJson(profile)) };
}

/** The section code that a heading begins with, its white space made single; null when it has none. */
export function sectionCodeOf(title: string, profile: Profile): string | null {
  for (const pattern of profile.sectionCodes) {
    const code = new RegExp(pattern, 'u').exec(title)?.groups?.['code'];
    if (code !== undefined) return code.replace(/\s+/g, ' ');
  }
  return null;
}
