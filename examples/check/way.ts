/**
 * The way to the ledger for the examples: pages as they were built, and the ledger's GraphQL behind the same origin. It
 * can lose the answer to a mutation, and hold back what the ledger streams.
 */

import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export interface Way {
  readonly origin: string;
  /** Where the ledger is. */
  lead(url: string): void;
  /** The answer to the next operation whose text has this word is lost; the ledger serves it. */
  loseAnswerTo(word: string): void;
  /** Nothing more comes over WebSockets until they are released. */
  holdStreams(): void;
  releaseStreams(): void;
  /** The texts of operations since this was last asked. */
  asked(): readonly string[];
  close(): Promise<void>;
}

/** `folder` has a folder for each page. */
export async function openWay(folder: string): Promise<Way> {
  let ledger: URL | null = null;
  let word: string | null = null;
  const asked: string[] = [];
  const fromLedger = new Set<Socket>();
  const all = new Set<Socket>();

  const server = createServer((asking, response) => {
    const { pathname } = new URL(asking.url ?? '/', 'http://page');
    if (pathname === '/graphql') void serveGraphql(asking, response);
    else servePage(join(folder, normalize(pathname)), response);
  });

  async function serveGraphql(asking: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of asking) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    asked.push(body.toString('utf8'));
    const isLost = word !== null && body.includes(word);
    if (isLost) word = null;
    const headers = { ...asking.headers, host: ledger?.host };
    const onwards = request(ledger as URL, { method: asking.method, headers }, (answer) => {
      // In the middle of the answer: a browser sends a call again by itself where nothing has come of it.
      if (isLost)
        answer.once('data', () =>
          response.writeHead(200, answer.headers).write('{', () => response.destroy()),
        );
      else answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    onwards.on('error', () => response.socket?.destroy());
    onwards.end(body);
  }

  server.on('upgrade', (asking, near: Socket, head: Buffer) => {
    const far = connect(Number(ledger?.port), ledger?.hostname);
    const headers = Object.entries({ ...asking.headers, host: ledger?.host });
    far.write(
      `GET ${asking.url} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
    );
    far.write(head);
    fromLedger.add(far);
    for (const socket of [near, far]) {
      all.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        fromLedger.delete(far);
      });
    }
    near.pipe(far).pipe(near);
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead: (url) => {
      ledger = new URL(url);
    },
    loseAnswerTo: (lost) => {
      word = lost;
    },
    holdStreams: () => {
      for (const socket of fromLedger) socket.unpipe().pause();
    },
    releaseStreams: () => {
      // Both ends are cut: a page goes on from its last cursor, over a new connection.
      for (const socket of fromLedger) socket.destroy();
    },
    asked: () => asked.splice(0),
    async close() {
      for (const socket of all) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function servePage(path: string, response: ServerResponse): void {
  const file = path.endsWith('/') ? join(path, 'index.html') : path;
  if (!existsSync(file)) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}
