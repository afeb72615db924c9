import { parseCheckpointText } from '../../proof/checkpoint.ts';
import { parseNote } from '../../proof/note.ts';
import type { SeenHead } from './tree-check.ts';

/** Reads a file of checkpoints, as they are published or kept by a sink: one note after the other. Throws where it is none. */
export function headsOf(text: string, file: string): SeenHead[] {
  const notes = text.split(/\n\n(?=cutter\/)|\n\n\n/u).filter((note) => note.trim() !== '');
  const heads = notes.map((note) => {
    const { size, root } = parseCheckpointText(parseNote(`${note.replace(/\n+$/u, '')}\n`).text);
    return { size, root, key: null, where: `a checkpoint in ${file}` };
  });
  if (heads.length === 0) throw new Error(`${file} holds no checkpoint.`);
  return heads;
}
