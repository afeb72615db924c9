import { hash } from 'node:crypto';
import { verifySignature } from './ed25519.ts';
import { NoteFault, type NoteKey, type NoteSignature, type SignedNote } from './note.ts';
import { checkPublicKey } from './public-key.ts';

/*
 * Cosignatures of outside witnesses (C2SP tlog-cosignature, the Ed25519 kind cosignature/v1). A witness signs a
 * head's text with the time at which it saw it; algorithm 0x04, so that no key of this kind can be taken for one that
 * signs notes.
 */

const cosignatureType = 4;
const timestampBytes = 8;

/** The four bytes that a witness's signature line carries to say which key made it. */
function cosignatureKeyHash({ name, publicKey }: NoteKey): Buffer {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(cosignatureType), publicKey]),
    'buffer',
  ).subarray(0, 4);
}

/** Reads a witness's key in its one line, `<name>+<hash>+<key>`; throws a NoteFault that says what is wrong with it. */
export function parseWitnessKey(text: string): NoteKey {
  const [, name, keyHash, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? [];
  const bytes = encoded === undefined ? null : Buffer.from(encoded, 'base64');
  if (name === undefined || bytes === null || bytes.toString('base64') !== encoded)
    throw new NoteFault('a verifier key has the form <name>+<8 hex digits>+<base64>');
  if (name.length > 255) throw new NoteFault('the name of a witness has at most 255 characters');
  if (bytes[0] !== cosignatureType)
    throw new NoteFault(
      `the key is of algorithm ${bytes[0]}; only Ed25519 cosignatures (4) can be verified here`,
    );
  const key = { name, publicKey: bytes.subarray(1) };
  const judged = checkPublicKey(key.publicKey);
  if (!judged.ok) throw new NoteFault(`the key is not sound: ${judged.reason}`);
  if (cosignatureKeyHash(key).toString('hex') !== keyHash)
    throw new NoteFault(`the hash isn't the one of this name and key`);
  return key;
}

/** What a witness said of a head: when it had seen it. */
export interface Cosignature {
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** The signature alone: 64 bytes. */
  readonly signature: Uint8Array;
}

/** A cosignature as a line of a note carries it. */
export function cosignatureLine(key: NoteKey, { timestamp, signature }: Cosignature): NoteSignature {
  const time = Buffer.alloc(timestampBytes);
  time.writeBigUInt64BE(BigInt(timestamp));
  return {
    name: key.name,
    keyHash: cosignatureKeyHash(key),
    signature: Buffer.concat([time, signature]),
  };
}

/** The witness's cosignature among a note's signatures, if there is one and it verifies. Never throws on bad bytes. */
export function cosignatureOf({ text, signatures }: SignedNote, key: NoteKey): Cosignature | null {
  const keyHash = cosignatureKeyHash(key);
  for (const line of signatures) {
    if (line.name !== key.name || !keyHash.equals(line.keyHash)) continue;
    const read = readCosignature(line.signature);
    if (read !== null && isCosignedBy(text, read, key)) return read;
  }
  return null;
}

/** The bytes that a witness signs. */
export function cosignedMessage(text: string, timestamp: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timestamp}\n${text}`);
}

/** Whether a witness with this key signed the head's text at that time. */
export function isCosignedBy(text: string, { timestamp, signature }: Cosignature, key: NoteKey): boolean {
  return verifySignature(key.publicKey, cosignedMessage(text, timestamp), signature).ok;
}

function readCosignature(bytes: Uint8Array): Cosignature | null {
  if (bytes.length !== timestampBytes + 64) return null;
  const timestamp = Number(Buffer.from(bytes).readBigUInt64BE(0));
  return Number.isSafeInteger(timestamp) ? { timestamp, signature: bytes.subarray(timestampBytes) } : null;
}
