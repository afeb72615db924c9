/** A server in a process of its own, on the database that its standard input names; prints its URL. */
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

createInterface({ input: process.stdin }).once('line', async (line) => {
  const { urls, secrets, isProvable, isUnmetered } = JSON.parse(line) as Assignment;
  const server = await localServer(urls, secrets, isUnmetered);
  if (!isProvable) await server.wired.provable.close();
  process.once('SIGTERM', async () => {
    await server.close();
    process.exit(0);
  });
  process.stdout.write(`${server.url}\n`);
});
