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

test('GraphiQL: whoever asks a question gets an answer, not the page', async () => {
  const response = await fetch(`${doors.url}?query={hello}`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(401);
});

test('GraphiQL: off in production', async () => {
  const production = await doorServer({ mode: 'production', database: doors.database });
  const response = await page(production);
  expect(response.status).toBe(401);
  expect(response.headers.get('content-type')).toContain('application/json');
});
