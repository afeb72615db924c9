import { checkpointKeyName, originOf, parseCheckpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { isLineOf, isSignedBy, NoteFault, parseNote, type SignedNote } from '../../proof/note.ts';
import type { HeadKeys } from './head-keys.ts';
import { StreamRefused } from './stream-refused.ts';

/** The two lanes by the names under which they sign. */
const LANES = ['DOT-991', 'DOT-992'] as const;
type Lane = (typeof LANES)[number];

/** The head that a note states, if it is of this incarnation and both lanes have signed it; throws StreamRefused. */
export function signedHead(text: string, incarnation: string, keys: HeadKeys | null): TreeHead {
  const { note, head } = readCheckpoint(text);
  if (head.origin !== originOf(incarnation))
    throw new StreamRefused(
      'other-incarnation',
      `The stream is of incarnation ${incarnation}, and a checkpoint in it of ${head.origin}.`,
    );
  if (keys !== null) for (const lane of LANES) requireSignature(note, head, lane, keys);
  return head;
}

/** The checkpoint in a note; throws StreamRefused where it is none. */
export function readCheckpoint(text: string): { note: SignedNote; head: TreeHead } {
  try {
    const note = parseNote(text);
    return { note, head: parseCheckpointText(note.text) };
  } catch (error) {
    if (!(error instanceof NoteFault)) throw error;
    throw new StreamRefused('malformed', `A checkpoint can't be read: ${error.message}`);
  }
}

function requireSignature(note: SignedNote, { origin, size }: TreeHead, lane: Lane, keys: HeadKeys): void {
  const name = checkpointKeyName(origin, lane);
  const signs = (publicKey: Uint8Array): boolean => isSignedBy(note, { name, publicKey });
  const other = LANES[lane === LANES[0] ? 1 : 0];
  const [own, others] = [keys(lane, size), keys(other, size)];
  if (others.some(signs))
    throw new StreamRefused(
      'lanes-swapped',
      `The checkpoint of ${size} positions is signed for ${lane} with a key of ${other}: one lane speaks for both.`,
    );
  const claims = (publicKey: Uint8Array): boolean =>
    note.signatures.some((signature) => isLineOf(signature, { name, publicKey }));
  if (own.some((publicKey) => claims(publicKey) && !signs(publicKey)) || !own.some(signs))
    throw new StreamRefused(
      'not-cosigned',
      own.length === 0
        ? `No key of ${lane} for a checkpoint of ${size} positions is known here.`
        : `The checkpoint of ${size} positions doesn't carry a good signature of ${lane}.`,
    );
}
