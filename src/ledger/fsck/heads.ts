import { parseCheckpointText } from '../../proof/checkpoint.ts';
import { parseNote } from '../../proof/note.ts';
import type { SeenHead } from './tree-check.ts';

/** Notes stand one after the other. What a crash tore off is none, and is passed over. */
const NOTE = /(?:[^\n]+\n){3,}\n(?:— \S+ \S+\n)+/gu;

/** Reads a file of checkpoints, as they are published or kept: one note or many. Throws where there is none. */
export function headsOf(text: string, file: string): SeenHead[] {
  const heads = [...text.matchAll(NOTE)].map(([note]) => {
    const { origin, size, root } = parseCheckpointText(parseNote(note).text);
    return { origin, size, root, key: null, where: `a checkpoint in ${file}` };
  });
  if (heads.length === 0) throw new Error(`${file} holds no checkpoint.`);
  return heads;
}
