import type { VerifySignature } from '../law/key-chain.ts';
import {
  checkpointKeyName,
  checkpointText,
  parseCheckpointText,
  type TreeHead,
} from '../proof/checkpoint.ts';
import { checkpointKeysAt, type KnownKey, type KnownKeys, originFault } from '../proof/keys-file.ts';
import { formatNote, isLineOf, parseNote, type SignedNote } from '../proof/note.ts';
import { PassportFault, refuseUnless } from './refuse.ts';

const WHERE = 'checkpoint';

/** A head that both lanes signed, and the keys with which they did. */
export interface CosignedHead extends TreeHead {
  readonly keys: { readonly 'DOT-991': KnownKey; readonly 'DOT-992': KnownKey };
}

/** Reads the checkpoint and judges both lanes' signatures under keys that may sign a head of its size. */
export function openCheckpoint(note: string, known: KnownKeys, judge: VerifySignature): CosignedHead {
  const signed = noteOf(note);
  const head = headOf(signed);
  const fault = originFault(known, head);
  refuseUnless(fault === null, WHERE, `The passport is of ${fault}`);
  for (const lane of ['DOT-991', 'DOT-992'] as const)
    refuseUnless(
      signed.signatures.some(({ name }) => name === checkpointKeyName(head.origin, lane)),
      WHERE,
      `The checkpoint doesn't carry a signature of ${lane}.`,
    );
  const keys = {
    'DOT-991': cosignerOf(signed, head, 'DOT-991', known, judge),
    'DOT-992': cosignerOf(signed, head, 'DOT-992', known, judge),
  };
  return { ...head, keys };
}

/** Lines of other keys are ignored, as signed notes require: witnesses may have signed too. */
function noteOf(note: string): SignedNote {
  const signed = refuseUnreadable(() => parseNote(note));
  refuseUnless(
    formatNote(signed) === note,
    WHERE,
    'The checkpoint carries something else than a text and its signature lines.',
  );
  return signed;
}

function headOf({ text }: SignedNote): TreeHead {
  const head = refuseUnreadable(() => parseCheckpointText(text));
  refuseUnless(
    refuseUnreadable(() => checkpointText(head)) === text,
    WHERE,
    'The checkpoint says more than an origin, a size and a root.',
  );
  return head;
}

function refuseUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new PassportFault(WHERE, `The checkpoint can't be read: ${(error as Error).message}`);
  }
}

function cosignerOf(
  { text, signatures }: SignedNote,
  { origin, size }: TreeHead,
  lane: KnownKey['lane'],
  known: KnownKeys,
  judge: VerifySignature,
): KnownKey {
  const name = checkpointKeyName(origin, lane);
  const mayHave = checkpointKeysAt(known, lane, size);
  const made: KnownKey[] = [];
  for (const key of known.keys.filter((one) => one.lane === lane && one.purpose === 'checkpoint'))
    for (const line of signatures.filter((signature) =>
      isLineOf(signature, { name, publicKey: key.publicKey }),
    )) {
      const verdict = judge(key.publicKey, Buffer.from(text), line.signature);
      refuseUnless(
        verdict.ok,
        WHERE,
        `The signature of ${lane} on the checkpoint doesn't verify under key ${key.keyId}` +
          `${verdict.ok ? '' : `: ${wordsOfCode(verdict.reason)}`}.`,
      );
      if (mayHave.includes(key)) made.push(key);
    }
  const [key, again] = made;
  refuseUnless(
    key !== undefined,
    WHERE,
    `The checkpoint's signature of ${lane} was made by a key that the keys given don't have, ` +
      `or that may not sign a head of ${size} positions.`,
  );
  refuseUnless(again === undefined, WHERE, `The checkpoint carries more than one signature of ${lane}.`);
  return key;
}

/** A fault of a signature or an envelope, as words: its code without underscores. */
export function wordsOfCode(code: string): string {
  return code.replaceAll('_', ' ');
}
