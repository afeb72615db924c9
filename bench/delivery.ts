/**
 * From a commit to its delivery at 1,000 subscribers over WebSocket: one server, all readers in another process, as
 * a ratio to a bare `ws` server that broadcasts the same bytes to the same number of such readers; alternated in
 * one run.
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

/** A process of ours that reads and writes lines. */
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

/**
 * Milliseconds from the beginning to each arrival: of single events, all together; and until a burst was
 * everywhere.
 */
interface Measured {
  readonly single: number[];
  readonly burst: number;
  /** The server's processor time for the burst. */
  readonly processor: number;
}

/** When a sender began, and its processor time until then. */
type Begun = readonly [at: number, processor: number];

async function measure(readers: Beside, send: (count: number) => Promise<Begun>): Promise<Measured> {
  const single: number[] = [];
  for (let event = 0; event < SINGLE; event += 1) {
    const [began] = await send(1);
    const arrived = JSON.parse(await readers.next()) as number[];
    single.push(...arrived.map((time) => time - began));
  }
  const [began, before] = await send(BURST);
  let last = began;
  for (let event = 0; event < BURST; event += 1)
    last = Math.max(last, ...(JSON.parse(await readers.next()) as number[]));
  const [, after] = await send(0);
  return { single, burst: last - began, processor: after - before };
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
            changeKind: 'MARK',
            entryVersionBefore: null,
            entryVersionAfter: 'MARKED',
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
  const commit = async (count: number): Promise<Begun> => {
    server.tell(count);
    return JSON.parse(await server.next());
  };
  const broadcast = async (count: number): Promise<Begun> => {
    bare.tell(Array.from({ length: count }, () => FRAME));
    return JSON.parse(await bare.next());
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
  const line = (what: string, of: (measured: Measured) => number, text: (value: number) => string): void => {
    const [ours, theirs] = [product.map(of), limit.map(of)];
    console.log(
      `  ${what}: product ${text(median(ours))}, bare ws ${text(median(theirs))}, ${ratiosOf(ours, theirs)}`,
    );
  };
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  line('one event, p50', ({ single }) => quantile(single, 0.5), ms);
  line('one event, p99', ({ single }) => quantile(single, 0.99), ms);
  line(
    `${BURST} at once, frames a second`,
    ({ burst }) => (BURST * READERS * 1000) / burst,
    (rate) => `${(rate / 1000).toFixed(0)} k`,
  );
  // Of the server alone: what else the machine does falls on the clock and not on this.
  line(
    `${BURST} at once, the server's processor time a frame`,
    ({ processor }) => (processor * 1000) / (BURST * READERS),
    (us) => `${us.toFixed(1)} µs`,
  );
}

const ratiosOf = (product: readonly number[], limit: readonly number[]): string => {
  const ratios = product.map((value, round) => value / (limit[round] as number));
  return `ratio ${median(ratios).toFixed(2)}  of ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`;
};

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
