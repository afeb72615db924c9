import { expect, test, vi } from 'vitest';
import { readinessOf } from '../../src/doors/health.ts';
import { makeSecrets } from '../../src/home/secrets.ts';
import { testDatabase } from '../harness/database.ts';
import { ownTestServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

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
  const server = await ownTestServer();
  const health = await fetch(new URL('/health', server.url));
  expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
  await expect
    .poll(async () => {
      const ready = await fetch(new URL('/ready', server.url));
      return [ready.status, await ready.json()];
    })
    .toEqual([200, { status: 'ready', ...ALL_UP }]);
});

test('health: not ready when the integrator has lost its rights, and ready again when it has them back', async () => {
  const server = await ownTestServer();
  await server.superuser.query('revoke select on cutter_log.pending from cutter_integrator');
  const ready = async () => {
    const response = await fetch(new URL('/ready', server.url));
    return { status: response.status, body: await response.json() };
  };
  await expect.poll(ready, { timeout: WAITS_FOR_OTHERS_MS }).toEqual({
    status: 503,
    body: {
      status: 'not ready',
      ...ALL_UP,
      integrator: 'down',
      reasons: ['The database refused the integrator its rights. The log of this server says which.'],
    },
  });
  await server.superuser.query('grant select on cutter_log.pending to cutter_integrator');
  await expect
    .poll(ready, { timeout: WAITS_FOR_OTHERS_MS })
    .toEqual({ status: 200, body: { status: 'ready', ...ALL_UP } });
});

test('ready: what several checks found for one reason is said once', async () => {
  const away = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  const look = readinessOf({
    database: away,
    lanes: away,
    durable: () => 'fsync is off.',
    writes: () => null,
  });
  const { checks, reasons } = await look(false);
  expect(checks).toEqual({ database: 'down', lanes: 'down', durable: 'down', writes: 'up' });
  expect(reasons).toEqual([
    expect.stringMatching(/^The ledger's database does not answer at the moment\./),
    'fsync is off.',
  ]);
});

test('whoAmI answers as each sample principal', async () => {
  const server = await ownTestServer();
  for (const [name, token] of Object.entries(server.tokens)) {
    const { status, body } = await server.gql(token, '{ whoAmI { name scopes } }');
    expect([status, body.errors, body.data?.whoAmI.name]).toEqual([200, undefined, name]);
  }
});

/** What `/ready` finds wrong, by name, and its reasons. */
async function wrongOf(url: string): Promise<{ status: number; down: string[]; reasons: string }> {
  const response = await fetch(new URL('/ready', url));
  const { reasons = [], ...found } = (await response.json()) as Record<string, string> & {
    reasons?: string[];
  };
  const down = Object.keys(found).filter((name) => found[name] === 'down');
  return { status: response.status, down, reasons: reasons.join(' ') };
}

test('ready: a server whose seeds are not the registered ones can sign for no lane, and says so', async () => {
  const database = await testDatabase();
  const server = await ownTestServer({
    database,
    secrets: { ...database.secrets, seeds: makeSecrets().seeds },
  });
  await expect
    .poll(() => wrongOf(server.url))
    .toEqual({
      status: 503,
      down: ['lanes'],
      reasons: expect.stringMatching(/^DOT-991 and DOT-992 can't sign/),
    });
});

test('ready: a lane without a seed here is signed for by its callers, while its key is in force and its principal may act', async () => {
  const database = await testDatabase();
  const { 'DOT-992': verifier, ...seeds } = database.secrets.seeds;
  expect(verifier).toBeDefined();
  const server = await ownTestServer({ database, secrets: { ...database.secrets, seeds } });
  await expect.poll(() => wrongOf(server.url)).toEqual({ status: 200, down: [], reasons: '' });
  await server.superuser.query(`update cutter_auth.principal set disabled_at = now() where lane = 'DOT-991'`);
  await expect
    .poll(() => wrongOf(server.url))
    .toMatchObject({ reasons: expect.stringMatching(/^DOT-991 can't sign/) });
  await server.superuser.query(`update cutter_auth.principal set disabled_at = now() where lane = 'DOT-992'`);
  await expect
    .poll(() => wrongOf(server.url))
    .toMatchObject({ reasons: expect.stringMatching(/^DOT-991 and DOT-992 can't sign/) });
});

test('ready: a server that serves no lane needs none to sign', async () => {
  const server = await ownTestServer({ pools: { exec: null, verify: null } });
  await expect.poll(() => wrongOf(server.url)).toEqual({ status: 200, down: [], reasons: '' });
});

test('ready: where nobody has a token that is good, in production none of a rehearsal, it says so; a revocation counts at once', async () => {
  const production = await ownTestServer({ mode: 'production' });
  await expect
    .poll(() => wrongOf(production.url))
    .toMatchObject({
      status: 503,
      down: ['callers'],
      reasons: expect.stringMatching(/^Nobody has a token that is valid here/),
    });
  const server = await ownTestServer();
  await expect.poll(() => wrongOf(server.url)).toMatchObject({ status: 200 });
  await server.superuser.query('update cutter_auth.token set revoked_at = now()');
  await expect.poll(() => wrongOf(server.url)).toMatchObject({ status: 503, down: ['callers'] });
});
