/** Which requests become sockets. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Forwarded } from '../address.ts';
import type { Limits } from '../bounds/limits.ts';
import type { Hosts } from '../hosts.ts';
import { DoorRefusal } from '../refuse.ts';
import { REQUEST_ID } from '../web/call.ts';

/** Whether a request asks for a WebSocket at GraphQL's path. Requests to upgrade to other protocols are ignored. */
export function webSocketAt(path: string) {
  return ({ method, url = '', headers }: IncomingMessage): boolean =>
    method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && url.split('?')[0] === path;
}

/** Browsers name the page's origin; a page of another site is refused. Programs name none. */
export function refuseUpgrade(
  request: IncomingMessage,
  forwarded: Forwarded,
  { closing, open }: { closing: boolean; open: number },
  { hosts, limits }: { readonly hosts: Hosts; readonly limits: Limits },
): void {
  hosts.refuseForeign(request, forwarded);
  hosts.refuseForeignOrigin(request, forwarded);
  if (closing) throw new DoorRefusal(503, 'CLOSING', 'The server is closing. Connect again.');
  if (open >= limits.sockets)
    throw new DoorRefusal(503, 'TOO_MANY_SOCKETS', 'Too many sockets are open. Try again later.');
}

export function answerUpgrade(
  connection: Duplex,
  { status, message, headers }: DoorRefusal,
  requestId: string,
): void {
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    [REQUEST_ID]: requestId,
    'content-type': 'text/plain; charset=utf-8',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = Buffer.byteLength(message);
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}content-length: ${length}\r\n\r\n${message}`,
  );
}
