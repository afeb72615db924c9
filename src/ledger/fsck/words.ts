import { hash } from 'node:crypto';
import { KINDS, type Kind } from './kinds.ts';
import { ELEMENT_WORDS } from './sketch.ts';

/** What an element of the sketch says: a row's birth, an update of it, or the value that stands at the end. */
export const BIRTH = 0;
export const UPDATE = 1;
export const FINAL = 2;
type Aspect = typeof BIRTH | typeof UPDATE | typeof FINAL;

const words = new Int32Array(ELEMENT_WORDS);

/** The element of a row, in one array that the next call overwrites. `digest` is a SHA-256 of which 128 bits are kept. */
export function element(kind: number, aspect: Aspect, id: string, digest: Buffer): Int32Array {
  words[0] = kind * 4 + aspect;
  idWords(id, words, 1);
  for (let i = 0; i < 4; i += 1) words[5 + i] = digest.readInt32BE(4 * i);
  return words;
}

export function digestWords(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}

/** The kind of row that an element speaks of. */
export function kindOfWords(elementWords: Int32Array): Kind {
  return KINDS[(elementWords[0] as number) >> 2] as Kind;
}

/** An element's place in a map: its kind and the 128 bits of its id. */
export function placeOf(elementWords: Int32Array): string {
  const kind = (elementWords[0] as number) >> 2;
  const id = Array.from({ length: 4 }, (_, i) => hex(elementWords[1 + i] as number)).join('');
  return `${kind} ${id}`;
}

/** The same of a row's key. */
export function placeOfId(kind: number, id: string): string {
  const own = new Int32Array(4);
  idWords(id, own, 0);
  return `${kind} ${Array.from(own, hex).join('')}`;
}

/** A UUID is its own 128 bits; any other key is hashed. */
function idWords(id: string, into: Int32Array, at: number): void {
  if (id.length === 36 && id.charCodeAt(8) === 45 && id.charCodeAt(23) === 45) {
    into[at] = Number.parseInt(id.slice(0, 8), 16);
    into[at + 1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16);
    into[at + 2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16);
    into[at + 3] = Number.parseInt(id.slice(28), 16);
    return;
  }
  const digest = hash('sha256', id, 'buffer');
  for (let i = 0; i < 4; i += 1) into[at + i] = digest.readInt32BE(4 * i);
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

/** The UUID that stands in an element's id. */
export function uuidOf(place: string): string {
  const text = place.slice(place.indexOf(' ') + 1);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}
