import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Party, partyOf, registrarNamed, sharedParties } from '../../src/law/parties.ts';

const [ANNA, ANNAS_SERVICE, BORIS]: readonly Party[] = [
  { principal: 'anna', person: 'Anna' },
  { principal: 'annas-service', person: 'Anna' },
  { principal: 'boris', person: 'Boris' },
] as const;
const key = (byte: number) => new Uint8Array(32).fill(byte);

describe('separation of duty', () => {
  test.each([
    ['a reviewer who marked', 'reviewed', ANNA, { marked: ANNA }, ['marked principal']],
    ['a reviewer who answers for the marker', 'reviewed', ANNA, { marked: ANNAS_SERVICE }, ['marked person']],
    ['a reviewer who registered', 'reviewed', ANNA, { registered: ANNA }, ['registered principal']],
    [
      'a reviewer who marked and registered',
      'reviewed',
      ANNA,
      { marked: ANNAS_SERVICE, registered: ANNA },
      ['marked person', 'registered principal'],
    ],
    ['a reviewer who did neither', 'reviewed', BORIS, { marked: ANNA, registered: ANNAS_SERVICE }, []],
    ['a verifier who cut', 'verified', ANNA, { cut: ANNA }, ['cut principal']],
    ['a verifier who answers for the executor', 'verified', ANNA, { cut: ANNAS_SERVICE }, ['cut person']],
    [
      'a verifier with the key of the executor',
      'verified',
      { ...BORIS, key: key(1) },
      { cut: { ...ANNA, key: key(1) } },
      ['cut key'],
    ],
    [
      'a verifier with a key of their own',
      'verified',
      { ...BORIS, key: key(2) },
      { cut: { ...ANNA, key: key(1) } },
      [],
    ],
    ['a verifier who reviewed', 'verified', ANNA, { reviewed: ANNA, marked: ANNA }, []],
    ['a reviewer of an entry whose birth was not seen', 'reviewed', ANNA, { marked: null }, []],
  ] as const)('%s', (_, deed, caller, earlier, expected) => {
    const found = sharedParties(deed, caller as Party, earlier as Parameters<typeof sharedParties>[2]);
    expect(found.map(({ did, part }) => `${did} ${part}`)).toEqual(expected);
  });

  test('what a judge can’t see is never shared', () => {
    const unseen: Party = { principal: null, person: null, key: null };
    expect(sharedParties('verified', unseen, { cut: unseen })).toEqual([]);
  });

  test('two parties are apart exactly where no part that both have is equal', () => {
    const part = fc.option(fc.constantFrom('a', 'b', 'c'));
    const bytes = fc.option(fc.constantFrom(key(1), key(2)));
    const party = fc.record({ principal: part, person: part, key: bytes });
    fc.assert(
      fc.property(party, party, (one, other) => {
        const equal = (['principal', 'person'] as const).some(
          (name) => one[name] !== null && one[name] === other[name],
        );
        const sameKey = one.key !== null && other.key !== null && one.key[0] === other.key[0];
        expect(sharedParties('verified', one, { cut: other }).length > 0).toBe(equal || sameKey);
        expect(sharedParties('verified', other, { cut: one }).length > 0).toBe(equal || sameKey);
      }),
    );
  });
});

test('sessions and records name a party alike', () => {
  expect(partyOf({ principalId: 'anna', personId: 'Anna' })).toEqual(ANNA);
});

test.each([
  ['{"registrar":"anna","registrar_person":"Anna"}', ANNA],
  ['{"registrar":null,"registrar_person":null}', { principal: null, person: null }],
  ['{"marker":"anna"}', null],
  ['["registrar"]', null],
  ['no JSON', null],
  [null, null],
  [undefined, null],
])('the registrar that the evidence %s names', (evidence, named) => {
  expect(registrarNamed(evidence)).toEqual(named);
});
