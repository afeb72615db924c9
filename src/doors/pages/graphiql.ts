/**
 * GraphiQL, from the installed package: one page, made once, that loads nothing from anywhere else. It
 * is shown to strangers, being only a page; what it asks needs the token that one types into its headers tab.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Thread } from '../../threads/thread.ts';
import { prefersHtml } from '../prefers.ts';
import { GRAPHQL_PATH } from '../web/paths.ts';
import { type Asset, answerAsset } from './asset.ts';
import type { GraphiqlTask } from './graphiql-thread.ts';

/** Scripts and styles are in the page, workers in blobs; requests go to this server and nowhere else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'worker-src blob:',
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  vary: 'accept',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export interface GraphiqlPage {
  /**
   * Whether a browser asks for a page. A link with a query in it opens in GraphiQL, which reads it from the
   * address.
   */
  wants(request: IncomingMessage, url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function graphiqlPage(task: GraphiqlTask): GraphiqlPage {
  let page: Promise<Asset> | null = null;
  return {
    wants: (request, url) =>
      (request.method === 'GET' || request.method === 'HEAD') &&
      url.pathname === GRAPHQL_PATH &&
      prefersHtml(request),
    async answer(request, response) {
      // Made when somebody first looks.
      page ??= makePage(task).catch((error: unknown) => {
        page = null;
        throw error;
      });
      answerAsset(request, response, await page, HEADERS);
    },
  };
}

async function makePage(task: GraphiqlTask): Promise<Asset> {
  const thread = new Thread<GraphiqlTask, Asset>('./graphiql-thread', import.meta);
  try {
    return await thread.run(task);
  } finally {
    await thread.close();
  }
}
