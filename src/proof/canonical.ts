import canonicalize from 'canonicalize';
import { canonicalTextOf } from './canonical-text.ts';

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

/** A value that JSON would hide something of, with its place. */
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
  /** Where the value is in a larger one; put in front of the path of an error. */
  readonly path?: readonly string[];
  /** How deep it may nest; `MAX_JSON_DEPTH` by default. */
  readonly maxDepth?: number;
  /** Take integers beyond 2^53: they are exact as doubles, though not every reader of JSON preserves them. */
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
export function refuseDepth(depth: number, maxDepth: number, path: readonly string[]): void {
  if (depth <= maxDepth) return;
  throw new PlainJsonError(path, 'too_deep', `Arrays and objects nest deeper than ${maxDepth} levels here.`);
}

/** Refuse integers that neighbouring programs round. */
export function refuseUnsafeInteger(value: number, path: readonly string[]): void {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const advice = 'send it as a string';
  throw new PlainJsonError(
    path,
    'unsafe_integer',
    `${value} lies beyond 2^53, where integers lose digits; ${advice}.`,
  );
}

/** Refuse a member name that JavaScript or PostgreSQL would treat as something else. */
export function checkKey(key: string, path: readonly string[]): void {
  if (key === '__proto__') {
    throw new PlainJsonError(path, 'proto_key', 'A member must not be named __proto__.');
  }
  checkText(key, path);
}

/** Refuse what UTF-8 or PostgreSQL can't hold. */
export function checkText(text: string, path: readonly string[]): void {
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
