import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { landingHtml } from '../../../src/doors/pages/landing-html.ts';
import { VERSION } from '../../../src/version.ts';
import { type Browser, CHROMIUM, openBrowser } from '../../harness/chromium.ts';
import { type DoorServer, doorServer } from '../../harness/doors.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_A_BROWSER_MS, WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

let doors: DoorServer;
let at: (path: string) => string;
beforeAll(async () => {
  doors = await doorServer();
  at = (path) => new URL(path, doors.url).href;
});

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** What comes for one request as it is written here, with the bytes as they are sent. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; bytes: Buffer }>(
    (resolve, reject) => {
      const asked = request(url, { method, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes: Buffer.concat(chunks),
        });
      });
      asked.on('error', reject).end();
    },
  );
}

describe('landing: the page at /', () => {
  test('a browser gets a page with the state of the ledger, links, and how to get a token', async () => {
    const { status, headers, bytes } = await ask(at('/'), HTML);
    const html = String(bytes);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect([headers['cache-control'], headers['vary']]).toEqual(['no-store', 'accept']);
    for (const path of ['/console/', '/graphql', '/passport', '/health', '/ready'])
      expect(html).toContain(`<a href="${path}">`);
    expect(html).toContain(`Version ${VERSION}, rehearsal.`);
    expect(html).toContain('<b>Ready</b>');
    expect(html).toContain('tokens.json');
  });

  test('its policy allows its own style alone, and it has no script', async () => {
    const { headers, bytes } = await ask(at('/'), HTML);
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(String(bytes)) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(String(bytes)).not.toMatch(/<script|\son\w+=|https?:\/\/|style=/i);
  });

  test.each(['*/*', 'application/json', '', 'text/html;q=0, */*'])(
    'a program that accepts "%s" gets the same facts as JSON',
    async (accept) => {
      const { status, bytes } = await ask(at('/?from=here'), accept === '' ? {} : { accept });
      expect(status).toBe(200);
      expect(JSON.parse(String(bytes))).toEqual({
        name: 'Cutter',
        version: VERSION,
        mode: 'rehearsal',
        status: 'ready',
        checks: { sockets: 'up', streams: 'up' },
        reasons: [],
        links: {
          console: '/console/',
          graphql: '/graphql',
          graphiql: '/graphql',
          passport: '/passport',
          health: '/health',
          ready: '/ready',
        },
        protocols: expect.arrayContaining(['graphql-transport-ws over WebSocket']),
        token: expect.stringContaining('tokens.json'),
      });
    },
  );

  test('HEAD has the headers alone; another method is 405, and a path beside it 404', async () => {
    for (const headers of [HTML, {}]) {
      const got = await ask(at('/'), headers);
      const head = await ask(at('/'), headers, 'HEAD');
      expect([head.status, head.bytes.length]).toEqual([200, 0]);
      expect(head.headers['content-length']).toBe(String(got.bytes.length));
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const refused = await ask(at('/'), HTML, method);
      expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
    expect((await ask(at('/index.html'), HTML)).status).toBe(404);
  });

  test('a foreign name in Host gets nothing of it', async () => {
    expect((await ask(at('/'), { ...HTML, host: 'rebound.example' })).status).toBe(403);
  });

  test('production: no link to GraphiQL, and no word of sample tokens', async () => {
    const production = await doorServer({ mode: 'production', database: doors.database });
    const { bytes } = await ask(new URL('/', production.url).href);
    const facts = JSON.parse(String(bytes));
    expect([facts.mode, facts.links.graphiql, facts.links.graphql]).toEqual(['production', null, '/graphql']);
    expect(facts.token).toMatch(/operator of this ledger/);
    expect(facts.token).not.toContain('tokens.json');
    const html = String((await ask(new URL('/', production.url).href, HTML)).bytes);
    expect(html).not.toContain('GraphiQL');
  });

  test('every word is escaped', () => {
    const html = landingHtml(
      {
        name: 'Cutter',
        version: '<1>',
        mode: 'rehearsal',
        status: 'not ready',
        checks: { 'a"b': 'down' },
        reasons: [`<img src=x onerror='alert(1)'> & more`],
        links: {
          console: null,
          graphql: '/"g',
          graphiql: null,
          passport: null,
          health: '/health',
          ready: '/ready',
        },
        protocols: [],
        token: '</p>',
      },
      '/icon',
    );
    expect(html).toContain('&#60;img src=x onerror=&#39;alert(1)&#39;&#62; &#38; more');
    expect(html).not.toMatch(/<img|<1>|"b|"g/);
  });

  test('the version is that of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(VERSION).toBe(version);
  });
});

describe('landing: before a ledger', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
  });

  test('it tells a stranger what /ready tells, with the reasons, and nothing of what is in the ledger', async () => {
    await server.superuser.query('revoke select on cutter_log.pending from cutter_integrator');
    await expect
      .poll(
        async () => {
          const ready = JSON.parse(String((await ask(new URL('/ready', server.url).href)).bytes));
          const { status, checks, reasons, ...rest } = JSON.parse(
            String((await ask(new URL('/', server.url).href)).bytes),
          );
          expect(Object.keys(rest).sort()).toEqual([
            'links',
            'mode',
            'name',
            'protocols',
            'token',
            'version',
          ]);
          const html = String((await ask(new URL('/', server.url).href, HTML)).bytes);
          return [
            { status, ...checks, reasons: [...reasons] },
            ready.reasons?.every((reason: string) => html.includes(reason.replaceAll('"', '&#34;'))),
            JSON.stringify(ready) === JSON.stringify({ status, ...checks, reasons }),
          ];
        },
        { timeout: WAITS_FOR_OTHERS_MS },
      )
      .toEqual([expect.objectContaining({ status: 'not ready', integrator: 'down' }), true, true]);
  });
});

const ASSETS = [
  ['/graphql', HTML],
  ['/passport', {}],
  ['/favicon.svg', {}],
] as const;

describe('assets: a browser that has the bytes is answered without them', () => {
  test.each(ASSETS)('%s has a strong tag of its bytes, plain and compressed', async (path, accept) => {
    const tags = new Set<string>();
    for (const coding of ['identity', 'gzip']) {
      const headers = { ...accept, 'accept-encoding': coding };
      const whole = await ask(at(path), headers);
      const tag = String(whole.headers['etag']);
      tags.add(tag);
      expect([whole.status, tag]).toEqual([200, expect.stringMatching(/^"[\w-]{43}(-gzip)?"$/)]);
      expect(whole.headers['content-encoding']).toBe(coding === 'gzip' ? 'gzip' : undefined);
      expect(whole.headers['cache-control']).toBe('no-cache');
      expect(whole.headers['vary']).toContain('accept-encoding');
      expect((await ask(at(path), headers)).headers['etag']).toBe(tag);
      for (const method of ['GET', 'HEAD']) {
        const head = await ask(at(path), headers, method);
        expect([head.status, head.headers['etag']]).toEqual([200, tag]);
        expect(head.headers['content-length']).toBe(String(whole.bytes.length));
        for (const held of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
          const same = await ask(at(path), { ...headers, 'if-none-match': held }, method);
          expect([same.status, same.bytes.length]).toEqual([304, 0]);
          expect([same.headers['etag'], same.headers['cache-control']]).toEqual([tag, 'no-cache']);
          expect([same.headers['content-type'], same.headers['content-encoding']]).toEqual([
            undefined,
            undefined,
          ]);
        }
        for (const held of ['"other"', tag.slice(1, -1), ''])
          expect((await ask(at(path), { ...headers, 'if-none-match': held }, method)).status).toBe(200);
      }
    }
    expect(tags.size).toBe(2);
  });

  test('gzip that is refused by its weight is not sent', async () => {
    const refused = await ask(at('/passport'), { 'accept-encoding': 'gzip;q=0, *;q=0.5' });
    expect(refused.headers['content-encoding']).toBe('zstd');
    const taken = await ask(at('/passport'), { 'accept-encoding': 'br;q=0, gzip;q=0.2' });
    expect(taken.headers['content-encoding']).toBe('gzip');
  });
});

describe.skipIf(CHROMIUM === null)('landing: in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(CHROMIUM as string);
  });
  afterAll(async () => {
    await browser?.close();
  });

  test('the page breaks no rule of its policy, and asks this server alone', async () => {
    const tab = await browser.tab();
    await tab.goto(at('/'));
    await tab.until(`document.querySelector('.state b') !== null`);
    expect(await tab.evaluate(`document.querySelector('.state b').textContent`)).toBe('Ready');
    expect(await tab.evaluate(`getComputedStyle(document.querySelector('main')).maxWidth`)).toMatch(/px$/);
    expect(tab.errors).toEqual([]);
    expect(tab.requests.filter((url) => !url.startsWith(at('/')))).toEqual([]);
  });
});
