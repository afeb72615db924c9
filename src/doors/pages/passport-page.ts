/** The page that verifies passports, as it was built: shown to strangers, since it asks this server nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { builtPage, policyOf } from '../../passport/built-page.ts';
import { DoorRefusal } from '../refuse.ts';
import { type Asset, answerAsset, assetOf } from './asset.ts';

export const PASSPORT_PATH = '/passport';

export interface PassportPage {
  wants(request: IncomingMessage, url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Whether there is a page to be shown. */
  isThere(): boolean;
}

export function passportPage(): PassportPage {
  // Read when somebody first looks; a page that is built later is found.
  let read: { readonly asset: Asset; readonly policy: string } | null = null;
  const page = () => {
    if (read !== null) return read;
    const text = builtPage();
    if (text !== null) read = { asset: assetOf(text), policy: policyOf(text) };
    return read;
  };
  return {
    wants: ({ method }, url) => url.pathname === PASSPORT_PATH && (method === 'GET' || method === 'HEAD'),
    isThere: () => page() !== null,
    answer(request, response) {
      const found = page();
      if (found === null)
        throw new DoorRefusal(404, 'NOT_FOUND', 'The page was not built here; "npm run build" makes it.');
      answerAsset(request, response, found.asset, {
        'content-type': 'text/html; charset=utf-8',
        // A document of its own: the page of no other window, with no door to this server.
        'content-security-policy': `${found.policy}; frame-ancestors 'none'; sandbox allow-scripts`,
        'cross-origin-opener-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
    },
  };
}
