/**
 * Where the headings of a Markdown text are. Lines that can only be a heading, blank or plain running text are
 * recognised here; the rest, with the paragraph it may belong to, goes through micromark. Offsets are UTF-16 units
 * of the text.
 */
import { PLAIN_START, plainText, readWindow, startOfLine } from './blocks.ts';

export interface Heading {
  readonly level: number;
  /** First character of the heading's first line. */
  readonly start: number;
  /** After the line ending of its last line and the blank lines that follow. */
  readonly end: number;
  readonly title: string | null;
}

export interface HeadingRules {
  readonly headingLevels: readonly number[];
  readonly setextLines: number;
  readonly titleLength: number;
}

/** The headings at the top level of the text: not those inside quotes, lists, code or HTML. */
export function headingsOf(text: string, rules: HeadingRules): Heading[] {
  const headings: Heading[] = [];
  const add = (level: number, start: number, end: number): void => {
    const source = text.slice(start, end);
    if (!rules.headingLevels.includes(level) || !isHeading(source, rules)) return;
    const place = { start: startOfLine(text, start), end: afterBlankLines(text, end) };
    headings.push({ level, ...place, title: titleOf(source, rules) });
  };
  for (let at = 0; at < text.length; ) {
    const plain = plainLines(text, at);
    for (const { level, start, end } of plain.headings) add(level, start, end);
    at = plain.next;
    if (at === text.length) break;
    const window = readWindow(text, at);
    for (const { type, depth, start, end } of window.blocks) if (type === 'heading') add(depth, start, end);
    at = window.next;
  }
  return headings;
}

interface PlainHeading {
  readonly level: number;
  readonly start: number;
  readonly end: number;
}

// One line: a blank one, `# heading` without indentation, or running text.
const LINE = new RegExp(
  `(?:([ \\t]*)|(#{1,6})(?:[ \\t][^\\r\\n]*)?|((?:${PLAIN_START})[^\\r\\n]*))(\\r\\n?|\\n|$)`,
  'y',
);

/**
 * Read from the start of a block as far as lines are plain; `next` is where the first block begins that needs a
 * closer look.
 */
function plainLines(text: string, from: number): { headings: PlainHeading[]; next: number } {
  const headings: PlainHeading[] = [];
  let next = from;
  LINE.lastIndex = from;
  while (LINE.lastIndex < text.length) {
    const start = LINE.lastIndex;
    const line = LINE.exec(text);
    if (line === null) return { headings, next };
    const [whole, , marks, word, ending] = line;
    if (marks !== undefined)
      headings.push({ level: marks.length, start, end: start + whole.length - ending!.length });
    // A paragraph can still become a heading by the line below it, so it isn't left before it has ended.
    if (word === undefined) next = LINE.lastIndex;
  }
  return { headings, next: text.length };
}

/** `# heading` is; an underlined one within the profile's number of lines. */
function isHeading(source: string, rules: HeadingRules): boolean {
  const lines = source.split(/\r\n?|\n/).length;
  return lines === 1 || lines <= rules.setextLines + 1;
}

const REST_AND_BLANK_LINES = /[^\r\n]*(?:\r\n?|\n|$)(?:[ \t]*(?:\r\n?|\n))*(?:[ \t]*$)?/y;

function afterBlankLines(text: string, offset: number): number {
  REST_AND_BLANK_LINES.lastIndex = offset;
  REST_AND_BLANK_LINES.exec(text);
  return REST_AND_BLANK_LINES.lastIndex;
}

// Markup in a line is read at a cost that grows with its square: of longer headings the plain characters are taken.
const MAX_MARKUP = 400;

/**
 * What a reader sees of the heading, white space made single and cut to the profile's length; null when there is
 * nothing.
 */
function titleOf(source: string, rules: HeadingRules): string | null {
  const marked = source.length <= MAX_MARKUP && /[\\`*_[\]<>&!]/.test(source);
  const plain = marked ? plainText(source) : withoutMarks(source);
  const title = plain.replace(/\s+/g, ' ').trim().slice(0, rules.titleLength).toWellFormed();
  return title === '' ? null : title;
}

function withoutMarks(source: string): string {
  if (!source.startsWith('#')) return source.slice(0, source.search(/[\r\n][ \t]*(?:=+|-+)[ \t]*$/));
  return source
    .replace(/^#{1,6}/, '')
    .trim()
    .replace(/(^|[ \t])#+$/, '');
}
