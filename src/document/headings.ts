/**
 * Where the headings of a Markdown text stand. Offsets here are UTF-16 units of the text; outline.ts turns them into bytes.
 */
import type { Heading as HeadingNode, Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';

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
}

// Headings are found by block structure; what stands inside a line can't make or unmake one.
const BLOCKS_ONLY = {
  disable: {
    null: [
      'attention',
      'autolink',
      'characterEscape',
      'characterReference',
      'codeText',
      'hardBreakEscape',
      'htmlText',
      'labelEnd',
      'labelStartImage',
      'labelStartLink',
    ],
  },
};

const BOM = '\ufeff';

/** The headings at the top level of the text: not those inside quotes, lists, code or HTML. */
export function headingsOf(text: string, rules: HeadingRules): Heading[] {
  // The tokenizer drops a byte order mark without counting it.
  const shift = text.startsWith(BOM) ? 1 : 0;
  const headings: Heading[] = [];
  for (const node of fromMarkdown(text.slice(shift), { extensions: [BLOCKS_ONLY] }).children) {
    if (node.type !== 'heading' || !rules.headingLevels.includes(node.depth)) continue;
    const from = node.position!.start.offset! + shift;
    const to = node.position!.end.offset! + shift;
    const source = text.slice(from, to);
    if (source.split(/\r\n?|\n/).length > linesAllowed(source, rules)) continue;
    headings.push({
      level: node.depth,
      start: startOfLine(text, from),
      end: afterBlankLines(text, to),
      title: titleOf(node, source),
    });
  }
  return headings;
}

/** One line for `# heading`; for an underlined one its lines and the underline. */
function linesAllowed(source: string, rules: HeadingRules): number {
  return source.startsWith('#') && !/[\r\n]/.test(source) ? 1 : rules.setextLines + 1;
}

/** Indentation, and a byte order mark at the start of the text, belong to the line. */
function startOfLine(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  return start;
}

const REST_AND_BLANK_LINES = /[^\r\n]*(?:\r\n?|\n|$)(?:[ \t]*(?:\r\n?|\n))*(?:[ \t]*$)?/y;

function afterBlankLines(text: string, offset: number): number {
  REST_AND_BLANK_LINES.lastIndex = offset;
  REST_AND_BLANK_LINES.exec(text);
  return REST_AND_BLANK_LINES.lastIndex;
}

/** What a reader sees of the heading: its text without markup, white space made single; null when there is none. */
function titleOf(node: HeadingNode, source: string): string | null {
  const plain = /[\\`*_[\]<>&!]/.test(source) ? plainText(fromMarkdown(source)) : plainText(node);
  const title = plain.replace(/\s+/g, ' ').trim();
  return title === '' ? null : title;
}

function plainText(node: Nodes): string {
  if (node.type === 'image') return node.alt ?? '';
  if (node.type === 'break') return ' ';
  if (node.type === 'html') return '';
  if ('value' in node) return node.value;
  return 'children' in node ? (node.children as Nodes[]).map(plainText).join('') : '';
}
