/**
 * What benchmarks need: one embedded PostgreSQL in a temporary folder, fresh databases, a server in its own
 * process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { bootstrapLedger } from '../src/boot/bootstrap.ts';
import { startEmbedded } from '../src/database/cluster/embedded.ts';
import { setLoginPasswords } from '../src/database/logins.ts';
import { migrate } from '../src/database/migrate/migrate.ts';
import { type PoolUrls, poolUrls } from '../src/database/pools.ts';
import { makeSecrets, type Secrets } from '../src/home/secrets.ts';
import { heldKeys } from '../src/keys/custody.ts';

export interface BenchDatabase {
  readonly ownerUrl: string;
  readonly urls: PoolUrls;
}

export interface Ground {
  readonly secrets: Secrets;
  readonly tokens: Readonly<Record<string, string>>;
  /** A fresh, empty ledger. */
  database(): Promise<BenchDatabase>;
  close(): Promise<void>;
}

export async function openGround(): Promise<Ground> {
  const home = mkdtempSync(join(tmpdir(), 'cutter-bench-'));
  // Open to look into, so that the database's own user reaches its folder where this runs as root.
  chmodSync(home, 0o755);
  const embedded = await startEmbedded({ home: join(home, 'cutter'), log: () => {} });
  const secrets = makeSecrets();
  const template = new URL(embedded.ownerUrl);
  const owner = new pg.Client({ connectionString: embedded.ownerUrl });
  await owner.connect();
  await owner.query('create database bench_template');
  template.pathname = '/bench_template';
  await migrate(template.href);
  const inside = new pg.Client({ connectionString: template.href });
  await inside.connect();
  await setLoginPasswords(inside, secrets);
  const keys = heldKeys(secrets);
  const { tokens } = await bootstrapLedger(inside, { mode: 'rehearsal', keys });
  await inside.end();
  let count = 0;
  return {
    secrets,
    tokens,
    async database() {
      count += 1;
      const name = `bench_${count}`;
      await owner.query(`create database ${name} template bench_template`);
      const url = new URL(embedded.ownerUrl);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return { ownerUrl: url.href, urls: poolUrls(url.href, secrets) };
    },
    async close() {
      await owner.end();
      await embedded.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  /** The longest turn of its event loop since this was asked last, in ms. */
  longestTurn(): Promise<number>;
  close(): Promise<void>;
}

// BENCH_PROFILE names a folder for V8's CPU profiles of the servers.
const folder = process.env['BENCH_PROFILE'];
const profiling = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];

/** What a server lacks: nothing, tree and cosigning, or the log and all that builds on it. */
export type Without = null | 'tree' | 'log' | 'shape' | 'audit';

const here = (name: string): string => join(import.meta.dirname, name);

/** A server in a process of its own, as a client meets it; unmetered, one caller may ask it as often as it can. */
export function startServer(
  urls: PoolUrls,
  secrets: Secrets,
  without: Without = null,
  isUnmetered = false,
): Promise<BenchServer> {
  const preloaded = without !== null && without !== 'tree' ? ['--import', here(`without-${without}.ts`)] : [];
  const child = spawn(process.execPath, [...profiling, ...preloaded, here('server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const served = without === 'log' ? { ...urls, integrator: null } : urls;
  child.stdin.write(
    `${JSON.stringify({ urls: served, secrets, isProvable: without === null, isUnmetered })}\n`,
  );
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    child.stdout.once('data', (line: Buffer) =>
      resolve({
        url: line.toString().trim(),
        pid: child.pid as number,
        longestTurn: () => {
          child.stdin.write('turn\n');
          return new Promise((answer) => {
            child.stdout.once('data', (turn: Buffer) => answer(Number(turn.toString())));
          });
        },
        close: () => ended(child),
      }),
    );
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Runs `jobs` with at most `width` under way; returns the elapsed milliseconds. */
export async function timed(jobs: readonly (() => Promise<unknown>)[], width: number): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await job();
    }),
  );
  return performance.now() - began;
}

export type Gql = (token: string, query: string, variables: unknown) => Promise<Record<string, never>>;

export function gqlAt(url: string): Gql {
  return async (token, query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data: Record<string, never>; errors?: unknown };
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data;
  };
}
