import { beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/auth/authority.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import { caller } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, reviewed, sweepAll } from '../harness/cycle.ts';
import { registered } from '../harness/examples.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { mutation, otherServer } from './authority-ground.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

describe('the reviewer is not the marker', () => {
  const both: Scope[] = ['entry:mark', 'entry:review', 'ledger:evidence'];

  async function reviewBy(token: string, entryId: string): Promise<Loose> {
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, entryId);
    const input = { idempotencyKey: fresh('own'), entryId, verdict: 'APPROVE', manifestDigest };
    const before = await fingerprint(server);
    const answer = await call(server, token, 'review', input);
    if (answer.__typename !== 'ReviewSuccess') expect(await fingerprint(server)).toBe(before);
    return answer;
  }

  async function markBy(token: string): Promise<string> {
    const sourceId = await registered(server);
    const input = {
      idempotencyKey: fresh('own'),
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'test',
    };
    return (await call(server, token, 'mark', input, 'entry { entryId }')).entry.entryId;
  }

  test('nor the same principal', async () => {
    const { token } = await caller(server, { scopes: both });
    expect(await reviewBy(token, await markBy(token))).toMatchObject({
      __typename: 'SameParty',
      problems: [{ path: ['input', 'entryId'], code: 'reviewer-is-marker' }],
    });
  });

  test('nor another principal of the same person', async () => {
    const marker = await caller(server, { scopes: ['entry:mark'] });
    const { token } = await caller(server, { scopes: ['entry:review'], personId: marker.personId });
    expect((await reviewBy(token, await markBy(marker.token))).__typename).toBe('SameParty');
  });

  test('another person’s principal may, whatever else it may do', async () => {
    const [marker, reviewer] = [
      await caller(server, { scopes: both }),
      await caller(server, { scopes: both }),
    ];
    expect((await reviewBy(reviewer.token, await markBy(marker.token))).__typename).toBe('ReviewSuccess');
  });
});

describe('the verifier is not the executor (G-VERIFY-SOD)', () => {
  async function cutBy(token: string): Promise<string> {
    const { entryId, manifestDigest } = await reviewed(server);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    return (await call(server, token, 'cut', input, 'changeSet { changeSetId }')).changeSet.changeSetId;
  }

  async function refused(asked: Pick<TestServer, 'gql'>, token: string, changeSetId: string): Promise<Loose> {
    const before = await fingerprint(server);
    const input = { idempotencyKey: fresh('verify'), changeSetId };
    const answer = (await asked.gql(token, mutation('verify'), { input })).body.data.verify;
    expect(await fingerprint(server)).toBe(before);
    return answer;
  }

  test('nor the same principal', async () => {
    const { token, principalId } = await caller(server, { scopes: ['change:cut'] });
    const changeSetId = await cutBy(token);
    const change = 'update cutter_auth.principal set scopes = $2 where principal_id = $1';
    // The two scopes never meet in one principal: the database itself refuses that. Here one changes sides.
    await expect(
      server.superuser.query(change, [principalId, ['change:cut', 'change:verify']]),
    ).rejects.toThrow('principal_one_side');
    await server.superuser.query(change, [principalId, ['change:verify']]);
    expect(await refused(server, token, changeSetId)).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-principal' }],
    });
  });

  test('nor another principal of the same person', async () => {
    const executor = await caller(server, { scopes: ['change:cut'] });
    const verifier = await caller(server, { scopes: ['change:verify'], personId: executor.personId });
    expect(await refused(server, verifier.token, await cutBy(executor.token))).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-person' }],
    });
  });

  test('nor a holder of the same key', async () => {
    const seed = server.database.secrets.seeds['DOT-991'];
    const seeds = { 'DOT-991': seed, 'DOT-992': seed } as Secrets['seeds'];
    const twin = await otherServer(server, { secrets: { ...server.database.secrets, seeds } });
    const changeSetId = await cutBy(server.tokens.executor);
    expect(await refused(twin, server.tokens.verifier, changeSetId)).toMatchObject({
      __typename: 'SameParty',
      guard: 'G-VERIFY-SOD',
      problems: [{ code: 'same-key' }],
    });
  });
});
