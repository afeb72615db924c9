/**
 * A server in a process of its own, to be killed: on the database that the first line of its standard input names; prints its URL on
 * one line. Each further line of input is answered by one with what the process holds.
 */
import { flushCompileCache } from 'node:module';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { wireServer } from '../../src/boot/wire.ts';
import { openPools, type PoolUrls } from '../../src/database/pools.ts';
import { LIMITS, type Limits } from '../../src/doors/bounds/limits.ts';
import type { Secrets } from '../../src/home/secrets.ts';

export interface Assignment {
  readonly urls: PoolUrls;
  readonly secrets: Secrets;
  readonly limits?: Partial<Limits>;
}

/** What the process holds, its garbage collected. */
export interface Weight {
  readonly residentBytes: number;
  /** Of JavaScript, and of buffers outside its heap. */
  readonly heapBytes: number;
  readonly connections: number;
  /** The most that waits for the reader of any one of them. */
  readonly waitingBytes: number;
}

async function serve({ urls, secrets, limits }: Assignment): Promise<() => Weight> {
  const pools = await openPools(urls);
  const logger = pino({ level: process.env['CUTTER_TEST_LOG'] ?? 'silent' }, pino.destination(2));
  const wired = wireServer({
    pools,
    secrets,
    logger,
    mode: 'rehearsal',
    graphiql: false,
    host: '127.0.0.1',
    port: 0,
    limits: { ...LIMITS, ...limits },
  });
  process.once('SIGTERM', async () => {
    await wired.close();
    await pools.close();
    process.exit(0);
  });
  const connections = new Set<Socket>();
  wired.server.httpServer.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  const { url } = await wired.server.listen();
  process.stdout.write(`${url}\n`);
  return () => weighed(connections);
}

function weighed(connections: ReadonlySet<Socket>): Weight {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    residentBytes: rss,
    heapBytes: heapUsed + external,
    connections: connections.size,
    waitingBytes: Math.max(0, ...[...connections].map(({ writableLength }) => writableLength)),
  };
}

// A process that is killed would leave nothing compiled for the next.
flushCompileCache();

const input = createInterface({ input: process.stdin });
// Whoever started it holds the other end: when that process is gone, however it went, nothing is left of this one.
input.once('close', () => process.exit(0));
input.once('line', async (line) => {
  const weigh = await serve(JSON.parse(line) as Assignment);
  input.on('line', () => process.stdout.write(`${JSON.stringify(weigh())}\n`));
});
