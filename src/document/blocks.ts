/** Pieces of a Markdown text: its lines, and what a reader sees of a line. */
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';

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
