/**
 * `/`: where a person or a program that knows only the address goes on. It shows what `/ready` shows strangers and
 * how to get a token. What is in the ledger, how much of it, and paths of this machine are not for strangers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mode } from '../../law/values.ts';
import { VERSION } from '../../version.ts';
import type { ServerReadiness } from '../health.ts';
import { prefersHtml } from '../prefers.ts';
import { DoorRefusal } from '../refuse.ts';
import { addVaries } from '../web/answer.ts';
import { GRAPHQL_PATH, pathUnder } from '../web/paths.ts';
import { type Asset, answerAsset, assetOf } from './asset.ts';
import { CONSOLE_PATH } from './console.ts';
import type { Landing } from './landing-facts.ts';
import { LANDING_POLICY, landingHtml } from './landing-html.ts';
import { PASSPORT_PATH } from './passport-page.ts';

const ICON_PATH = '/favicon.svg';

/** What does not change while the server runs, apart from the pages that may be built later. */
export interface LandingOptions {
  readonly mode: Mode;
  /** Before every link, `/ledger`; null where the server is the whole site. */
  readonly basePath: string | null;
  readonly hasGraphiql: boolean;
  readonly hasConsole: () => boolean;
  readonly hasPassport: () => boolean;
  readonly ready: () => Promise<ServerReadiness>;
}

export interface LandingPage {
  wants(url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

export function landingPage(options: LandingOptions): LandingPage {
  const icon = assetOf(ICON);
  return {
    wants: (url) => url.pathname === '/' || url.pathname === ICON_PATH,
    async answer(request, response, url) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new DoorRefusal(
          405,
          'METHOD_NOT_ALLOWED',
          `This page is read by GET. GraphQL is at ${pathUnder(options.basePath, GRAPHQL_PATH)}.`,
          { allow: 'GET, HEAD' },
        );
      if (url.pathname === ICON_PATH) answerIcon(request, response, icon);
      else answerLanding(request, response, await landingOf(options), pathUnder(options.basePath, ICON_PATH));
    },
  };
}

async function landingOf(options: LandingOptions): Promise<Landing> {
  const { mode, basePath, hasGraphiql, hasConsole, hasPassport, ready } = options;
  const link = (path: string) => pathUnder(basePath, path);
  return {
    name: 'Cutter',
    version: VERSION,
    mode,
    ...(await ready()),
    links: {
      console: hasConsole() ? link(`${CONSOLE_PATH}/`) : null,
      graphql: link(GRAPHQL_PATH),
      graphiql: hasGraphiql ? link(GRAPHQL_PATH) : null,
      passport: hasPassport() ? link(PASSPORT_PATH) : null,
      health: link('/health'),
      ready: link('/ready'),
    },
    protocols: [
      'GraphQL over HTTP (POST, and GET for queries)',
      'graphql-transport-ws over WebSocket',
      'GraphQL over server-sent events (distinct connections)',
    ],
    token: TOKEN[mode],
  };
}

const TOKEN: Readonly<Record<Mode, string>> = {
  rehearsal:
    'This ledger is a rehearsal. Its first start wrote tokens of sample principals to the file tokens.json ' +
    "in the ledger's home. The home is the folder that CUTTER_HOME names, or else .cutter in the folder where " +
    'the server was started. Send one of the tokens as "Authorization: Bearer <token>".',
  production:
    'Ask the operator of this ledger for a token, and send it as "Authorization: Bearer <token>". ' +
    'The operator makes principals and their tokens as docs/how-to/production.md describes.',
};

function answerLanding(
  request: IncomingMessage,
  response: ServerResponse,
  landing: Landing,
  icon: string,
): void {
  const isHtml = prefersHtml(request);
  const text = isHtml ? landingHtml(landing, icon) : JSON.stringify(landing);
  addVaries(response, ['accept']);
  response.writeHead(200, {
    'content-type': isHtml ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // It shows a state.
    'cache-control': 'no-store',
    'content-security-policy': LANDING_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function answerIcon(request: IncomingMessage, response: ServerResponse, icon: Asset): void {
  answerAsset(request, response, icon, {
    'content-type': 'image/svg+xml',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
}

/** A sheet, cut. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
  '<rect width="32" height="32" rx="6" fill="#24527a"/>' +
  '<path d="M8 7h16M8 12h11M8 20h16M8 25h8" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/>' +
  '<path d="M5 16h22" stroke="#efc377" stroke-width="1.5" stroke-dasharray="3 2"/>' +
  '</svg>';
