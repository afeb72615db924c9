import { beforeAll, describe, expect, test } from 'vitest';
import { AUTHORITY, type Authority, type Verb } from '../../src/auth/authority.ts';
import { EXAMPLES, perform, VERBS } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { BAD, mutation, otherServer } from './authority-ground.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const TABLE: Readonly<Record<Verb, Authority>> = AUTHORITY;

describe('a server without the secrets of a lane', () => {
  async function answers(asked: Pick<TestServer, 'gql'>): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const verb of VERBS) {
      const example = await EXAMPLES[verb](server);
      const input = { ...example.input, dryRun: true };
      const answer = await asked.gql(server.tokens[example.who], mutation(verb), { input });
      found[verb] = answer.body.data[verb].__typename;
    }
    return found;
  }

  const lane = (name: 'DOT-991' | 'DOT-992') =>
    Object.fromEntries(
      VERBS.map((verb) => {
        const success = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Success`;
        return [verb, TABLE[verb].lane === name ? 'LaneNotServed' : success];
      }),
    );

  test('no login for DOT-991: every verb of that lane says LaneNotServed, VERIFY is served', async () => {
    expect(await answers(await otherServer(server, { pools: { exec: null } }))).toEqual(lane('DOT-991'));
  });

  test('no login for DOT-992: VERIFY says LaneNotServed, every other verb is served', async () => {
    expect(await answers(await otherServer(server, { pools: { verify: null } }))).toEqual(lane('DOT-992'));
  });

  test('no key for a lane: the verb that signs says LaneNotServed, every other verb is served', async () => {
    const { secrets } = server.database;
    for (const [name, signs] of [
      ['DOT-991', 'cut'],
      ['DOT-992', 'verify'],
    ] as const) {
      const { [name]: _without, ...seeds } = secrets.seeds;
      const served = await answers(await otherServer(server, { secrets: { ...secrets, seeds } }));
      expect(Object.keys(served).filter((verb) => served[verb] === 'LaneNotServed')).toEqual([signs]);
    }
  });

  test('says Forbidden to a caller without the scope, before it says so', async () => {
    const bare = await otherServer(server, { pools: { exec: null, verify: null } });
    for (const verb of VERBS) {
      const answer = await bare.gql(server.tokens.observer, mutation(verb), { input: BAD[verb] });
      expect(answer.body.data[verb].__typename).toBe('Forbidden');
    }
  });
});

describe('a server in production mode', () => {
  test('lets no sample principal in', async () => {
    const strict = await otherServer(server, { mode: 'production' });
    for (const token of Object.values(server.tokens)) {
      const answer = await strict.gql(token, '{ whoAmI { name } }');
      expect(answer).toMatchObject({
        status: 401,
        body: { errors: [{ extensions: { reason: 'rehearsal_refused' } }] },
      });
    }
  });
});

describe('a key that ended', () => {
  test.each(['cut', 'verify'] as const)('signs nothing: %s says LaneMismatch', async (verb) => {
    const ended = await testServer();
    const example = await EXAMPLES[verb](ended);
    const lane = TABLE[verb].lane;
    await ended.superuser.query('update cutter_auth.key set until_position = 1 where lane = $1', [lane]);
    const before = await fingerprint(ended);
    const answer = await perform(ended, example);
    expect(answer.__typename).toBe('LaneMismatch');
    expect(answer.problems).toMatchObject([{ code: 'key-not-valid' }]);
    expect(await fingerprint(ended)).toBe(before);
    await ended.superuser.query('delete from cutter_auth.key where lane = $1', [lane]);
    expect((await perform(ended, example)).__typename).toBe('LaneMismatch');
  });
});
