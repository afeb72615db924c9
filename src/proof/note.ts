import { hash } from 'node:crypto';
import { signMessage, verifySignature } from './ed25519.ts';

/*
 * Signed notes of C2SP (signed-note): a text that ends in a newline, an empty line, and one line for each signature.
 * Ed25519 is the algorithm 0x01; a key is named by its name and the first four bytes of a hash, which point to a key
 * and prove nothing.
 */

const ed25519Type = 1;
const signatureMark = '— ';
const longestNote = 65_536;
/** Others may sign beside the keys that a reader knows, and a reader looks at every line. */
const mostSignatures = 100;

/** A key as its owner names it. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  readonly keyHash: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** What is signed, its last newline with it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A note that isn't one; the message says where. */
export class NoteFault extends Error {
  override readonly name = 'NoteFault';
}

/** The four bytes that a signature line carries to say which key made it. */
export function noteKeyHash({ name, publicKey }: NoteKey): Buffer {
  assertName(name);
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ed25519Type), publicKey]);
  return hash('sha256', input, 'buffer').subarray(0, 4);
}

/** Signs a note's text. */
export function signNote(text: string, key: NoteKey, seed: Uint8Array): NoteSignature {
  assertText(text);
  return { name: key.name, keyHash: noteKeyHash(key), signature: signMessage(seed, Buffer.from(text)) };
}

/** A note as it travels. */
export function formatNote({ text, signatures }: SignedNote): string {
  assertText(text);
  if (signatures.length === 0) throw new NoteFault('A note without signatures is no note.');
  return `${text}\n${signatures.map((signature) => `${formatSignature(signature)}\n`).join('')}`;
}

/** One signature line, without its newline. */
export function formatSignature({ name, keyHash, signature }: NoteSignature): string {
  assertName(name);
  return `${signatureMark}${name} ${Buffer.concat([keyHash, signature]).toString('base64')}`;
}

/** Reads a note; throws a NoteFault where it is none. Nothing is verified. */
export function parseNote(note: string): SignedNote {
  if (note.length > longestNote) throw new NoteFault('The note is longer than any that was published.');
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n'))
    throw new NoteFault('The note has no signatures after an empty line.');
  const text = note.slice(0, end + 1);
  assertText(text);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > mostSignatures)
    throw new NoteFault(
      `The note has ${lines.length} signature lines, and more than ${mostSignatures} are not read.`,
    );
  return { text, signatures: lines.map(parseLine) };
}

function parseLine(line: string): NoteSignature {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  if (name === undefined || encoded === undefined)
    throw new NoteFault('A signature line has another form than "— name base64".');
  assertName(name);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded || bytes.length < 5)
    throw new NoteFault('A signature line holds no base64 of a key hash and a signature.');
  return { name, keyHash: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** Whether a line of the note says that this key made it. Lines of keys that nobody here knows say nothing. */
export function isLineOf({ name, keyHash }: NoteSignature, key: NoteKey): boolean {
  return name === key.name && noteKeyHash(key).equals(keyHash);
}

/** Whether the note carries exactly one signature of this key, and it verifies. Never throws on bad bytes. */
export function isSignedBy({ text, signatures }: SignedNote, key: NoteKey, judge = verifySignature): boolean {
  const own = signatures.filter((signature) => isLineOf(signature, key));
  const [only] = own;
  return own.length === 1 && only !== undefined && judge(key.publicKey, Buffer.from(text), only.signature).ok;
}

function assertName(name: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names with them are refused
  if (!/^[^\s+\u0000-\u001f]+$/u.test(name))
    throw new NoteFault('A key name is not empty and has no space, plus or control character.');
}

function assertText(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: texts with them are refused
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/u.test(text) || !text.isWellFormed())
    throw new NoteFault(
      "A note's text is well-formed, ends in a newline and has no other control character.",
    );
}
