import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AUTHORITY } from '../../../src/auth/authority.ts';
import { QUERY_AUTHORITY } from '../../../src/auth/query-authority.ts';
import { type Browser, CHROMIUM, openBrowser } from '../../harness/chromium.ts';
import type { Loose } from '../../harness/cycle.ts';
import { type DoorServer, doorServer } from '../../harness/doors.ts';
import { RUNS_A_BROWSER_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

const page = (server: DoorServer) =>
  fetch(server.url, { headers: { accept: 'text/html,application/xhtml+xml' } });

test('GraphiQL: the page is shown to a stranger and comes whole from here', async () => {
  const response = await page(doors);
  const html = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(html).toContain('YogaGraphiQL');
  // Nothing is loaded by address: every script and style stands in the page.
  expect(html).not.toMatch(/<(script|link|img|iframe)[^>]*\s(src|href)=["']?(https?:)?\/\//i);
  expect(html).not.toMatch(/@import|url\(["']?https?:/i);
  expect(html).not.toMatch(/unpkg\.com|jsdelivr|cdnjs|googleapis|esm\.sh/i);
});

test('GraphiQL: the browser itself is told to load nothing from elsewhere', async () => {
  const response = await page(doors);
  await response.body?.cancel();
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).not.toMatch(/https?:|\*/);
});

test('GraphiQL: subscriptions go by event stream, which carries the typed header', async () => {
  const html = await (await page(doors)).text();
  expect(html).toContain('"subscriptionsProtocol":"SSE"');
  expect(html).toContain('Authorization');
});

/** The page's own way to ask, before a network that knows two tokens; and what came by that network. */
async function asker(stream: readonly string[] = []) {
  const html = await (await page(doors)).text();
  const script = /<head><script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const sent: { token: string | null; body: string }[] = [];
  const pressed: string[] = [];
  const hint = { textContent: '' };
  const props: Loose = {};
  const window: Loose = {
    async fetch(_: string, init: RequestInit) {
      const token = new Headers(init.headers).get('authorization');
      sent.push({ token, body: String(init.body) });
      if (init.body === 'stream') return eventStream(stream);
      const isGood = token === 'Bearer good' || token === 'Bearer better';
      return isGood
        ? new Response('{"data":{}}')
        : new Response(JSON.stringify({ errors: [{ message: `${token} is no good.` }] }), { status: 401 });
    },
  };
  const document = {
    querySelector: (what: string) => (what === '#hint' ? hint : { click: () => pressed.push(what) }),
    documentElement: { classList: { toggle() {} }, style: { setProperty() {} } },
  };
  const web = { Headers, Response, TransformStream, TextDecoder, TextEncoder, setTimeout, clearTimeout };
  vm.runInNewContext(script, { window, document, ...web });
  window.openGraphiQL((_: unknown, given: Loose) => Object.assign(props, given), null, {});
  const ask = (token: string | null, body: string): Promise<Response> =>
    window.fetch('/graphql', { body, headers: token === null ? {} : { authorization: token } });
  return { ask, sent, pressed, hint, edit: (text: string) => props.onEditHeaders(text) };
}

/** Pieces of an event stream, as a network may part them. */
function eventStream(pieces: readonly string[]): Response {
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

const SCHEMA = 'query IntrospectionQuery { __schema { description } }';
const UNSAID = 'Bearer PUT-A-TOKEN-HERE';

test('GraphiQL: its question for the schema waits for a token that opens, and goes with that one', async () => {
  const { ask, sent, pressed } = await asker();
  const schema = ask(UNSAID, SCHEMA);
  const told = (await (await ask(UNSAID, '{ whoAmI { name } }')).json()) as { errors: { message: string }[] };
  expect(told.errors[0]?.message).toMatch(/^Put a token in place of PUT-A-TOKEN-HERE/);
  expect(sent).toEqual([]);
  expect((await ask('Bearer bad', 'a')).status).toBe(401);
  expect((await ask('Bearer good', 'b')).status).toBe(200);
  expect((await schema).status).toBe(200);
  expect(sent).toEqual([
    { token: 'Bearer bad', body: 'a' },
    { token: 'Bearer good', body: 'b' },
    { token: 'Bearer good', body: SCHEMA },
  ]);
  expect(pressed).toEqual([]);
});

test('GraphiQL: under another token the schema is read again, once', async () => {
  const { ask, pressed } = await asker();
  await ask('Bearer good', SCHEMA);
  await ask('Bearer good', 'a');
  expect(pressed).toEqual([]);
  await ask('Bearer better', 'b');
  await ask('Bearer better', 'c');
  expect(pressed).toEqual(['button[aria-label^="Re-fetch"]']);
});

test('GraphiQL: the schema is asked for as soon as a token that opens is typed, without an operation', async () => {
  const { ask, sent, hint, edit } = await asker();
  const schema = ask(UNSAID, SCHEMA);
  await expect.poll(() => hint.textContent).toMatch(/^Put a token .* the docs then load by themselves\.$/);
  for (const text of ['{ "Auth', '{}', `{"Authorization": "${UNSAID}"}`]) edit(text);
  edit('{"Authorization": "Bearer bad"}');
  await expect.poll(() => hint.textContent).toMatch(/^Bearer bad is no good\. Put another token /);
  // What is typed on the way to a token isn't tried.
  edit('{"authorization": "Bearer goo"}');
  edit('{"authorization": "Bearer good"}');
  expect((await schema).status).toBe(200);
  expect(hint.textContent).toBe('');
  expect(sent).toEqual([
    { token: 'Bearer bad', body: SCHEMA },
    { token: 'Bearer good', body: SCHEMA },
  ]);
});

const next = (data: unknown) => `event: next\ndata: ${JSON.stringify(data)}\n\n`;

/** The events that GraphiQL is given for a stream. */
async function shown(pieces: readonly string[]): Promise<Loose[]> {
  const { ask } = await asker(pieces);
  const text = await (await ask('Bearer good', 'stream')).text();
  expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data as string));
}

test('GraphiQL: a stream keeps its messages on the screen, the newest first', async () => {
  const [one, two, three] = [1, 2, 3].map((count) => ({ data: { count } }));
  const text = `:\n\n${next(one)}${next(two)}`;
  const events = await shown([text.slice(0, 30), text.slice(30), next(three), 'event: complete\ndata:\n\n']);
  expect(events.at(-1)).toEqual({ received: 3, messages: [three, two, one] });
});

test('GraphiQL: of a long stream the newest 200 messages stay; of large ones fewer', async () => {
  const messages = Array.from({ length: 1_000 }, (_, count) => ({ data: { count } }));
  const end = 'event: complete\ndata:\n\n';
  const [last] = (await shown([messages.map(next).join(''), end])).slice(-1);
  expect(last).toEqual({ received: 1_000, messages: messages.slice(-200).reverse() });
  const large = Array.from({ length: 10 }, (_, count) => ({ data: { count, text: 'x'.repeat(900_000) } }));
  const [few] = (await shown([large.map(next).join(''), end])).slice(-1);
  expect(few.received).toBe(10);
  expect(few.messages.map((message: Loose) => message.data.count)).toEqual([9, 8, 7]);
});

test('GraphiQL: heartbeats in a row stand once, and push nothing out', async () => {
  const event = { data: { history: { __typename: 'HistoryEvent', position: '1' } } };
  const beats = [1, 2, 3].map((time) => ({ data: { history: { __typename: 'Heartbeat', time } } }));
  const events = await shown([next(event), ...beats.map(next), 'event: complete\ndata:\n\n']);
  expect(events.at(-1)).toEqual({ received: 4, messages: [beats[2], event] });
});

test('GraphiQL: says which queries the observer may not ask, by its scopes', async () => {
  const html = await (await page(doors)).text();
  const [, json = ''] = /"defaultQuery":("(?:[^"\\]|\\.)*")/.exec(html) ?? [];
  const words = (JSON.parse(json) as string).replace(/\n# */g, ' ');
  expect(words).not.toContain('may look at everything');
  const refused = Object.entries(QUERY_AUTHORITY).flatMap(([name, scope]) =>
    scope === null || scope === 'ledger:observe' || scope === 'document:read' ? [] : [name],
  );
  expect(refused).toContain('planCut');
  expect(words).toContain(`It may not ask for ${refused.join(', ')}, but`);
  // That it writes nothing is so because no verb asks for its scopes.
  expect(words).toContain('"observer" has the scopes ledger:observe, document:read:');
  for (const scope of ['ledger:observe', 'document:read'])
    expect(JSON.stringify(AUTHORITY)).not.toContain(scope);
});

test('GraphiQL: in production it promises no sample tokens', async () => {
  const production = await doorServer({ mode: 'production', graphiql: true, database: doors.database });
  const html = await (await page(production)).text();
  expect(html).toContain('Ask the operator of this ledger for one.');
  expect(html).not.toContain('tokens.json');
});

test('GraphiQL: a link with a query in it opens in the page; a program that asks the same gets an answer', async () => {
  const browser = await fetch(`${doors.url}?query={hello}`, { headers: { accept: 'text/html,*/*' } });
  expect(browser.headers.get('content-type')).toContain('text/html');
  const program = await fetch(`${doors.url}?query={hello}`, { headers: { accept: 'application/json' } });
  expect(program.status).toBe(401);
});

test('GraphiQL: off in production', async () => {
  const production = await doorServer({ mode: 'production', database: doors.database });
  const response = await page(production);
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toContain('application/json');
});

describe.skipIf(CHROMIUM === null)('GraphiQL in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(CHROMIUM as string);
  });
  afterAll(async () => {
    await browser?.close();
  });

  const panel = '.graphiql-doc-explorer';
  const headers = '.graphiql-editor-tool .graphiql-editor:not(.hidden) textarea';
  const result = `(document.querySelector('.graphiql-response .view-lines')?.innerText ?? '').replace(/\\s+/g, ' ')`;

  test.each([
    ['at the root', null],
    ['under a base path', '/a/ledger'],
  ])(
    '%s: a hint asks for a token; a pasted one brings the docs; a stream stays',
    async (_where, basePath) => {
      const at = basePath === null ? doors : await doorServer({ basePath, database: doors.database });
      const tab = await browser.tab();
      await tab.goto(`${at.url}?query=${encodeURIComponent('subscription { count(to: 3) }')}`);
      const hint = `document.querySelector('#hint').innerText`;
      await tab.until(`/^Put a token .* in the Headers tab/.test(${hint})`);
      const show = `document.querySelector('button[aria-label^="Show Documentation"]')`;
      await tab.until(`${show} !== null`);
      await tab.evaluate(`${show}.click()`);
      await tab.until(`document.querySelector('${panel}') !== null`);
      const turning = `[...document.querySelectorAll('${panel} .graphiql-spinner')].filter((one) => one.checkVisibility()).length`;
      expect(await tab.evaluate(turning)).toBe(0);
      const words = `getComputedStyle(document.querySelector('${panel}'), '::after').content`;
      expect(await tab.evaluate(words)).toContain('Put a token');
      expect(await tab.evaluate('document.documentElement.scrollHeight <= innerHeight')).toBe(true);

      await tab.until(`document.querySelector('${headers}') !== null`);
      await tab.evaluate(`document.querySelector('${headers}').focus()`);
      await tab.paste(`{"Authorization": "Bearer ${at.token}"}`);
      await tab.until(`document.querySelector('${panel}').innerText.includes('Root Types')`);
      expect(await tab.evaluate(hint)).toBe('');

      await tab.evaluate(`document.querySelector('button[aria-label^="Execute query"]').click()`);
      await tab.until(`/"received": 3/.test(${result})`);
      expect((await tab.evaluate(result)).match(/"count": \d/g)).toEqual([
        '"count": 3',
        '"count": 2',
        '"count": 1',
      ]);
      const own = new URL('.', at.url).href;
      expect(tab.requests.filter((url) => !url.startsWith(own) && !/^(data|blob):/.test(url))).toEqual([]);
      expect(tab.errors).toEqual([]);
    },
  );
});
