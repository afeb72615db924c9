/**
 * A server in a process of its own, on the database that its standard input names; prints its URL. To each further line
 * it answers with the longest turn of its event loop since the one before, in ms.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { PoolUrls } from '../src/database/pools.ts';
import type { Secrets } from '../src/home/secrets.ts';
import { localServer } from './local-server.ts';

interface Assignment {
  readonly urls: PoolUrls;
  readonly secrets: Secrets;
  readonly isProvable: boolean;
  readonly isUnmetered: boolean;
}

const RESOLUTION_MS = 2;
const lines = createInterface({ input: process.stdin });
lines.once('line', async (line) => {
  const { urls, secrets, isProvable, isUnmetered } = JSON.parse(line) as Assignment;
  const server = await localServer(urls, secrets, isUnmetered);
  if (!isProvable) await server.wired.provable.close();
  process.once('SIGTERM', async () => {
    await server.close();
    process.exit(0);
  });
  const turns = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  turns.enable();
  lines.on('line', () => {
    process.stdout.write(`${turns.max / 1e6 - RESOLUTION_MS}\n`);
    turns.reset();
  });
  process.stdout.write(`${server.url}\n`);
});
