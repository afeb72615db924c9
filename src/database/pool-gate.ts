import { type DatabasePool, sql } from 'slonik';

/** All connections stayed in use for longer than a caller should wait. Safe to repeat; becomes the refusal Busy. */
export class PoolExhausted extends Error {
  override readonly name = 'PoolExhausted';
  /** PostgreSQL's own code for too many connections: callers treat both alike. */
  readonly code = '53300';
}

const METHODS = [
  'any',
  'anyFirst',
  'connect',
  'exists',
  'many',
  'manyFirst',
  'maybeOne',
  'maybeOneFirst',
  'one',
  'oneFirst',
  'query',
  'record',
  'stream',
  'transaction',
] as const;

export interface Waits {
  /** The longest wait for a connection. */
  readonly limitMs: number;
  /** After so long a caller doesn't wait behind callers who all wait for locks themselves. */
  readonly stuckMs?: number;
  readonly isStuck?: () => Promise<boolean>;
  /** Ends the wait when the database is silent. */
  readonly unlessSilent?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A caller who waited for long has less time for locks: what is left of what the role allows. */
const LESS_FOR_LOCKS = (waitedMs: number) => sql.unsafe`/* pool.less_for_locks */
  select set_config('lock_timeout', greatest(500, setting::int - ${waitedMs})::text, true)
  from pg_catalog.pg_settings where name = 'lock_timeout' and setting <> '0'`;
const LONG_WAIT_MS = 500;

/**
 * Bounds the wait for a connection. slonik's own queue has no limit in time: its `connectionTimeout` counts only
 * while a socket opens, so callers behind a slow database would wait for ever.
 */
export function boundedPool(pool: DatabasePool, size: number, waits: Waits): DatabasePool {
  const enter = openTurnstile(size, waits, pool.configuration.poolName ?? 'database');
  const { unlessSilent = (work) => work() } = waits;
  const bounded: Record<string, unknown> = {};
  for (const method of METHODS) {
    const inner = pool[method] as (...args: unknown[]) => Promise<unknown>;
    bounded[method] = async (...args: unknown[]) => {
      const began = Date.now();
      const leave = await enter(unlessSilent);
      const waitedMs = Date.now() - began;
      try {
        if (method !== 'transaction' || waitedMs < LONG_WAIT_MS) return await inner(...args);
        const [handler, ...rest] = args as Parameters<DatabasePool['transaction']>;
        return await pool.transaction(
          async (connection) => {
            await connection.query(LESS_FOR_LOCKS(waitedMs));
            return await handler(connection);
          },
          ...rest,
        );
      } finally {
        leave();
      }
    };
  }
  return new Proxy(pool, {
    get: (target, property) => bounded[property as string] ?? Reflect.get(target, property),
  });
}

const STUCK_LOOK_MS = 500;

/**
 * Lets `size` callers in at a time, in order of arrival: at once where there is a place. A caller that waits longer
 * than the limit is turned away, and so is one that waits for a database that is silent.
 */
export function openTurnstile(size: number, { limitMs, stuckMs = limitMs, isStuck }: Waits, name: string) {
  let inside = 0;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    const next = waiting.values().next().value;
    if (next === undefined) inside -= 1;
    else next(); // the place goes over, and the count stays
  };
  const wait = (): { admitted: Promise<void>; leaveQueue: () => boolean } => {
    const { promise: admitted, resolve, reject } = Promise.withResolvers<void>();
    const began = Date.now();
    let timer: NodeJS.Timeout;
    const leaveQueue = (): boolean => {
      clearTimeout(timer);
      return waiting.delete(admit);
    };
    const admit = (): void => {
      leaveQueue();
      resolve();
    };
    const look = async (): Promise<void> => {
      const waitedMs = Date.now() - began;
      const isInVain = waitedMs >= limitMs - 1 || (await isStuck?.().catch(() => false)) === true;
      if (!waiting.has(admit)) return;
      if (!isInVain) {
        timer = setTimeout(look, Math.min(STUCK_LOOK_MS, limitMs - waitedMs));
        return;
      }
      leaveQueue();
      reject(
        new PoolExhausted(`All ${size} connections of ${name} stayed in use for as long as a caller waits.`),
      );
    };
    timer = setTimeout(look, Math.min(stuckMs, limitMs));
    waiting.add(admit);
    return { admitted, leaveQueue };
  };
  async function enterLater(unlessSilent: NonNullable<Waits['unlessSilent']>): Promise<() => void> {
    const { admitted, leaveQueue } = wait();
    try {
      await unlessSilent(() => admitted);
    } catch (error) {
      // The place may have come in the same turn as the silence.
      if (!leaveQueue()) void admitted.then(leave, () => {});
      throw error;
    }
    return leave;
  }
  return (unlessSilent: NonNullable<Waits['unlessSilent']>): (() => void) | Promise<() => void> => {
    if (inside >= size) return enterLater(unlessSilent);
    inside += 1;
    return leave;
  };
}
