import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, onTestFinished } from 'vitest';
import { type Wired, wireServer } from '../../src/boot/wire.ts';
import type { Pools } from '../../src/database/pools.ts';
import { LIMITS, type Limits } from '../../src/doors/bounds/limits.ts';
import type { ScrubOptions } from '../../src/fsck/scrub/scrub.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import type { Custody } from '../../src/law/keys.ts';
import type { Witness } from '../../src/log/checkpoint/witness-list.ts';
import { type TestDatabase, testDatabase } from './database.ts';

export type SampleTokens = Readonly<
  Record<'administrator' | 'marker' | 'reviewer' | 'executor' | 'verifier' | 'observer', string>
>;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
type Loose = any;

/** What a client got back. */
export interface Answer {
  readonly status: number;
  readonly body: {
    data?: Loose;
    errors?: { message: string; path?: unknown[]; extensions: Record<string, Loose> }[];
  };
}

export interface TestServer extends Wired {
  /** GraphQL's URL, for POST and SSE. */
  readonly url: string;
  readonly wsUrl: string;
  readonly tokens: SampleTokens;
  readonly database: TestDatabase;
  readonly pools: Pools;
  /** The owner, for tampering. */
  readonly superuser: pg.Pool;
  /** One operation as a client sends it; null stands for no token. */
  gql(token: string | null, query: string, variables?: Record<string, unknown>): Promise<Answer>;
}

export interface TestServerOptions {
  /** Another database than a fresh one, to start a second server on it. */
  readonly database?: TestDatabase;
  readonly mode?: 'rehearsal' | 'production';
  readonly limits?: Partial<Limits>;
  /** Equipment that differs from the database's own, for a server without a lane. */
  readonly pools?: Partial<Pools>;
  readonly secrets?: Secrets;
  /** Where the lanes' keys are, if not for good in the secrets. */
  readonly custody?: Custody;
  /** How the ledger is checked in the background; not at all unless told. */
  readonly scrub?: Partial<ScrubOptions>;
  /** The longest silence of a stream. */
  readonly heartbeatMs?: number;
  /** Where published checkpoints are kept. */
  readonly checkpoints?: { readonly file: string | null; readonly url: string | null };
  /** Who is asked to cosign them. */
  readonly witnesses?: readonly Witness[];
}

const open = new Set<TestServer>();

/** A server in this process on a fresh database and a free port. Closed by itself when the file ends. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = options.database ?? (await testDatabase());
  const wired = wireServer({
    pools: { ...database.pools, ...options.pools },
    secrets: options.secrets ?? database.secrets,
    logger: pino({ level: process.env['CUTTER_TEST_LOG'] ?? 'silent' }, pino.destination(2)),
    mode: options.mode ?? 'rehearsal',
    graphiql: true,
    host: '127.0.0.1',
    port: 0,
    limits: { ...LIMITS, ...options.limits },
    scrub: options.scrub ?? null,
    ...(options.custody === undefined ? {} : { custody: options.custody }),
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    ...(options.checkpoints === undefined ? {} : { checkpoints: options.checkpoints }),
    ...(options.witnesses === undefined ? {} : { witnesses: options.witnesses }),
  });
  const { url } = await wired.server.listen();
  const server: TestServer = {
    ...wired,
    url,
    wsUrl: url.replace(/^http/, 'ws'),
    tokens: database.tokens as SampleTokens,
    database,
    pools: database.pools,
    superuser: database.superuser,
    gql: (token, query, variables) =>
      post(url, token, { query, ...(variables === undefined ? {} : { variables }) }),
    async close() {
      if (open.delete(server)) await wired.close();
    },
  };
  open.add(server);
  return server;
}

/**
 * The same for one test alone: it and its database are closed when the test ends. A file of many servers would else hold
 * more connections than a login may have.
 */
export async function ownTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await testServer(options);
  onTestFinished(async () => {
    await server.close();
    await server.database.close();
  });
  return server;
}

// Registered after the harness's own hook, hence run before it: servers close before databases are dropped.
afterAll(async () => {
  await Promise.all([...open].map((server) => server.close()));
});

async function post(url: string, token: string | null, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
