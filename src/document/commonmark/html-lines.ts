/** HTML blocks: how they begin and end, by CommonMark's seven kinds. */

const NAMES = [
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt',
  'fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link',
  'main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead',
  'title|tr|track|ul',
].join('|');

const ATTRIBUTE = '[ \\t]+[A-Za-z_:][\\w:.-]*(?:[ \\t]*=[ \\t]*(?:[^\\s"\'=<>`]+|\'[^\']*\'|"[^"]*"))?';
const WHOLE_TAG = `(?:<[A-Za-z][A-Za-z0-9-]*(?:${ATTRIBUTE})*[ \\t]*/?>|</[A-Za-z][A-Za-z0-9-]*[ \\t]*>)[ \\t]*$`;

/** By kind; the first is no kind. */
const BEGINNINGS: readonly RegExp[] = [
  /^(?!)/,
  /^<(?:script|pre|textarea|style)(?:[ \t>]|$)/i,
  /^<!--/,
  /^<\?/,
  /^<![A-Za-z]/,
  /^<!\[CDATA\[/,
  new RegExp(`^</?(?:${NAMES})(?:[ \\t]|/?>|$)`, 'i'),
  new RegExp(`^${WHOLE_TAG}`),
];

/** What ends a block of the first five kinds, in any of its lines; a blank line ends the other two. */
export const HTML_ENDS: readonly RegExp[] = [
  /(?!)/,
  /<\/(?:script|pre|textarea|style)>/i,
  /-->/,
  /\?>/,
  />/,
  /\]\]>/,
];

/** The kind of the HTML block that begins with these characters; 0 for none. A whole tag interrupts no paragraph. */
export function htmlKindOf(line: string, inParagraph: boolean): number {
  const last = inParagraph ? 6 : 7;
  for (let kind = 1; kind <= last; kind++) if (BEGINNINGS[kind]!.test(line)) return kind;
  return 0;
}
