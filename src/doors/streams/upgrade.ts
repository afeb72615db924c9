/** Which requests become sockets. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Limits } from '../bounds/limits.ts';
import type { Hosts } from '../hosts.ts';
import { GRAPHQL_PATH } from '../http.ts';
import { DoorRefusal } from '../refuse.ts';

/** Whether a request asks for a WebSocket at GraphQL's path. Requests to upgrade to other protocols are ignored. */
export function isWebSocket({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && url.split('?')[0] === GRAPHQL_PATH
  );
}

/** Browsers name the page's origin; a page of another site is refused. Programs name none. */
export function refuseUpgrade(
  request: IncomingMessage,
  { closing, open }: { closing: boolean; open: number },
  { hosts, limits }: { readonly hosts: Hosts; readonly limits: Limits },
): void {
  hosts.refuseForeign(request);
  hosts.refuseForeignOrigin(request);
  if (closing) throw new DoorRefusal(503, 'CLOSING', 'The server is closing. Connect again.');
  if (open >= limits.sockets)
    throw new DoorRefusal(503, 'TOO_MANY_SOCKETS', 'Too many sockets are open. Try again later.');
}

export function answerUpgrade(connection: Duplex, { status, message, headers }: DoorRefusal): void {
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = Buffer.byteLength(message);
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}content-length: ${length}\r\n\r\n${message}`,
  );
}
