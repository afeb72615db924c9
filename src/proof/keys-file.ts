import { z } from 'zod';
import { canonicalJson, PlainJsonError } from './canonical.ts';
import { keyIdOf } from './keyid.ts';
import { parsePlainJson } from './parse-plain-json.ts';
import { checkPublicKey } from './public-key.ts';
import { UUID_PATTERN } from './uuid.ts';

/*
 * The public keys of a ledger, in the file of a stranger: what passports, heads and events are judged by. A reader
 * believes the file, so it has to come from a place that the reader trusts; what the ledger itself says at first sight
 * is better than nothing.
 */

const KEYS_FORMAT = 'cutter-keys/1';

/** A public key, and the positions that it is good for. */
export interface KnownKey {
  readonly keyId: string;
  readonly lane: 'DOT-991' | 'DOT-992';
  /** A key signs statements or heads, never both. */
  readonly purpose: 'statement' | 'checkpoint';
  /** 32 bytes. */
  readonly publicKey: Buffer;
  readonly from: number;
  /** Null while it is valid. */
  readonly until: number | null;
}

/**
 * An incarnation that the ledger had before it was set back and resumed: nothing of it is good beyond `until`
 * positions.
 */
interface EarlierOrigin {
  readonly origin: string;
  readonly until: number;
}

export interface KnownKeys {
  /** Which ledger: `cutter/` and its incarnation. */
  readonly origin: string;
  /** The oldest first; absent where the ledger was never set back. */
  readonly earlier?: readonly EarlierOrigin[];
  readonly keys: readonly KnownKey[];
}

/** A file that isn't one of keys; the message says where and why, for people. */
export class KeysFault extends Error {
  override readonly name = 'KeysFault';
}

const place = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'is no position: a whole number from "0", as a decimal string')
  .transform(Number)
  .refine(Number.isSafeInteger, 'is beyond every position');
const publicKey = z
  .base64('is no base64')
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === 32, 'is no public key: it has to be 32 bytes in base64');
const origin = z
  .string()
  .regex(new RegExp(`^cutter/${UUID_PATTERN}$`), "is no ledger's origin: cutter/ and its incarnation");
const file = z.strictObject({
  format: z.literal(KEYS_FORMAT),
  origin,
  earlier: z
    .array(z.strictObject({ origin, until: place }))
    .min(1, 'is left out where there is none')
    .exactOptional(),
  keys: z.array(
    z.strictObject({
      keyId: z.string(),
      lane: z.enum(['DOT-991', 'DOT-992']),
      purpose: z.enum(['statement', 'checkpoint']),
      publicKey,
      from: place,
      until: place.nullable(),
    }),
  ),
});

/** Reads a file of keys; throws a KeysFault where it is none, or names a key that nothing may be judged by. */
export function parseKeys(text: string): KnownKeys {
  const read = file.safeParse(jsonOf(text));
  if (!read.success) throw new KeysFault(shapeFault(read.error));
  const { keys, ...known } = read.data;
  holdOrder(known);
  const seen = new Set<string>();
  keys.forEach((key, index) => {
    const fault = keyFault(key) ?? (seen.has(key.keyId) ? 'appears twice; a key serves one lane' : null);
    if (fault !== null) throw new KeysFault(`Key ${index} of the file, ${key.keyId}, ${fault}.`);
    seen.add(key.keyId);
  });
  return {
    origin: known.origin,
    ...(known.earlier === undefined ? {} : { earlier: known.earlier }),
    keys,
  };
}

/** Writes a file of keys: canonical JSON and a newline. */
export function formatKeys({ origin, earlier = [], keys }: KnownKeys): string {
  const stated = keys.map(({ keyId, lane, purpose, publicKey, from, until }) => ({
    keyId,
    lane,
    purpose,
    publicKey: publicKey.toString('base64'),
    from: String(from),
    until: until === null ? null : String(until),
  }));
  const ended = earlier.map((one) => ({ origin: one.origin, until: String(one.until) }));
  return `${canonicalJson({
    format: KEYS_FORMAT,
    origin,
    ...(ended.length === 0 ? {} : { earlier: ended }),
    keys: stated,
  })}\n`;
}

/** The ledger's origin when the record at a position was written. */
export function originAt(
  { origin, earlier = [] }: Pick<KnownKeys, 'origin' | 'earlier'>,
  position: number,
): string {
  return earlier.find(({ until }) => position < until)?.origin ?? origin;
}

/**
 * Why a head is not accepted: it is of another ledger, or of what this one gave up. For people; null if it is accepted.
 */
export function originFault(
  { origin, earlier = [] }: Pick<KnownKeys, 'origin' | 'earlier'>,
  head: { readonly origin: string; readonly size: number },
): string | null {
  if (head.origin === origin) return null;
  const ended = earlier.find((one) => one.origin === head.origin);
  if (ended === undefined) return `the ledger ${head.origin}; the keys given are those of ${origin}.`;
  if (head.size <= ended.until) return null;
  const given = `it was set back to ${ended.until}, and what came after them was given up.`;
  return `the ledger ${head.origin} at ${head.size} positions; ${given}`;
}

/** The key of this id, if it may sign a statement at `position`. */
export function statementKeyAt({ keys }: KnownKeys, keyId: string, position: number): KnownKey | null {
  const known = keys.find((key) => key.keyId === keyId && key.purpose === 'statement');
  if (known === undefined || position < known.from) return null;
  return known.until === null || position < known.until ? known : null;
}

/**
 * The lane's keys that may sign a head of `size` positions: where one follows another, the old one may sign up to its
 * end.
 */
export function checkpointKeysAt(known: KnownKeys, lane: KnownKey['lane'], size: number): KnownKey[] {
  return known.keys.filter(
    (key) =>
      key.purpose === 'checkpoint' &&
      key.lane === lane &&
      key.from <= size &&
      (key.until === null || size <= key.until),
  );
}

function jsonOf(text: string): unknown {
  try {
    return parsePlainJson(text);
  } catch (error) {
    if (error instanceof PlainJsonError)
      throw new KeysFault(`The file of keys can't be read: ${error.message}`);
    throw error;
  }
}

/** Each incarnation begins where the one before it ended, and has records of its own. */
function holdOrder({ origin, earlier = [] }: Pick<KnownKeys, 'origin' | 'earlier'>): void {
  const origins = new Set([origin]);
  earlier.forEach((one, at) => {
    const before = earlier[at - 1]?.until ?? -1;
    if (origins.has(one.origin) || one.until <= before)
      throw new KeysFault(
        `The earlier origin ${at} of the file, ${one.origin}, appears twice, or ends no later than the one before ` +
          'it. The oldest comes first.',
      );
    origins.add(one.origin);
  });
}

function shapeFault({ issues }: z.ZodError): string {
  const [issue] = issues;
  const at = issue?.path.length ? `at ${issue.path.join('.')}` : 'as a whole';
  if (issue?.path[0] === 'format')
    return `The file is not of the format ${KEYS_FORMAT}; write one with "cutter keys".`;
  return `The file of keys is not of its form ${at}: ${issue?.message}.`;
}

function keyFault({ keyId, publicKey, from, until }: KnownKey): string | null {
  if (keyIdOf(publicKey) !== keyId)
    return `is not the id of the public key beside it: that is ${keyIdOf(publicKey)}`;
  const judged = checkPublicKey(publicKey);
  if (!judged.ok) return `is no sound key: ${judged.reason}`;
  return until !== null && until < from ? `ends at ${until}, before it begins at ${from}` : null;
}
