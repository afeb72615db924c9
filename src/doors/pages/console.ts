/**
 * The console for people, as it was built: one page, its script and its style, shown to strangers. What it asks the
 * ledger needs the token that a person types into it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DoorRefusal } from '../refuse.ts';
import { type Asset, answerAsset, assetOf } from './asset.ts';

export const CONSOLE_PATH = '/console';

/** Its own files and requests to this server; no inline code, and no other origin. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

interface ConsoleFile {
  readonly asset: Asset;
  readonly type: string;
  /** Whether its name changes with its bytes. */
  readonly isNamedByBytes: boolean;
}

export interface ConsolePage {
  wants(url: URL): boolean;
  answer(request: IncomingMessage, response: ServerResponse, url: URL): void;
  /** Whether there is a console to be shown. */
  isThere(): boolean;
}

export function consolePage(): ConsolePage {
  // Read when somebody first looks; a console that is built later is found.
  let read: ReadonlyMap<string, ConsoleFile> | null = null;
  const files = () => {
    read ??= builtConsole();
    return read;
  };
  return {
    wants: ({ pathname }) => pathname === CONSOLE_PATH || pathname.startsWith(`${CONSOLE_PATH}/`),
    isThere: () => files() !== null,
    answer(request, response, url) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new DoorRefusal(405, 'METHOD_NOT_ALLOWED', 'The console is read by GET.', {
          allow: 'GET, HEAD',
        });
      // Relative, so that it holds behind a proxy, too.
      if (url.pathname === CONSOLE_PATH) {
        response.writeHead(308, { location: 'console/', 'content-length': 0 }).end();
        return;
      }
      answerFile(request, response, fileAt(files(), url.pathname.slice(CONSOLE_PATH.length + 1)));
    },
  };
}

function fileAt(files: ReadonlyMap<string, ConsoleFile> | null, name: string): ConsoleFile {
  if (files === null)
    throw new DoorRefusal(404, 'NOT_FOUND', 'The console was not built here; "npm run build" makes it.');
  const file = files.get(name === '' ? 'index.html' : name);
  if (file === undefined)
    throw new DoorRefusal(404, 'NOT_FOUND', 'The console has no such file. Load its page anew.');
  return file;
}

function answerFile(request: IncomingMessage, response: ServerResponse, file: ConsoleFile): void {
  answerAsset(request, response, file.asset, {
    'content-type': file.type,
    'cache-control': file.isNamedByBytes ? 'public, max-age=31536000, immutable' : 'no-cache',
    'content-security-policy': POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

/** The files as `npm run build` left them in `dist`; null where it wasn't built. */
function builtConsole(): ReadonlyMap<string, ConsoleFile> | null {
  const place = import.meta.url.endsWith('.ts') ? '../../../dist/console/' : '../../../console/';
  const folder = new URL(place, import.meta.url);
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
      name.replaceAll('\\', '/'),
    );
    const shown = names.filter((name) => typeOf(name) !== undefined);
    return new Map(shown.map((name) => [name, fileOf(name, readFileSync(new URL(name, folder), 'utf8'))]));
  } catch {
    return null;
  }
}

function fileOf(name: string, text: string): ConsoleFile {
  return {
    asset: assetOf(text),
    type: typeOf(name) as string,
    isNamedByBytes: name.startsWith('assets/'),
  };
}

function typeOf(name: string): string | undefined {
  return TYPES[name.slice(name.lastIndexOf('.') + 1)];
}
