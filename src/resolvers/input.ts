import { z } from 'zod';
import { assertPlainJson, type PlainJson, PlainJsonError } from '../proof/canonical.ts';
import { isDigest } from '../proof/digest.ts';
import { normalizeUuid } from '../proof/uuid.ts';

/**
 * The shapes of what callers send, judged after their authority. Scalars let any string through, so that every fault
 * becomes one refusal that names its place. Each shape gives the one form that the ledger stores and hashes.
 */

/** Text that UTF-8 can say: halves of surrogate pairs would become other characters unnoticed. */
export const wellFormed = z
  .string()
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode (it has a lone surrogate)');

/** Text that PostgreSQL and a digest can hold, empty or of at most `longest` characters. */
export function maybeEmpty(longest: number) {
  return wellFormed
    .max(longest, `must have at most ${longest} characters`)
    .refine((value) => !value.includes('\0'), 'must not contain NUL');
}

/** The same, of one character at least. */
export function requiredText(longest: number) {
  return maybeEmpty(longest).min(1, 'must not be empty');
}

/** The same, with something in it to be read: what people will look for or ask about later. */
export function readableText(longest: number) {
  return maybeEmpty(longest).refine((value) => value.trim() !== '', 'must not be blank');
}

// Control characters, ends of lines, and what turns the direction of text round.
// NUL is named by a rule of its own.
const DISTURBING = /(?!\0)[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Readable text in one line, which shows as it is. */
export function oneLine(longest: number) {
  return readableText(longest).refine(
    (value) => !DISTURBING.test(value),
    'must be one line without control characters',
  );
}

/** A text that a rule of its own judges: `faultOf` says what is wrong, as it goes on after its place. */
export function fittingText(faultOf: (value: string) => string | null) {
  return z.string().transform((value, issue) => {
    const fault = faultOf(value);
    if (fault === null) return value;
    issue.addIssue(fault);
    return z.NEVER;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const CONTROLS = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** The same, for what is shown to others as it is: it gives a terminal no orders, and reads as it is written. */
export function shownText(longest: number) {
  return readableText(longest)
    .refine(
      (value) => !CONTROLS.test(value),
      'must not contain control characters, but for tabs and line ends',
    )
    .refine(
      (value) => !DIRECTIONS.test(value),
      'must not contain characters that turn the direction of text',
    );
}

/** A caller's idempotency key. What begins `compensate:` or `escalate:` belongs to the verifier's own records. */
export const idempotencyKey = readableText(200).refine(
  (key) => !/^(compensate|escalate):/.test(key),
  'must not begin with "compensate:" or "escalate:"; those keys belong to the ledger',
);

export const uuid = z.string().transform((value, issue) => {
  const normal = normalizeUuid(value);
  if (normal !== null) return normal;
  issue.addIssue('must be a UUID: 8-4-4-4-12 hexadecimal digits');
  return z.NEVER;
});

export const digest = z.string().refine(isDigest, 'must be "sha256:" and 64 lower-case hexadecimal digits');

// Date.parse takes hour 24 for the next day's first.
const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):\d{2}:\d{2})(?:\.(\d{1,6})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 time, as UTC text with microseconds. */
export const dateTime = z.string().transform((value, issue) => {
  const [, day, time, fraction = '0', zone = 'Z'] = RFC_3339.exec(value) ?? [];
  const instant = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (day === undefined || Number.isNaN(instant) || !isCalendarDay(day)) {
    issue.addIssue('must be an RFC 3339 time with its zone, for example 2026-03-01T09:30:00Z');
    return z.NEVER;
  }
  const utc = new Date(instant).toISOString();
  if (!/^(?!0000)\d{4}-/.test(utc)) {
    issue.addIssue('must lie in the years 0001 to 9999 of UTC');
    return z.NEVER;
  }
  return `${utc.slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
});

/** Date.parse rolls 30 February over; a time that doesn't exist is refused instead. */
function isCalendarDay(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** Plain JSON of bounded depth, which canonicalization does not change. */
export const plainJson = z.unknown().transform((value, issue): PlainJson => {
  try {
    assertPlainJson(value);
    return value;
  } catch (error) {
    if (!(error instanceof PlainJsonError)) throw error;
    issue.addIssue({ code: 'custom', message: error.message, path: [...error.path] });
    return z.NEVER;
  }
});

/** A plain JSON object. */
export const jsonObject = plainJson.transform((value, issue) => {
  if (isObject(value)) return value;
  issue.addIssue('must be a JSON object');
  return z.NEVER;
});

function isObject(value: PlainJson): value is { readonly [member: string]: PlainJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Base64 of RFC 4648 §4, exactly padded; refused where decoding and encoding again would differ. */
export const base64 = z.string().transform((value, issue) => {
  const bytes = Buffer.from(value, 'base64');
  if (isBase64(value, bytes)) return bytes;
  issue.addIssue('must be base64 (RFC 4648 §4) with its padding');
  return z.NEVER;
});

/**
 * Whether `value` is what these bytes are encoded to. Decoding skips what is no letter of base64, so the
 * length shows it; of megabytes only the end has to be encoded again.
 */
function isBase64(value: string, bytes: Buffer): boolean {
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  if (value.length % 4 !== 0 || bytes.length !== (value.length / 4) * 3 - padding) return false;
  // The alphabet for URLs is decoded, too.
  if (value.includes('-') || value.includes('_')) return false;
  const last = bytes.length - (bytes.length % 3 || 3);
  return bytes.toString('base64', Math.max(0, last)) === value.slice(-4);
}

/** What a caller may leave out or send as null. */
export function optionalInput<T extends z.ZodType>(shape: T) {
  return shape.nullish().transform((value) => value ?? null);
}
