/** The page that verifies passports, as it was built: shown to strangers, since it asks this server nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { builtPage, policyOf } from '../passport/built-page.ts';
import { DoorRefusal } from './refuse.ts';

const PASSPORT_PATH = '/passport';

export interface PassportPage {
  wants(request: IncomingMessage, url: URL): boolean;
  answer(response: ServerResponse): void;
}

export function passportPage(): PassportPage {
  // Read when somebody first looks; a page that is built later is found.
  let page: string | null = null;
  return {
    wants: ({ method }, url) => url.pathname === PASSPORT_PATH && (method === 'GET' || method === 'HEAD'),
    answer(response) {
      page ??= builtPage();
      if (page === null)
        throw new DoorRefusal(404, 'NOT_FOUND', 'The page was not built here; "npm run build" makes it.');
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': Buffer.byteLength(page),
        'cache-control': 'no-cache',
        // A document of its own: the page of no other window, with no door to this server.
        'content-security-policy': `${policyOf(page)}; frame-ancestors 'none'; sandbox allow-scripts`,
        'cross-origin-opener-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      response.end(page);
    },
  };
}
