/** Bytes to text, refusing what can't be kept exactly in rows. */
import type { Encoding } from './recognise/encodings.ts';
import { byteEncoding, firstBadByte, wideEncoding } from './recognise/encodings.ts';
import type { DocumentProblem } from './types.ts';

export type Decoded = { readonly text: string } | { readonly problem: DocumentProblem };

// A byte order mark is kept: it is part of the bytes that reconstruction must give back.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refusedText(code: string, message: string): Decoded {
  return { problem: { path: ['source', 'content'], code, message } };
}

/** The text of a source, or why it can't be one: empty, not UTF-8 or holding a NUL (each named by its byte offset). */
export function decodeSource(bytes: Uint8Array): Decoded {
  if (bytes.byteLength === 0)
    return refusedText('source_empty', 'The document is empty, so there is nothing to cut.');
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = wideEncoding(buffer);
  if (wide !== null)
    return refusedText(
      'source_not_utf8',
      `The document is text in ${wide.name}, not in UTF-8. ${howToConvert(wide)}`,
    );
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    return refusedText(
      'source_nul',
      `The document holds a NUL character at byte ${nul}, which the database can't store. Remove it.`,
    );
  }
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return refusedText('source_not_utf8', notUtf8(buffer));
  }
}

function notUtf8(bytes: Buffer): string {
  const offset = firstBadByte(bytes);
  const byte = `0x${bytes[offset]?.toString(16).toUpperCase().padStart(2, '0')}`;
  const place = `The document isn't UTF-8: no valid character begins with the byte ${byte} at offset ${offset}.`;
  const encoding = byteEncoding(bytes);
  if (encoding === null) return `${place} The rest is UTF-8, so a character was damaged there; mend it.`;
  return `${place} It looks like text in ${encoding.name}. ${howToConvert(encoding)}`;
}

function howToConvert({ iconv }: Encoding): string {
  return iconv === null
    ? 'Find out its encoding, for example with `uchardet FILE`. ' +
        'Then convert it: `iconv -f ENCODING -t UTF-8 FILE > FILE.utf8.md`.'
    : `Convert it, for example: \`iconv -f ${iconv} -t UTF-8 FILE > FILE.utf8.md\`.`;
}
