import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * A place in the history of one incarnation of the ledger: the next position to deliver. It is bound to the
 * incarnation, so that a restored database can't be mistaken for the one the cursor was drawn from.
 *
 * Bytes: version (1) · incarnation (16) · next position (8, big-endian) · check. The check of versions 2 and 3 is the
 * ledger's proof that it issued the cursor: 16 bytes of an HMAC-SHA256 of what precedes. That of version 1 is 4
 * bytes of a SHA-256, which anybody can make. Version 3 is of a place where a stream has only begun.
 */
export interface LogPlace {
  readonly incarnation: string;
  readonly next: number;
  /** A stream began there and has said nothing yet of how things were: who comes with it begins once more. */
  readonly begins?: boolean;
}

/** What a cursor is made of besides its position. */
export interface CursorMark {
  readonly incarnation: string;
  readonly key: Uint8Array;
}

export type PlaceVerdict =
  /** `issued`: this ledger has been at that place, whatever its database says now. */
  | { readonly verdict: 'ok'; readonly next: number; readonly issued: boolean; readonly begins: boolean }
  | { readonly verdict: 'unknown' }
  | { readonly verdict: 'other_incarnation' };

const HEAD = 25;
const CHECK_LENGTH: Readonly<Record<number, number>> = { 1: 4, 2: 16, 3: 16 };

/** The key of a ledger's cursors, out of a secret that each of its servers has. */
export function cursorKeyFrom(secret: string): Buffer {
  return createHmac('sha256', secret).update('cutter-cursor/2').digest();
}

/** The opaque cursor of a place. Resuming with it delivers what is at `next` and after. */
export function encodePlace({ incarnation, next, begins = false }: LogPlace, key: Uint8Array): string {
  const bytes = Buffer.alloc(HEAD);
  bytes.writeUInt8(begins ? 3 : 2, 0);
  bytes.write(incarnation.replaceAll('-', ''), 1, 'hex');
  bytes.writeBigUInt64BE(BigInt(next), 17);
  return Buffer.concat([bytes, macOf(bytes, key)]).toString('base64url');
}

/** Reads a cursor for the ledger's present incarnation; whether it lies beyond the head is for the caller to see. */
export function decodePlace(text: string, incarnation: string, key: Uint8Array): PlaceVerdict {
  const bytes = Buffer.from(text, 'base64url');
  const length = CHECK_LENGTH[bytes[0] ?? 0];
  const whole = bytes.length === HEAD + (length ?? 0) && bytes.toString('base64url') === text;
  if (!whole || length === undefined) return { verdict: 'unknown' };
  const [head, check] = [bytes.subarray(0, HEAD), bytes.subarray(HEAD)];
  if (bytes[0] === 1 && !digestOf(head).equals(check)) return { verdict: 'unknown' };
  if (bytes.toString('hex', 1, 17) !== incarnation.replaceAll('-', ''))
    return { verdict: 'other_incarnation' };
  const next = bytes.readBigUInt64BE(17);
  if (next > BigInt(Number.MAX_SAFE_INTEGER)) return { verdict: 'unknown' };
  const issued = bytes[0] !== 1 && timingSafeEqual(check, macOf(head, key));
  return { verdict: 'ok', next: Number(next), issued, begins: bytes[0] === 3 };
}

function digestOf(head: Uint8Array): Buffer {
  return createHash('sha256').update(head).digest().subarray(0, 4);
}

function macOf(head: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(head).digest().subarray(0, 16);
}
