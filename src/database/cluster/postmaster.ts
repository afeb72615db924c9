import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { isAway } from '../outage.ts';
import { ensureExecutable } from './binaries.ts';
import { configuredPort, writeConfiguration } from './cluster-configuration.ts';
import type { ClusterPlace } from './cluster-place.ts';
import { OWNER, postgresEnvironment, processUser } from './make-cluster.ts';

const DATABASE = 'cutter';
const START_LIMIT_MS = 300_000; // crash recovery may be long; a dead postmaster is noticed at once
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
/** How long a postmaster gets for a clean end before it is made to end. */
export const STOP_LIMIT_MS = 30_000;

/** A postmaster that lets its owner in. */
export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
  readonly ownerUrl: string;
}

/** The owner's URL of an embedded server's database. Holds the password: never log it. */
export function embeddedUrl(password: string, port: number, database = DATABASE): string {
  return `postgresql://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/**
 * Starts the postmaster and waits until it serves. Without a port it takes the one of the start before, so that
 * whatever was connected finds it again; where another program has that one, it takes a free one.
 */
export async function startPostmaster(
  place: ClusterPlace,
  home: string,
  password: string,
  givenPort?: number,
): Promise<Running> {
  const logPath = join(home, 'postgres.log');
  let port = givenPort ?? (await portOfBefore(place)) ?? (await freePort());
  for (let attempt = 1; ; attempt += 1) {
    writeConfiguration(place, port);
    const child = spawnPostmaster(place, logPath);
    const maintenance = embeddedUrl(password, port, 'postgres');
    try {
      await waitUntilAccepting(child, maintenance, logPath);
      await ownDatabase(maintenance);
      return { child, port, ownerUrl: embeddedUrl(password, port) };
    } catch (error) {
      await endChild(child);
      // Somebody took the port in between, or backends of a killed postmaster still let go of its memory: both pass.
      const isTaken = /could not bind|Address already in use/.test(String(error));
      if (!(isTaken || /still in use/.test(String(error))) || attempt === 20) throw error;
      if (isTaken && givenPort === undefined) port = await freePort();
      await pause(100 * attempt);
    }
  }
}

function spawnPostmaster(place: ClusterPlace, logPath: string): ChildProcess {
  const program = join(place.binaries, 'bin', 'postgres');
  ensureExecutable(program);
  if (existsSync(logPath) && statSync(logPath).size > LOG_LIMIT_BYTES) truncateSync(logPath);
  const logFile = openSync(logPath, 'a', 0o600);
  chmodSync(logPath, 0o600);
  try {
    // Detached: Ctrl-C in a terminal reaches every process of its group, and PostgreSQL must outlive our own closing.
    return spawn(program, ['-D', place.data], {
      ...processUser(place),
      cwd: place.data,
      detached: true,
      env: postgresEnvironment(),
      stdio: ['ignore', logFile, logFile],
    });
  } finally {
    closeSync(logFile);
  }
}

/** Waits until the postmaster lets the owner in; ends at once where it dies. */
async function waitUntilAccepting(child: ChildProcess, url: string, logPath: string): Promise<void> {
  const logStart = statSync(logPath).size;
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  const until = Date.now() + START_LIMIT_MS;
  for (;;) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null || child.signalCode !== null) {
      const tail = readFileSync(logPath)
        .subarray(logStart)
        .toString()
        .trim()
        .split('\n')
        .slice(-8)
        .join('\n');
      throw new Error(`PostgreSQL ended while it started; its log (${logPath}) says:\n${tail}`);
    }
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      // Still starting, not listening yet, or too slow for one attempt. All else is an answer.
      if (!isAway(error)) {
        throw new Error(
          wrongPassword(code) ?? `PostgreSQL started and refuses its owner: ${(error as Error).message}`,
          {
            cause: error,
          },
        );
      }
      if (Date.now() > until)
        throw new Error(`PostgreSQL did not become ready; see ${logPath}.`, { cause: error });
    }
    await pause(20);
  }
}

function wrongPassword(code: string | undefined): string | null {
  if (code !== '28P01') return null;
  return (
    "The owner's password in secrets.json is not the one that this cluster was made with. Restore the " +
    'secrets.json that belongs to the data.'
  );
}

/** Makes the ledger's database, and closes the others to everyone but the owner. */
async function ownDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('/* embedded.close */ revoke all on database postgres, template1 from public');
    const { rowCount } = await client.query(
      '/* embedded.database */ select from pg_database where datname = $1',
      [DATABASE],
    );
    if (rowCount === 0)
      await client.query(`/* embedded.create */ create database ${DATABASE} template template0`);
  } finally {
    await client.end();
  }
}

/** Ends the postmaster: cleanly, or after a while by force. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT'); // "fast": ends sessions, writes a checkpoint
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

/** The port of the last start, where nobody else has it now. */
async function portOfBefore(place: ClusterPlace): Promise<number | null> {
  const port = configuredPort(place);
  if (port === null) return null;
  return await boundPort(port).catch(() => null);
}

const freePort = () => boundPort(0);

/** Binds a port for a moment; rejects where it is taken. Of 0 the system makes a free one. */
async function boundPort(wanted: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
