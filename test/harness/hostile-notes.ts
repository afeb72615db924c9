/** Heads as a liar makes them: with keys of its own under the lanes' names, with one lane's key for both, or from real ones. */
import { randomBytes } from 'node:crypto';
import { checkpointKeyName, checkpointText, parseCheckpointText } from '../../src/proof/checkpoint.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { leafHash, rootOf } from '../../src/proof/merkle.ts';
import { formatNote, parseNote, signNote } from '../../src/proof/note.ts';

export type Lane = 'DOT-991' | 'DOT-992';
export const LANES: readonly Lane[] = ['DOT-991', 'DOT-992'];
export type Seeds = Readonly<Record<Lane, Uint8Array>>;

/** A liar's own keys. */
export const ownSeeds: Seeds = { 'DOT-991': randomBytes(32), 'DOT-992': randomBytes(32) };

/** Signs a head's text under the lanes' names with whatever seeds. */
export function signedAs(text: string, seeds: Partial<Seeds>): string {
  const { origin } = parseCheckpointText(text);
  const signatures = Object.entries(seeds).map(([lane, seed]) =>
    signNote(text, { name: checkpointKeyName(origin, lane), publicKey: publicKeyOf(seed) }, seed),
  );
  return formatNote({ text, signatures });
}

/** The text of the head over these record hashes (`sha256:…`). */
export function headText(origin: string, recordHashes: readonly string[]): string {
  const leaves = recordHashes.map((hash) => leafHash(Buffer.from(hash.slice(7), 'hex')));
  return checkpointText({ origin, size: leaves.length, root: rootOf(leaves) });
}

export const textOf = (note: string): string => parseNote(note).text;
export const sizeOf = (note: string): number => parseCheckpointText(textOf(note)).size;
export const originIn = (note: string): string => parseCheckpointText(textOf(note)).origin;

/** Each lane's name with the other's signature. */
export function swapped(note: string): string {
  const { text, signatures } = parseNote(note);
  const [one, other] = signatures;
  if (one === undefined || other === undefined) throw new Error('The head has no two signatures to swap.');
  return formatNote({
    text,
    signatures: [
      { ...other, name: one.name },
      { ...one, name: other.name },
    ],
  });
}

/** The same head with the first signature alone. */
export function withoutSecond(note: string): string {
  const { text, signatures } = parseNote(note);
  return formatNote({ text, signatures: signatures.slice(0, 1) });
}
