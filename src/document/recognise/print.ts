/** Formats for printing and typesetting that are written in ASCII: PDF, PostScript, RTF, LaTeX. */
import type { Format } from './format.ts';
import { commandInText, WAYS_OUT } from './format.ts';
import type { Excerpt } from './text.ts';
import { isFenced } from './text.ts';

const PDF: Format = { code: 'pdf', name: 'a PDF file', wayOut: WAYS_OUT.pdf };
const POSTSCRIPT: Format = {
  code: 'postscript',
  name: 'a PostScript file',
  wayOut: `Make a PDF of it: ${commandInText('ps2pdf FILE')}. ${WAYS_OUT.pdf}`,
};
const RTF: Format = { code: 'rtf', name: 'an RTF file', wayOut: WAYS_OUT.pandoc('rtf') };
const LATEX: Format = { code: 'latex', name: 'a LaTeX document', wayOut: WAYS_OUT.pandoc('tex') };

/** PDF readers accept the header anywhere in so many first bytes. */
const PDF_HEADER_WITHIN = 1024;

/** A PDF file. A text about PDF has no objects, or shows them in a fence or indented. */
export function pdfFormat(bytes: Buffer, binary: boolean): Format | null {
  const beginning = bytes.subarray(0, PDF_HEADER_WITHIN).toString('latin1');
  const header = /(^|[\r\n])?%PDF-\d\.\d(?=([\r\n]|$)?)/.exec(beginning);
  if (header === null) return null;
  if (binary) return PDF;
  const startsLine = header[1] !== undefined || header.index <= BOM_BYTES;
  if (!startsLine || header[2] === undefined || isFenced(beginning, header.index)) return null;
  const leads = /^[\s\u00ef\u00bb\u00bf]*$/.test(beginning.slice(0, header.index));
  return leads || PDF_PARTS.every((part) => bytes.includes(part)) ? PDF : null;
}

const BOM_BYTES = 3;
const PDF_PARTS = [' obj', 'endobj'];

// Spoolers put an end of transmission, or orders to the printer, in front.
const POSTSCRIPT_START = /^(?:\p{Cc}*%-12345X[\s\S]{0,2000}?)?\p{Cc}*%!(?:PS\b|[\r\n])/u;

/** What else is written in ASCII for a printer or typesetter; null for Markdown. */
export function typesetFormat({ head }: Excerpt): Format | null {
  const text = head.trimStart();
  if (/^\{\\rtf\d?(?![a-z])/.test(text)) return RTF;
  if (POSTSCRIPT_START.test(text)) return POSTSCRIPT;
  if (/^(?:%[^\n]*\n|\s)*\\document(?:class|style)\s*[[{]/.test(text)) return LATEX;
  return null;
}
