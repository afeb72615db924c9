import { parseWitnessKey } from '../../proof/cosignature.ts';
import { NoteFault, type NoteKey } from '../../proof/note.ts';

/** An outside witness: the key that it cosigns with, and where it takes heads. */
export interface Witness extends NoteKey {
  /** The submission prefix, without a slash at its end. */
  readonly url: string;
}

/** Beyond this a list of witnesses is a mistake. */
const MOST = 32;

/**
 * Reads a list of witnesses, `<verifier key> <address>` a line; empty lines and those that begin with # are passed
 * over.
 */
export function parseWitnesses(text: string): {
  readonly witnesses: readonly Witness[];
  readonly faults: readonly string[];
} {
  const witnesses: Witness[] = [];
  const faults: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    try {
      witnesses.push(witnessOf(words, witnesses));
    } catch (error) {
      if (!(error instanceof NoteFault)) throw error;
      faults.push(`line ${index + 1}: ${error.message}`);
    }
  }
  if (witnesses.length > MOST)
    faults.push(`there are ${witnesses.length} witnesses, and at most ${MOST} are asked`);
  return { witnesses, faults };
}

function witnessOf(line: string, before: readonly Witness[]): Witness {
  const [vkey, url, ...more] = line.split(/\s+/);
  if (vkey === undefined || url === undefined || more.length > 0)
    throw new NoteFault('a witness is one verifier key and one address, with a space between them');
  const key = parseWitnessKey(vkey);
  if (!/^https?:\/\/[^@?#]+$/.test(url) || !URL.canParse(url))
    throw new NoteFault(
      'the address must be a URL of the form https://witness.example/prefix, without a query or a password',
    );
  if (before.some(({ publicKey }) => Buffer.compare(publicKey, key.publicKey) === 0))
    throw new NoteFault('the key is in an earlier line already: it is one witness, even under another name');
  return { ...key, url: url.replace(/\/+$/, '') };
}
