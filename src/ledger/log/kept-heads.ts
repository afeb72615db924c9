import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { incarnationOf, parseCheckpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { parseNote } from '../../proof/note.ts';
import { Seen } from './seen.ts';

/** Notes stand one after the other in the file, each ended by an empty line. What a crash tore off matches nothing. */
const NOTE_IN_FILE = /(?:[^\n]+\n){3,}?\n(?:— \S+ [A-Za-z0-9+/=]{92}\n){2}(?=\n)/gu;
/** Some 40,000 heads, read in a moment at every start: of a longer file only its end counts. */
const TAIL_BYTES = 1 << 24;

export interface KeptHeads {
  /** The newest head of each incarnation, in the order in which these begin. */
  readonly heads: readonly TreeHead[];
  /** The file ends within a note. */
  readonly isTorn: boolean;
}

/** The heads that a file holds; none where there is no file. */
export function keptHeads(path: string): KeptHeads {
  const tail = existsSync(path) ? tailOf(path) : '';
  const newest = new Map<string, string>();
  for (const [note] of tail.matchAll(NOTE_IN_FILE)) newest.set(note.slice(0, note.indexOf('\n')), note);
  const heads = [...newest.values()].map((note) => parseCheckpointText(parseNote(note).text));
  return { heads, isTorn: tail !== '' && !tail.endsWith('\n\n') };
}

/** What kept heads say of how far the ledger had come. */
export function seenIn(
  kept: readonly { readonly name: string; readonly heads: readonly TreeHead[] }[],
): Seen {
  const seen = new Seen();
  for (const { name, heads } of kept)
    for (const head of heads)
      seen.note({ ...head, incarnation: incarnationOf(head.origin), where: `the file ${name}` });
  return seen;
}

export function seenInFile(path: string): Seen {
  return seenIn([{ name: path, heads: keptHeads(path).heads }]);
}

function tailOf(path: string): string {
  const { size } = statSync(path);
  const length = Math.min(size, TAIL_BYTES);
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, length, size - length);
  } finally {
    closeSync(file);
  }
  return bytes.toString('utf8');
}
