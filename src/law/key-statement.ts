import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { type DsseEnvelope, signEnvelope } from '../proof/dsse.ts';
import { keyIdOf } from '../proof/keyid.ts';
import { derivedId } from '../proof/uuid.ts';
import type { KeyPurpose, Lane } from './values.ts';

/*
 * What is said when a key begins, follows another, or ends. A statement has a log record of its own, with one
 * envelope for each key that must agree. Every envelope holds the same payload, so that no signature can be taken for
 * an agreement to something else.
 */

/** The payload type of statements about keys; every version ever shipped stays verifiable. */
export const KEY_PAYLOAD_TYPE = 'application/vnd.cutter.key.v1+json';
export const KEY_STATEMENT_FORMAT = 'cutter-key/1';

/**
 * `add` begins a lane's keys, or begins them again after a revocation; `rotate` replaces one by another; `revoke`
 * ends one.
 */
export const KEY_ACTS = ['add', 'rotate', 'revoke'] as const;
export type KeyAct = (typeof KEY_ACTS)[number];

/** A key that ended before the log had records of keys: the first `add` of its lane and purpose names it. */
export interface FormerKey {
  readonly keyId: string;
  /** 32 bytes, base64. */
  readonly publicKey: string;
  readonly from: string;
  readonly until: string;
}

export interface KeyFacts {
  readonly act: KeyAct;
  /** The ledger's incarnation when it was said. */
  readonly incarnation: string;
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  /** 32 bytes, base64: the key that begins; of a revocation, the one that ends. */
  readonly publicKey: string;
  /** The key that a rotation ends. */
  readonly replaces: string | null;
  /**
   * The record's own position, as a decimal string. A new key is valid from there, and a key that ends is valid until
   * before it. Only the first key of a lane and purpose may have begun earlier.
   */
  readonly position: string;
  readonly formerKeys: readonly FormerKey[];
  /** Whose key it is, and who answers for that principal. */
  readonly principalId: string;
  readonly personId: string;
  readonly reason: string | null;
  /** UTC with microseconds. */
  readonly preparedAt: string;
}

/** The statement as plain JSON. Pure: the same facts give the same bytes. */
export function keyStatement(facts: KeyFacts): PlainJson {
  return {
    format: KEY_STATEMENT_FORMAT,
    ...facts,
    keyId: keyIdOf(Buffer.from(facts.publicKey, 'base64')),
    formerKeys: facts.formerKeys.map((former) => ({ ...former })),
  };
}

/** One envelope for each key that must agree, in the order given: the new key first. */
export function signKeyStatement(facts: KeyFacts, seeds: readonly Signer[]): readonly DsseEnvelope[] {
  const payload = Buffer.from(canonicalJson(keyStatement(facts)), 'utf8');
  return seeds.map(({ seed, publicKey }) =>
    signEnvelope(KEY_PAYLOAD_TYPE, payload, { seed, keyId: keyIdOf(publicKey) }),
  );
}

interface Signer {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * The id of the record in which a key begins or ends: each happens to a key once, so its record can be found by the
 * key's id.
 */
export function keyRecordId(act: KeyAct, keyId: string): string {
  return derivedId(`key:${act}\0record\0${keyId}`);
}
