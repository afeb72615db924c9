/** Whether a profile that somebody wrote can be registered: its shape, its patterns, its size. */
import type { z } from 'zod';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { type Digest, digestOf } from '../../proof/digest.ts';
import type { DocumentProblem, VocabularyTerm } from '../types.ts';
import { isShippedTerm } from '../vocabulary.ts';
import { compilePattern, PatternRefused } from './pattern.ts';
import { type DocumentProfile, documentProfile } from './schema.ts';

/** Bytes of a profile in its canonical form: each plan by it reads all of them. */
const MAX_BYTES = 65_536;
/** Patterns of one profile: each is tried on each line. */
const MAX_PATTERNS = 300;

/** A profile in its full form, or what is wrong with it. Paths begin in its body. */
export type JudgedProfile =
  | { readonly profile: DocumentProfile }
  | { readonly problems: readonly DocumentProblem[] };

/** Judges what somebody wrote. Where its shape is wrong, its patterns aren't looked at. */
export function judgeProfile(body: PlainJson): JudgedProfile {
  const parsed = documentProfile.safeParse(body);
  if (!parsed.success) return { problems: parsed.error.issues.map(shapeProblem) };
  const profile = parsed.data;
  const problems = [...sizeProblems(profile), ...levelProblems(profile), ...patternProblems(profile)];
  return problems.length > 0 ? { problems } : { profile };
}

/** The digest of a profile as it is listed: SHA-256 of its canonical form. */
export function profileDigest(profile: unknown): Digest {
  return digestOf(canonicalJson(profile as PlainJson));
}

function shapeProblem(issue: z.core.$ZodIssue): DocumentProblem {
  const { path, code } = issue;
  const message = `${placeOf(path)}: ${shapeComplaint(issue)}.`;
  return { path: path.map(String), code: `profile_${code}`, message };
}

/** What is wrong at a place, in words for who writes JSON. */
function shapeComplaint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    const due = issue.expected === 'int' ? 'whole number' : issue.expected;
    // zod has no other sign of a member that isn't there.
    const isAbsent = issue.message.endsWith('received undefined');
    return isAbsent ? `It is missing. Give it, as ${due}` : `It has another type. Write it as ${due}`;
  }
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => JSON.stringify(key)).join(', ');
    return `No profile has ${names} here. Leave it out`;
  }
  return issue.message;
}

function sizeProblems(profile: DocumentProfile): DocumentProblem[] {
  const bytes = Buffer.byteLength(canonicalJson(profile as unknown as PlainJson));
  const count = patternsOf(profile).length;
  return [
    ...(bytes > MAX_BYTES ? [tooLarge(`has ${bytes} bytes in its canonical form`, MAX_BYTES)] : []),
    ...(count > MAX_PATTERNS ? [tooLarge(`has ${count} patterns`, MAX_PATTERNS)] : []),
  ];
}

const tooLarge = (what: string, most: number): DocumentProblem => ({
  path: [],
  code: 'profile_too_large',
  message: `The profile ${what}. At most ${most} are allowed.`,
});

function levelProblems({ levels }: DocumentProfile): DocumentProblem[] {
  const first = new Map<string, number>();
  return levels.flatMap(({ id }, at) => {
    const before = first.get(id);
    if (before === undefined) first.set(id, at);
    const message = `levels[${at}].id: The level "${id}" is there already, at levels[${before}]. Name it otherwise.`;
    return before === undefined
      ? []
      : [{ path: ['levels', String(at), 'id'], code: 'level_doubled', message }];
  });
}

interface PlacedPattern {
  readonly path: readonly (string | number)[];
  readonly source: string;
}

function patternsOf({ levels, text, statuses }: DocumentProfile): PlacedPattern[] {
  const listed = (sources: readonly string[], ...path: (string | number)[]): PlacedPattern[] =>
    sources.map((source, at) => ({ path: [...path, at], source }));
  return [
    ...levels.flatMap(({ match }, at) => listed(match, 'levels', at, 'match')),
    ...listed(text.notes, 'text', 'notes'),
    ...listed(text.furniture, 'text', 'furniture'),
    ...listed(text.preludes, 'text', 'preludes'),
    ...statuses.map(({ match }, at) => ({ path: ['statuses', at, 'match'], source: match })),
  ];
}

function patternProblems(profile: DocumentProfile): DocumentProblem[] {
  return patternsOf(profile).flatMap(({ path, source }) => {
    try {
      compilePattern(source, 'u', 're2');
      return [];
    } catch (error) {
      if (!(error instanceof PatternRefused)) throw error;
      const message = `${placeOf(path)}: ${error.message}`;
      return [{ path: path.map(String), code: 'pattern_refused', message }];
    }
  });
}

/** The words of a profile that the vocabulary lacks. */
export function unknownWords(
  profile: DocumentProfile,
  vocabulary: readonly VocabularyTerm[],
): DocumentProblem[] {
  const known = new Set(vocabulary.map(({ termKind, term }) => `${termKind}/${term}`));
  return wordsOf(profile).flatMap(({ path, termKind, term }) => {
    if (known.has(`${termKind}/${term}`)) return [];
    const noun = termKind === 'unit_kind' ? 'unit kind' : 'section type';
    const message =
      `${placeOf(path)}: The ${noun} "${term}" is not in the vocabulary. ` +
      'Register it with registerVocabulary, or use a word that is there.';
    return [{ path: path.map(String), code: `unknown_${termKind}`, message }];
  });
}

/** The words that a profile uses, as terms of a vocabulary; those that the program comes with are left out. */
export function profileTerms(profile: DocumentProfile): VocabularyTerm[] {
  const words = new Map<string, VocabularyTerm>();
  for (const { termKind, term } of wordsOf(profile))
    if (!isShippedTerm(`${termKind}/${term}`))
      words.set(`${termKind}/${term}`, { termKind, term, description: 'A word of a profile.', atMost: null });
  return [...words.values()];
}

interface PlacedWord extends Pick<VocabularyTerm, 'termKind' | 'term'> {
  readonly path: readonly (string | number)[];
}

function wordsOf({ levels, terms, statuses }: DocumentProfile): PlacedWord[] {
  const both = (
    { kind, sectionType }: { readonly kind: string; readonly sectionType: string },
    ...path: (string | number)[]
  ): PlacedWord[] => [
    { path: [...path, 'kind'], termKind: 'unit_kind', term: kind },
    { path: [...path, 'sectionType'], termKind: 'section_type', term: sectionType },
  ];
  return [
    ...levels.flatMap((level, at) => both(level.terms, 'levels', at, 'terms')),
    ...Object.entries(terms).flatMap(([name, words]) => both(words, 'terms', name)),
    ...statuses.flatMap(({ sectionType }, at): PlacedWord[] =>
      sectionType === null
        ? []
        : [{ path: ['statuses', at, 'sectionType'], termKind: 'section_type', term: sectionType }],
    ),
  ];
}

/** `levels[3].match[0]`: the way to a place as one would write it. */
function placeOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  const place = steps.join('').replace(/^\./, '');
  return place.length === 0 ? 'The profile' : place;
}
