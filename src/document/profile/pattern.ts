/**
 * The patterns of a profile. Each is matched at the start of a line, against at most 256 characters of it. Patterns
 * that others register run in RE2, which is linear in any pattern; shipped ones may run in V8.
 */
import { RE2JS } from 're2js';

/** Characters (UTF-16 units) of a line that a pattern sees; `$` is their end. */
const PATTERN_REACH = 256;

/** Characters that a registered pattern may have. */
const MAX_SOURCE = 1000;

/** Instructions of RE2 that a registered pattern may have: each costs time on each character of each line. */
const MAX_SIZE = 500;

/** What RE2 is given to compile, by a rough count that is known before: more would take long. */
const MAX_ROUGH_SIZE = 3 * MAX_SIZE;

export type PatternEngine = 'v8' | 're2';

/** `i` takes capital and small letters alike. A pattern always sees whole characters (`u`). */
export type PatternFlags = 'u' | 'iu';

interface PatternMatch {
  /** What matched, from the start of the line. */
  readonly text: string;
  /** The named groups; undefined for a group that took no part. */
  readonly groups: Readonly<Record<string, string | undefined>>;
}

export interface Pattern {
  /** The match at the start of the line; null when there is none. */
  exec(line: string): PatternMatch | null;
}

/** RE2 refuses the pattern, or it is too long. The message is a sentence for the author of the profile. */
export class PatternRefused extends Error {}

/**
 * @throws PatternRefused where the engine is RE2; a SyntaxError where it is V8.
 */
export function compilePattern(source: string, flags: PatternFlags, engine: PatternEngine): Pattern {
  return engine === 'v8' ? compileV8(source, flags) : compileRe2(source, flags);
}

function compileV8(source: string, flags: PatternFlags): Pattern {
  const compiled = new RegExp(source, `${flags}y`);
  return {
    exec: (line) => {
      compiled.lastIndex = 0;
      const found = compiled.exec(reachOf(line));
      return found === null ? null : { text: found[0], groups: found.groups ?? {} };
    },
  };
}

function compileRe2(source: string, flags: PatternFlags): Pattern {
  const compiled = re2Of(source, flags);
  const names = Object.keys(compiled.namedGroups());
  return {
    exec: (line) => {
      const matcher = compiled.matcher(reachOf(line));
      if (!matcher.lookingAt()) return null;
      const groups = names.map((name) => [name, matcher.group(name) ?? undefined]);
      return { text: matcher.substring(0, matcher.end()), groups: Object.fromEntries(groups) };
    },
  };
}

function re2Of(source: string, flags: PatternFlags): RE2JS {
  if (source.length > MAX_SOURCE) {
    throw new PatternRefused(
      `The pattern has ${source.length} characters. At most ${MAX_SOURCE} are allowed.`,
    );
  }
  if (roughSize(source) > MAX_ROUGH_SIZE) throw tooLarge();
  const compiled = compiledOrRefused(source, flags === 'iu' ? RE2JS.CASE_INSENSITIVE : 0);
  if (compiled.programSize() > MAX_SIZE) throw tooLarge();
  return compiled;
}

const tooLarge = (): PatternRefused =>
  new PatternRefused(
    `The pattern takes more than ${MAX_SIZE} steps of RE2. ` +
      'Shorten it, lower its counts ({n,m}), or make several patterns of it.',
  );

function compiledOrRefused(source: string, flags: number): RE2JS {
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PatternRefused(
      `RE2 can't read the pattern: ${reason.replace(/^error parsing regexp: /, '')}. ` +
        'RE2 has no look-ahead, no look-behind and no back-references.',
    );
  }
}

// One part of a pattern: quoted text, an escape, a class, a group's start or end, a count, or one character.
const PART =
  /\\Q.*?(?:\\E|$)|\\[pPx]\{[^}]*\}?|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]?|(\()|(\))|\{(\d+)(?:,(\d*))?\}|./gsu;

/**
 * About how many instructions a pattern has, at least as many as its counts make. It is known before RE2 compiles the
 * pattern, since that alone can take a second.
 */
function roughSize(source: string): number {
  const outer: number[] = [];
  let size = 0;
  let last = 0;
  for (const [whole, opens, closes, least, most] of source.matchAll(PART)) {
    if (opens !== undefined) {
      outer.push(size);
      size = 0;
      last = 0;
    } else if (closes !== undefined) {
      last = size;
      size += outer.pop() ?? 0;
    } else if (least === undefined) {
      last = whole.startsWith('\\Q') ? whole.length : 1;
      size += last;
    } else {
      const times = Math.max(Number(least), Number(most ?? 0), 1);
      size += last * (times - 1);
      last *= times;
    }
  }
  return outer.reduce((sum, each) => sum + each, size);
}

function reachOf(line: string): string {
  if (line.length <= PATTERN_REACH) return line;
  const cut = line.slice(0, PATTERN_REACH);
  // Half a character is none.
  return cut.isWellFormed() || !/[\uD800-\uDBFF]$/.test(cut) ? cut : cut.slice(0, -1);
}
