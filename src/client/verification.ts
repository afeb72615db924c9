/** Checks what a ledger says of itself, by the lanes' public keys alone: heads, proofs and passports. */

import type { HeadKeys } from '../monitor/judges/head-keys.ts';
import { readCheckpoint, signedHead } from '../monitor/judges/signed-head.ts';
import type { PassportVerdict } from '../passport/said.ts';
import { verifyPassport } from '../passport/verify.ts';
import { incarnationOf, type TreeHead } from '../proof/checkpoint.ts';
import { verifySignature } from '../proof/ed25519.ts';
import {
  checkpointKeysAt,
  formatKeys,
  type KnownKey,
  type KnownKeys,
  originFault,
  parseKeys,
} from '../proof/keys-file.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../proof/merkle.ts';
import type { LedgerKeysQuery } from './generated/graphql.ts';

/** A head of the log: how many positions it has, and the root of their tree, 32 bytes. */
export type SizedHead = Pick<TreeHead, 'size' | 'root'>;

/** A record, and the proof that it is in the log of a head, as `inclusionProof` gives them. */
export interface ShownRecord {
  readonly position: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly recordHash: string;
  /** The audit path in base64. */
  readonly hashes: readonly string[];
}

/** What somebody can check who has the file of keys (`cutter keys`), and trusts nothing else. */
export interface LedgerVerifier {
  /** Which ledger: `cutter/` and its incarnation. */
  readonly origin: string;
  /** For a follower: every head in the stream is held to these keys. */
  readonly headKeys: HeadKeys;
  /** The head in a note (`Checkpoint.note`), signed by both lanes. Throws an Error with the reason where it isn't. */
  head(note: string): TreeHead;
  /** Whether a proof (`consistencyProof.hashes`) shows that the log of one head is the beginning of another's. */
  isBeginning(from: SizedHead, to: SizedHead, hashes: readonly string[]): boolean;
  /** Whether a record is proved to be at its position in the log of a head. */
  isIncluded(record: ShownRecord, head: SizedHead): boolean;
  /** What became of a passport: what it says, or the first fault and its place. Never throws. */
  passport(file: Uint8Array | string): PassportVerdict;
}

/** Reads a file of keys. Throws an Error with the reason where it is none. */
export function openKeys(keysText: string): LedgerVerifier {
  const known = parseKeys(keysText);
  const headKeys: HeadKeys = (lane, size) =>
    checkpointKeysAt(known, lane, size).map(({ publicKey }) => publicKey);
  return {
    origin: known.origin,
    headKeys,
    head(note) {
      const { head } = readCheckpoint(note);
      const fault = originFault(known, head);
      if (fault !== null) throw new Error(`The head is of ${fault}`);
      return signedHead(note, incarnationOf(head.origin), headKeys);
    },
    isBeginning: (from, to, hashes) =>
      verifyConsistency({
        from: from.size,
        fromRoot: from.root,
        to: to.size,
        toRoot: to.root,
        proof: hashes.map(bytesOf),
      }),
    isIncluded: ({ position, recordHash, hashes }, { size, root }) =>
      /^sha256:[0-9a-f]{64}$/.test(recordHash) &&
      verifyInclusion({
        leafHash: leafHash(Buffer.from(recordHash.slice(7), 'hex')),
        index: position,
        size,
        proof: hashes.map(bytesOf),
        root,
      }),
    passport(file) {
      const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
      return verifyPassport(bytes, known, verifySignature);
    },
  };
}

const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** The words of the file for those of the API. */
const LANES = { DOT_991: 'DOT-991', DOT_992: 'DOT-992' } as const;
const PURPOSES = { STATEMENT: 'statement', CHECKPOINT: 'checkpoint' } as const;

/**
 * The file of keys that a ledger gives of itself (`LedgerKeysDocument`). Its word is better than nothing; keys that
 * judge the ledger come from another place. Throws an Error where they are none, or didn't sign the ledger's own head.
 */
export function keysOf({ checkpoint, keys, incarnations }: LedgerKeysQuery): string {
  if (checkpoint === null)
    throw new Error('The ledger has not published a head yet, so its keys have no name to be filed under.');
  const stated = keys.map(
    (key): KnownKey => ({
      keyId: key.keyId,
      // A word of a later version stays, for the file's own check to name its place.
      lane: LANES[key.lane] ?? key.lane,
      purpose: PURPOSES[key.purpose] ?? key.purpose,
      publicKey: Buffer.from(key.publicKey, 'base64'),
      from: Number(key.fromPosition),
      until: key.untilPosition === null ? null : Number(key.untilPosition),
    }),
  );
  const earlier = incarnations.flatMap(({ origin, until }) =>
    until === null ? [] : [{ origin, until: Number(until) }],
  );
  const known: KnownKeys = { origin: checkpoint.origin, earlier, keys: stated };
  const text = formatKeys(known);
  openKeys(text).head(checkpoint.note);
  return text;
}
