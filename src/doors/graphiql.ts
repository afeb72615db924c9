/**
 * GraphiQL, from the installed package: one page, rendered and compressed once, that loads nothing from anywhere else. It
 * is shown to strangers, being only a page; what it asks needs the token that one types into its headers tab.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const PLACEHOLDER = 'PUT-A-TOKEN-HERE';

const DEFAULT_HEADERS = `{
  "Authorization": "Bearer ${PLACEHOLDER}"
}`;

const DEFAULT_QUERY = `# Cutter, a governed ledger over GraphQL
#
# 1. Put a token into the Headers tab below. The first
#    start wrote six of them to .cutter/tokens.json;
#    "observer" may look at everything.
# 2. Press play (or Ctrl-Enter) and choose what to run.

query Look {
  whoAmI { name kind scopes }
  entries(first: 5) {
    edges {
      node { entryId kind status emittedAt }
    }
  }
}

# Follows the log: its history from the start, then live,
# until you press stop.
subscription Watch {
  history(after: "") {
    __typename
    ... on Ready { cursor }
    ... on HistoryEvent {
      position
      rows { changeKind entryVersionAfter changedAt }
    }
    ... on CaughtUp { cursor }
    ... on Reset { reason message }
  }
}
`;

/**
 * GraphiQL reads the schema when it opens, before anybody could type a token. That question waits here until another was
 * answered under a token, and is asked with it; asked at once it would fail, and its error would stay on the screen. Later
 * this presses GraphiQL's own button for it when a request has been answered under a token with which the schema wasn't read
 * yet. A question without a token is answered here, with what to do.
 */
const READ_SCHEMA_WITH_TOKEN = `
  const plainFetch = window.fetch;
  let schemaToken;
  let isWaiting = false;
  let admit;
  const admitted = new Promise((resolve) => (admit = resolve));
  const unsaid = { errors: [{ message: 'Put a token in place of ${PLACEHOLDER} in the Headers tab below, then press play.' }] };
  window.fetch = async function (input, init) {
    let token = new Headers(init?.headers).get('authorization');
    const isUnsaid = !token || token.includes('${PLACEHOLDER}');
    const isIntrospection = String(init?.body).includes('IntrospectionQuery');
    if (isUnsaid && !isIntrospection) {
      return new Response(JSON.stringify(unsaid), { headers: { 'content-type': 'application/json' } });
    }
    if (isUnsaid) {
      isWaiting = true;
      token = await admitted;
      const headers = new Headers(init.headers);
      headers.set('authorization', token);
      init = { ...init, headers };
    }
    const response = await plainFetch(input, init);
    if (response.ok && (isIntrospection || isWaiting)) schemaToken = token;
    if (response.ok && isWaiting) {
      isWaiting = false;
      admit(token);
    }
    if (response.ok && !isIntrospection && token !== schemaToken) {
      schemaToken = token;
      document.querySelector('button[aria-label^="Re-fetch"]')?.click();
    }
    return response;
  };
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
  const plain = Buffer.from(
    String(html).replace('<head>', `<head><script>${READ_SCHEMA_WITH_TOKEN}</script>`),
  );
  return { plain, zipped: await promisify(gzip)(plain, { level: 6 }) };
}

export interface GraphiqlPage {
  /** Whether a browser asks for a page. A link with a query in it opens in GraphiQL, which reads it from the address. */
  wants(request: IncomingMessage, url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function graphiqlPage(path: string): GraphiqlPage {
  let page: Promise<Page> | undefined;
  return {
    wants: (request, url) =>
      request.method === 'GET' &&
      url.pathname === path &&
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
