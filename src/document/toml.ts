/**
 * Front matter in TOML, between lines of `+++`. A line of `+++` above words of the document sets nothing aside: all
 * between the two must read as TOML.
 */
const FENCE = /^\+\+\+[ \t]*$/;
/** A name, bare or in quotes, or several with dots between them. */
const NAME = String.raw`(?:[A-Za-z0-9_-]{1,200}|"[^"\n]{0,200}"|'[^'\n]{0,200}')`;
const KEY = String.raw`${NAME}(?:[ \t]*\.[ \t]*${NAME}){0,20}`;
const TABLE = new RegExp(String.raw`^[ \t]*\[{1,2}[ \t]*${KEY}[ \t]*\]{1,2}[ \t]*(?:#.*)?$`);
const PAIR = new RegExp(String.raw`^[ \t]*(${KEY})[ \t]*=[ \t]*(\S.*)$`);
const NOTHING = /^[ \t]*(?:#.*)?$/;
/** What a value of one line begins with: text, number, time, true, false, or an inline table. */
const VALUE = /^(?:"|'|[-+]?(?:\d|inf|nan)|true\b|false\b|\{.*\})/;

interface TomlMatter {
  /** Characters from the start of the text to behind the closing line. */
  readonly length: number;
  /** The top-level `title`, where it is a text in one line; else null. */
  readonly title: string | null;
}

/** The TOML front matter of a text; null where it has none, or one of more than `longest` characters. */
export function tomlMatter(text: string, longest: number): TomlMatter | null {
  const start = text.startsWith('\ufeff') ? 1 : 0;
  const line = /([^\r\n]*)(?:\r\n?|\n|$)/y;
  line.lastIndex = start;
  if (!FENCE.test(line.exec(text)![1]!)) return null;
  const reading = new Reading();
  while (line.lastIndex < text.length && line.lastIndex - start <= longest) {
    const content = line.exec(text)![1]!;
    if (reading.isBetween && FENCE.test(content)) {
      return reading.pairs === 0 ? null : { length: line.lastIndex, title: reading.title };
    }
    if (!reading.take(content)) return null;
  }
  return null;
}

/** What was read so far. A value may go on over lines: until its brackets close, or to the end of its quotes. */
class Reading {
  pairs = 0;
  title: string | null = null;
  #inTable = false;
  #until: string | null = null;
  #depth = 0;

  get isBetween(): boolean {
    return this.#until === null && this.#depth === 0;
  }

  /** Whether the line can be TOML. */
  take(content: string): boolean {
    if (this.#until !== null) {
      if (content.includes(this.#until)) this.#until = null;
      return true;
    }
    if (this.#depth > 0) {
      this.#depth += depthOf(content);
      return this.#depth >= 0;
    }
    if (NOTHING.test(content)) return true;
    if (TABLE.test(content)) {
      this.#inTable = true;
      return true;
    }
    const [, key, value] = PAIR.exec(content) ?? [];
    if (key === undefined || value === undefined) return false;
    this.pairs += 1;
    return this.#takeValue(key, value);
  }

  #takeValue(key: string, value: string): boolean {
    const quotes = /^(?:"""|''')/.exec(value)?.[0];
    if (quotes !== undefined) {
      if (!value.slice(3).includes(quotes)) this.#until = quotes;
      return true;
    }
    if (value.startsWith('[')) {
      this.#depth = depthOf(value);
      return this.#depth >= 0;
    }
    if (/^["']?title["']?$/i.test(key) && !this.#inTable) this.title ??= textOf(value);
    return VALUE.test(value);
  }
}

/** How many brackets a line opens more than it closes, outside quotes and comments. */
function depthOf(content: string): number {
  let depth = 0;
  for (const [piece] of content.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|#.*|[[\]]/g)) {
    if (piece === '[') depth += 1;
    else if (piece === ']') depth -= 1;
  }
  return depth;
}

/** A text of one line, its escapes resolved; null for anything else. */
function textOf(value: string): string | null {
  const literal = /^'([^']*)'[ \t]*(?:#.*)?$/.exec(value)?.[1];
  if (literal !== undefined) return literal;
  const basic = /^("(?:[^"\\]|\\.)*")[ \t]*(?:#.*)?$/.exec(value)?.[1];
  if (basic === undefined) return null;
  try {
    const text: unknown = JSON.parse(basic);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
