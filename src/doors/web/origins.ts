/** Pages of other sites that the configuration invites (CORS): what their browsers may send, and may show them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hosts } from '../hosts.ts';
import { addVaries } from './answer.ts';

const EXPOSED = 'x-request-id, etag, retry-after';

const PREFLIGHT = {
  'access-control-allow-methods': 'POST, GET',
  'access-control-allow-headers':
    'authorization, content-type, accept, if-none-match, x-request-id, traceparent, tracestate',
  'access-control-max-age': '600',
};

/**
 * Lets a page of an invited origin read the answer. True where the request was only the browser's question. No answer
 * allows credentials: a token goes in a header, which a page has to know, and never in a cookie.
 */
export function welcomeOrigin(hosts: Hosts, request: IncomingMessage, response: ServerResponse): boolean {
  // Also where this caller names no origin: what a cache has for it isn't for a page.
  if (hosts.invites) addVaries(response, ['origin']);
  const origin = hosts.invited(request);
  if (origin === null) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', EXPOSED);
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, PREFLIGHT).end();
  return true;
}
