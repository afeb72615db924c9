/** A server in a process of its own, to be killed: on the database that its standard input names; prints its URL on one line. */
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { openPools, type PoolUrls } from '../../src/database/pools.ts';
import type { Secrets } from '../../src/database/secrets.ts';
import { LIMITS } from '../../src/doors/limits.ts';
import { wire } from '../../src/wire.ts';

const input = createInterface({ input: process.stdin });
// Whoever started it holds the other end: when that process is gone, however it went, nothing is left of this one.
input.once('close', () => process.exit(0));
input.once('line', async (line) => {
  const { urls, secrets } = JSON.parse(line) as { urls: PoolUrls; secrets: Secrets };
  const pools = await openPools(urls);
  const logger = pino({ level: process.env['CUTTER_TEST_LOG'] ?? 'silent' }, pino.destination(2));
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
  process.stdout.write(`${url}\n`);
});
