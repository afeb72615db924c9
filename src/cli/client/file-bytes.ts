/** Reads a file that a person names. It must be a regular file, and not too large. */
import { readFileSync, statSync } from 'node:fs';
import { ClientFault } from './client.ts';
import { whyUnreadable } from './tokens.ts';

/** `what` names it in a sentence: "a document". */
export function fileBytes(path: string, what: string, largest: number): Buffer {
  try {
    const found = statSync(path);
    // Reading a pipe or a device may never end.
    if (found.isDirectory()) throw new ClientFault(`${path} is a folder; ${what} is a file.`);
    if (!found.isFile()) throw new ClientFault(`${path} is no regular file; ${what} is one.`);
    if (found.size > largest)
      throw new ClientFault(`${path} has ${found.size} bytes; ${what} has at most ${largest}.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof ClientFault) throw error;
    throw new ClientFault(`${path} can't be read: ${whyUnreadable(error)}.`);
  }
}
