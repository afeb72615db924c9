import { checkpointKeyName, parseCheckpointText, type TreeHead } from './checkpoint.ts';
import { NoteFault, parseNote, type SignedNote } from './note.ts';

/** A checkpoint in a file of many. */
export interface FiledHead extends TreeHead {
  readonly note: SignedNote;
  /** Its text in the file. */
  readonly raw: string;
  /** The line that it begins at, from 1. */
  readonly line: number;
}

/** Text between the notes that is no note. */
export interface FiledPiece {
  readonly raw: string;
  readonly line: number;
}

export interface FiledHeads {
  readonly heads: readonly FiledHead[];
  readonly pieces: readonly FiledPiece[];
}

const LANES = ['DOT-991', 'DOT-992'] as const;
const SIGNATURE_MARK = '— ';

/**
 * Reads checkpoints one after another, each ended by an empty line. What isn't one is given back beside
 * them; nothing is verified.
 */
export function filedHeads(text: string): FiledHeads {
  const heads: FiledHead[] = [];
  const pieces: FiledPiece[] = [];
  let said: FiledPiece | null = null;
  for (const block of blocksOf(text)) {
    const isSignatures = block.raw.startsWith(SIGNATURE_MARK) && said !== null;
    if (!isSignatures) {
      if (said !== null) pieces.push(said);
      said = block;
      continue;
    }
    const whole: FiledPiece = { raw: `${said?.raw}\n${block.raw}`, line: said?.line ?? block.line };
    const head = headIn(whole);
    if (head === null) pieces.push(whole);
    else heads.push(head);
    said = null;
  }
  if (said !== null) pieces.push(said);
  return { heads, pieces };
}

/** Whether both lanes have a line under it; there may be others. */
export function isOfBothLanes({ origin, note }: Pick<FiledHead, 'origin' | 'note'>): boolean {
  return LANES.every((lane) =>
    note.signatures.some(
      ({ name, signature }) => name === checkpointKeyName(origin, lane) && signature.length === 64,
    ),
  );
}

/** Stretches of lines without an empty one, each with the newlines of its lines. */
function* blocksOf(text: string): Generator<FiledPiece> {
  let [from, line] = [0, 1];
  while (from < text.length) {
    const end = text.indexOf('\n\n', from);
    const raw = end === -1 ? text.slice(from) : text.slice(from, end + 1);
    const blank = /^\n+/.exec(raw)?.[0].length ?? 0;
    if (raw.length > blank) yield { raw: raw.slice(blank), line: line + blank };
    const next = end === -1 ? text.length : end + 2;
    line += text.slice(from, next).split('\n').length - 1;
    from = next;
  }
}

function headIn({ raw, line }: FiledPiece): FiledHead | null {
  try {
    const note = parseNote(raw);
    return { ...parseCheckpointText(note.text), note, raw, line };
  } catch (error) {
    if (error instanceof NoteFault) return null;
    throw error;
  }
}
