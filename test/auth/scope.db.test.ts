import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openEvents, openSocket } from '../harness/doors.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
/** A good token of the observer that carries no scope at all. */
let blind: string;

beforeAll(async () => {
  server = await testServer();
  blind = randomBytes(32).toString('base64url');
  await server.superuser.query(
    `insert into cutter_auth.token (token_sha256, token_id, principal_id, scopes, expires_at)
     select $1, $2, principal_id, '{}', now() + interval '1 hour' from cutter_auth.principal where name = 'observer'`,
    [createHash('sha256').update(blind).digest(), randomUUID()],
  );
});

const MARK = `mutation ($input: MarkInput!) {
  mark(input: $input) { __typename ... on Refusal { message retryable problems { path code } } }
}`;
const GOOD = {
  idempotencyKey: 'k',
  sourceId: randomUUID(),
  cutSpec: { profile: 'markdown' },
  signalSource: 's',
};
const BAD = { ...GOOD, idempotencyKey: '', cutSpec: { profile: 'no such profile' } };

describe('a token without the scope is refused, whatever the input', () => {
  test.each([
    ['good input', GOOD],
    ['bad input', BAD],
  ])('POST: %s', async (_name, input) => {
    const { body } = await server.gql(server.tokens.observer, MARK, { input });
    expect(body.errors).toBeUndefined();
    expect(body.data?.mark).toMatchObject({ __typename: 'Forbidden', retryable: false });
    expect(body.data?.mark.message).toContain('entry:mark');
  });

  test.each([
    ['good input', GOOD],
    ['bad input', BAD],
  ])('WebSocket: %s', async (_name, input) => {
    const socket = await openSocket(server.wsUrl);
    await socket.introduce(server.tokens.observer);
    socket.send({ type: 'subscribe', id: '1', payload: { query: MARK, variables: { input } } });
    expect(await socket.next()).toMatchObject({ payload: { data: { mark: { __typename: 'Forbidden' } } } });
    socket.socket.terminate();
  });

  test('POST: a query', async () => {
    const { body } = await server.gql(blind, '{ entries(first: 1) { nodes { entryId } } }');
    expect(body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(body.data?.entries ?? null).toBeNull();
  });

  test('SSE: the history', async () => {
    const events = await openEvents(server.url, blind, 'subscription { history(after: "") { __typename } }');
    const text = await events.response.text();
    expect(text).toContain('FORBIDDEN');
    expect(text).not.toContain('Ready');
  });

  test('WebSocket: the history', async () => {
    const socket = await openSocket(server.wsUrl);
    await socket.introduce(blind);
    socket.send({
      type: 'subscribe',
      id: '1',
      payload: { query: 'subscription { history { __typename } }' },
    });
    expect(JSON.stringify(await socket.next())).toContain('FORBIDDEN');
    socket.socket.terminate();
  });
});

test('nothing of it was written', async () => {
  const { rows } = await server.superuser.query(
    'select count(*)::int as entries from cutter_governance.decision_backlog_entry',
  );
  expect(rows[0]).toEqual({ entries: 0 });
});
