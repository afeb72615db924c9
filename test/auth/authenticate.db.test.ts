import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { authorityEnded } from '../../src/auth/authenticate.ts';
import type { TestDatabase } from '../harness/database.ts';
import { type DoorServer, doorServer, openEvents, openSocket, send } from '../harness/doors.ts';

let doors: DoorServer;
let database: TestDatabase;

beforeAll(async () => {
  doors = await doorServer();
  database = doors.database;
});

interface Issued {
  readonly token: string;
  readonly tokenId: string;
}

/** A fresh token of a sample principal. */
async function issue(
  principal: string,
  more: { expired?: boolean; scopes?: string[] } = {},
): Promise<Issued> {
  const token = randomBytes(32).toString('base64url');
  const tokenId = randomUUID();
  await database.superuser.query(
    `insert into cutter_auth.token (token_sha256, token_id, principal_id, scopes, expires_at)
     select $1, $2, principal_id, $4, now() + ($5 || ' seconds')::interval from cutter_auth.principal where name = $3`,
    [
      createHash('sha256').update(token).digest(),
      tokenId,
      principal,
      more.scopes ?? null,
      more.expired ? -1 : 3600,
    ],
  );
  return { token, tokenId };
}

async function revoke({ tokenId }: Issued): Promise<void> {
  await database.superuser.query('update cutter_auth.token set revoked_at = now() where token_id = $1', [
    tokenId,
  ]);
}

/** Everything that may stand where a token should, and what the door says to it. */
const BAD: Record<string, { reason: string; code: number; authorization(): Promise<string | undefined> }> = {
  'no token': { reason: 'missing', code: 4401, authorization: async () => undefined },
  'a garbled token': { reason: 'malformed', code: 4401, authorization: async () => 'Bearer two words' },
  'another scheme': { reason: 'malformed', code: 4401, authorization: async () => 'Basic dXNlcjpwYXNz' },
  'an unknown token': {
    reason: 'unknown',
    code: 4403,
    authorization: async () => `Bearer ${randomBytes(32).toString('base64url')}`,
  },
  'an expired token': {
    reason: 'expired',
    code: 4403,
    authorization: async () => `Bearer ${(await issue('observer', { expired: true })).token}`,
  },
  'a revoked token': {
    reason: 'revoked',
    code: 4403,
    async authorization() {
      const issued = await issue('observer');
      await revoke(issued);
      return `Bearer ${issued.token}`;
    },
  },
};

const bearer = (authorization: string | undefined): Record<string, string> =>
  authorization === undefined ? {} : { authorization };

describe.each(Object.entries(BAD))('%s', (_name, { reason, code, authorization }) => {
  test('POST answers 401 and says why', async () => {
    const answer = await send(doors.url, {
      body: { query: 'mutation { touch }' },
      headers: bearer(await authorization()),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cutter"');
    expect(answer.json().errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason });
    expect(answer.json()).not.toHaveProperty('data');
  });

  test('GET answers 401', async () => {
    const answer = await send(`${doors.url}?query={hello}`, {
      method: 'GET',
      headers: bearer(await authorization()),
    });
    expect(answer.status).toBe(401);
  });

  test('an event stream answers 401', async () => {
    const answer = await send(doors.url, {
      body: { query: 'subscription { quiet }' },
      headers: { accept: 'text/event-stream', ...bearer(await authorization()) },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  test('a WebSocket is closed with the code that says why', async () => {
    const socket = await openSocket(doors.wsUrl);
    socket.send({ type: 'connection_init', payload: { authorization: await authorization() } });
    expect((await socket.closed).code).toBe(code);
  });

  test('a WebSocket that does not wait for the acknowledgement is closed and runs nothing', async () => {
    const socket = await openSocket(doors.wsUrl);
    socket.send({ type: 'connection_init', payload: { authorization: await authorization() } });
    socket.send({ type: 'subscribe', id: '1', payload: { query: 'mutation { touch }' } });
    expect([4401, 4403]).toContain((await socket.closed).code);
  });

  test('a syntax error is not judged before the token', async () => {
    const answer = await send(doors.url, {
      body: { query: '{ nonsense' },
      headers: bearer(await authorization()),
    });
    expect(answer.status).toBe(401);
  });
});

test('no stranger has run a mutation', () => {
  expect(doors.seen.mutations).toBe(0);
});

test('a WebSocket that subscribes without an introduction is closed 4401', async () => {
  const socket = await openSocket(doors.wsUrl);
  socket.send({ type: 'subscribe', id: '1', payload: { query: '{ hello }' } });
  expect((await socket.closed).code).toBe(4401);
});

test('revocation bites at the next call', async () => {
  const issued = await issue('observer');
  const call = () => send(doors.url, { token: issued.token, body: { query: '{ hello }' } });
  expect((await call()).status).toBe(200);
  await revoke(issued);
  expect((await call()).status).toBe(401);
});

test('revocation bites at the next operation of an open WebSocket', async () => {
  const issued = await issue('observer');
  const socket = await openSocket(doors.wsUrl);
  await socket.introduce(issued.token);
  socket.send({ type: 'subscribe', id: '1', payload: { query: '{ hello }' } });
  expect(await socket.next()).toMatchObject({ type: 'next', id: '1', payload: { data: { hello: 'hello' } } });
  expect(await socket.next()).toMatchObject({ type: 'complete', id: '1' });
  await revoke(issued);
  socket.send({ type: 'subscribe', id: '2', payload: { query: 'mutation { touch }' } });
  expect(await socket.next()).toMatchObject({
    type: 'error',
    id: '2',
    payload: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'revoked' } }],
  });
  socket.socket.terminate();
  expect(doors.seen.mutations).toBe(0);
});

test('a disabled principal is refused with all its tokens', async () => {
  const other = await doorServer();
  const token = other.database.tokens['marker'] as string;
  await other.database.superuser.query(
    `update cutter_auth.principal set disabled_at = now() where name = 'marker'`,
  );
  const answer = await send(other.url, { token, body: { query: '{ hello }' } });
  expect(answer.json().errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'disabled' });
});

test('production refuses the sample principals', async () => {
  const production = await doorServer({ mode: 'production', database });
  const answer = await send(production.url, { token: doors.token, body: { query: '{ hello }' } });
  expect(answer.status).toBe(401);
  expect(answer.json().errors?.[0]?.extensions).toEqual({
    code: 'UNAUTHENTICATED',
    reason: 'rehearsal_refused',
  });
});

describe('introspection', () => {
  const query = '{ __schema { queryType { name } } }';

  test('is open to ledger:observe', async () => {
    const answer = await send(doors.url, { token: doors.token, body: { query } });
    expect(answer.json()).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
  });

  test.each([
    query,
    '{ __type(name: "Query") { name } }',
    '{ ...F } fragment F on Query { __schema { description } }',
  ])('is refused to a token without it: %s', async (asked) => {
    const { token } = await issue('observer', { scopes: [] });
    const answer = await send(doors.url, { token, body: { query: asked } });
    expect(answer.status).toBe(403);
    expect(answer.json().errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
    expect(answer.text).not.toContain('"Query"');
  });

  test('is refused over the WebSocket as well, and the socket goes on', async () => {
    const { token } = await issue('observer', { scopes: [] });
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(token);
    socket.send({ type: 'subscribe', id: '1', payload: { query } });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    socket.send({ type: 'subscribe', id: '2', payload: { query: '{ __typename }' } });
    expect(await socket.next()).toMatchObject({ type: 'next', id: '2' });
    socket.socket.terminate();
  });
});

test('authorityEnded names the tokens that no longer stand, may no longer observe have lost a scope or are narrowed otherwise', async () => {
  const good = await issue('observer');
  const narrow = await issue('observer', { scopes: [] });
  const expired = await issue('observer', { expired: true });
  const revoked = await issue('observer');
  await revoke(revoked);
  const strange = randomUUID();
  const narrowed = await issue('observer');
  const entries = [randomUUID(), randomUUID()];
  await database.superuser.query('update cutter_auth.token set entry_ids = $2 where token_id = $1', [
    narrowed.tokenId,
    [...entries, entries[0]],
  ]);
  const at = (
    tokenId: string,
    entryIds: readonly string[] | null = null,
    scopes: readonly string[] = [],
  ) => ({
    tokenId,
    entryIds: entryIds === null ? null : new Set(entryIds),
    scopes,
  });
  const standing = [
    at(good.tokenId),
    at(narrowed.tokenId, entries),
    at(narrowed.tokenId, entries.toReversed()),
    at(good.tokenId, null, ['document:read', 'ledger:observe']),
  ];
  const fallen = [
    ...[narrow.tokenId, expired.tokenId, revoked.tokenId, strange, narrowed.tokenId].map((id) => at(id)),
    at(good.tokenId, []),
    at(good.tokenId, entries),
    at(narrowed.tokenId, entries.slice(1)),
    at(good.tokenId, null, ['document:read', 'ledger:evidence', 'change:cut']),
  ];
  const ended = await authorityEnded(database.pools.gate, [...standing, ...fallen]);
  expect(ended).toEqual(new Set(fallen));
});

test('neither a token nor its hash is logged', async () => {
  const events = await openEvents(doors.url, doors.token, 'subscription { count(to: 1) }');
  await events.next();
  await send(doors.url, { token: doors.token, body: { query: '{ defect }' } });
  expect(doors.logged.join('')).toContain('secret_table');
  expect(doors.logged.join('')).not.toContain(doors.token);
});
