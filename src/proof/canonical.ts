import canonicalize from 'canonicalize';
import { canonicalTextOf } from './canonical-text.ts';
import { keepsValue } from './decimal.ts';

/** What may be stored as jsonb, hashed and signed: JSON and nothing that JSON would quietly change. */
export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [key: string]: PlainJson };

/** How deep arrays and objects may nest: a scalar has depth 0, `{}` 1, `{"a":[]}` 2. */
export const MAX_JSON_DEPTH = 64;

/** Why a value or a text is not plain JSON. */
export type PlainJsonCode =
  | 'syntax'
  | 'duplicate_key'
  | 'lost_digits'
  | 'unsafe_integer'
  | 'not_finite'
  | 'lone_surrogate'
  | 'nul'
  | 'proto_key'
  | 'too_deep'
  | 'not_json';

/** A value that JSON would hide something of, with the place where it stands. */
export class PlainJsonError extends Error {
  override readonly name = 'PlainJsonError';
  readonly path: string[];
  readonly code: PlainJsonCode;

  constructor(path: readonly string[], code: PlainJsonCode, message: string) {
    super(message);
    this.path = [...path];
    this.code = code;
  }
}

export interface PlainJsonOptions {
  /** Where the value stands in a larger one; put in front of the path of an error. */
  readonly path?: readonly string[];
  /** How deep it may nest; `MAX_JSON_DEPTH` unless told. */
  readonly maxDepth?: number;
  /** Take integers beyond 2^53: they are exact as doubles, though not every reader of JSON keeps them. */
  readonly unsafeIntegers?: boolean;
}

/**
 * The canonical text of a value (RFC 8785). The value is checked first, because canonicalization, like
 * `JSON.stringify`, drops undefined members and asks `toJSON`: what is signed would then not be what was meant.
 */
export function canonicalJson(value: PlainJson, maxDepth = MAX_JSON_DEPTH): string {
  const text = canonicalTextOf(value, maxDepth);
  if (text !== null) return text;
  assertPlainJson(value, { unsafeIntegers: true, maxDepth });
  return canonicalize(value) as string;
}

/** Throw a PlainJsonError unless a value is plain JSON. */
export function assertPlainJson(value: unknown, options: PlainJsonOptions = {}): asserts value is PlainJson {
  const { path = [], maxDepth = MAX_JSON_DEPTH, unsafeIntegers = false } = options;
  checkValue(value, { path: [...path], maxDepth, unsafeIntegers }, 0);
}

interface Check {
  readonly path: string[];
  readonly maxDepth: number;
  readonly unsafeIntegers: boolean;
}

function checkValue(value: unknown, check: Check, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') checkText(value, check.path);
  else if (typeof value === 'number') checkNumber(value, check);
  else if (typeof value === 'object') checkContainer(value, check, depth + 1);
  else throw new PlainJsonError(check.path, 'not_json', `A value of type ${typeof value} has no JSON form.`);
}

function checkNumber(value: number, { path, unsafeIntegers }: Check): void {
  if (!Number.isFinite(value)) throw new PlainJsonError(path, 'not_finite', `${value} has no JSON form.`);
  if (!unsafeIntegers) refuseUnsafeInteger(value, path);
}

function checkContainer(value: object, check: Check, depth: number): void {
  refuseDepth(depth, check.maxDepth, check.path);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      check.path.push(String(index));
      checkValue(value[index], check, depth);
      check.path.pop();
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    throw new PlainJsonError(
      check.path,
      'not_json',
      `An object of kind ${kind} is not plain JSON; pass its text instead.`,
    );
  }
  for (const [key, member] of Object.entries(value)) {
    check.path.push(key);
    checkKey(key, check.path);
    checkValue(member, check, depth);
    check.path.pop();
  }
}

/** Refuse more nesting than is stored: a deep value stored once would make every later read of it fail. */
function refuseDepth(depth: number, maxDepth: number, path: readonly string[]): void {
  if (depth <= maxDepth) return;
  throw new PlainJsonError(path, 'too_deep', `Arrays and objects nest deeper than ${maxDepth} levels here.`);
}

/** Refuse integers that neighbouring programs round. */
function refuseUnsafeInteger(value: number, path: readonly string[]): void {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const advice = 'send it as a string';
  throw new PlainJsonError(
    path,
    'unsafe_integer',
    `${value} lies beyond 2^53, where integers lose digits; ${advice}.`,
  );
}

/** Refuse a member name that JavaScript or PostgreSQL would treat as something else. */
function checkKey(key: string, path: readonly string[]): void {
  if (key === '__proto__') {
    throw new PlainJsonError(path, 'proto_key', 'A member must not be named __proto__.');
  }
  checkText(key, path);
}

/** Refuse what UTF-8 or PostgreSQL can't hold. */
function checkText(text: string, path: readonly string[]): void {
  if (!text.isWellFormed()) {
    throw new PlainJsonError(
      path,
      'lone_surrogate',
      'The text holds half of a surrogate pair, which is no character.',
    );
  }
  if (text.includes('\u0000')) {
    throw new PlainJsonError(
      path,
      'nul',
      'The text holds a NUL character (U+0000), which PostgreSQL cannot store.',
    );
  }
}

/**
 * Parse JSON text from outside, refusing what `JSON.parse` hides: a name given twice, digits that a double can't hold,
 * and everything that assertPlainJson refuses. Negative zero becomes zero, as it does in jsonb.
 */
export function parsePlainJson(
  text: string,
  options: Omit<PlainJsonOptions, 'unsafeIntegers'> = {},
): PlainJson {
  const { path = [], maxDepth = MAX_JSON_DEPTH } = options;
  return new PlainJsonParser(text, [...path], maxDepth).parse();
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literals: ReadonlyMap<string, [text: string, value: PlainJson]> = new Map([
  ['t', ['true', true]],
  ['f', ['false', false]],
  ['n', ['null', null]],
]);

/** One pass by recursive descent; the recursion is bounded by the nesting that is accepted. */
class PlainJsonParser {
  readonly #text: string;
  readonly #path: string[];
  readonly #maxDepth: number;
  #at = 0;

  constructor(text: string, path: string[], maxDepth: number) {
    this.#text = text;
    this.#path = path;
    this.#maxDepth = maxDepth;
  }

  parse(): PlainJson {
    const value = this.#value(1);
    this.#skipSpace();
    if (this.#at !== this.#text.length) throw this.#syntax();
    return value;
  }

  #value(depth: number): PlainJson {
    this.#skipSpace();
    const first = this.#text.charAt(this.#at);
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#checkedString();
    const literal = literals.get(first);
    if (literal === undefined) return this.#number();
    if (!this.#text.startsWith(literal[0], this.#at)) throw this.#syntax();
    this.#at += literal[0].length;
    return literal[1];
  }

  #object(depth: number): PlainJson {
    refuseDepth(depth, this.#maxDepth, this.#path);
    const members: { [key: string]: PlainJson } = {};
    this.#at += 1;
    if (this.#takes('}')) return members;
    do {
      this.#skipSpace();
      const key = this.#string();
      this.#path.push(key);
      checkKey(key, this.#path);
      if (Object.hasOwn(members, key)) {
        throw new PlainJsonError(this.#path, 'duplicate_key', 'The same object names this member twice.');
      }
      if (!this.#takes(':')) throw this.#syntax();
      members[key] = this.#value(depth + 1);
      this.#path.pop();
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#syntax();
    return members;
  }

  #array(depth: number): PlainJson {
    refuseDepth(depth, this.#maxDepth, this.#path);
    const elements: PlainJson[] = [];
    this.#at += 1;
    if (this.#takes(']')) return elements;
    do {
      this.#path.push(String(elements.length));
      elements.push(this.#value(depth + 1));
      this.#path.pop();
    } while (this.#takes(','));
    if (!this.#takes(']')) throw this.#syntax();
    return elements;
  }

  #checkedString(): string {
    const text = this.#string();
    checkText(text, this.#path);
    return text;
  }

  /** Find the closing quote; escapes are decoded, and judged, by the built-in parser. */
  #string(): string {
    const start = this.#at;
    if (this.#text.charAt(start) !== '"') throw this.#syntax();
    let escaped = false;
    let end = start + 1;
    for (let code = this.#text.charCodeAt(end); code !== 0x22; code = this.#text.charCodeAt(end)) {
      this.#at = end;
      if (Number.isNaN(code) || code < 0x20) throw this.#syntax();
      if (code === 0x5c) escaped = true;
      end += code === 0x5c ? 2 : 1;
    }
    this.#at = end + 1;
    if (!escaped) return this.#text.slice(start + 1, end);
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string;
    } catch {
      this.#at = start;
      throw this.#syntax();
    }
  }

  #number(): number {
    numberPattern.lastIndex = this.#at;
    const digits = numberPattern.exec(this.#text)?.[0];
    if (digits === undefined) throw this.#syntax();
    this.#at += digits.length;
    const value = Number(digits);
    if (!Number.isFinite(value)) {
      throw new PlainJsonError(this.#path, 'not_finite', 'The number is too large for a double.');
    }
    refuseUnsafeInteger(value, this.#path);
    if (!keepsValue(digits)) {
      const message = `A double can't hold the number as it is written (it would become ${value}); send it as a string.`;
      throw new PlainJsonError(this.#path, 'lost_digits', message);
    }
    return value === 0 ? 0 : value;
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text.charAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    while (' \t\n\r'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1;
  }

  #syntax(): PlainJsonError {
    const place = this.#at < this.#text.length ? `at character ${this.#at}` : 'at its end';
    return new PlainJsonError(this.#path, 'syntax', `The text is not JSON: it breaks ${place}.`);
  }
}
