/**
 * Subscribers in a process of their own. Reads `{url, token, count}` from standard input, opens that many sockets,
 * says `ready` when all follow live, and then for each event one line: when it arrived (ms since the epoch) at each
 * of them, in order of arrival.
 */
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

interface Order {
  readonly url: string;
  readonly token: string;
  readonly count: number;
}

const SUBSCRIPTION = `subscription { history { __typename
  ... on Ready { cursor } ... on CaughtUp { cursor } ... on Heartbeat { cursor head } ... on Reset { reason }
  ... on HistoryEvent { cursor position recordHash
    rows { historyId entryId changeKind entryVersionBefore entryVersionAfter changedBy changedAt position logOrdinal } } } }`;

const now = (): number => performance.timeOrigin + performance.now();
const arrivals: number[][] = [];

/**
 * Resolves when the socket follows live; each event after that is noted by its number. Frames aren't parsed:
 * readers cost time, too.
 */
function follow({ url, token, count }: Order): Promise<void> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  let events = 0;
  socket.on('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
  );
  return new Promise((resolve) => {
    const fail = (what: string): never => {
      // Without all of them nothing is measured.
      process.stderr.write(`a reader was lost: ${what}\n`);
      process.exit(1);
    };
    socket.on('error', (error) => fail(error.message));
    socket.on('close', (code) => fail(`its socket closed with ${code}`));
    socket.on('message', (data: Buffer) => {
      if (data.includes('"HistoryEvent"')) note(events++, count);
      else if (data.includes('"CaughtUp"')) resolve();
      else if (data.includes('"Reset"')) fail(data.toString());
      else if (data.includes('connection_ack'))
        socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } }));
    });
  });
}

function note(event: number, count: number): void {
  arrivals[event] ??= [];
  const times = arrivals[event];
  times.push(now());
  if (times.length < count) return;
  process.stdout.write(`${JSON.stringify(times)}\n`);
  arrivals[event] = [];
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  for (let opened = 0; opened < order.count; opened += 50)
    await Promise.all(Array.from({ length: Math.min(50, order.count - opened) }, () => follow(order)));
  process.stdout.write('ready\n');
}
process.exit(0);
