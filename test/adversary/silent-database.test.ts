import { randomUUID } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { type PreparedLedger, prepareLedger } from '../../src/boot/prepare.ts';
import { type Wired, wireServer } from '../../src/boot/wire.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { openPools, type Pools, type PoolUrls } from '../../src/database/pools.ts';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { ownedHome, postgresProcesses } from '../harness/crash-processes.ts';
import { send } from '../harness/doors.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

/** The aim is 5 s. Without a bound on silence a statement waits for 75 s, so this tells the two apart on any machine. */
const ANSWERED_WITHIN_MS = 40_000;

const home = ownedHome(join(tmpdir(), `cutter-silent-${randomUUID()}`));
let embedded: EmbeddedServer;
let prepared: PreparedLedger;
let proxy: Awaited<ReturnType<typeof swallowingProxy>>;
let pools: Pools;
let wired: Wired;
let url: string;

/** Passes bytes on to a port, until it is told to swallow them: then connections stay open, and nobody hears anything. */
async function swallowingProxy(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  let swallows = false;
  const server: Server = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    const pair = [incoming, outgoing] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        for (const one of pair) one.destroy();
        pairs.delete(pair);
      });
    }
    incoming.on('data', (data) => void (swallows || outgoing.write(data)));
    outgoing.on('data', (data) => void (swallows || incoming.write(data)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    swallow: () => {
      swallows = true;
    },
    /** What was swallowed is gone, so its connections are of no more use to anybody. */
    passOn: () => {
      swallows = false;
    },
    close: () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
    },
  };
}

beforeAll(async () => {
  embedded = await startEmbedded({ home, log: () => {} });
  prepared = await prepareLedger({ ownerUrl: embedded.ownerUrl, home, mode: 'rehearsal', report: () => {} });
  await prepared.pools.close();
  proxy = await swallowingProxy(Number(new URL(embedded.ownerUrl).port));
  const urls = Object.fromEntries(
    Object.entries(prepared.pools.urls).map(([name, text]) => {
      const through = new URL(text as string);
      through.port = String(proxy.port);
      return [name, through.href];
    }),
  ) as unknown as PoolUrls;
  pools = await openPools(urls);
  wired = wireServer({
    pools,
    secrets: prepared.secrets,
    logger: pino({ level: process.env['CUTTER_TEST_LOG'] ?? 'silent' }),
    mode: 'rehearsal',
    graphiql: false,
    host: '127.0.0.1',
    port: 0,
    limits: LIMITS,
  });
  ({ url } = await wired.server.listen());
});
afterAll(async () => {
  proxy?.passOn();
  await wired?.close();
  await pools?.close();
  proxy?.close();
  await embedded?.stop();
});

const token = (name: string) => prepared.tokens[name] as string;

function register(key: string) {
  return send(url, {
    token: token('marker'),
    body: {
      query: `mutation ($i: RegisterSourceInput!) { registerSource(input: $i) { __typename ... on Refusal { retryable } } }`,
      variables: { i: { idempotencyKey: key, docCode: key, content: { text: `# ${key}\n` } } },
    },
  });
}

/** The code with which a socket that introduced itself was closed. */
function closingOfSocket(): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket.on('open', () =>
      socket.send(
        JSON.stringify({
          type: 'connection_init',
          payload: { authorization: `Bearer ${token('observer')}` },
        }),
      ),
    );
    socket.on('message', () => {
      socket.close();
      reject(new Error('The socket was let in.'));
    });
    socket.on('close', resolve);
    socket.on('error', reject);
  });
}

const QUERY = { query: '{ entries(first: 1) { nodes { status } } }' };
const SUBSCRIPTION = { query: 'subscription { history { __typename } }' };

async function served(): Promise<void> {
  await expect
    .poll(async () => (await send(url, { token: token('observer'), body: QUERY })).status, {
      timeout: WAITS_FOR_OTHERS_MS,
    })
    .toBe(200);
  await expect.poll(async () => (await register(randomUUID())).text).toContain('RegisterSourceSuccess');
  await expect
    .poll(async () => (await fetch(new URL('/ready', url))).status, { timeout: WAITS_FOR_OTHERS_MS })
    .toBe(200);
}

const SILENCES: readonly (readonly [string, () => Promise<() => void>])[] = [
  [
    'a network that swallows everything',
    async () => {
      proxy.swallow();
      return proxy.passOn;
    },
  ],
  [
    'a PostgreSQL whose processes are stopped',
    async () => {
      const processes = await postgresProcesses(home);
      for (const { pid } of processes) process.kill(pid, 'SIGSTOP');
      return () => {
        for (const { pid } of processes) process.kill(pid, 'SIGCONT');
      };
    },
  ],
];

describe.each(SILENCES)('%s', (_name, silence) => {
  test('every caller hears to come again, those under way and those that come later; then all are served', async () => {
    await served();
    // A phase that stands in its transaction, behind a lock that its lane would wait for without end.
    const client = new pg.Client({ connectionString: embedded.ownerUrl });
    client.on('error', () => {});
    await client.connect();
    await client.query('begin; lock table cutter_source.source in access exclusive mode');
    const underWay = register(randomUUID());
    await expect
      .poll(async () => {
        const { rows } = await client.query(`select from pg_locks where not granted`);
        return rows.length;
      })
      .toBeGreaterThan(0);
    const speak = await silence();
    const began = Date.now();
    const hear = async () => ({
      query: await send(url, { token: token('observer'), body: QUERY }),
      phase: await register(randomUUID()),
      stream: await send(url, {
        token: token('observer'),
        body: SUBSCRIPTION,
        headers: { accept: 'text/event-stream' },
      }),
    });
    const health = await fetch(new URL('/health', url));
    const [under, first, closing] = await Promise.all([underWay, hear(), closingOfSocket()]);
    const later = await hear();
    const ready = await fetch(new URL('/ready', url));
    expect(Date.now() - began).toBeLessThan(ANSWERED_WITHIN_MS);
    expect([health.status, ready.status, closing]).toEqual([200, 503, 1013]);
    expect(under.text).toMatch(/"Busy","retryable":true/);
    for (const answer of [...Object.values(first), ...Object.values(later)]) {
      expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('"code":"UNAVAILABLE"')]);
    }
    speak();
    await client.end();
    await served();
  });
});

test('a statement that works for long is no silence: as long as the database answers, it is waited for', async () => {
  await served();
  const { exec } = pools;
  const slow = await exec?.oneFirst(sql.unsafe`select pg_sleep(6)::text || 'done'`);
  expect(slow).toBe('done');
});
