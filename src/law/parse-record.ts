import { z } from 'zod';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { type Digest, digestOf } from '../proof/digest.ts';
import {
  FINGERPRINT_LENGTH,
  PARTY_RECORD_FORMAT,
  RECORD_FORMAT,
  type RecordedParty,
  RULES_RECORD_FORMAT,
  STATEMENT_RECORD_FORMAT,
} from './record.ts';
import type { RecordedRow } from './recorded-row.ts';
import { type NumberedRules, type Rules, readRules } from './rules/rules.ts';
import { LANES, type Lane, MODES, PRINCIPAL_KINDS } from './values.ts';

const base64url = /^[A-Za-z0-9_-]*$/;
const shape = z.strictObject({
  columns: z.array(z.string()),
  op: z.enum(['insert', 'update']),
  table: z.string(),
});
const packedRow = z.tuple([
  z.int().nonnegative(),
  z.string(),
  z.string().regex(base64url).length(43),
  z.string().regex(base64url),
]);
const members = {
  recordId: z.string(),
  verb: z.string(),
  mode: z.enum(MODES),
  at: z.string(),
  history: z.array(z.json()),
  shapes: z.array(shape),
  rows: z.array(packedRow),
};
const laneMembers = { ...members, lane: z.enum(LANES), principalId: z.string(), personId: z.string() };
const party = z.strictObject({
  principalId: z.string(),
  personId: z.string(),
  kind: z.enum(PRINCIPAL_KINDS),
  scopes: z.array(z.string()),
  lane: z.enum(LANES).nullable(),
  suspended: z.boolean(),
});
const ruled = z.strictObject({
  version: z.int().positive(),
  rules: z
    .json()
    .refine((value) => readRules(value, []).rules !== null, 'are no rules that this version knows')
    .transform((value) => value as unknown as Rules),
});
/** What records of no lane have. */
const laneless = {
  ...members,
  lane: z.null(),
  principalId: z.string().nullable(),
  personId: z.string().nullable(),
};
/** Every format ever written, by its name. */
const bodies = {
  [RECORD_FORMAT]: z.strictObject({ format: z.literal(RECORD_FORMAT), ...laneMembers }),
  [STATEMENT_RECORD_FORMAT]: z.strictObject({
    format: z.literal(STATEMENT_RECORD_FORMAT),
    ...laneMembers,
    statements: z.array(z.json()).min(1),
  }),
  [PARTY_RECORD_FORMAT]: z.strictObject({
    format: z.literal(PARTY_RECORD_FORMAT),
    ...laneless,
    parties: z.array(party),
  }),
  [RULES_RECORD_FORMAT]: z.strictObject({
    format: z.literal(RULES_RECORD_FORMAT),
    ...laneless,
    rules: ruled,
  }),
};
type Format = keyof typeof bodies;
type Body = z.infer<z.ZodObject<typeof members>> & {
  readonly lane: Lane | null;
  readonly principalId: string | null;
  readonly personId: string | null;
};
const isFormat = (text: string): text is Format => Object.hasOwn(bodies, text);

export interface ParsedRecord extends Omit<Body, 'shapes' | 'rows'> {
  readonly format: Format;
  readonly rows: readonly RecordedRow[];
  /** Envelopes about keys and incarnations; none in the first format. */
  readonly statements: readonly unknown[];
  /** What principals are from this record on; none but in the third format. */
  readonly parties?: readonly RecordedParty[] | undefined;
  /** The rules from this record on; none but in the fourth format. */
  readonly rules?: NumberedRules | undefined;
}

export type RecordVerdict =
  | { readonly verdict: 'ok'; readonly record: ParsedRecord }
  /** The body is not what was hashed. */
  | { readonly verdict: 'hash_mismatch'; readonly hash: Digest }
  /** Written by a version that this one doesn't know. */
  | { readonly verdict: 'unknown_format'; readonly format: string }
  /** Not canonical JSON, or not of its format's shape. */
  | { readonly verdict: 'malformed'; readonly reason: string };

/** Reads a record's body and verifies hash, canonical form and shape; it never throws for what the bytes are. */
export function parseRecord(bytes: Uint8Array, expectedHash: string): RecordVerdict {
  const hash = digestOf(bytes);
  if (hash !== expectedHash) return { verdict: 'hash_mismatch', hash };
  const value = canonicalValueOf(bytes);
  if (value === undefined)
    return { verdict: 'malformed', reason: 'The body is not canonical JSON in UTF-8.' };
  const format = z.object({ format: z.string() }).safeParse(value).data?.format;
  if (format === undefined) return { verdict: 'malformed', reason: 'The body names no format.' };
  if (!isFormat(format)) return { verdict: 'unknown_format', format };
  const parsed = bodies[format].safeParse(value);
  if (!parsed.success) return { verdict: 'malformed', reason: z.prettifyError(parsed.error) };
  const { shapes, rows, ...head } = parsed.data;
  const unpacked = rows.map((row) => unpackRow(row, shapes));
  if (unpacked.includes(null)) return { verdict: 'malformed', reason: 'A row does not fit its shape.' };
  return { verdict: 'ok', record: { statements: [], ...head, rows: unpacked as RecordedRow[] } };
}

function canonicalValueOf(bytes: Uint8Array): PlainJson | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value = JSON.parse(text) as PlainJson;
    // Each value has one text only: this also finds names given twice and digits that were lost.
    return canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function unpackRow(
  [index, id, digest, packed]: z.infer<typeof packedRow>,
  shapes: readonly z.infer<typeof shape>[],
): RecordedRow | null {
  const found = shapes[index];
  if (found === undefined || packed.length !== found.columns.length * FINGERPRINT_LENGTH) return null;
  const fingerprints = found.columns.map((_, at) =>
    packed.slice(at * FINGERPRINT_LENGTH, (at + 1) * FINGERPRINT_LENGTH),
  );
  return { ...found, id, digest, fingerprints };
}
