/**
 * GraphiQL, from the installed package: one page, rendered and compressed once, that loads nothing from anywhere else. It
 * is shown to strangers, being only a page; what it asks needs the token that one types into its headers tab.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const DEFAULT_HEADERS = `{
  "Authorization": "Bearer paste-a-token-from-.cutter/tokens.json"
}`;

const DEFAULT_QUERY = `# Cutter: a governed ledger for cutting documents into addressable units.
#
# 1. Open the Headers tab below and put a token in place of the words after "Bearer".
#    The first start wrote six tokens to .cutter/tokens.json; "observer" may look at everything.
# 2. Press the play button (or Ctrl-Enter) and choose what to run.

query Look {
  whoAmI { name kind scopes }
  entries(first: 5) {
    edges { node { entryId kind status emittedAt } }
  }
}

# Follows the log: every row of history from the start, then live, until you press stop.
subscription Watch {
  history(after: "") {
    __typename
    ... on Ready { cursor }
    ... on HistoryEvent { position cursor rows { changeKind entryVersionAfter changedAt } }
    ... on CaughtUp { cursor }
    ... on Reset { reason message }
  }
}
`;

/** Scripts and styles stand in the page, workers in blobs; requests go home and nowhere else. */
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

interface Page {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

async function renderPage(): Promise<Page> {
  // Nine megabytes of text: loaded when somebody first looks.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Cutter',
    endpoint: '/graphql',
    defaultQuery: DEFAULT_QUERY,
    defaultHeaders: DEFAULT_HEADERS,
    headers: DEFAULT_HEADERS,
    defaultEditorToolsVisibility: 'headers',
    // Event streams carry the header that one typed; a browser's WebSocket can't.
    subscriptionsProtocol: 'SSE',
    shouldPersistHeaders: false,
  });
  const plain = Buffer.from(String(html));
  return { plain, zipped: await promisify(gzip)(plain, { level: 6 }) };
}

export interface GraphiqlPage {
  /** Whether the request asks for a page rather than for an answer. */
  wants(request: IncomingMessage, url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function graphiqlPage(path: string): GraphiqlPage {
  let page: Promise<Page> | undefined;
  return {
    wants: (request, url) =>
      request.method === 'GET' &&
      url.pathname === path &&
      !url.searchParams.has('query') &&
      (request.headers.accept ?? '').includes('text/html'),
    async answer(request, response) {
      page ??= renderPage();
      const { plain, zipped } = await page;
      const isZipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      const body = isZipped ? zipped : plain;
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': body.length,
        ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
        vary: 'accept, accept-encoding',
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      response.end(body);
    },
  };
}
