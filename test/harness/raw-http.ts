/** HTTP as bytes, for what no client library sends. */
import { type IncomingHttpHeaders, request } from 'node:http';
import net from 'node:net';

export interface RawConnection {
  readonly socket: net.Socket;
  /** All that has come. */
  received(): string;
  /** Resolves when something that matches has come; rejects where the connection ends first. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with all that came when the other side has ended. */
  readonly ended: Promise<string>;
}

/** Opens a connection to the server of `url` and writes `text`. */
export function rawConnection(url: string, text = ''): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port) });
  let received = '';
  const waiting: { pattern: RegExp; resolve(text: string): void; reject(error: Error): void }[] = [];
  socket.setEncoding('utf8');
  socket.on('data', (piece: string) => {
    received += piece;
    for (const one of waiting.splice(0)) {
      if (one.pattern.test(received)) one.resolve(received);
      else waiting.push(one);
    }
  });
  socket.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => {
      for (const one of waiting.splice(0)) one.reject(new Error(`the connection ended after: ${received}`));
      resolve(received);
    });
  });
  socket.write(text);
  return {
    socket,
    received: () => received,
    ended,
    until: (pattern) =>
      pattern.test(received)
        ? Promise.resolve(received)
        : new Promise((resolve, reject) => waiting.push({ pattern, resolve, reject })),
  };
}

/** One request of which the connection is closed by the answer; answers with status and body. */
export async function rawRequest(
  url: string,
  lines: readonly string[],
  body = '',
): Promise<{ status: number; text: string }> {
  const asked = rawConnection(url, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  const text = await asked.ended;
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text };
}

/** One request as it is written here; answers with the bytes as they were sent. */
export function askBytes(
  url: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
) {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; bytes: Buffer }>((resolve, reject) => {
    const asked = request(url, { method, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) });
    });
    asked.on('error', reject).end(body);
  });
}
