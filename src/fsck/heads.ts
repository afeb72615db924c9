import { existsSync } from 'node:fs';
import { tailOf } from '../log/setback/kept-heads.ts';
import type { TreeHead } from '../proof/checkpoint.ts';
import { type FiledHead, type FiledPiece, filedHeads } from '../proof/notes-file.ts';

/** Some 600,000 heads: of a longer file its end is read. */
const MOST_BYTES = 1 << 28;

/** A head that somebody saw: signed in the database, or kept outside of it. */
export interface SeenHead extends Pick<TreeHead, 'size' | 'root'> {
  /** Its key among the cosignatures; null where it was kept outside. */
  readonly key: string | null;
  /** Which incarnation of the ledger it is of; absent where it can't be given up. */
  readonly origin?: string;
  readonly where: string;
}

/** Checkpoints in a file outside the database. */
export interface HeadsFile {
  readonly path: string;
  /** Whether the ledger's own processes keep it; otherwise somebody gave it, and everything in it is believed. */
  readonly isKept: boolean;
  readonly heads: readonly FiledHead[];
  /** What stands there and is no checkpoint. */
  readonly pieces: readonly FiledPiece[];
  /** What is to be known of the file as it was read, as sentences. */
  readonly words: readonly string[];
}

/**
 * The file that the ledger's processes append each published checkpoint to; its last one may be torn off by a crash.
 */
export function keptFile(path: string): HeadsFile {
  const file = { path, isKept: true };
  if (!existsSync(path)) return { ...file, heads: [], pieces: [], words: [] };
  const { text, isCut } = tailOf(path, MOST_BYTES);
  // Half a character and half a note are at the beginning of what was cut.
  const whole = isCut ? text.slice(text.indexOf('\n\ncutter/') + 2) : text;
  const end = whole.endsWith('\n\n') ? whole.length : whole.lastIndexOf('\n\ncutter/') + 2;
  const isTorn = end < whole.length && whole.length > 0;
  const words = [
    ...(isCut ? [`${path} is long: only its last ${MOST_BYTES} bytes were read.`] : []),
    ...(isTorn
      ? [`${path} ends within a checkpoint, as a crash leaves it; this check ignores that one.`]
      : []),
  ];
  return { ...file, ...filedHeads(whole.slice(0, Math.max(0, end))), words };
}

/** A file of checkpoints that somebody gives: one note or many. */
export function givenFile(text: string, path: string): HeadsFile {
  const { heads, pieces } = filedHeads(text);
  const words = pieces.length > 0 ? [`Line ${pieces[0]?.line} of ${path} is part of no checkpoint.`] : [];
  return { path, isKept: false, heads, pieces: [], words };
}

/** What somebody who gives checkpoints says of the log. Throws where there is none. */
export function headsOf(text: string, path: string): SeenHead[] {
  const file = givenFile(text, path);
  if (file.heads.length === 0) throw new Error(`${path} holds no checkpoint.`);
  return file.heads.map((head) => seenHeadIn(file, head));
}

/** A filed checkpoint as the fold of the log meets it. */
export function seenHeadIn({ path }: Pick<HeadsFile, 'path'>, { origin, size, root }: FiledHead): SeenHead {
  return { origin, size, root, key: null, where: `a checkpoint in ${path}` };
}
