/**
 * The limit: a bare `ws` server that sends each text that it reads (one a line on standard input) to every socket.
 * Speaks so much of the protocol that the same readers follow it. Says its URL, and for each line when it began to
 * send and how much processor time (ms) it had used by then.
 */
import { createInterface } from 'node:readline';
import { type WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (socket: WebSocket) => {
  socket.on('message', (data: Buffer) => {
    if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
    else socket.send('{"id":"1","type":"next","payload":{"data":{"history":{"__typename":"CaughtUp"}}}}');
  });
});
server.on('listening', () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`ws://127.0.0.1:${port}\n`);
});
for await (const texts of createInterface({ input: process.stdin })) {
  const began = performance.timeOrigin + performance.now();
  const { user, system } = process.cpuUsage();
  for (const text of JSON.parse(texts) as string[]) for (const socket of server.clients) socket.send(text);
  process.stdout.write(`[${began},${(user + system) / 1000}]\n`);
}
process.exit(0);
