/**
 * A server in a process of its own that measures its event loop: reads `{urls, secrets}`, says its URL, and answers
 * each further line with the delays (ms) since the line before, and the processor time (ms) of its main thread from
 * one look of the loop to the next, which other work on the machine doesn't lengthen.
 */
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import type { PoolUrls } from '../src/database/pools.ts';
import type { Secrets } from '../src/home/secrets.ts';
import { localServer } from './local-server.ts';

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { urls, secrets } = JSON.parse(String((await lines.next()).value)) as {
  urls: PoolUrls;
  secrets: Secrets;
};
const server = await localServer(urls, secrets);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.stdout.write(`${server.url}\n`);
const turns = createHistogram();
const usedMicros = () => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};
let before = usedMicros();
setInterval(() => {
  const now = usedMicros();
  turns.record(Math.max(1, Math.round(now - before)));
  before = now;
}, 1);
for await (const _line of lines) {
  const [p50, p99, p999, most] = [50, 99, 99.9, 100].map((part) => delay.percentile(part) / 1e6);
  const [turn999, turnMost] = [99.9, 100].map((part) => turns.percentile(part) / 1e3);
  process.stdout.write(`${JSON.stringify({ p50, p99, p999, most, turn999, turnMost })}\n`);
  delay.reset();
  turns.reset();
}
await server.close();
process.exit(0);
