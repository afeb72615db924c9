import {
  checkKey,
  checkText,
  MAX_JSON_DEPTH,
  type PlainJson,
  PlainJsonError,
  type PlainJsonOptions,
  refuseDepth,
  refuseUnsafeInteger,
} from './canonical.ts';
import { keepsValue } from './decimal.ts';

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
      const loss = `A double can't hold the number as it is written (it would become ${value})`;
      throw new PlainJsonError(this.#path, 'lost_digits', `${loss}; send it as a string.`);
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
