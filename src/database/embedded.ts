import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type ClusterPlace, clusterPlace, ensureExecutable } from './cluster_place.ts';
import { lockHome } from './home_lock.ts';
import { isPostmasterOf, startOf } from './process_identity.ts';
import { homeSecrets } from './secrets.ts';

export interface EmbeddedServer {
  /** The owner's connection to the database `cutter`. Holds the password: never log it. */
  readonly ownerUrl: string;
  /** The postmaster's process number. */
  readonly pid: number;
  /** Ends PostgreSQL cleanly and gives the home directory free. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The ledger's home directory; data, secrets and PostgreSQL's log live in it. */
  readonly home: string;
  /** A free one is taken where none is given. */
  readonly port?: number;
  /** Receives whole sentences, none with a secret in it. */
  readonly log: (line: string) => void;
}

const OWNER = 'cutter_owner';
const DATABASE = 'cutter';
const START_LIMIT_MS = 300_000; // crash recovery may be long; a dead postmaster is noticed at once
const STOP_LIMIT_MS = 30_000;
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Starts the embedded PostgreSQL of a home directory: makes the cluster on the first start, takes over from one that was left
 * behind by a killed process, and listens on loopback alone.
 *
 * PostgreSQL ends with this process, by `stop`, by a signal nobody else handles, or on exit. After a kill -9 it is found and
 * ended by the next start.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const place = clusterPlace(options.home, options.log);
  const lock = lockHome(options.home);
  try {
    await endOrphan(place, options.log);
    const secrets = homeSecrets(options.home);
    if (!existsSync(join(place.data, 'PG_VERSION'))) await makeCluster(place, secrets.owner);
    const running = await startPostmaster(place, options, secrets.owner);
    return attend(running, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly ownerUrl: string;
}

/** Ties the postmaster's life to this process. */
function attend({ child, ownerUrl }: Running, lock: { release(): void }): EmbeddedServer {
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= endChild(child).finally(() => {
      process.off('exit', onExit);
      for (const signal of SIGNALS) process.off(signal, onSignal);
      lock.release();
    });
    return stopping;
  };
  const onExit = (): void => {
    child.kill('SIGINT'); // no time to wait: PostgreSQL shuts down by itself
    lock.release();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // A program that handles the signal closes in its own order, and calls `stop` as part of it.
    if (process.listenerCount(signal) > 1) return;
    void stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { ownerUrl, pid: child.pid as number, stop };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGINT'); // "fast": ends sessions, writes a checkpoint
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

/** A postmaster whose starter was killed still holds the data. Nobody else may own it: the home's lock is ours. */
async function endOrphan(place: ClusterPlace, log: (line: string) => void): Promise<void> {
  const pidFile = join(place.data, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  if (!Number.isSafeInteger(pid) || pid <= 0) return;
  if (!isPostmasterOf(pid, place.data)) {
    // The number may be another program's by now, which PostgreSQL would take for itself.
    rmSync(pidFile, { force: true });
    return;
  }
  log(`A PostgreSQL (process ${pid}) was left behind by a start that was killed; it is shut down first.`);
  const start = startOf(pid);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    const until = Date.now() + STOP_LIMIT_MS;
    while (startOf(pid) === start && Date.now() < until) await pause(20);
    if (startOf(pid) !== start) return;
  }
  throw new Error(
    `The PostgreSQL left behind (process ${pid}) does not end. End it by hand and start again.`,
  );
}

async function makeCluster(place: ClusterPlace, ownerPassword: string): Promise<void> {
  const making = `${place.data}.new`; // renamed when whole: a start killed here leaves nothing that looks like a cluster
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { mode: 0o700, recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'cutter-initdb-'));
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${ownerPassword}\n`, { mode: 0o600 });
  if (place.runAs)
    for (const path of [making, folder, passwordFile]) chownSync(path, place.runAs.uid, place.runAs.gid);
  const initdb = join(place.binaries, 'bin', 'initdb');
  ensureExecutable(initdb);
  ensureExecutable(join(place.binaries, 'bin', 'postgres'));
  try {
    await promisify(execFile)(
      initdb,
      [
        `--pgdata=${making}`,
        `--username=${OWNER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...identity(place), cwd: folder, env: environment() },
    );
  } catch (error) {
    const output = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Error(`PostgreSQL's initdb failed in ${making}: ${output}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  writeFileSync(join(making, 'pg_hba.conf'), PG_HBA);
  renameSync(making, place.data);
}

/** Passwords over loopback, and nothing else. */
const PG_HBA = `# Written by the ledger when it made the cluster.
host all all 127.0.0.1/32 scram-sha-256
`;

/** Written anew at every start. What an operator sets with ALTER SYSTEM stands in postgresql.auto.conf and wins. */
function configuration(port: number): string {
  return `# Written by the ledger at every start; changes here are lost. ALTER SYSTEM lasts.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 150
shared_buffers = '128MB'
dynamic_shared_memory_type = ${process.platform === 'win32' ? 'windows' : 'posix'}
max_wal_size = '1GB'
password_encryption = 'scram-sha-256'
fsync = on
full_page_writes = on
synchronous_commit = on
shared_preload_libraries = 'pg_stat_statements'
tcp_keepalives_idle = 10
tcp_keepalives_interval = 5
tcp_keepalives_count = 3
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
`;
}

async function startPostmaster(
  place: ClusterPlace,
  options: EmbeddedOptions,
  password: string,
): Promise<Running> {
  const logPath = join(options.home, 'postgres.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    writeFileSync(join(place.data, 'postgresql.conf'), configuration(port));
    writeFileSync(join(place.data, 'pg_hba.conf'), PG_HBA);
    const child = spawnPostmaster(place, logPath);
    const url = (database: string): string =>
      `postgresql://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
    try {
      await accepting(child, url('postgres'), logPath);
      await ownDatabase(url('postgres'));
      return { child, ownerUrl: url(DATABASE) };
    } catch (error) {
      await endChild(child);
      // Somebody took the port in between, or backends of a killed postmaster still let go of its memory: both pass.
      const passing = /could not bind|Address already in use|still in use/.test(String(error));
      if (!passing || attempt === 20) throw error;
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
      ...identity(place),
      cwd: place.data,
      detached: true,
      env: environment(),
      stdio: ['ignore', logFile, logFile],
    });
  } finally {
    closeSync(logFile);
  }
}

/** Waits until the postmaster lets the owner in; ends at once where it dies. */
async function accepting(child: ChildProcess, url: string, logPath: string): Promise<void> {
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
      // 57P03: still starting. A refused connection: not listening yet. All else is an answer.
      if (code !== '57P03' && code !== 'ECONNREFUSED' && code !== 'ECONNRESET') {
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
  return "The owner's password in secrets.json is not the one this cluster was made with. Restore the secrets.json that belongs to the data.";
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

function identity(place: ClusterPlace): { uid?: number; gid?: number } {
  return place.runAs === null ? {} : { uid: place.runAs.uid, gid: place.runAs.gid };
}

/** PostgreSQL's own environment: nothing of ours, where URLs with passwords may stand. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
