/**
 * JSON at the door. JSON.parse hides what a signature must not hide: a key given twice (the last one wins), and
 * digits that a double can't hold. Only the door sees the text, so it is refused here, and so is nesting that would
 * exhaust the stack of whatever walks the value later, and so many keys or items that whatever walks them takes
 * long.
 */
import { isUtf8 } from 'node:buffer';
import { keepsValue } from '../proof/decimal.ts';
import type { Limits } from './bounds/limits.ts';
import { DoorRefusal } from './refuse.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;

/** More digits than any double needs. */
const NUMBER_CHARS = 400;

const badJson = (message: string) => new DoorRefusal(400, 'BAD_JSON', message);

export type JsonLimits = Pick<Limits, 'jsonDepth' | 'jsonKeys' | 'jsonObjectKeys' | 'jsonItems'>;

/** The value of a JSON text, or a refusal that says what is wrong with it; `name` is what the caller knows it by. */
export function readJson(bytes: Buffer, limits: JsonLimits, name = 'The body'): unknown {
  const scanner = new JsonScanner(limits, name);
  scanner.write(bytes);
  scanner.end();
  return parseScanned(bytes, name);
}

/** The value of a JSON text that a scanner has passed. */
export function parseScanned(bytes: Buffer, name = 'The body'): unknown {
  if (bytes.length === 0) throw badJson(`${name} is empty; send a JSON object with "query".`);
  if (!isUtf8(bytes)) throw badJson(`${name} is not valid UTF-8.`);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badJson(`${name} is not valid JSON.`);
  }
}

/** Where a string of the text is, with its quotes: offsets in bytes, the second behind its end. */
export type TextSpan = readonly [start: number, end: number];

/**
 * One pass over the bytes, piece by piece as they come and without recursion: depth, keys, items, numbers. It
 * refuses in the piece that is too much. Malformed text is left to JSON.parse.
 */
export class JsonScanner {
  /** Strings of at least so many bytes, in their order. */
  readonly longTexts: TextSpan[] = [];
  readonly #limits: JsonLimits;
  readonly #name: string;
  readonly #longBytes: number;
  readonly #open: (Set<string> | null)[] = [];
  #offset = 0;
  #keys = 0;
  #items = 0;
  #isKeyNext = false;
  /** Where the string under way began, or null. */
  #stringStart: number | null = null;
  /** What has come of it, where it is a key. */
  #key: Buffer[] | null = null;
  #isEscaped = false;
  #number: string | null = null;

  constructor(limits: JsonLimits, name = 'The body', longBytes = Number.POSITIVE_INFINITY) {
    this.#limits = limits;
    this.#name = name;
    this.#longBytes = longBytes;
  }

  write(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#stringStart !== null) at = this.#readString(piece, at);
      else if (this.#number !== null) at = this.#readNumber(piece, at);
      else at = this.#readByte(piece, at);
    }
    this.#offset += piece.length;
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#stringStart !== null) throw badJson(`${this.#name} is not valid JSON: a string is not closed.`);
  }

  #readByte(piece: Buffer, at: number): number {
    const byte = piece[at];
    if (byte === QUOTE) {
      this.#stringStart = this.#offset + at;
      this.#key = this.#isKeyNext ? [] : null;
    } else if (byte === COMMA) {
      this.#isKeyNext = this.#open.at(-1) != null;
      this.#count('items', ++this.#items, this.#limits.jsonItems);
    } else if (byte === COLON) {
      this.#count('keys', ++this.#keys, this.#limits.jsonKeys);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#enter(byte === OPEN_BRACE);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      this.#open.pop();
      this.#isKeyNext = false;
    } else if (byte === MINUS || isDigit(byte)) {
      this.#number = '';
      return at;
    }
    return at + 1;
  }

  #count(what: string, count: number, most: number): void {
    if (count > most) throw badJson(`${this.#name} has more than ${most} ${what}.`);
  }

  #enter(isObject: boolean): void {
    const { jsonDepth } = this.#limits;
    if (this.#open.length >= jsonDepth)
      throw badJson(`${this.#name} is nested more than ${jsonDepth} levels deep.`);
    this.#open.push(isObject ? new Set() : null);
    this.#isKeyNext = isObject;
  }

  /** Goes on in a string; answers with where the piece goes on behind it. */
  #readString(piece: Buffer, from: number): number {
    let end = from;
    // The opening quote is at `from` where the string begins in this piece.
    for (;;) {
      end = piece.indexOf(QUOTE, end);
      const until = end === -1 ? piece.length : end;
      const isEscaped = this.#escapes(piece, from, until);
      if (end === -1) {
        this.#isEscaped = isEscaped;
        this.#key?.push(piece.subarray(from));
        return piece.length;
      }
      if (!isEscaped) break;
      end += 1;
      this.#isEscaped = false;
    }
    this.#isEscaped = false;
    this.#key?.push(piece.subarray(from, end));
    this.#endString(this.#offset + end + 1);
    return end + 1;
  }

  /** Whether the character at `until` is escaped: an odd number of backslashes comes before it. */
  #escapes(piece: Buffer, from: number, until: number): boolean {
    let first = until;
    while (first > from && piece[first - 1] === BACKSLASH) first -= 1;
    const isOdd = (until - first) % 2 === 1;
    return first === from ? isOdd !== this.#isEscaped : isOdd;
  }

  #endString(end: number): void {
    const start = this.#stringStart as number;
    this.#stringStart = null;
    if (end - start >= this.#longBytes) this.longTexts.push([start, end]);
    if (this.#key === null) return;
    const key = this.#keyText(Buffer.concat(this.#key));
    this.#key = null;
    this.#isKeyNext = false;
    const keys = this.#open.at(-1);
    if (keys?.has(key))
      throw badJson(`${this.#name} gives the key ${JSON.stringify(key.slice(0, 100))} twice in one object.`);
    keys?.add(key);
    this.#count('keys in one object', keys?.size ?? 0, this.#limits.jsonObjectKeys);
  }

  #keyText(raw: Buffer): string {
    const text = raw.toString('utf8');
    if (!text.includes('\\')) return text;
    try {
      return String(JSON.parse(`"${text}"`));
    } catch {
      throw badJson(`${this.#name} is not valid JSON.`);
    }
  }

  #readNumber(piece: Buffer, from: number): number {
    let end = from;
    while (isNumberByte(piece[end])) end += 1;
    const number = this.#number + piece.toString('latin1', from, Math.min(end, from + NUMBER_CHARS + 1));
    if (number.length > NUMBER_CHARS)
      throw badJson(
        `The number ${number.slice(0, 60)}… has more digits than a double can hold. Send it as a string.`,
      );
    this.#number = end === piece.length ? number : null;
    // One that goes on in the next piece is looked at when it is whole.
    if (this.#number === null && !isPlain(number) && !keepsValue(number)) throw changedNumber(number);
    return end;
  }
}

function changedNumber(number: string): DoorRefusal {
  return badJson(
    `The number ${number.slice(0, 60)} can't be held by a double as it is written. Send it as a string.`,
  );
}

/** Up to 15 digits without an exponent always come back as they were written. */
const isPlain = (number: string) => number.length <= 15 && !/[eE]/.test(number);

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

function isNumberByte(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS;
}
