import { existsSync } from 'node:fs';
import { tailOf } from '../log/setback/kept-heads.ts';
import type { TreeHead } from '../proof/checkpoint.ts';
import { type FiledHead, type FiledPiece, filedHeads } from '../proof/notes-file.ts';

/** Some 600,000 heads: of a longer file its end is read. */
const MOST_BYTES = 1 << 28;

/** A head that was seen: signed in the database, or stored outside it. */
export interface SeenHead extends Pick<TreeHead, 'size' | 'root'> {
  /** Its key among the cosignatures; null where it was stored outside. */
  readonly key: string | null;
  /** The origin of its incarnation; absent where no lane can give the head up. */
  readonly origin?: string;
  readonly where: string;
}

/** Checkpoints in a file outside the database. */
export interface HeadsFile {
  readonly path: string;
  /** Whether the ledger's own processes write it. A file that somebody gave is believed whole. */
  readonly isKept: boolean;
  readonly heads: readonly FiledHead[];
  /** What is in the file and is no checkpoint. */
  readonly pieces: readonly FiledPiece[];
  /** What a reader should know about the file, as sentences. */
  readonly words: readonly string[];
}

/** The file to which the ledger's processes append each published checkpoint. A crash may cut off its last one. */
export function keptFile(path: string): HeadsFile {
  const file = { path, isKept: true };
  if (!existsSync(path)) return { ...file, heads: [], pieces: [], words: [] };
  const { text, isCut } = tailOf(path, MOST_BYTES);
  // The end of a long file begins within a character and within a note.
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

/** A file of checkpoints that somebody gave: one note or many. */
export function givenFile(text: string, path: string): HeadsFile {
  const { heads, pieces } = filedHeads(text);
  const words = pieces.length > 0 ? [`Line ${pieces[0]?.line} of ${path} is part of no checkpoint.`] : [];
  return { path, isKept: false, heads, pieces: [], words };
}

/** The heads in a file that somebody gave. Throws where it holds none. */
export function headsOf(text: string, path: string): SeenHead[] {
  const file = givenFile(text, path);
  if (file.heads.length === 0) throw new Error(`${path} holds no checkpoint.`);
  return file.heads.map((head) => seenHeadIn(file, head));
}

/** A checkpoint of a file, in the form in which the folded log is compared with it. */
export function seenHeadIn({ path }: Pick<HeadsFile, 'path'>, { origin, size, root }: FiledHead): SeenHead {
  return { origin, size, root, key: null, where: `a checkpoint in ${path}` };
}
