/**
 * From a commit to its delivery at 1,000 subscribers over WebSocket: one server, all readers in another process, as a ratio to a bare
 * `ws` server that broadcasts the same bytes to the same number of such readers; alternated in one run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Ground, median } from './ground.ts';

const READERS = 1000;
const ROUNDS = 5;
/** Events one by one, each when the last has arrived everywhere; and one transaction after another, all at once. */
const SINGLE = 10;
const BURST = 50;

/** A process of ours that is told lines and says lines. */
interface Beside {
  tell(line: unknown): void;
  next(): Promise<string>;
  end(): Promise<void>;
}

function beside(file: string): Beside {
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    tell: (line) => child.stdin?.write(`${JSON.stringify(line)}\n`),
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${file} ended`);
      return value;
    },
    end: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin?.end();
      }),
  };
}

async function readersOf(url: string, token: string): Promise<Beside> {
  const readers = beside('delivery-readers.ts');
  readers.tell({ url, token, count: READERS });
  if ((await readers.next()) !== 'ready') throw new Error('the readers did not get there');
  return readers;
}

/** Milliseconds from the beginning to each arrival: of single events, all together; and until a burst was everywhere. */
interface Measured {
  readonly single: number[];
  readonly burst: number;
}

async function measure(readers: Beside, send: (count: number) => Promise<number>): Promise<Measured> {
  const single: number[] = [];
  for (let event = 0; event < SINGLE; event += 1) {
    const began = await send(1);
    const arrived = JSON.parse(await readers.next()) as number[];
    single.push(...arrived.map((time) => time - began));
  }
  const began = await send(BURST);
  let last = began;
  for (let event = 0; event < BURST; event += 1)
    last = Math.max(last, ...(JSON.parse(await readers.next()) as number[]));
  return { single, burst: last - began };
}

/** A frame as the server sends it, for the bare one to send. */
const FRAME = JSON.stringify({
  id: '1',
  type: 'next',
  payload: {
    data: {
      history: {
        __typename: 'HistoryEvent',
        cursor: 'AWumjLZzNUqOl9leAlxjCfAAAAAAAAAD6qHQYuw',
        position: '1000',
        recordHash: `sha256:${'0'.repeat(64)}`,
        rows: [
          {
            historyId: crypto.randomUUID(),
            entryId: crypto.randomUUID(),
            changeKind: 'mark',
            entryVersionBefore: null,
            entryVersionAfter: 'marked',
            changedBy: 'bench',
            changedAt: '2026-01-01T00:00:00.000000Z',
            position: '1000',
            logOrdinal: 1,
          },
        ],
      },
    },
  },
});

export async function benchDelivery(ground: Ground): Promise<void> {
  console.log(
    `\nFrom commit to delivery at ${READERS} subscribers over WebSocket (${FRAME.length} bytes an event): ${ROUNDS} rounds`,
  );
  const { urls } = await ground.database();
  const server = beside('delivery-server.ts');
  server.tell({ urls, secrets: ground.secrets });
  const url = (await server.next()).replace(/^http/, 'ws');
  const ours = await readersOf(url, ground.tokens['observer'] as string);
  const bare = beside('broadcast.ts');
  const theirs = await readersOf(await bare.next(), '');
  const commit = async (count: number): Promise<number> => {
    server.tell(count);
    return Number(await server.next());
  };
  const broadcast = async (count: number): Promise<number> => {
    bare.tell(Array.from({ length: count }, () => FRAME));
    return Number(await bare.next());
  };
  const [product, limit]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = [await measure(ours, commit), await measure(theirs, broadcast)] as const;
    if (round === 0) continue; // the first warms both up
    product.push(pair[0]);
    limit.push(pair[1]);
  }
  for (const process of [ours, theirs, bare, server]) await process.end();
  tell(product, limit);
}

function tell(product: readonly Measured[], limit: readonly Measured[]): void {
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const at = ({ single }: Measured) => quantile(single, share);
    const ratios = product.map((measured, round) => at(measured) / at(limit[round] as Measured));
    console.log(
      `  one event, ${name}: product ${median(product.map(at)).toFixed(1)} ms, bare ws ${median(limit.map(at)).toFixed(1)} ms, ratio ${median(ratios).toFixed(2)}  of ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
    );
  }
  const rate = ({ burst }: Measured) => (BURST * READERS * 1000) / burst;
  const ratios = product.map((measured, round) => rate(measured) / rate(limit[round] as Measured));
  console.log(
    `  ${BURST} at once: product ${rateText(product.map(rate))}, bare ws ${rateText(limit.map(rate))}, ratio ${median(ratios).toFixed(2)}  of ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
  );
}

const rateText = (rates: readonly number[]): string => `${(median(rates) / 1000).toFixed(0)} k/s`;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
