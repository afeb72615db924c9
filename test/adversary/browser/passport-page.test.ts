import { createHash, randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { policyOf } from '../../../src/passport/built-page.ts';
import { linesOf, verdictOf } from '../../../src/passport/facts-text.ts';
import { bundleScript, renderPage } from '../../../src/passport/page/build.ts';
import { verifyPassport } from '../../../src/passport/verify.ts';
import { verifySignature } from '../../../src/proof/ed25519.ts';
import { formatKeys } from '../../../src/proof/keys-file.ts';
import { type Browser, CHROMIUM, openBrowser, type Tab } from '../../harness/chromium.ts';
import { cutter, fileOf, homeOf } from '../../harness/cli.ts';
import type { Loose } from '../../harness/cycle.ts';
import { RUNS_A_BROWSER_MS } from '../../harness/timeouts.ts';
import { type PassportGround, passportGround } from '../../passport/passport-ground.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

let ground: PassportGround;
let keys: string;
let html: string;
beforeAll(async () => {
  ground = await passportGround();
  keys = formatKeys(ground.keys);
  html = await renderPage();
});

const altered = () =>
  ground.text.replace('"risk_class_assessment":"standard"', '"risk_class_assessment":"high"');

describe('the page as it is built', () => {
  test('has everything in it, and a policy that allows its own script and style and nothing else', () => {
    const digest = (tag: string) => {
      const [, text] = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(html) ?? [];
      return `'sha256-${createHash('sha256')
        .update(text as string)
        .digest('base64')}'`;
    };
    expect(policyOf(html)).toBe(
      `default-src 'none'; script-src ${digest('script')}; style-src ${digest('style')}; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]* (src|href)=/);
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  test('judges like the command line where there is nothing of Node', async () => {
    const script = await bundleScript('judge.ts', 'page');
    const judge = runInNewContext(`${script}; page.judgeForPage`, {
      TextDecoder,
      TextEncoder,
      URL,
      atob,
    }) as (passport: Uint8Array, keys: string) => Loose;
    const here = verifyPassport(Buffer.from(ground.text), ground.keys, verifySignature);
    if (!here.ok) throw new Error(here.reason);
    expect(JSON.parse(JSON.stringify(judge(Buffer.from(ground.text), keys)))).toEqual({
      verdict: 'good',
      sentence: verdictOf(here.said),
      lines: linesOf(here.said),
      origin: ground.keys.origin,
    });
    const bytes = Buffer.from(ground.text);
    for (let at = 11; at < bytes.length; at += 2011) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 1;
      const { ok: _, ...due } = verifyPassport(flipped, ground.keys, verifySignature) as Loose;
      expect(judge(flipped, keys)).toEqual({ verdict: 'refused', ...due, origin: ground.keys.origin });
      // The server of this process has connections to end in between.
      await new Promise(setImmediate);
    }
    expect(judge(bytes, '{}')).toMatchObject({ verdict: 'unreadable', reason: /cutter-keys/ });
  });
});

describe('the page as it is given out', () => {
  test('the server shows it to strangers, under the same policy', async () => {
    const response = await fetch(new URL('/passport', ground.server.url));
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain('Verify a passport');
    expect(response.headers.get('content-security-policy')).toBe(
      `${policyOf(page)}; frame-ancestors 'none'; sandbox allow-scripts`,
    );
    const posted = await fetch(new URL('/passport', ground.server.url), { method: 'POST' });
    expect(posted.status).toBe(404);
  });

  test('cutter passport page writes it', async () => {
    const out = fileOf('page.html', '');
    const ran = await cutter(homeOf(ground.server), ['passport', 'page', '--out', out]);
    expect(ran).toMatchObject({ code: 0, err: '', out: expect.stringContaining('open it in a browser') });
  });
});

describe.skipIf(CHROMIUM === null)('in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(CHROMIUM as string);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function shown(url: string, passport: string, keysText = keys): Promise<{ tab: Tab; text: string }> {
    const tab = await browser.tab();
    await tab.goto(url);
    await tab.choose('#passport', fileOf('passport.json', passport));
    await tab.choose('#keys', fileOf('keys.json', keysText));
    await tab.until(`document.querySelector('#verdict').dataset.state !== 'waiting'`);
    return { tab, text: await tab.evaluate(`document.querySelector('#verdict').innerText`) };
  }

  const states: readonly [state: string, passport: () => string, keys: () => string, says: RegExp][] = [
    ['good', () => ground.text, () => keys, /This passport is good: .* was cut as it was approved/],
    [
      'refused',
      altered,
      () => keys,
      /Column risk_class_assessment of row .* isn't what was written at position/,
    ],
    ['refused', () => ground.text.slice(0, -5), () => keys, /not JSON/],
    ['unreadable', () => ground.text, () => '{}', /cutter-keys\/1/],
  ];
  test.each(states)('a file on the disk: %s', async (state, passport, keysText, says) => {
    const url = pathToFileURL(fileOf('page.html', html)).href;
    const { tab, text } = await shown(url, passport(), keysText());
    expect(await tab.evaluate(`document.querySelector('#verdict').dataset.state`)).toBe(state);
    expect(text).toMatch(says);
    const names = `keys.json, the keys of ${ground.keys.origin}`;
    expect(text.includes(names)).toBe(state !== 'unreadable');
    expect(tab.errors).toEqual([]);
    expect(tab.requests).toEqual([url]);
  });

  test('shown by the server', async () => {
    const { tab, text } = await shown(new URL('/passport', ground.server.url).href, ground.text);
    expect(text).toMatch(/^Good/);
    expect(tab.errors).toEqual([]);
  });

  const drop = (tab: Tab, files: Readonly<Record<string, string>>) =>
    tab.evaluate(`{
      const data = new DataTransfer();
      for (const [name, text] of Object.entries(${JSON.stringify(files)})) data.items.add(new File([text], name));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
    }`);
  const reaches = (tab: Tab, state: string) =>
    tab.until(`document.querySelector('#verdict').dataset.state === '${state}'`);

  test('files may be dropped, both at once and in any order', async () => {
    const tab = await browser.tab();
    await tab.goto(pathToFileURL(fileOf('page.html', html)).href);
    await drop(tab, { 'k.json': keys, 'p.json': ground.text });
    await reaches(tab, 'good');
    // The same once more changes nothing.
    await drop(tab, { 'p.json': altered(), 'again.json': keys });
    await reaches(tab, 'refused');
  });

  test('no dropped file takes the place of keys that were chosen', async () => {
    const { tab } = await shown(pathToFileURL(fileOf('page.html', html)).href, altered());
    const others = formatKeys({ ...ground.keys, origin: `cutter/${randomUUID()}` });
    await drop(tab, { 'sent.json': others, 'p.json': ground.text });
    await reaches(tab, 'unreadable');
    const says = await tab.evaluate(`document.querySelector('#verdict').innerText`);
    expect(says).toMatch(/sent\.json holds other keys than keys\.json.*choose it under “Public keys”/);
    expect(await tab.evaluate(`document.querySelector('#keys-name').textContent`)).toBe('keys.json');
    // A passport that speaks of such a file is none.
    await drop(tab, { 'p.json': ground.text.replace('{', '{"a":{"format":"cutter-keys/1"},') });
    await reaches(tab, 'refused');
    await drop(tab, { 'p.json': ground.text });
    await reaches(tab, 'good');
  });
});
