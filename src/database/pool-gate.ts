import type { DatabasePool } from 'slonik';

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

/**
 * Bounds the wait for a connection. slonik's own queue has no limit in time: its `connectionTimeout` counts only while a socket
 * opens, so callers behind a slow database would wait for ever.
 */
export function boundedPool(pool: DatabasePool, size: number, waitLimitMs: number): DatabasePool {
  const enter = turnstile(size, waitLimitMs, pool.configuration.poolName ?? 'database');
  const bounded: Record<string, unknown> = {};
  for (const method of METHODS) {
    const inner = pool[method] as (...args: unknown[]) => Promise<unknown>;
    bounded[method] = async (...args: unknown[]) => {
      const leave = await enter();
      try {
        return await inner(...args);
      } finally {
        leave();
      }
    };
  }
  return new Proxy(pool, {
    get: (target, property) => bounded[property as string] ?? Reflect.get(target, property),
  });
}

/** Lets `size` callers in at a time, in order of arrival; who waits longer than the limit is turned away. */
function turnstile(size: number, waitLimitMs: number, name: string): () => Promise<() => void> {
  let inside = 0;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    const next = waiting.values().next().value;
    if (next === undefined) inside -= 1;
    else next(); // the place goes over, and the count stays
  };
  return async () => {
    if (inside < size) {
      inside += 1;
      return leave;
    }
    await new Promise<void>((resolve, reject) => {
      const admit = (): void => {
        clearTimeout(timer);
        waiting.delete(admit);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(admit);
        reject(new PoolExhausted(`All ${size} connections of ${name} stayed in use for ${waitLimitMs} ms.`));
      }, waitLimitMs);
      waiting.add(admit);
    });
    return leave;
  };
}
