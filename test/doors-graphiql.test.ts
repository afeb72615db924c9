import vm from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import { type DoorServer, doorServer } from './harness/doors.ts';

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

/** The page's own way to ask, before a network that knows one token; and what came by that network. */
async function asker() {
  const html = await (await page(doors)).text();
  const script = /<head><script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
  const sent: { token: string | null; body: string }[] = [];
  const pressed: string[] = [];
  const window = {
    async fetch(_: string, init: RequestInit) {
      const token = new Headers(init.headers).get('authorization');
      sent.push({ token, body: String(init.body) });
      return new Response('{"data":{}}', {
        status: token === 'Bearer good' || token === 'Bearer better' ? 200 : 401,
      });
    },
  };
  const document = { querySelector: (what: string) => ({ click: () => pressed.push(what) }) };
  vm.runInNewContext(script, { window, document, Headers, Response });
  const ask = (token: string | null, body: string) =>
    window.fetch('/graphql', { body, headers: token === null ? {} : { authorization: token } });
  return { ask, sent, pressed };
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
