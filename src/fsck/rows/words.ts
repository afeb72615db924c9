import { KINDS, type Kind } from '../kinds.ts';
import { BIRTH, Element } from './element.ts';

/** The kind of row that an element is about. */
export function kindOfWords(elementWords: Int32Array): Kind {
  return KINDS[(elementWords[0] as number) >> 2] as Kind;
}

/** An element's place in a map: its kind and the 128 bits of its id. */
export function placeOf(elementWords: Int32Array): string {
  const kind = (elementWords[0] as number) >> 2;
  const id = Array.from({ length: 4 }, (_, i) => hex(elementWords[1 + i] as number)).join('');
  return `${kind} ${id}`;
}

const looked = new Element();

/** The same of a row's key. */
export function placeOfId(kind: number, id: string): string {
  looked.kind(kind, BIRTH);
  looked.idText(id);
  return placeOf(looked.words);
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');

/** The UUID in an element's place. */
export function uuidOf(place: string): string {
  const text = place.slice(place.indexOf(' ') + 1);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}
