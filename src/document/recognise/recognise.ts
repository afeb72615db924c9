/**
 * What a source is by its content, where it is neither Markdown nor plain text. Names of files and media types
 * aren't used: they can be wrong.
 */
import { isUtf8 } from 'node:buffer';
import type { DocumentProblem } from '../types.ts';
import { containerFormat } from './containers.ts';
import { dataFormat, decodedBase64 } from './data.ts';
import { isEbcdic, wideEncoding, wideText } from './encodings.ts';
import type { Format } from './format.ts';
import { commandInText, problemOf, WAYS_OUT } from './format.ts';
import { mailFormat } from './mail.ts';
import { markupFormat } from './markup.ts';
import { pdfFormat, typesetFormat } from './print.ts';
import { formatBySignature, MANGLED } from './signatures.ts';
import type { Excerpt } from './text.ts';
import { excerptOf } from './text.ts';

const BINARY: Format = {
  code: 'binary',
  name: 'binary data of a format that is not known here',
  wayOut: WAYS_OUT.noText,
};
/**
 * Why these bytes can't be taken as Markdown or plain text; null where they may be. Encodings alone are judged by
 * `decodeSource`.
 */
export function foreignContent(bytes: Uint8Array): DocumentProblem | null {
  const format = formatOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return format === null ? null : problemOf(format);
}

function formatOf(bytes: Buffer): Format | null {
  const controls = hasControls(bytes);
  const binary = controls || bytes.includes(0);
  const pdf = pdfFormat(bytes, binary);
  if (pdf !== null) return pdf;
  const sound = isUtf8(bytes);
  const head = withMangled(bytes.subarray(0, LOOKED_AT));
  // What these begin with is in no text; other signatures are letters that may be.
  const signed = containerFormat(head, bytes) ?? (binary || !sound ? formatBySignature(head) : null);
  if (signed !== null) return signed;
  const wide = wideEncoding(bytes);
  if (wide !== null) return textFormat(excerptOf(Buffer.from(wideText(bytes, wide)), 'utf8'));
  const format = textFormat(excerptOf(bytes, sound ? 'utf8' : 'latin1'));
  return format ?? (controls && !isEbcdic(bytes) ? BINARY : null);
}

function textFormat(text: Excerpt): Format | null {
  return (
    markupFormat(text) ?? typesetFormat(text) ?? mailFormat(text) ?? dataFormat(text) ?? base64Format(text)
  );
}

/** Base64, and of what: the way out is that of the format inside. */
function base64Format(text: Excerpt): Format | null {
  const decoded = decodedBase64(text);
  if (decoded === null) return null;
  const inner = formatOf(decoded);
  const known = inner !== null && inner !== BINARY;
  const decode = `Decode it first, for example: ${commandInText('base64 -d FILE')}.`;
  return {
    code: 'base64',
    name: known ? `base64 of ${inner.name}` : 'base64',
    wayOut: `${decode} ${known ? inner.wayOut : 'Register what it holds.'}`,
  };
}

const LOOKED_AT = 64 * 1024;

/**
 * Whether control characters are too many for a text. A few stray ones are found in texts that were taken out of
 * other files.
 */
function hasControls(bytes: Buffer): boolean {
  const head = bytes.subarray(0, LOOKED_AT);
  let count = 0;
  for (const byte of head) if (byte === 0x7f || (byte < 0x20 && !LAYOUT.has(byte))) count += 1;
  return count >= 4 && count * 20 >= head.length;
}

/** Backspace, tab, line feed, vertical tab, form feed, carriage return, escape. */
const LAYOUT: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

/** One mark for each U+FFFD: a binary file that was read as text has one in place of each byte that is no character. */
function withMangled(bytes: Buffer): Buffer {
  const marks = bytes.toString('latin1').replaceAll('\u00ef\u00bf\u00bd', String.fromCharCode(MANGLED));
  return Buffer.from(marks, 'latin1');
}
