import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type EarlierParties,
  type Party,
  partyOf,
  registrarNamed,
  type SeparateDeed,
  separationProblem,
  sharedParties,
} from '../../src/law/parties.ts';
import { DEFAULT_RULES, RULES_OF_ORIGIN } from '../../src/law/rules/rules.ts';

const [ANNA, ANNAS_SERVICE, BORIS]: readonly Party[] = [
  { principal: 'anna', person: 'Anna' },
  { principal: 'annas-service', person: 'Anna' },
  { principal: 'boris', person: 'Boris' },
] as const;
const ORIGIN = RULES_OF_ORIGIN.rules;
const key = (byte: number) => new Uint8Array(32).fill(byte);

describe('separation of duty by the rules of origin', () => {
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
    const found = sharedParties(deed, caller as Party, earlier as EarlierParties, ORIGIN);
    expect(found.map(({ did, part }) => `${did} ${part}`)).toEqual(expected);
  });

  test('what a judge can’t see is never shared', () => {
    const unseen: Party = { principal: null, person: null, key: null };
    expect(sharedParties('verified', unseen, { cut: unseen }, ORIGIN)).toEqual([]);
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
        expect(sharedParties('verified', one, { cut: other }, ORIGIN).length > 0).toBe(equal || sameKey);
        expect(sharedParties('verified', other, { cut: one }, ORIGIN).length > 0).toBe(equal || sameKey);
      }),
    );
  });
});

describe('separation of duty by the default rules', () => {
  const did: EarlierParties = { registered: ANNA, marked: ANNA, reviewed: [ANNA, BORIS], cut: BORIS };

  test.each<[SeparateDeed, Party, string[]]>([
    ['reviewed', ANNAS_SERVICE, ['marked', 'registered']],
    ['cut', ANNA, ['reviewed', 'marked', 'registered']],
    ['cut', BORIS, ['reviewed']],
    ['verified', ANNA, ['reviewed', 'marked', 'registered']],
    ['verified', BORIS, ['cut', 'reviewed']],
    ['verified', { principal: 'clara', person: 'Clara' }, []],
  ])('who %s is on no other side', (deed, caller, expected) => {
    expect(sharedParties(deed, caller, did, DEFAULT_RULES).map((shared) => shared.did)).toEqual(expected);
  });

  test('a refusal names the rule, the other side and who else may', () => {
    const [shared] = sharedParties('cut', BORIS, did, DEFAULT_RULES);
    const { code, message } = separationProblem(shared!, 3, ['input', 'entryId'], {});
    expect(code).toBe('executor-is-reviewer');
    expect(message).toBe(
      'The rules (version 3) keep the executor of an entry apart from its reviewers, and you have reviewed it. ' +
        'Ask another person, who is on no other side of this entry, to cut it.',
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
