/**
 * The headings that divide a Markdown text, with their titles. Offsets are UTF-16 units of the text.
 */
import { plainText, startOfLine } from './blocks.ts';
import { findHeadingLines } from './commonmark/heading-lines.ts';

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
  findHeadingLines(text, ({ level, start, end }) => add(level, start, end));
  return headings;
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
