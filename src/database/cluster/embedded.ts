import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockHome } from '../../home/home-lock.ts';
import { secretsOfCluster } from '../../home/ledger-secrets.ts';
import { isPostmasterOf, liveStarterOf, startOf } from '../../home/process-identity.ts';
import { keepRunning } from '../revival.ts';
import { type ClusterPlace, clusterPlace } from './cluster-place.ts';
import { checkData, checkHomeFiles, checkSpace, checkVersion } from './home-checks.ts';
import { makeCluster, removeUnfinished } from './make-cluster.ts';
import { endChild, type Running, STOP_LIMIT_MS, startPostmaster } from './postmaster.ts';

export interface EmbeddedServer {
  /** The owner's connection to the database `cutter`. Holds the password: never log it. */
  readonly ownerUrl: string;
  /** The postmaster's process number; another one after it was started again. */
  readonly pid: number;
  /** Ends PostgreSQL cleanly and gives the home directory free. Safe to call twice. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The ledger's home directory; data, secrets and PostgreSQL's log live in it. */
  readonly home: string;
  /** Where none is given, the port of the last start is taken while it is free, and another one otherwise. */
  readonly port?: number;
  /** Receives whole sentences, none with a secret in it. */
  readonly log: (line: string) => void;
  /** Called with the reason when PostgreSQL has ended for good: it kept ending, or can't be started any more. */
  readonly onGivenUp?: (why: string) => void;
}

/**
 * Starts the embedded PostgreSQL of a home directory: makes the cluster on the first start, takes over from one that
 * was left behind by a killed process, and listens on loopback alone.
 *
 * PostgreSQL ends with this process: by `stop`, by a signal that nothing else handles, or on exit. If this process is
 * killed with -9, the next start finds PostgreSQL and ends it. If PostgreSQL is killed, it is started again on the
 * same port, and recovers.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const place = clusterPlace(options.home, options.log);
  const lock = lockHome(options.home);
  try {
    checkHomeFiles(options.home);
    checkData(place);
    checkVersion(place);
    checkSpace(options.home, options.log);
    const secrets = secretsOfCluster(options.home, place.data);
    await endOrphan(place, options.log);
    removeUnfinished(place.data);
    if (!existsSync(join(place.data, 'PG_VERSION'))) await makeCluster(place, secrets.owner);
    const start = (port?: number): Promise<Running> =>
      startPostmaster(place, options.home, secrets.owner, port);
    return superviseCluster(await start(options.port), start, lock, place, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Ties the postmaster's life to this process. */
function superviseCluster(
  first: Running,
  start: (port: number) => Promise<Running>,
  lock: { release(): void },
  place: ClusterPlace,
  options: EmbeddedOptions,
): EmbeddedServer {
  const { log } = options;
  let stopping: Promise<void> | null = null;
  const postmaster = keepRunning({
    first,
    start,
    hopeless: () =>
      existsSync(join(place.data, 'PG_VERSION')) ? null : `PostgreSQL's data in ${place.data} are gone.`,
    isStopping: () => stopping !== null,
    log,
    givenUp: options.onGivenUp ?? log,
  });
  const stop = (): Promise<void> => {
    stopping ??= end();
    return stopping;
  };
  const end = async (): Promise<void> => {
    await endChild((await postmaster.settled()).child);
    process.off('exit', onExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
    lock.release();
  };
  const onExit = (): void => {
    postmaster.current().child.kill('SIGINT'); // no time to wait: PostgreSQL shuts down by itself
    lock.release();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    // A program that handles the signal closes in its own order, and calls `stop` as part of it.
    if (process.listenerCount(signal) > 1) return;
    void stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.on('exit', onExit);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    ownerUrl: first.ownerUrl,
    get pid() {
      return postmaster.current().child.pid as number;
    },
    stop,
  };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
  const starter = liveStarterOf(pid);
  if (starter !== null)
    throw new Error(
      `The ledger of another home (process ${starter}) runs PostgreSQL on ${place.data}: two homes lead ` +
        'to one folder. Stop that ledger, or give this home data of its own.',
    );
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
