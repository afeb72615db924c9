import { hash } from 'node:crypto';
import { ELEMENT_WORDS } from './sketch.ts';

/** What an element of the sketch is about: a row's birth, an update of it, or its last value. */
export const BIRTH = 0;
export const UPDATE = 1;
export const FINAL = 2;
type Aspect = typeof BIRTH | typeof UPDATE | typeof FINAL;

const UUID_LENGTH = 36;
const DASH = 0x2d;
const SLASH = 0x2f;

/**
 * An element of the sketch: the kind of row and what of it, its id, and 128 bits of a SHA-256. One object is filled
 * again for each element.
 */
export class Element {
  readonly words = new Int32Array(ELEMENT_WORDS);

  kind(index: number, aspect: Aspect): void {
    this.words[0] = index * 4 + aspect;
  }

  /** An id as JSON writes it. A UUID is its own 128 bits, mixed with what follows a slash; other ids are hashed. */
  id(bytes: Buffer, from: number, until: number): void {
    if (!startsWithUuid(bytes, from, until)) {
      this.#put(1, hash('sha256', bytes.subarray(from, until), 'binary'));
      return;
    }
    const { words } = this;
    words[1] = hexWord(bytes, from, from + 4);
    words[2] = hexWord(bytes, from + 9, from + 14);
    words[3] = hexWord(bytes, from + 19, from + 24);
    words[4] = hexWord(bytes, from + 28, from + 32);
    if (until - from === UUID_LENGTH) return;
    let [one, other] = [words[3], words[4]];
    for (let at = from + UUID_LENGTH; at < until; at += 1) {
      one = Math.imul(one ^ (bytes[at] as number), 0x9e3779b1);
      other = Math.imul(other + (bytes[at] as number), 0x85ebca77);
      one ^= one >>> 15;
      other ^= other >>> 13;
    }
    words[3] = one;
    words[4] = other;
  }

  idText(id: string): void {
    const bytes = Buffer.from(JSON.stringify(id));
    this.id(bytes, 1, bytes.length - 1);
  }

  /** A SHA-256, one character a byte. */
  digest(characters: string): void {
    this.#put(5, characters);
  }

  /** A SHA-256 in base64url, as records hold it: the first 22 of its characters. */
  base64Digest(bytes: Buffer, from: number): void {
    const six = (at: number) => SIX_BITS[bytes[from + at] as number] as number;
    const { words } = this;
    words[5] =
      (six(0) << 26) | (six(1) << 20) | (six(2) << 14) | (six(3) << 8) | (six(4) << 2) | (six(5) >> 4);
    words[6] =
      (six(5) << 28) | (six(6) << 22) | (six(7) << 16) | (six(8) << 10) | (six(9) << 4) | (six(10) >> 2);
    words[7] =
      (six(10) << 30) | (six(11) << 24) | (six(12) << 18) | (six(13) << 12) | (six(14) << 6) | six(15);
    words[8] =
      (six(16) << 26) | (six(17) << 20) | (six(18) << 14) | (six(19) << 8) | (six(20) << 2) | (six(21) >> 4);
  }

  #put(at: number, characters: string): void {
    for (let word = 0; word < 4; word += 1)
      this.words[at + word] =
        (characters.charCodeAt(4 * word) << 24) |
        (characters.charCodeAt(4 * word + 1) << 16) |
        (characters.charCodeAt(4 * word + 2) << 8) |
        characters.charCodeAt(4 * word + 3);
  }
}

function startsWithUuid(bytes: Buffer, from: number, until: number): boolean {
  return (
    bytes[from + 8] === DASH &&
    bytes[from + 23] === DASH &&
    (until - from === UUID_LENGTH || (until - from > UUID_LENGTH && bytes[from + UUID_LENGTH] === SLASH))
  );
}

/** Four bytes in hexadecimal: two and two, since a dash may be between them. */
function hexWord(bytes: Buffer, first: number, second: number): number {
  const digit = (at: number) => HEX_DIGIT[bytes[at] as number] as number;
  return (
    (digit(first) << 28) |
    (digit(first + 1) << 24) |
    (digit(first + 2) << 20) |
    (digit(first + 3) << 16) |
    (digit(second) << 12) |
    (digit(second + 1) << 8) |
    (digit(second + 2) << 4) |
    digit(second + 3)
  );
}

const HEX_DIGIT = valuesOf('0123456789abcdef');
const SIX_BITS = valuesOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

function valuesOf(alphabet: string): Uint8Array {
  const values = new Uint8Array(256);
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  return values;
}
