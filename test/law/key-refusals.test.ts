import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { KeyChain, type KeyRecord } from '../../src/law/key-chain.ts';
import { keyStatement, signKeyStatement } from '../../src/law/key-statement.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { type DsseEnvelope, signEnvelope } from '../../src/proof/dsse.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { derivedId } from '../../src/proof/uuid.ts';
import {
  base64,
  begun,
  EXEC,
  EXEC_HEADS,
  facts,
  idOf,
  NEXT,
  type Pair,
  renewal,
  revocation,
  rotation,
  STRANGER,
  VERIFY,
  VERIFY_HEADS,
} from './key-ground.ts';

/** A sum with a point of order eight: a key that one verifier takes and another doesn't. */
function withTorsion(publicKey: Uint8Array): Uint8Array {
  const order8 = Buffer.from('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', 'hex');
  return ed25519.Point.fromBytes(publicKey).add(ed25519.Point.fromBytes(order8)).toBytes();
}
const SMALL_ORDER = Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex');
/** 1 as p + 1. */
const NOT_CANONICAL = Buffer.from('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex');

/** One statement in an envelope of the stranger's making, under any key id. */
function envelope(said: unknown, by: Pair, keyId = idOf(by)): DsseEnvelope {
  const payload = Buffer.from(canonicalJson(said as never), 'utf8');
  return signEnvelope('application/vnd.cutter.key.v1+json', payload, { seed: by.seed, keyId });
}
const spoilt = ([one]: readonly DsseEnvelope[]): DsseEnvelope[] => {
  const sig = Buffer.from(one?.signatures[0]?.sig as string, 'base64');
  sig[5] = (sig[5] as number) ^ 1;
  return [{ ...(one as DsseEnvelope), signatures: [{ keyid: idOf(NEXT), sig: base64(sig) }] }];
};

interface Refused {
  readonly is: string;
  readonly said: readonly unknown[];
  readonly at: number;
  readonly why: string | RegExp;
  readonly after?: readonly (readonly [readonly DsseEnvelope[], number])[];
}

const REFUSED: readonly Refused[] = [
  { is: 'no envelope', said: [], at: 9, why: 'A record about a key holds no statement.' },
  {
    is: 'no envelope but something',
    said: [{ payload: 1 }],
    at: 9,
    why: /is not one: envelope_malformed\.$/,
  },
  {
    is: 'an envelope of another type',
    said: [
      signEnvelope('application/vnd.cutter.cut.dot-991.v1+json', Buffer.from('{}'), {
        seed: NEXT.seed,
        keyId: idOf(NEXT),
      }),
    ],
    at: 9,
    why: /payload_type_unexpected\.$/,
  },
  {
    is: 'envelopes that say different things',
    said: [...rotation([NEXT]), ...rotation([EXEC], { reason: 'other' })],
    at: 9,
    why: 'The envelopes about a key say different things.',
  },
  {
    is: 'a statement with one member more',
    said: [envelope({ ...(keyStatement(facts(NEXT)) as object), more: 1 }, NEXT)],
    at: 9,
    why: 'What is said about a key is not of the form of such a statement.',
  },
  {
    is: 'a spoilt signature',
    said: spoilt(rotation([NEXT, EXEC])),
    at: 9,
    why: /does not verify: signature_mismatch\.$/,
  },
  {
    is: 'a signer that nobody knows',
    said: rotation([NEXT, STRANGER]),
    at: 9,
    why: `The key ${idOf(STRANGER)} that signed is not known.`,
  },
  {
    is: 'an id that is not the key’s',
    said: [
      envelope(
        { ...(keyStatement(facts(NEXT, { position: '9' })) as object), keyId: 'ed25519:0' },
        NEXT,
        'ed25519:0',
      ),
    ],
    at: 9,
    why: 'ed25519:0 is not the id of the key beside it.',
  },
  // Nobody can sign with these keys, so what is refused first is the signature of whoever tries.
  {
    is: 'a key of small order',
    said: signKeyStatement(facts({ publicKey: SMALL_ORDER }), [{ ...NEXT, publicKey: SMALL_ORDER }]),
    at: 0,
    why: /does not verify: public_key_/,
  },
  {
    is: 'a key in another spelling',
    said: signKeyStatement(facts({ publicKey: NOT_CANONICAL }), [{ ...NEXT, publicKey: NOT_CANONICAL }]),
    at: 0,
    why: /does not verify: public_key_/,
  },
  {
    is: 'a rotation that the old key did not sign',
    said: rotation([NEXT]),
    at: 9,
    why: `The old key ${idOf(EXEC)} did not sign the rotation.`,
  },
  {
    is: 'a rotation that the new key did not sign',
    said: rotation([EXEC]),
    at: 9,
    why: `The new key ${idOf(NEXT)} did not sign.`,
  },
  {
    is: 'a rotation agreed to by the other lane alone',
    said: rotation([NEXT, VERIFY]),
    at: 9,
    why: /did not sign the rotation/,
  },
  {
    is: 'a rotation at another position than it was made for',
    said: rotation([NEXT, EXEC]),
    at: 10,
    why: `The statement about ${idOf(NEXT)} was made for position 9 and is at 10.`,
  },
  {
    is: 'a rotation of a key that is not in force',
    said: rotation([NEXT, EXEC], { replaces: idOf(EXEC_HEADS) }),
    at: 9,
    why: /is not the statement key of DOT-991 in force, so it can't be rotated/,
  },
  {
    is: 'a rotation to a key of before',
    said: signKeyStatement(facts(EXEC, { act: 'rotate', replaces: idOf(NEXT), position: '12' }), [
      EXEC,
      NEXT,
    ]),
    at: 12,
    why: `The key ${idOf(EXEC)} was registered before; a key serves once.`,
    after: [[rotation([NEXT, EXEC]), 9]],
  },
  {
    is: 'a key that serves the other lane',
    said: signKeyStatement(facts(VERIFY, { act: 'rotate', replaces: idOf(EXEC), position: '9' }), [
      VERIFY,
      EXEC,
    ]),
    at: 9,
    why: /was registered before; a key serves once/,
  },
  {
    is: 'a key that serves the other purpose',
    said: signKeyStatement(facts(EXEC_HEADS, { act: 'rotate', replaces: idOf(EXEC), position: '9' }), [
      EXEC_HEADS,
      EXEC,
    ]),
    at: 9,
    why: /was registered before; a key serves once/,
  },
  {
    is: 'a second key beside the one in force',
    said: signKeyStatement(facts(NEXT, { position: '9' }), [NEXT]),
    at: 9,
    why: 'DOT-991 has a statement key in force; another begins by rotating it.',
  },
  {
    is: 'former keys of a key that is not the first',
    said: rotation([NEXT, EXEC], {
      formerKeys: [{ keyId: idOf(STRANGER), publicKey: base64(STRANGER.publicKey), from: '0', until: '1' }],
    }),
    at: 9,
    why: 'Former keys are named by the first key of a lane alone.',
  },
  {
    is: 'a rotation said again',
    said: rotation([NEXT, EXEC]),
    at: 12,
    why: /was registered before/,
    after: [[rotation([NEXT, EXEC]), 9]],
  },
  { is: 'a revocation by a stranger', said: revocation([STRANGER]), at: 9, why: /is not known/ },
  {
    is: 'a revocation by the other lane’s key for something else',
    said: revocation([VERIFY_HEADS]),
    at: 9,
    why: /this one is by none\.$/,
  },
  {
    is: 'a revocation at another position',
    said: revocation([EXEC]),
    at: 8,
    why: /was made for position 9 and is at 8/,
  },
  {
    is: 'a revocation of a key that ended',
    said: revocation([EXEC], { position: '12' }),
    at: 12,
    why: /so it can't be revoked/,
    after: [[revocation([EXEC]), 9]],
  },
  {
    is: 'a renewal without the lane’s other key',
    said: renewal([NEXT]),
    at: 12,
    why: /the agreement of the lane's other key, and it did not sign/,
    after: [[revocation([EXEC]), 9]],
  },
  {
    is: 'a renewal by the revoked key',
    said: renewal([NEXT, EXEC]),
    at: 12,
    why: /the agreement of the lane's other key/,
    after: [[revocation([EXEC]), 9]],
  },
  {
    is: 'a renewal by the other lane',
    said: renewal([NEXT, VERIFY]),
    at: 12,
    why: /the agreement of the lane's other key/,
    after: [[revocation([VERIFY]), 9]],
  },
  {
    is: 'a renewal at another position',
    said: renewal([NEXT, EXEC_HEADS]),
    at: 13,
    why: /was made for position 12 and is at 13/,
    after: [[revocation([EXEC]), 9]],
  },
];

describe('a statement about a key is refused, and changes nothing:', () => {
  test.each(REFUSED.map((one) => [one.is, one] as const))('%s', (_, { said, at, why, after = [] }) => {
    const chain = begun();
    for (const [before, position] of after) expect(chain.take(before, position)).toBeNull();
    const known = chain.all;
    expect(chain.take(said, at)).toMatch(
      typeof why === 'string' ? new RegExp(`^${RegExp.escape(why)}$`) : why,
    );
    expect(chain.all).toEqual(known);
  });

  test('a first key that says it rotates', () => {
    const said = signKeyStatement(facts(NEXT, { act: 'rotate', replaces: idOf(EXEC) }), [NEXT]);
    expect(new KeyChain().take(said, 0)).toBe('DOT-991 has no key that could be rotated.');
  });

  test('a first key from a position that has not come', () => {
    expect(new KeyChain().take(signKeyStatement(facts(EXEC, { position: '3' }), [EXEC]), 2)).toMatch(
      /was made for position 3 and is at 2/,
    );
  });

  test.each([
    ['whose id is another key’s', { keyId: idOf(STRANGER) }],
    ['that ends before it begins', { from: '3', until: '2' }],
    ['that ends after the first one begins', { until: '6' }],
    ['that is the first one itself', { keyId: idOf(EXEC), publicKey: base64(EXEC.publicKey) }],
  ])('a former key %s', (_, wrong) => {
    const former = { keyId: idOf(NEXT), publicKey: base64(NEXT.publicKey), from: '0', until: '5', ...wrong };
    const said = signKeyStatement(facts(EXEC, { position: '5', formerKeys: [former] }), [EXEC]);
    expect(new KeyChain().take(said, 5)).toBe(
      `The former key ${former.keyId} does not fit before the first one.`,
    );
  });

  test('a former key that stands twice, or is none that may be registered', () => {
    const former = { keyId: idOf(NEXT), publicKey: base64(NEXT.publicKey), from: '0', until: '5' };
    const first = (...formerKeys: (typeof former)[]) =>
      signKeyStatement(facts(EXEC, { position: '5', formerKeys }), [EXEC]);
    expect(new KeyChain().take(first(former, former), 5)).toMatch(/does not fit before the first one/);
    const publicKey = withTorsion(NEXT.publicKey);
    const mixed = { ...former, keyId: keyIdOf(publicKey), publicKey: base64(publicKey) };
    expect(new KeyChain().take(first(mixed), 5)).toMatch(
      /^The former key .* is no good: public_key_mixed_order\.$/,
    );
    expect(new KeyChain().take(first(former), 5)).toBeNull();
  });

  test('the last key of a lane, revoked by the other lane', () => {
    const chain = begun();
    expect(chain.take(revocation([VERIFY]), 9)).toBeNull();
    const last = facts(EXEC_HEADS, { act: 'revoke', position: '10', purpose: 'checkpoint' });
    expect(chain.take(signKeyStatement(last, [VERIFY_HEADS]), 10)).toMatch(/this one is by none\.$/);
    expect(chain.take(signKeyStatement(last, [EXEC_HEADS]), 10)).toBeNull();
  });

  test('what was said in another incarnation', () => {
    const chain = begun();
    const [here, there] = [facts(NEXT).incarnation, derivedId('another ledger')];
    expect(chain.take(rotation([NEXT, EXEC]), 9, undefined, there)).toBe(
      `The statement about ${idOf(NEXT)} was made for incarnation ${here}, and the ledger was ${there} there.`,
    );
    expect(chain.take(rotation([NEXT, EXEC]), 9, undefined, here)).toBeNull();
  });

  test('a key with a torsion part, though its signature would pass', () => {
    const publicKey = withTorsion(EXEC.publicKey);
    const said = signKeyStatement(facts({ publicKey }), [{ ...EXEC, publicKey }]);
    const lax = new KeyChain(() => ({ ok: true }));
    expect(lax.take(said, 0)).toMatch(/^The key ed25519:\w+ is no good: public_key_mixed_order\.$/);
    for (const bad of [SMALL_ORDER, NOT_CANONICAL])
      expect(lax.take(signKeyStatement(facts({ publicKey: bad }), [{ ...EXEC, publicKey: bad }]), 0)).toMatch(
        / is no good: public_key_/,
      );
  });

  test.each([
    ['verb', { verb: 'key:add' }, "The record's verb is key:add, and what was signed is to rotate a key."],
    ['lane', { lane: 'DOT-992' }, 'The record is of DOT-992, and what was signed is about a key of DOT-991.'],
    ['principal', { principalId: derivedId('other') }, /another principal or person than what was signed/],
    ['person', { personId: derivedId('other') }, /another principal or person than what was signed/],
  ])('a record with another %s than was signed', (_, other, why) => {
    const { lane, principalId, personId } = facts(NEXT);
    const record: KeyRecord = { verb: 'key:rotate', lane, principalId, personId };
    expect(begun().take(rotation([NEXT, EXEC]), 9, { ...record, ...other })).toMatch(why);
    expect(begun().take(rotation([NEXT, EXEC]), 9, record)).toBeNull();
  });
});
