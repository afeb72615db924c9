import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Browser, CHROMIUM, openBrowser } from '../../harness/chromium.ts';
import { type DoorServer, doorServer } from '../../harness/doors.ts';
import { RUNS_A_BROWSER_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

describe.skipIf(CHROMIUM === null)('a page of another site in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  let doors: DoorServer;
  let page: string;
  const site = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Site</title>');
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    // The same machine by another name and port is another origin.
    page = `http://localhost:${port}`;
    doors = await doorServer({ names: { hosts: [], origins: [page] }, basePath: '/ledger' });
    browser = await openBrowser(CHROMIUM as string);
  });
  afterAll(async () => {
    await browser?.close();
    site.close();
  });

  const asked = (token: string, body: string) => `(async () => {
    const headers = { 'content-type': 'application/json', authorization: 'Bearer ${token}', 'x-request-id': 'of-a-page' };
    try {
      const response = await fetch('${doors.url}', { method: 'POST', headers, body: '${body}' });
      return response.status + ' ' + response.headers.get('x-request-id') + ' ' + (await response.text());
    } catch (error) {
      return String(error);
    }
  })()`;
  /** What a promise of the page comes to. */
  async function settled(tab: Awaited<ReturnType<Browser['tab']>>, promise: string): Promise<string> {
    await tab.evaluate(`window.got = null; void (${promise}).then((got) => (window.got = got)); 0`);
    await tab.until('window.got !== null');
    return String(await tab.evaluate('window.got'));
  }
  const socket = () => `new Promise((resolve) => {
    const socket = new WebSocket('${doors.wsUrl}', 'graphql-transport-ws');
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
  })`;

  test('an invited one asks over HTTP and WebSocket, and reads answer and headers', async () => {
    const tab = await browser.tab();
    await tab.goto(page);
    await tab.until(`document.title === 'Site'`);
    expect(await settled(tab, asked(doors.token, '{"query":"{ hello }"}'))).toBe(
      '200 of-a-page {"data":{"hello":"hello"}}',
    );
    // A refusal can be read, too.
    expect(await settled(tab, asked('nothing', '{"query":"{ hello }"}'))).toMatch(/^401 of-a-page .*UNAUTH/);
    expect(await settled(tab, socket())).toBe('open');
  });

  test('another one gets nothing', async () => {
    const tab = await browser.tab();
    await tab.goto(page.replace('localhost', '127.0.0.1'));
    await tab.until(`document.title === 'Site'`);
    expect(await settled(tab, asked(doors.token, '{"query":"mutation { touch }"}'))).toMatch(/TypeError/);
    expect(await settled(tab, socket())).toBe('refused');
    expect(doors.seen.mutations).toBe(0);
  });
});
