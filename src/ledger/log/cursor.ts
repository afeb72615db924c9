import { createHash } from 'node:crypto';

/**
 * A place in the history of one incarnation of the ledger: the next position to deliver. It is bound to the incarnation,
 * so that a restored database can't be mistaken for the one the cursor was drawn from.
 *
 * Bytes: version 1 (1) · incarnation (16) · next position (8, big-endian) · check (4, of the SHA-256 of what precedes).
 */
export interface Place {
  readonly incarnation: string;
  readonly next: number;
}

export type CursorVerdict =
  | { readonly verdict: 'ok'; readonly next: number }
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'other_incarnation' };

const VERSION = 1;
const LENGTH = 29;

/** The opaque cursor of a place. Resuming with it delivers what stands at `next` and after. */
export function encodeCursor({ incarnation, next }: Place): string {
  const bytes = Buffer.alloc(LENGTH);
  bytes.writeUInt8(VERSION, 0);
  bytes.write(incarnation.replaceAll('-', ''), 1, 'hex');
  bytes.writeBigUInt64BE(BigInt(next), 17);
  checkOf(bytes).copy(bytes, 25);
  return bytes.toString('base64url');
}

/** Reads a cursor for the ledger's present incarnation; whether it lies beyond the head is for the caller to see. */
export function decodeCursor(text: string, incarnation: string): CursorVerdict {
  const bytes = Buffer.from(text, 'base64url');
  const whole = bytes.length === LENGTH && bytes.toString('base64url') === text;
  if (!whole || bytes[0] !== VERSION || !checkOf(bytes).equals(bytes.subarray(25)))
    return { verdict: 'unknown' };
  if (bytes.toString('hex', 1, 17) !== incarnation.replaceAll('-', ''))
    return { verdict: 'other_incarnation' };
  const next = bytes.readBigUInt64BE(17);
  return next > BigInt(Number.MAX_SAFE_INTEGER)
    ? { verdict: 'unknown' }
    : { verdict: 'ok', next: Number(next) };
}

function checkOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes.subarray(0, 25)).digest().subarray(0, 4);
}
