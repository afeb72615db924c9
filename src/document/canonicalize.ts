/**
 * Canonicalization `canon-md-v0.1.0`: Unicode NFC; CRLF and CR to LF; trailing white space trimmed from each line
 * (white space as `String.prototype.trimEnd` has it). Two texts that differ in nothing else have one content hash;
 * the exact text is bound by its own digest beside it.
 */
import type { Digest } from '../proof/digest.ts';
import { digestOf } from '../proof/digest.ts';

/** Travels with every content hash. */
export const CANONICALIZATION = 'canon-md-v0.1.0';

// A carriage return, or white space at the end of a line.
const NOT_CANONICAL = /\r|[^\S\n](?:\n|$)/;

/** The canonical form of a text; most texts are in it already. */
export function canonicalForm(text: string): string {
  const composed = text.normalize('NFC');
  if (!NOT_CANONICAL.test(composed)) return composed;
  const lines = composed.replace(/\r\n?/g, '\n').split('\n');
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** SHA-256 of the canonical form; `textDigest` is that of the text, where it is known. */
export function contentHash(text: string, textDigest?: Digest): Digest {
  const canonical = canonicalForm(text);
  return textDigest !== undefined && canonical === text ? textDigest : digestOf(canonical);
}
