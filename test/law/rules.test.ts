import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES, RULES_OF_ORIGIN, readRules, rulesAt } from '../../src/law/rules/rules.ts';
import { weakerIn } from '../../src/ledger/rules/weaker-rules.ts';

const plain = () => JSON.parse(JSON.stringify(DEFAULT_RULES));
const PERSON = '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144';

describe('reading rules', () => {
  test('gives back the default rules and those of origin', () => {
    for (const rules of [DEFAULT_RULES, RULES_OF_ORIGIN.rules])
      expect(readRules(JSON.parse(JSON.stringify(rules)), []).rules).toEqual(rules);
  });

  test('pairs are written in one order', () => {
    const given = plain();
    given.apart = given.apart.map(([one, other]: [string, string]) => [other, one]);
    expect(readRules(given, []).rules).toEqual(DEFAULT_RULES);
  });

  test.each<[string, (rules: ReturnType<typeof plain>) => void, string]>([
    ['another format', (rules) => (rules.format = 'cutter-rules/9'), 'format'],
    ['a side that is mistyped', (rules) => (rules.apart[1][1] = 'exekutor'), 'apart.1.1'],
    ['a side apart from itself', (rules) => (rules.apart[2] = ['reviewer', 'reviewer']), 'apart.2'],
    ['a kind that is mistyped', (rules) => rules.reviewerKinds.push('persons'), 'reviewerKinds.1'],
    ['a risk class that is mistyped', (rules) => (rules.quorum.hihg = rules.quorum.high), 'quorum.hihg'],
    ['a risk class that is missing', (rules) => delete rules.quorum.high, 'quorum.high'],
    ['a number that is none', (rules) => (rules.quorum.high.reviewers = 0), 'quorum.high.reviewers'],
    ['a role that is mistyped', (rules) => (rules.quorum.high.roles = ['legl']), 'quorum.high.roles.0'],
    ['a role with a bad name', (rules) => (rules.roles = { 'Legal!': [PERSON] }), 'roles.Legal!'],
    ['a role of nobody', (rules) => (rules.roles = { legal: [] }), 'roles.legal'],
    ['a person that is no id', (rules) => (rules.roles = { legal: ['Rene'] }), 'roles.legal.0'],
    ['a member that is not known', (rules) => (rules.exempt = ['admin']), 'exempt'],
    ['an agent that reviews', (rules) => rules.reviewerKinds.push('agent'), 'reviewerKinds'],
    ['no reviewer who is a person', (rules) => (rules.reviewerKinds = ['service']), 'reviewerKinds'],
    ['a marker who reviews', (rules) => rules.apart.shift(), 'apart'],
    ['an executor who verifies', (rules) => rules.apart.pop(), 'apart'],
    [
      'more roles than reviewers',
      (rules) => {
        rules.roles = { legal: [PERSON], text: [PERSON] };
        rules.quorum.standard.roles = ['legal', 'text'];
      },
      'quorum.standard.reviewers',
    ],
  ])('refuses %s at its place', (_, spoil, place) => {
    const given = plain();
    spoil(given);
    const { rules, problems } = readRules(given, []);
    expect(rules).toBeNull();
    expect(problems.map(({ path }) => path.join('.'))).toContain(place);
  });

  test.each([null, 1, 'rules', [], undefined])('refuses %j', (value) => {
    expect(readRules(value, ['input', 'rules']).rules).toBeNull();
  });
});

test('an act is judged by the newest rules before its position', () => {
  const all = [
    { version: 1, rules: DEFAULT_RULES, position: 4 },
    { version: 2, rules: DEFAULT_RULES, position: 9 },
    { version: 3, rules: DEFAULT_RULES, position: null },
  ];
  expect([0, 4, 5, 9, 10].map((position) => rulesAt(all, position).version)).toEqual([0, 0, 1, 1, 2]);
  expect(rulesAt(all, null).version).toBe(3);
});

test('what is weaker is said with an example', () => {
  expect(weakerIn(DEFAULT_RULES, DEFAULT_RULES)).toEqual([]);
  expect(weakerIn(RULES_OF_ORIGIN.rules, DEFAULT_RULES)).toEqual([]);
  const weaker = weakerIn(DEFAULT_RULES, RULES_OF_ORIGIN.rules);
  expect(weaker).toHaveLength(6);
  expect(weaker).toContain(
    'One person may be reviewer and executor of an entry: for example, who reviews its plan also cuts it.',
  );
  expect(weaker).toContain(
    'A cut of high risk needs fewer reviewers: for example, 1 approves it, where it took 2.',
  );
});
