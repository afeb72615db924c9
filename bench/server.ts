/** A server in a process of its own, on the database that its standard input names; prints its URL. */
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { openPools, type PoolUrls } from '../src/database/pools.ts';
import type { Secrets } from '../src/database/secrets.ts';
import { LIMITS } from '../src/doors/limits.ts';
import { wire } from '../src/wire.ts';

createInterface({ input: process.stdin }).once('line', async (line) => {
  const { urls, secrets } = JSON.parse(line) as { urls: PoolUrls; secrets: Secrets };
  const pools = await openPools(urls);
  const logger = pino({ level: 'error' }, pino.destination(2));
  const wired = wire({
    pools,
    secrets,
    logger,
    mode: 'rehearsal',
    graphiql: false,
    host: '127.0.0.1',
    port: 0,
    limits: LIMITS,
  });
  const { url } = await wired.server.listen();
  process.once('SIGTERM', async () => {
    await wired.close();
    await pools.close();
    process.exit(0);
  });
  process.stdout.write(`${url}\n`);
});
