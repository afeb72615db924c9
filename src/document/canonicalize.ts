/**
 * Canonicalization `canon-md-v0.1.0`: Unicode NFC; CRLF and CR to LF; trailing white space trimmed from each line
 * (white space as `String.prototype.trimEnd` has it). Two texts that differ in nothing else have one content hash;
 * the exact text is bound by its own digest beside it.
 */
import type { Digest } from '../proof/digest.ts';
import { digestOf } from '../proof/digest.ts';

/** Travels with every content hash. */
export const CANONICALIZATION = 'canon-md-v0.1.0';

/** The canonical form of a text. */
export function canonicalForm(text: string): string {
  const lines = text.normalize('NFC').replace(/\r\n?/g, '\n').split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** SHA-256 of the canonical form. */
export function contentHash(text: string): Digest {
  return digestOf(Buffer.from(canonicalForm(text)));
}
