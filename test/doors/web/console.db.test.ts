import { beforeAll, describe, expect, test } from 'vitest';
import { type BuiltConsole, buildConsole } from '../../../src/console/build/build.ts';
import { type DoorServer, doorServer } from '../../harness/doors.ts';
import { askBytes } from '../../harness/raw-http.ts';

/** The server shows what `npm run build` left in `dist`; this is what the sources make now. */
let built: BuiltConsole;
let doors: DoorServer;
let under: DoorServer;

beforeAll(async () => {
  built = await buildConsole();
  doors = await doorServer();
  under = await doorServer({ basePath: '/a/ledger', database: doors.database });
});

const at = (path: string) => new URL(path, doors.url).href;

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

/** What the page names: scripts, styles, its icon. */
const linksOf = (html: string) =>
  [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link]) => link as string);

describe('the console as it is built', () => {
  test('has one page without inline code or styles, and names nothing of another origin', () => {
    const html = built.files.get('index.html') as string;
    expect(html).not.toMatch(/<style|\son\w+=|style=|https?:/i);
    expect([...html.matchAll(/<script([^>]*)>([^<]*)/g)].map(([, , text]) => text)).toEqual(['']);
    const links = linksOf(html);
    expect(links.length).toBeGreaterThanOrEqual(3);
    // Relative, so that the page runs under any path.
    for (const link of links) expect(link).toMatch(/^\.\.?\//);
  });

  test('its script is small, makes no code of text, and stores nothing', () => {
    expect(built.scriptBytes).toBeLessThan(150_000);
    const scripts = [...built.files].filter(([name]) => name.endsWith('.js')).map(([, text]) => text);
    expect(scripts.join('\n')).not.toMatch(/localStorage|sessionStorage|document\.cookie|indexedDB/);
  });
});

describe('the console at its door', () => {
  test('strangers get the page, with a policy that allows its own files and this server alone', async () => {
    const { status, headers, bytes } = await askBytes(at('/console/'));
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toBe(POLICY);
    expect([headers['x-content-type-options'], headers['referrer-policy']]).toEqual([
      'nosniff',
      'no-referrer',
    ]);
    expect(headers['cache-control']).toBe('no-cache');
    expect(String(bytes)).not.toMatch(/<script[^>]*>[^<]/);
  });

  test('without a slash it leads to the page, wherever that is', async () => {
    for (const url of [at('/console'), new URL('/a/ledger/console', under.url).href]) {
      const { status, headers } = await askBytes(url);
      expect([status, headers['location']]).toEqual([308, 'console/']);
    }
  });

  test.each([
    ['', () => doors],
    ['/a/ledger', () => under],
  ])('under "%s" the page’s files are there, with lasting names', async (base, server) => {
    const page = new URL(`${base}/console/`, server().url).href;
    const html = String((await askBytes(page)).bytes);
    for (const link of linksOf(html)) {
      const url = new URL(link, page).href;
      expect(new URL(url).pathname.startsWith(`${base}/`)).toBe(true);
      const file = await askBytes(url);
      expect([link, file.status]).toEqual([link, 200]);
      if (!link.includes('/assets/')) continue;
      expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(file.headers['content-security-policy']).toBe(POLICY);
      expect(file.headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/);
    }
  });

  test('HEAD has the headers alone, and who has the bytes is answered without them', async () => {
    const got = await askBytes(at('/console/'));
    const head = await askBytes(at('/console/'), { method: 'HEAD' });
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(got.bytes.length));
    const held = await askBytes(at('/console/'), {
      headers: { 'if-none-match': String(got.headers['etag']) },
    });
    expect([held.status, held.bytes.length]).toEqual([304, 0]);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const { status, headers } = await askBytes(at('/console/'), { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    'assets/none.js',
    '../package.json',
    '%2e%2e/passport.html',
    'assets/',
    'tokens.json',
    'assets/..%2findex.html',
  ])('there is no %s', async (name) => {
    expect((await askBytes(at(`/console/${name}`))).status).toBe(404);
  });

  test('a foreign name in Host gets nothing of it', async () => {
    expect((await askBytes(at('/console/'), { headers: { host: 'rebound.example' } })).status).toBe(403);
  });
});
