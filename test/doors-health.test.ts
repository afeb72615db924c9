import { expect, test } from 'vitest';
import { testServer } from './harness/server.ts';

const ALL_UP = {
  database: 'up',
  resumed: 'up',
  durable: 'up',
  writes: 'up',
  lanes: 'up',
  callers: 'up',
  integrator: 'up',
  sockets: 'up',
  streams: 'up',
};

test('health: a stranger learns that the process lives and whether it can work, and nothing else', async () => {
  const server = await testServer();
  const health = await fetch(new URL('/health', server.url));
  expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
  await expect
    .poll(async () => {
      const ready = await fetch(new URL('/ready', server.url));
      return [ready.status, await ready.json()];
    })
    .toEqual([200, { status: 'ready', ...ALL_UP }]);
});

test('health: not ready when the integrator has lost its rights', async () => {
  const server = await testServer();
  await server.superuser.query('revoke select on cutter_log.pending from cutter_integrator');
  const ready = async () => {
    const response = await fetch(new URL('/ready', server.url));
    return { status: response.status, body: await response.json() };
  };
  await expect.poll(ready, { timeout: 120_000 }).toEqual({
    status: 503,
    body: {
      status: 'not ready',
      ...ALL_UP,
      integrator: 'down',
      reasons: ['The integrator was refused its rights and stopped; the log of this server says which.'],
    },
  });
});

test('whoAmI answers as each sample principal', async () => {
  const server = await testServer();
  for (const [name, token] of Object.entries(server.tokens)) {
    const { status, body } = await server.gql(token, '{ whoAmI { name scopes } }');
    expect([status, body.errors, body.data?.whoAmI.name]).toEqual([200, undefined, name]);
  }
});
