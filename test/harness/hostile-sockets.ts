/** What answers at a WebSocket address and is no ledger: each greets, or doesn't, in its own wrong way. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Loose } from './hostile-server.ts';

type Serving = (socket: WebSocket, frame: Loose) => void;

const json = (socket: WebSocket, frame: Loose) => socket.send(JSON.stringify(frame));
const next = (history: Loose): Loose => ({ type: 'next', id: '1', payload: { data: { history } } });

/** Acknowledges, and answers the subscription. */
const subscribed =
  (answer: (socket: WebSocket) => void): Serving =>
  (socket, frame) => {
    if (frame.type === 'connection_init') json(socket, { type: 'connection_ack' });
    if (frame.type === 'subscribe') answer(socket);
  };

/** Sends for as long as the socket is open, without waiting for anybody. */
function flood(socket: WebSocket, frame: () => string): void {
  const more = () => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount < 4 * 1024 * 1024)
      for (let count = 0; count < 500; count += 1) socket.send(frame());
    setImmediate(more);
  };
  more();
}

export const SOCKETS = {
  'no greeting': () => {},
  'a greeting and nothing else': subscribed(() => {}),
  bytes: (socket) => socket.send(Buffer.from([0, 1, 2])),
  'a page': (socket) => socket.send('<html>'),
  'JSON of another protocol': (socket) => json(socket, { type: 'ka' }),
  'a list': (socket) => json(socket, [[]]),
  'brackets without end': (socket) => socket.send('['.repeat(2_000_000)),
  'a message before its greeting': (socket) => json(socket, next({ __typename: 'Ready' })),
  'two greetings': (socket) => {
    json(socket, { type: 'connection_ack' });
    json(socket, { type: 'connection_ack' });
  },
  'messages for somebody else': subscribed((socket) => json(socket, { ...next({}), id: '2' })),
  'a message of nothing': subscribed((socket) => json(socket, next(null))),
  'a frame beyond every bound': subscribed((socket) => socket.send(`"${'x'.repeat(25 * 1024 * 1024)}"`)),
  'questions without end': subscribed((socket) => flood(socket, () => '{"type":"ping"}')),
  'an end, again and again': subscribed((socket) => json(socket, { type: 'complete', id: '1' })),
  'a goodbye, again and again': (socket) => socket.close(1000),
  'a token that it does not know': (socket, { payload }) =>
    socket.close(4403, `No: ${String(payload.authorization).slice(7)}`),
  'an error with the token in it': (socket, frame) => {
    if (frame.type === 'connection_init') {
      json(socket, { type: 'connection_ack' });
      const message = `\u001b[2J${String(frame.payload.authorization).slice(7)}`;
      json(socket, { type: 'error', id: '1', payload: [{ message, extensions: { code: 'FORBIDDEN' } }] });
    }
  },
} as const satisfies Record<string, Serving>;

/** What is written in the place of a WebSocket's handshake. */
export const UPGRADES = {
  'a door that is another one': 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n',
  'another address': 'HTTP/1.1 302 Found\r\nlocation: ws://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n',
  'a page instead of a socket':
    'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>',
  'a key that is not ours':
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: x\r\n\r\n',
  'no HTTP': 'SSH-2.0-OpenSSH_9.9\r\n',
} as const satisfies Record<string, string>;

export type SocketName = keyof typeof SOCKETS | keyof typeof UPGRADES;

export interface SocketImpostor {
  readonly url: string;
  /** Connections that were made to it. */
  readonly connections: number;
  close(): Promise<void>;
}

export async function socketImpostor(name: SocketName): Promise<SocketImpostor> {
  return name in UPGRADES
    ? listening((connection) => connection.end(UPGRADES[name as keyof typeof UPGRADES]))
    : socketServer(SOCKETS[name as keyof typeof SOCKETS]);
}

/** A ledger that has far more to tell than anybody reads; `told` says how many messages left it. */
export async function talker(
  messages: (count: number) => Loose,
): Promise<SocketImpostor & { readonly told: number }> {
  let told = 0;
  const impostor = await socketServer(
    subscribed((socket) => flood(socket, () => JSON.stringify(next(messages(told++))))),
  );
  return {
    url: impostor.url,
    get connections() {
      return impostor.connections;
    },
    get told() {
      return told;
    },
    close: impostor.close,
  };
}

function socketServer(serving: Serving): Promise<SocketImpostor> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' });
  return listening((connection, request, head) =>
    sockets.handleUpgrade(request, connection, head, (socket) => {
      socket.on('message', (data) => serving(socket, JSON.parse(String(data))));
      socket.on('error', () => {});
    }),
  );
}

async function listening(
  upgrade: (connection: Duplex, request: IncomingMessage, head: Buffer) => void,
): Promise<SocketImpostor> {
  const open = new Set<Duplex>();
  let connections = 0;
  const http = createServer((_, response) => response.writeHead(404).end());
  http.on('upgrade', (request, connection, head) => {
    connections += 1;
    open.add(connection);
    connection.on('error', () => {}).once('close', () => open.delete(connection));
    upgrade(connection, request, head);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    get connections() {
      return connections;
    },
    async close() {
      for (const connection of open) connection.destroy();
      http.close();
      await once(http, 'close');
    },
  };
}
