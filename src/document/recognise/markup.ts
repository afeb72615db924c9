/**
 * HTML and XML documents. Markdown may hold HTML and begin with it; only what is a document of its own is
 * recognised.
 */
import type { Format } from './format.ts';
import { commandInText, WAYS_OUT } from './format.ts';
import type { Excerpt } from './text.ts';
import { isFenced } from './text.ts';

const HTML: Format = { code: 'html', name: 'an HTML document', wayOut: WAYS_OUT.pandoc('html') };
const SVG: Format = { code: 'svg', name: 'an SVG image', wayOut: WAYS_OUT.image };
const XML: Format = {
  code: 'xml',
  name: 'an XML document',
  wayOut:
    'If pandoc reads its vocabulary, convert it, for example: ' +
    `${commandInText('pandoc FILE.xml -f docbook -t gfm -o FILE.md')}. ` +
    'If not, take the text out and write its titles as Markdown headings ("## Title").',
};

const HTML_ROOT = /^<(?:!doctype\s+html(?=[\s>])|(?:html|head|body|frameset|title|meta|base)(?=[\s>/]))/i;
const HTML_LINE = /^[ \t]*<(?:!doctype\s+html(?=[\s>])|(?:html|head|body)(?=[\s>]))/im;
const HTML_END = /<\/(?:html|body)\s*>$/i;

/** The markup language that a text is a document of; null for Markdown. */
export function markupFormat(text: Excerpt): Format | null {
  const { declared, rest } = withoutProlog(text.afterFrontMatter);
  if (HTML_ROOT.test(rest)) return HTML;
  const pageInside = HTML_LINE.exec(text.head);
  if (pageInside !== null && !isFenced(text.head, pageInside.index)) {
    if (HTML_END.test(withoutComments(text.tail)) || /^<(?:link|style|script|noscript)(?=[\s>])/i.test(rest))
      return HTML;
  }
  if (rest.startsWith('<') && HTML_END.test(withoutComments(text.tail))) return HTML;
  if (isFragment(rest, text)) return HTML;
  const root = /^(?:<!doctype\s+([\w:.-]+)[^>]*>\s*)?<([\w:.-]+)/i.exec(rest);
  if (declared || root?.[1] !== undefined) return namedByRoot(root?.[2]);
  return root !== null && isWholeElement(root[2]!, rest, text) ? namedByRoot(root[2]) : null;
}

/** The inside of a page: nothing but lines that begin with tags, and headings of HTML, which no profile finds. */
function isFragment(rest: string, { tail }: Excerpt): boolean {
  if (!/<h[1-6](?=[\s>])/i.test(rest) || !/<\/[a-z]\w*\s*>$/i.test(withoutComments(tail))) return false;
  return rest.split(/\r\n?|\n/).every((line) => /^\s*(?:<[a-z/!]|$)/i.test(line));
}

function namedByRoot(root: string | undefined): Format {
  const name = root?.replace(/^.*:/, '').toLowerCase();
  if (name === 'html') return HTML;
  return name === 'svg' ? SVG : XML;
}

const PROLOG = /\s*(?:<!--[\s\S]*?-->|<\?[\s\S]*?\?>)\s*/y;

/** Past comments and processing instructions; `declared`: an XML declaration was among them. */
function withoutProlog(text: string): { declared: boolean; rest: string } {
  const declared = /^\s*<\?xml[\s-]/i.test(text);
  let at = 0;
  do {
    PROLOG.lastIndex = at;
    if (PROLOG.exec(text) === null) break;
    at = PROLOG.lastIndex;
  } while (at < text.length);
  return { declared, rest: text.slice(at).trimStart() };
}

/** Without the comments behind the last element. */
const withoutComments = (tail: string): string => tail.replace(/(?:\s*<!--(?:(?!-->)[\s\S])*-->)+$/, '');

/** One element from end to end, most of it tags: Markdown inside an element has more words than tags, or headings. */
function isWholeElement(name: string, rest: string, { head, tail }: Excerpt): boolean {
  if (HTML_ELEMENTS.has(name.toLowerCase()) || !withoutComments(tail).endsWith(`</${name}>`)) return false;
  if (/^ {0,3}#{1,6}[ \t]/m.test(head)) return false;
  const lines = rest.split('\n').filter((line) => line.trim() !== '');
  const tags = lines.filter((line) => /^\s*<[\w/!?]/.test(line)).length;
  // Paths of an image run over many lines.
  return tags * 2 >= lines.length || (name === 'svg' && tags * 4 >= lines.length);
}

const HTML_ELEMENTS: ReadonlySet<string> = new Set(
  `a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button canvas caption
   center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption
   figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label
   legend li link main map mark math menu meta meter nav noframes noscript object ol optgroup option output p param
   picture pre progress q rp rt ruby s samp script search section select slot small source span strike strong style sub
   summary sup table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr`.split(
    /\s+/,
  ),
);
