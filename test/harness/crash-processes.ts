import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, vi } from 'vitest';
import { isPostmasterOf, startOf } from '../../src/home/process-identity.ts';
import { homeSecrets } from '../../src/home/secrets.ts';
import { asOwner } from './cluster.ts';
import type { Assignment, Weight } from './crash-server.ts';
import { WAITS_FOR_OTHERS_MS } from './timeouts.ts';

/** Processes that are there to be killed: servers, the command `cutter start`, PostgreSQL with all of its own. */

const SERVER = fileURLToPath(new URL('./crash-server.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const PATIENCE = { timeout: WAITS_FOR_OTHERS_MS, interval: 10 };

const children = new Set<ChildProcess>();
const homes = new Set<string>();

// However the tests went: no process of theirs stays, and no data.
afterAll(async () => {
  await Promise.all([...children].map((child) => killed(child)));
  for (const home of homes) {
    const postmaster = postmasterOf(home);
    if (postmaster !== null) await killAll([postmaster]);
    rmSync(home, { recursive: true, force: true });
  }
});

/** A home directory that is emptied of processes and removed at the end. */
export function ownedHome(home: string): string {
  homes.add(home);
  return home;
}

const ends = new WeakMap<ChildProcess, Promise<unknown>>();

function ownedChild(child: ChildProcess): ChildProcess {
  children.add(child);
  ends.set(child, once(child, 'exit'));
  child.once('close', () => children.delete(child));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ends.get(child);
}

export interface ServerProcess {
  readonly url: string;
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Asks it to close in order; resolves with its status when it is gone. */
  close(): Promise<number | null>;
  weigh(): Promise<Weight>;
}

/** Compiled code, kept from one server to the next: there are many. */
const compiled = ownedHome(join(tmpdir(), `cutter-compiled-${process.pid}`));

/** A process that has everything loaded and waits to be told which database to serve. */
export function spareServer(): (assignment: Assignment) => Promise<ServerProcess> {
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  const child = ownedChild(
    spawn(process.execPath, ['--expose-gc', SERVER], { env, stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  child.stdin?.on('error', () => {});
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  async function answer(line: string): Promise<string> {
    child.stdin?.write(`${line}\n`);
    const said = await lines.next();
    if (said.done === true) throw new Error('A server ended without a word.');
    return said.value;
  }
  return async (assignment) => ({
    url: await answer(JSON.stringify(assignment)),
    kill: () => killed(child),
    async close() {
      child.kill('SIGTERM');
      await ends.get(child);
      return child.exitCode;
    },
    weigh: async () => JSON.parse(await answer('weigh')) as Weight,
  });
}

export function serverProcess(assignment: Assignment): Promise<ServerProcess> {
  return spareServer()(assignment);
}

export interface StartCommand {
  readonly child: ChildProcess;
  output(): string;
  errors(): string;
  /** Resolves with GraphQL's URL when it serves. */
  serves(): Promise<string>;
  kill(): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** `cutter start` as a user runs it: on a free port, with nothing of the tests' environment. */
export function startCommand(home: string): StartCommand {
  const env = {
    PATH: process.env['PATH'],
    CUTTER_HOME: home,
    CUTTER_PORT: '0',
    CUTTER_SAMPLE: 'off',
  };
  const child = ownedChild(
    spawn(process.execPath, [MAIN, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const said = { output: '', errors: '' };
  child.stdout?.on('data', (data) => {
    said.output += data;
  });
  child.stderr?.on('data', (data) => {
    said.errors += data;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    ended,
    output: () => said.output,
    errors: () => said.errors,
    kill: () => killed(child),
    serves: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const url = /http:\/\/\S+\/graphql/.exec(said.output)?.[0];
          if (url !== undefined && said.output.includes('Ctrl-C')) resolve(url);
        };
        look();
        child.stdout?.on('data', look);
        void ended.then(() => reject(new Error(`ended before it served: ${said.output}${said.errors}`)));
      }),
  };
}

/** A process by its number and the time it began, so that no later process is taken for it. */
export interface Identified {
  readonly pid: number;
  readonly start: string;
}

function identified(pid: number): Identified[] {
  const start = startOf(pid);
  return start === null ? [] : [{ pid, start }];
}

function dataOf(home: string): string {
  return join(home, 'postgres');
}

function postmasterOf(home: string): Identified | null {
  try {
    const pid = Number.parseInt(readFileSync(join(dataOf(home), 'postmaster.pid'), 'utf8'), 10);
    return isPostmasterOf(pid, dataOf(home)) ? (identified(pid)[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** The owner's URL of the PostgreSQL that runs in a home directory. */
export function ownerUrlOf(home: string): string {
  const port = readFileSync(join(dataOf(home), 'postmaster.pid'), 'utf8').split('\n')[3];
  return `postgresql://cutter_owner:${encodeURIComponent(homeSecrets(home).owner)}@127.0.0.1:${port}/cutter`;
}

/** Every process of a home's PostgreSQL: the postmaster first, then backends and workers. */
export async function postgresProcesses(home: string): Promise<Identified[]> {
  const postmaster = postmasterOf(home);
  if (postmaster === null) return [];
  const pids = await asOwner(ownerUrlOf(home), async (owner: pg.Client) => {
    const { rows } = await owner.query<{ pid: number }>(
      '/* crash.pids */ select pid from pg_stat_activity where pid <> pg_backend_pid()',
    );
    return rows.map(({ pid }) => pid);
  });
  return [postmaster, ...pids.flatMap(identified)];
}

export function livingOf(processes: readonly Identified[]): Identified[] {
  return processes.filter(({ pid, start }) => startOf(pid) === start);
}

/** kill -9 of these processes in this order; resolves when they are gone. */
export async function killAll(processes: readonly Identified[]): Promise<void> {
  for (const { pid, start } of processes) {
    if (startOf(pid) === start) process.kill(pid, 'SIGKILL');
  }
  await vi.waitUntil(() => livingOf(processes).length === 0, PATIENCE);
}

/** A pool of the owner's whose connections may be cut off at any time. */
export function ownerPool(ownerUrl: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 4, application_name: 'test superuser' });
  pool.on('error', () => {});
  return pool;
}
