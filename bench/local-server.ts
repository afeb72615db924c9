/** A ledger's server in this process, on the given logins and a free port. */
import { pino } from 'pino';
import { type Wired, wireServer } from '../src/boot/wire.ts';
import { openPools, type PoolUrls } from '../src/database/pools.ts';
import { LIMITS } from '../src/doors/bounds/limits.ts';
import type { Secrets } from '../src/home/secrets.ts';

export async function localServer(
  urls: PoolUrls,
  secrets: Secrets,
  isUnmetered = false,
): Promise<{ url: string; wired: Wired; close(): Promise<void> }> {
  const pools = await openPools(urls);
  const logger = pino({ level: 'error' }, pino.destination(2));
  const place = { host: '127.0.0.1', port: 0 };
  const wired = wireServer({
    pools,
    secrets,
    logger,
    mode: 'rehearsal',
    graphiql: false,
    limits: isUnmetered ? { ...LIMITS, callsAtOnce: 1e9, callsPerSecond: 1e9 } : LIMITS,
    ...place,
  });
  const { url } = await wired.server.listen();
  return {
    url,
    wired,
    async close() {
      await wired.close();
      await pools.close();
    },
  };
}
