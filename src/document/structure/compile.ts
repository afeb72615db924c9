/** A profile made ready to run: its patterns compiled, its levels by the places where their marks stand. */
import { compilePattern, type Pattern, type PatternEngine } from '../profile/pattern.ts';
import type { DocumentProfile, Level } from '../profile/schema.ts';

export interface CompiledLevel extends Level {
  /** Place in the profile's list: a level lies inside those before it. */
  readonly rank: number;
  readonly patterns: readonly Pattern[];
}

export interface CompiledProfile {
  readonly profile: DocumentProfile;
  readonly heading: readonly CompiledLevel[];
  readonly line: readonly CompiledLevel[];
  readonly bold: readonly CompiledLevel[];
  readonly row: readonly CompiledLevel[];
  /** Some level takes marks by how they count. */
  readonly isCounted: boolean;
  /** Words below a heading that belong to it, as where it was published. */
  readonly notes: readonly Pattern[];
  /** Lines between pages. */
  readonly furniture: readonly Pattern[];
  /** Words above a heading that belong to it, as which section an annex is for. */
  readonly preludes: readonly Pattern[];
  readonly statuses: readonly {
    readonly pattern: Pattern;
    readonly sectionType: string | null;
    readonly setAside: boolean;
  }[];
}

/** Compiled once for each profile: shipped ones are constants, registered ones live as long as their plan. */
const compiled = new WeakMap<DocumentProfile, CompiledProfile>();

/** @throws PatternRefused for a registered profile that was not checked before */
export function compileProfile(profile: DocumentProfile, engine: PatternEngine): CompiledProfile {
  const known = compiled.get(profile);
  if (known !== undefined) return known;
  const anchored = (source: string): Pattern => compilePattern(source, 'u', engine);
  const levels = profile.levels.map((level, rank) => ({
    ...level,
    rank,
    patterns: level.match.map(anchored),
  }));
  const standing = (place: Level['at'][number]) => levels.filter(({ at }) => at.includes(place));
  const made: CompiledProfile = {
    profile,
    heading: standing('heading'),
    line: standing('line'),
    bold: standing('bold'),
    row: standing('row'),
    isCounted: levels.some(({ counts }) => counts !== null),
    notes: profile.text.notes.map(anchored),
    furniture: profile.text.furniture.map(anchored),
    preludes: profile.text.preludes.map(anchored),
    statuses: profile.statuses.map(({ match, ...rest }) => ({ ...rest, pattern: anchored(match) })),
  };
  compiled.set(profile, made);
  return made;
}

const withoutBlank = new WeakMap<readonly CompiledLevel[], readonly CompiledLevel[]>();

/** The levels whose marks need no blank line before them. */
export function levelsWithoutBlank(levels: readonly CompiledLevel[]): readonly CompiledLevel[] {
  let known = withoutBlank.get(levels);
  if (known === undefined) {
    known = levels.filter(({ afterBlank }) => !afterBlank);
    withoutBlank.set(levels, known);
  }
  return known;
}

/** A mark that a line of text begins with. */
export interface Match {
  readonly level: CompiledLevel;
  readonly code: string | null;
  /** Characters of the mark. */
  readonly length: number;
}

/** Every level whose mark the words begin with, outermost first. */
export function matchesOf(levels: readonly CompiledLevel[], words: string): Match[] {
  const found: Match[] = [];
  for (const level of levels) {
    const match = matchOf(level, words);
    if (match !== null) found.push(match);
  }
  return found;
}

export function firstMatch(levels: readonly CompiledLevel[], words: string): Match | null {
  for (const level of levels) {
    const match = matchOf(level, words);
    if (match !== null) return match;
  }
  return null;
}

function matchOf(level: CompiledLevel, words: string): Match | null {
  for (const pattern of level.patterns) {
    const found = pattern.exec(words);
    if (found === null) continue;
    const code = found.groups['code'] ?? null;
    return {
      level,
      code: code === null ? null : code.replace(/\s+/g, ' ').trim(),
      length: found.text.length,
    };
  }
  return null;
}
