/** Keys made from one byte each, and statements about them. */
import { expect } from 'vitest';
import { KeyChain } from '../../src/law/key-chain.ts';
import { type KeyFacts, signKeyStatement } from '../../src/law/key-statement.ts';
import type { KeyPurpose, Lane } from '../../src/law/values.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { derivedId } from '../../src/proof/uuid.ts';

export interface Pair {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}
const pair = (fill: number): Pair => {
  const seed = Buffer.alloc(32, fill);
  return { seed, publicKey: publicKeyOf(seed) };
};
export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
export const idOf = ({ publicKey }: Pair) => keyIdOf(publicKey);

/** Each lane's keys at genesis, and what may follow. */
export const EXEC = pair(1);
export const EXEC_HEADS = pair(2);
export const VERIFY = pair(3);
export const VERIFY_HEADS = pair(4);
export const NEXT = pair(5);
export const STRANGER = pair(6);

export function facts(key: Pick<Pair, 'publicKey'>, more: Partial<KeyFacts> = {}): KeyFacts {
  return {
    act: 'add',
    incarnation: '6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144',
    lane: 'DOT-991',
    purpose: 'statement',
    publicKey: base64(key.publicKey),
    replaces: null,
    position: '0',
    formerKeys: [],
    principalId: derivedId('principal'),
    personId: derivedId('person'),
    reason: null,
    preparedAt: '2026-03-01T09:30:00.000001Z',
    ...more,
  };
}

const own = (lane: Lane, purpose: KeyPurpose, position: number) => ({
  lane,
  purpose,
  position: String(position),
});

/** A chain in which all four keys have begun. */
export function begun(): KeyChain {
  const chain = new KeyChain();
  const first: readonly [Pair, Lane, KeyPurpose][] = [
    [EXEC, 'DOT-991', 'statement'],
    [VERIFY, 'DOT-992', 'statement'],
    [EXEC_HEADS, 'DOT-991', 'checkpoint'],
    [VERIFY_HEADS, 'DOT-992', 'checkpoint'],
  ];
  for (const [at, [key, lane, purpose]] of first.entries())
    expect(chain.take(signKeyStatement(facts(key, own(lane, purpose, at)), [key]), at)).toBeNull();
  return chain;
}

export const rotation = (signers: readonly Pair[], more: Partial<KeyFacts> = {}) =>
  signKeyStatement(facts(NEXT, { act: 'rotate', replaces: idOf(EXEC), position: '9', ...more }), signers);
export const revocation = (signers: readonly Pair[], more: Partial<KeyFacts> = {}) =>
  signKeyStatement(facts(EXEC, { act: 'revoke', position: '9', ...more }), signers);
export const renewal = (signers: readonly Pair[], more: Partial<KeyFacts> = {}) =>
  signKeyStatement(facts(NEXT, { position: '12', ...more }), signers);
