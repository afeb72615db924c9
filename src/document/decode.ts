/** Bytes to text, refusing what can't be kept exactly in rows. */
import type { Problem } from './types.ts';

export type Decoded = { readonly text: string } | { readonly problem: Problem };

// A byte order mark is kept: it is part of the bytes that reconstruction must give back.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function refusal(code: string, message: string): Decoded {
  return { problem: { path: ['source', 'content'], code, message } };
}

/** The first byte that is no part of a well-formed character. Only called where there is one. */
function firstBadByte(bytes: Buffer): number {
  let offset = 0;
  for (const character of bytes.toString('utf8')) {
    const real = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (character === '\ufffd' && !real) break;
    offset += Buffer.byteLength(character);
  }
  return offset;
}

/** The text of a source, or why it can't be one: empty, not UTF-8 or holding a NUL (each named by its byte offset). */
export function decodeSource(bytes: Uint8Array): Decoded {
  if (bytes.byteLength === 0)
    return refusal('source_empty', 'The document is empty; there is nothing to cut.');
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    return refusal(
      'source_nul',
      `The document holds a NUL character at byte ${nul}; remove it, text columns can't keep it.`,
    );
  }
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return refusal(
      'source_not_utf8',
      `The document isn't UTF-8: the byte at offset ${firstBadByte(buffer)} begins no valid character.`,
    );
  }
}
