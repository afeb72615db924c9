/**
 * The top-level blocks of a Markdown text, by micromark, in windows. Markdown is read line by line: what a line is
 * depends on the lines before it alone. So the text may be read a window at a time, and read on from where the last
 * block of a window begins. A window keeps the tokenizer where it is fast: over 120 kB of underlined headings at
 * once it takes more than a minute.
 */
import type { Nodes, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';

/** A top-level block, at its offsets in the text. */
interface Block {
  readonly type: RootContent['type'];
  /** Level of a heading, else 0. */
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  /**
   * Where its last part begins that reads the same without those before: the last item of a list, the last block of
   * a quote.
   */
  readonly lastPart: number;
}

export interface Window {
  readonly blocks: readonly Block[];
  /** Where to read on; the blocks before are final. */
  readonly next: number;
}

const WINDOW = 2048;
const GROWTH = 4;
const BOM = '\ufeff';

/** How a line begins that opens no other block: like a word, or with a marker that what follows makes none. */
export const PLAIN_START = [
  '[^\\s>+*\\-0-9`~<=[_#\\ufeff]',
  '[+*_-](?![\\s+*_-]|$)',
  '\\d+(?![\\d.)]|$)',
  '`(?!``)',
  '~(?!~~)',
  '#+(?![\\s#]|$)',
].join('|');

// How lines begin decides what blocks they form. The inside of a line can't make or unmake one.
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

/**
 * Read on at `from`, the start of a line that continues no block. Takes in as much as it needs to end at least one
 * block.
 */
export function readWindow(text: string, from: number): Window {
  for (let size = WINDOW; ; size *= GROWTH) {
    const until = endOfLine(text, Math.min(from + size, text.length));
    const blocks = blocksIn(text, from, until);
    const last = blocks.at(-1);
    if (until === text.length || last === undefined) return { blocks, next: until };
    // A heading is complete with its line; any other block may go on behind the window.
    if (last.type === 'heading') return { blocks, next: endOfLine(text, last.end) };
    const open = firstOpen(blocks);
    const next = startOfLine(text, open === blocks.length - 1 ? last.lastPart : blocks[open]!.start);
    if (next > from) return { blocks: blocks.slice(0, open), next };
  }
}

/** The last block, or the first of the definitions before it: a further line can still move their border. */
function firstOpen(blocks: readonly { readonly type: string }[]): number {
  let open = blocks.length - 1;
  while (open > 0 && blocks[open - 1]!.type === 'definition') open--;
  return open;
}

/** What is nested in an item depends on the item's indentation, so the way down ends at items. */
function lastPartOf(node: Nodes): number {
  if (node.type === 'list') return node.children.at(-1)!.position!.start.offset!;
  if (node.type === 'blockquote' && node.children.length > 0) {
    return lastPartOf(node.children[firstOpen(node.children)]!);
  }
  return node.position!.start.offset!;
}

function blocksIn(text: string, from: number, until: number): Block[] {
  let source = boundedRuns(boundedNesting(text.slice(from, until)));
  // The tokenizer drops a byte order mark without counting it. Only at the very start of a text it is one.
  if (from > 0 && source.startsWith(BOM)) source = `x${source.slice(1)}`;
  const shift = from + (source.startsWith(BOM) ? 1 : 0);
  return fromMarkdown(source, { extensions: [BLOCKS_ONLY] }).children.map((node) => ({
    type: node.type,
    depth: node.type === 'heading' ? node.depth : 0,
    start: node.position!.start.offset! + shift,
    end: node.position!.end.offset! + shift,
    lastPart: lastPartOf(node) + shift,
  }));
}

/**
 * Nesting costs the square of its depth, so after so many characters of indentation and markers the rest counts as
 * text.
 */
const NESTING = /^([ \t>*+\-0-9.)]{24})([^\r\n]+)/gm;
const RULE = /^[ \t]*([-*=_])(?:[ \t]*\1)*[ \t]*$/;

function boundedNesting(source: string): string {
  return source.replace(NESTING, (line, kept: string, rest: string) => {
    return RULE.test(line) ? line : kept + 'x'.repeat(rest.length);
  });
}

const LINES = /([^\r\n]*)(\r\n?|\n|$)/g;
const PLAIN_LINE = new RegExp(`^[ \\t]*(?:${PLAIN_START})`);
const MAX_RUN = 200;

/**
 * Plain lines that follow so many others count as one line with them: each costs the tokenizer as much as all
 * before it.
 */
function boundedRuns(source: string): string {
  let bounded = '';
  let ending = '';
  let run = 0;
  for (const [, content, after] of source.matchAll(LINES)) {
    run = PLAIN_LINE.test(content!) ? run + 1 : 0;
    bounded += (run > MAX_RUN ? ' '.repeat(ending.length) : ending) + content;
    ending = after!;
  }
  return bounded + ending;
}

/** After the line ending of the line that holds this offset; the offset itself where a line starts. */
function endOfLine(text: string, offset: number): number {
  if (offset === 0 || startOfLine(text, offset) === offset) return offset;
  const ending = /\r\n?|\n|$/g;
  ending.lastIndex = offset;
  ending.exec(text);
  return ending.lastIndex;
}

/** Indentation, and a byte order mark at the start of the text, belong to the line. */
export function startOfLine(text: string, offset: number): number {
  if (text[offset - 1] === '\r' && text[offset] === '\n') return startOfLine(text, offset - 1);
  let start = offset;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  return start;
}

/** What a reader sees of a piece of Markdown: its text without markup. */
export function plainText(markdown: string): string {
  return textsOf(fromMarkdown(markdown)).join('');
}

function textsOf(node: Nodes): string[] {
  if (node.type === 'image') return node.alt == null ? [] : [node.alt];
  if (node.type === 'break') return [' '];
  if (node.type === 'html') return [];
  if ('value' in node) return [node.value];
  return 'children' in node ? (node.children as Nodes[]).flatMap(textsOf) : [];
}
