/**
 * JSON at the door. JSON.parse hides what a signature must not hide: a key given twice (the last one wins), and digits
 * that a double can't hold. Only the door sees the text, so it is refused here, and so is nesting that would exhaust the
 * stack of whatever walks the value later.
 */
import { isUtf8 } from 'node:buffer';
import { DoorRefusal } from './refuse.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;

const bad = (message: string) => new DoorRefusal(400, 'BAD_JSON', message);

/** The value of a JSON text, or a refusal that says what is wrong with it; `name` is what the caller knows it by. */
export function readJson(bytes: Buffer, maxDepth: number, name = 'The body'): unknown {
  if (bytes.length === 0) throw bad(`${name} is empty; send a JSON object with "query".`);
  inspectJson(bytes, maxDepth, name);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw bad(`${name} is not valid JSON.`);
  }
}

/** One pass over the bytes, no recursion: depth, duplicate keys, numbers. Malformed text is left to JSON.parse. */
function inspectJson(bytes: Buffer, maxDepth: number, name = 'The body'): void {
  if (!isUtf8(bytes)) throw bad(`${name} is not valid UTF-8.`);
  const open: (Set<string> | null)[] = [];
  let key = '';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at, name);
      // Only a string with a colon behind it is a key; long values are not copied.
      if (nextByte(bytes, end + 1) === COLON) key = keyText(bytes, at, end, name);
      at = end;
    } else if (byte === COLON) {
      refuseDuplicate(open.at(-1), key, name);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (open.length >= maxDepth) throw bad(`${name} is nested more than ${maxDepth} levels deep.`);
      open.push(byte === OPEN_BRACE ? new Set() : null);
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      open.pop();
    } else if (byte === MINUS || isDigit(byte)) {
      at = numberEnd(bytes, at);
    }
  }
}

function refuseDuplicate(keys: Set<string> | null | undefined, key: string, name: string): void {
  if (!keys) return;
  if (keys.has(key))
    throw bad(`${name} gives the key ${JSON.stringify(key.slice(0, 100))} twice in one object.`);
  keys.add(key);
}

/** Where the string that opens at `start` closes. */
function stringEnd(bytes: Buffer, start: number, name: string): number {
  let end = start;
  for (;;) {
    end = bytes.indexOf(QUOTE, end + 1);
    if (end === -1) throw bad(`${name} is not valid JSON: a string is not closed.`);
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function nextByte(bytes: Buffer, from: number): number | undefined {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return bytes[at];
}

function keyText(bytes: Buffer, start: number, end: number, name: string): string {
  const raw = bytes.toString('utf8', start, end + 1);
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return String(JSON.parse(raw));
  } catch {
    throw bad(`${name} is not valid JSON.`);
  }
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** The last byte of a number; refuses one that a double would change. */
function numberEnd(bytes: Buffer, start: number): number {
  let end = start;
  while (isNumberByte(bytes[end + 1])) end++;
  // Up to 15 digits always come back as they were written.
  if (end - start < 15) return end;
  const text = bytes.toString('latin1', start, end + 1);
  if (!keepsDigits(text)) {
    throw bad(`The number ${text.slice(0, 60)} has more digits than a double can hold; send it as a string.`);
  }
  return end;
}

function isNumberByte(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x2e || byte === 0x65 || byte === 0x45 || byte === 0x2b || byte === MINUS;
}

function keepsDigits(text: string): boolean {
  const value = Number(text);
  if (!Number.isFinite(value)) return false;
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && !/[.eE]/.test(text)) return false;
  return significant(text) === significant(value.toExponential());
}

/** The digits that matter: without sign, point, exponent, and outer zeros. */
function significant(text: string): string {
  return text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
}
