import { beforeAll, describe, expect, test } from 'vitest';
import { personIdOf } from '../../../src/auth/sample-parties.ts';
import { checkLedger } from '../../../src/fsck/check.ts';
import { DEFAULT_RULES } from '../../../src/law/rules/rules.ts';
import { settled, tamper } from '../../fsck/fsck-ground.ts';
import { caller } from '../../harness/callers.ts';
import { call, fresh, type Loose, reviewed, verified } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const READ = ['ledger:observe', 'ledger:evidence', 'document:read'] as const;
const ANSWER = `rules { version body position } isWeaker weaker
  judgedOtherwise { examined count decisions { entryId deed by allowed } }`;

async function change(rules: unknown, more: Record<string, unknown> = {}): Promise<Loose> {
  const input = { idempotencyKey: fresh('rules'), rules, ...more };
  return await call(server, server.tokens.administrator, 'changeRules', input, ANSWER);
}

async function rulesNow(version?: number): Promise<Loose> {
  const query =
    'query ($version: Int) { rules(version: $version) { version body changedBy reason position } }';
  const { body } = await server.gql(server.tokens.observer, query, version === undefined ? {} : { version });
  return body.data?.rules;
}

const without = (one: string, other: string) => ({
  ...DEFAULT_RULES,
  apart: DEFAULT_RULES.apart.filter(([a, b]) => a !== one || b !== other),
});
const LOOSE = without('reviewer', 'executor');

describe('the rules of a ledger', () => {
  test('begin with the default ones, which the owner wrote', async () => {
    expect(await rulesNow()).toMatchObject({ version: 1, body: DEFAULT_RULES, changedBy: null });
    expect(await rulesNow(7)).toBeNull();
  });

  test('a dry run says whether they get weaker and what they judge otherwise, and changes nothing', async () => {
    const before = (await rulesNow()).version;
    const strict = {
      ...DEFAULT_RULES,
      quorum: { ...DEFAULT_RULES.quorum, standard: { reviewers: 2, roles: [] } },
    };
    const made = await verified(server);
    const stricter = await change(strict, { dryRun: true });
    expect(stricter).toMatchObject({
      __typename: 'ChangeRulesSuccess',
      isWeaker: false,
      weaker: [],
      dryRun: true,
    });
    expect(stricter.judgedOtherwise.decisions).toContainEqual(
      expect.objectContaining({ entryId: made.entryId, deed: 'CUT', allowed: false }),
    );
    const weaker = await change(LOOSE, { dryRun: true });
    expect(weaker).toMatchObject({ isWeaker: true, rules: { version: before + 1 } });
    expect(weaker.weaker[0]).toMatch(/reviewer and executor of an entry: for example, who reviews its plan/);
    expect((await rulesNow()).version).toBe(before);
  });

  test.each<[string, unknown, string]>([
    ['a kind', { ...DEFAULT_RULES, reviewerKinds: ['persno'] }, 'input.rules.reviewerKinds.0'],
    [
      'a risk class',
      { ...DEFAULT_RULES, quorum: { ...DEFAULT_RULES.quorum, hgih: {} } },
      'input.rules.quorum.hgih',
    ],
    [
      'a role',
      { ...DEFAULT_RULES, quorum: { ...DEFAULT_RULES.quorum, high: { reviewers: 2, roles: ['legl'] } } },
      'input.rules.quorum.high.roles.0',
    ],
    [
      'a person',
      { ...DEFAULT_RULES, roles: { legal: ['6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144'] } },
      'input.rules.roles.legal.0',
    ],
    ['a pair that is always apart', without('executor', 'verifier'), 'input.rules.apart'],
  ])('%s that is wrong is InvalidInput at its place', async (_, rules, place) => {
    const answer = await change(rules);
    expect(answer.__typename).toBe('InvalidInput');
    expect(answer.problems.map(({ path }: Loose) => path.join('.'))).toContain(place);
  });

  test('the same rules again are no change', async () => {
    expect(await change((await rulesNow()).body)).toMatchObject({
      __typename: 'IllegalTransition',
      problems: [{ code: 'unchanged' }],
    });
  });

  test('an act is judged by the rules of its position, by the verbs and by the full check', async () => {
    const scopes = [...READ, 'change:cut'] as const;
    const { token } = await caller(server, { scopes, personId: personIdOf('Rene Sample') });
    const cut = async (): Promise<Loose> => {
      const { entryId, manifestDigest } = await reviewed(server);
      return await call(server, token, 'cut', { idempotencyKey: fresh('cut'), entryId, manifestDigest });
    };
    expect((await cut()).__typename).toBe('SameParty');
    const changed = await change(LOOSE, { reason: 'We are three.' });
    expect(changed.__typename).toBe('ChangeRulesSuccess');
    expect((await cut()).__typename).toBe('CutSuccess');
    expect((await change(DEFAULT_RULES)).__typename).toBe('ChangeRulesSuccess');
    expect((await cut()).__typename).toBe('SameParty');
    await settled(server);
    const url = server.database.urls.evidence;
    const sod = async () =>
      (await checkLedger({ url })).findings.filter((one) => one.verdict === 'sod-broken');
    expect(await sod()).toEqual([]);
  });

  test.each([
    [
      'altered',
      `update cutter_auth.rules set body = jsonb_set(body, '{quorum,high,reviewers}', '1') where version = 1`,
    ],
    ['deleted', 'delete from cutter_auth.rules where version = 1'],
    [
      'inserted',
      `insert into cutter_auth.rules select gen_random_uuid(), 99, body, null, null, now() from cutter_auth.rules where version = 1`,
    ],
  ])('fsck names a version that was %s', async (_, statement) => {
    await settled(server);
    await tamper(server, ['cutter_auth.rules'], [statement], async () => {
      const { findings } = await checkLedger({ url: server.database.urls.evidence });
      expect(findings.map(({ table }) => table)).toContain('cutter_auth.rules');
    });
  });
});
