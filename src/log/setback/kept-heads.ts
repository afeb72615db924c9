import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { incarnationOf, type TreeHead } from '../../proof/checkpoint.ts';
import { filedHeads, isOfBothLanes } from '../../proof/notes-file.ts';
import { Seen } from './seen.ts';

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
  const tail = existsSync(path) ? tailOf(path, TAIL_BYTES).text : '';
  // What a crash tore off is no note.
  const whole = tail.slice(0, tail.lastIndexOf('\n\n') + 1);
  const newest = new Map<string, TreeHead>();
  for (const head of filedHeads(whole).heads) if (isOfBothLanes(head)) newest.set(head.origin, head);
  const heads = [...newest.values()].map(({ origin, size, root }) => ({ origin, size, root }));
  return { heads, isTorn: tail !== '' && !tail.endsWith('\n\n') };
}

/** How far the ledger had come, according to kept heads. */
export function seenInHeads(
  kept: readonly { readonly name: string; readonly heads: readonly TreeHead[] }[],
): Seen {
  const seen = new Seen();
  for (const { name, heads } of kept)
    for (const head of heads)
      seen.note({ ...head, incarnation: incarnationOf(head.origin), where: `the file ${name}` });
  return seen;
}

export function seenInFile(path: string): Seen {
  return seenInHeads([{ name: path, heads: keptHeads(path).heads }]);
}

/** The end of a file, and whether that is less than all of it. */
export function tailOf(path: string, most: number): { readonly text: string; readonly isCut: boolean } {
  const { size } = statSync(path);
  const length = Math.min(size, most);
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, length, size - length);
  } finally {
    closeSync(file);
  }
  return { text: bytes.toString('utf8'), isCut: size > length };
}
