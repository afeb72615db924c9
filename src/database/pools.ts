import {
  createPool,
  type DatabasePool,
  type DriverTypeParser,
  type Interceptor,
  SchemaValidationError,
} from 'slonik';
import { z } from 'zod';
import type { Login, Secrets } from '../home/secrets.ts';
import { openDedicated } from './connection.ts';
import { assertingDriver } from './driver.ts';
import { loginUrl } from './logins.ts';
import { poolAddress } from './owner-url.ts';
import { boundedPool } from './pool-gate.ts';
import { ReadPool, type Reads } from './reads/read-pool.ts';
import { type DatabaseWatch, startWatch } from './watch.ts';

/** Where each login connects. A process without a lane's secret has no URL for it, and doesn't serve that lane. */
export interface PoolUrls {
  readonly exec: string | null;
  readonly verify: string | null;
  /** For persons, principals and tokens. */
  readonly registrar: string | null;
  readonly observe: string;
  readonly reader: string;
  readonly evidence: string;
  readonly gate: string;
  /** The integrator speaks through `pg` on one connection of its own. */
  readonly integrator: string | null;
}

export interface Pools {
  readonly exec: DatabasePool | null;
  readonly verify: DatabasePool | null;
  readonly registrar: DatabasePool | null;
  readonly observe: DatabasePool;
  readonly evidence: DatabasePool;
  readonly gate: DatabasePool;
  /** What callers' queries are read through: a statement ends after 5 s. */
  readonly reads: ReadPools;
  /** The same for what slonik reads: counts, and what is computed of units. */
  readonly limited: { readonly observe: DatabasePool; readonly reader: DatabasePool };
  /** For what needs a raw connection: LISTEN, COPY, the integrator. */
  readonly urls: PoolUrls;
  /** Whether the database answers, and whether it keeps what it acknowledges. */
  readonly watch: DatabaseWatch;
  close(): Promise<void>;
}

/**
 * One for each login that callers' queries run as. `observe` reads the twelve views and the log's positions; `reader`
 * documents, sources and units, too; `evidence` everything but the hashes of tokens.
 */
export interface ReadPools {
  readonly observe: Reads;
  readonly reader: Reads;
  readonly evidence: Reads;
  /** The same connections, for who may read the audit. */
  readonly auditor: Reads;
}

/** How long a caller's query may read. */
const READ_LIMIT_MS = 5_000;

type ReadPoolName = Exclude<keyof ReadPools, 'auditor'>;
type PoolName =
  | 'exec'
  | 'verify'
  | 'registrar'
  | 'observe'
  | 'evidence'
  | 'gate'
  | 'limitedObserve'
  | 'limitedReader';
/** Pools that a process may lack. */
type WriterName = 'exec' | 'verify' | 'registrar';

const LOGIN_OF = {
  exec: 'cutter_exec',
  verify: 'cutter_verify',
  registrar: 'cutter_registrar',
  observe: 'cutter_observe',
  evidence: 'cutter_evidence',
  gate: 'cutter_gate',
  limitedObserve: 'cutter_observe',
  limitedReader: 'cutter_reader',
} as const satisfies Record<PoolName, Login>;

const URL_OF = {
  exec: 'exec',
  verify: 'verify',
  registrar: 'registrar',
  observe: 'observe',
  evidence: 'evidence',
  gate: 'gate',
  limitedObserve: 'observe',
  limitedReader: 'reader',
} as const satisfies Record<PoolName, keyof PoolUrls>;

/**
 * At most a third of each role's CONNECTION LIMIT, so that other processes, or a restart beside the old one, find
 * room.
 */
const POOL_SIZE: Readonly<Record<PoolName, number>> = {
  exec: 10,
  verify: 8,
  registrar: 2,
  observe: 3, // the feed listens on one more; the home's claim and the watch have one each
  evidence: 5,
  gate: 5,
  limitedObserve: 3,
  limitedReader: 3,
};
const READ_POOL_SIZE = { observe: 8, reader: 7, evidence: 5 } as const satisfies Record<ReadPoolName, number>;

/** The login that a pool of reads has. */
const LOGIN_OF_READS = {
  observe: 'cutter_observe',
  reader: 'cutter_reader',
  evidence: 'cutter_evidence',
} as const satisfies Record<ReadPoolName, Login>;

/** A caller is answered within 5 s where the database doesn't answer, or where a lock can't be taken. */
const CONNECT_LIMIT_MS = 4_000;
const STUCK_LIMIT_MS = 4_000;
/** Behind callers whose statements work, a caller waits for longer. */
const SLOT_WAIT_LIMIT_MS = 20_000;
/** Below the time after which networks forget connections that say nothing. */
const IDLE_LIMIT_MS = 120_000;

/** The URLs of every login that the secrets have a password for. */
export function poolUrls(ownerUrl: string, secrets: Secrets): PoolUrls {
  const url = (login: Login): string | null => {
    const secret = secrets.logins[login];
    return secret === undefined ? null : loginUrl(ownerUrl, login, secret);
  };
  const needed = (login: Login): string => {
    const found = url(login);
    if (found === null)
      throw new Error(`The secrets hold no password for ${login}, which every process needs.`);
    return found;
  };
  return {
    exec: url('cutter_exec'),
    verify: url('cutter_verify'),
    registrar: url('cutter_registrar'),
    observe: needed('cutter_observe'),
    reader: needed('cutter_reader'),
    evidence: needed('cutter_evidence'),
    gate: needed('cutter_gate'),
    integrator: url('cutter_integrator'),
  };
}

/** Opens one pool for each login, after one connection of each has proved which login it has. */
export async function openPools(urls: PoolUrls): Promise<Pools> {
  const watch = await startWatch(urls.observe);
  const opened: DatabasePool[] = [];
  let closing = false;
  const open = async (name: PoolName): Promise<DatabasePool | null> => {
    const url = urls[URL_OF[name]];
    if (url === null) return null;
    const pool = await openPool(name, url, watch, () => closing);
    opened.push(pool);
    await pool.connect(async () => {}); // the driver asserts the login of every new connection
    return pool;
  };
  const readPools = {
    observe: readPool('observe', urls, watch),
    reader: readPool('reader', urls, watch),
    evidence: readPool('evidence', urls, watch),
  };
  const close = async (): Promise<void> => {
    closing = true;
    const all = [...opened, ...Object.values(readPools)];
    await Promise.all([...all.map((pool) => pool.end()), watch.close()]);
  };
  const names = Object.keys(POOL_SIZE) as PoolName[];
  const proofs = Object.values(readPools).map((pool) => pool.prove());
  const results = await Promise.allSettled([...names.map(open), ...proofs, tryIntegrator(urls)]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await close();
    throw causeOf(failed.reason);
  }
  const pools = Object.fromEntries(
    names.map((name, at) => [name, (results[at] as PromiseFulfilledResult<DatabasePool | null>).value]),
  ) as Record<WriterName, DatabasePool | null> & Record<Exclude<PoolName, WriterName>, DatabasePool>;
  const { limitedObserve, limitedReader, ...others } = pools;
  const limited = { observe: limitedObserve, reader: limitedReader };
  const reads = { ...readPools, auditor: readPools.evidence };
  return { ...others, reads, limited, urls, watch, close };
}

function readPool(name: ReadPoolName, urls: PoolUrls, watch: DatabaseWatch): ReadPool {
  return new ReadPool({
    url: urls[name],
    login: LOGIN_OF_READS[name],
    size: READ_POOL_SIZE[name],
    statementLimitMs: READ_LIMIT_MS,
    connectLimitMs: CONNECT_LIMIT_MS,
    idleLimitMs: IDLE_LIMIT_MS,
    waits: { limitMs: SLOT_WAIT_LIMIT_MS, stuckMs: STUCK_LIMIT_MS },
    watch,
  });
}

/** The integrator has no pool: its login is proved by one connection, so that a start fails where its loop would. */
async function tryIntegrator({ integrator }: PoolUrls): Promise<null> {
  if (integrator !== null) await (await openDedicated(integrator, 'cutter_integrator', () => {})).close();
  return null;
}

async function openPool(
  name: PoolName,
  url: string,
  watch: DatabaseWatch,
  isClosing: () => boolean,
): Promise<DatabasePool> {
  const size = POOL_SIZE[name];
  const busy = new Set<number>();
  const { uri, ssl } = poolAddress(url);
  const pool = await createPool(uri, {
    ...(ssl === null ? {} : { ssl }),
    captureStackTrace: false,
    connectionRetryLimit: 0,
    connectionTimeout: CONNECT_LIMIT_MS,
    driverFactory: assertingDriver({
      login: LOGIN_OF[name],
      watch,
      busy,
      isClosing,
      ...(name.startsWith('limited') ? { statementLimitMs: READ_LIMIT_MS } : {}),
    }),
    // The roles carry the timeouts, so that no connection can be without them.
    idleInTransactionSessionTimeout: 'DISABLE_TIMEOUT',
    statementTimeout: 'DISABLE_TIMEOUT',
    idleTimeout: IDLE_LIMIT_MS,
    interceptors: [resultParser],
    maxPoolSize: size,
    poolName: LOGIN_OF[name],
    queryRetryLimit: 0,
    // Sessions carry no state of ours (`set local` only), so there is nothing to discard, and named statements stay.
    resetConnection: async () => {},
    transactionRetryLimit: 0,
    typeParsers: TYPE_PARSERS,
  });
  return boundedPool(pool, size, {
    limitMs: SLOT_WAIT_LIMIT_MS,
    stuckMs: STUCK_LIMIT_MS,
    isStuck: async () => busy.size > 0 && (await watch.waitsForLock([...busy])) === busy.size,
    unlessSilent: watch.unlessSilent,
  });
}

/** slonik wraps what a new connection throws; the sentence inside is the one to read. */
function causeOf(reason: unknown): unknown {
  return reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason;
}

/**
 * How values arrive. `int8` and `numeric` stay text (a position is a decimal string, and no digit is lost);
 * `timestamptz` becomes the ledger's `YYYY-MM-DDTHH:MI:SS.ffffffZ` with its microseconds; json is parsed, bytea is a
 * Buffer.
 */
const TYPE_PARSERS: readonly DriverTypeParser[] = [
  { name: 'int8', parse: (text) => text },
  { name: 'numeric', parse: (text) => text },
  { name: 'timestamptz', parse: timestampText },
];

/** PostgreSQL's `2026-01-02 03:04:05.6+00` as the ledger writes times. */
function timestampText(text: string): string {
  const parts = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text);
  if (parts === null)
    throw new Error(`A session outside UTC, or a time that no row of the ledger has: ${text}`);
  return `${parts[1]}T${parts[2]}.${(parts[3] ?? '0').padEnd(6, '0')}Z`;
}

/** Without this, `sql.type` validates nothing. */
const resultParser: Interceptor = {
  name: 'result-parser',
  transformRow: (context, query, row) => {
    const parser = context.resultParser;
    // `sql.unsafe` and `sql.fragment` come with a parser that lets everything pass.
    if (parser === undefined || parser instanceof z.ZodUnknown) return row;
    const result = parser['~standard'].validate(row);
    if (result instanceof Promise) throw new TypeError('A row schema must not be asynchronous.');
    if (result.issues) throw new SchemaValidationError(query, row, result.issues);
    return result.value as typeof row;
  },
};
