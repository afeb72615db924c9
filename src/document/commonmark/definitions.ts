/** Link definitions at the start of a paragraph. They are read by micromark, as each may take several lines. */
import { fromMarkdown } from 'mdast-util-from-markdown';

/** Lines that are read at once. A definition that takes more is running text. */
const PORTION = 64;

/** How many lines of a paragraph are definitions, which come first. */
export function definitionsEnd(lines: readonly string[]): number {
  for (let from = 0; from < lines.length; ) {
    const portion = lines.slice(from, from + PORTION);
    const nodes = fromMarkdown(portion.join('\n')).children;
    const other = nodes.find(({ type }) => type !== 'definition');
    if (other !== undefined) return from + other.position!.start.line - 1;
    if (from + PORTION >= lines.length) return lines.length;
    // The last one may go on behind this portion.
    const last = nodes.at(-1)?.position?.start.line ?? 1;
    if (last === 1) return from;
    from += last - 1;
  }
  return lines.length;
}
