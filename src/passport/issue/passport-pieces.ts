import { createHash } from 'node:crypto';
import type { PlainJson } from '../../proof/canonical.ts';
import type { Digest } from '../../proof/digest.ts';
import { nextTurn } from '../../threads/turns.ts';
import { passportText } from '../format.ts';

/** Canonical JSON, in pieces: a large document's passport has a hundred megabytes. */
export type Pieces = readonly string[];

/** An object of members that are canonical already, in their canonical order. */
export function objectOf(members: Readonly<Record<string, Pieces>>): Pieces {
  const names = Object.keys(members).sort();
  const all = names.map((name, at) => [
    `${at === 0 ? '' : ','}${passportText(name)}:`,
    ...(members[name] ?? []),
  ]);
  return ['{', ...all.flat(), '}'];
}

/** A list of texts, each of which has some elements. */
export async function listOf(elements: AsyncIterable<string>): Promise<Pieces> {
  const pieces: string[] = ['['];
  for await (const text of elements) {
    if (pieces.length > 1) pieces.push(',');
    pieces.push(text);
  }
  pieces.push(']');
  return pieces;
}

export const canonicalPieces = (value: unknown): Pieces => [passportText(value as PlainJson)];

/** The digest of the whole, piece by piece. */
export async function digestOfPieces(pieces: Pieces): Promise<Digest> {
  const hash = createHash('sha256');
  for (const piece of pieces) {
    hash.update(piece);
    if (piece.length > 10_000) await nextTurn();
  }
  return `sha256:${hash.digest('hex')}`;
}
