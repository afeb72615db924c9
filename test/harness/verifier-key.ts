import { type NoteKey, noteKeyHash } from '../../src/proof/note.ts';

/** The algorithm byte of Ed25519 in C2SP's signed notes. */
const ED25519_TYPE = 1;

/** A key as C2SP's signed-note writes it in one line: `<name>+<hash>+<key>`. */
export function verifierKey(key: NoteKey): string {
  const bytes = Buffer.concat([Buffer.of(ED25519_TYPE), key.publicKey]);
  return `${key.name}+${noteKeyHash(key).toString('hex')}+${bytes.toString('base64')}`;
}
