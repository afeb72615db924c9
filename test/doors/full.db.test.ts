// In a file of its own: the logins have room for few servers on one PostgreSQL, and doors-health starts eight.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { testServer } from '../harness/server.ts';

/** What `/ready` finds wrong, by name, and its reasons. */
async function wrongOf(url: string): Promise<{ status: number; down: string[]; reasons: string }> {
  const response = await fetch(new URL('/ready', url));
  const { reasons = [], ...found } = (await response.json()) as Record<string, string> & {
    reasons?: string[];
  };
  const down = Object.keys(found).filter((name) => found[name] === 'down');
  return { status: response.status, down, reasons: reasons.join(' ') };
}

test('ready: says when all sockets are in use, and when all event streams are', async () => {
  const server = await testServer({ limits: { sockets: 1 } });
  await expect.poll(() => wrongOf(server.url)).toMatchObject({ status: 200 });
  const socket = new WebSocket(server.wsUrl, 'graphql-transport-ws');
  await once(socket, 'open');
  await expect
    .poll(() => wrongOf(server.url))
    .toEqual({ status: 503, down: ['sockets'], reasons: 'All sockets of this server are in use.' });
  socket.close();
  await expect.poll(() => wrongOf(server.url)).toMatchObject({ status: 200 });
  const leave = new AbortController();
  const stream = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${server.tokens.observer}`,
    },
    body: JSON.stringify({ query: 'subscription { history { __typename } }' }),
    signal: leave.signal,
  });
  expect(stream.status).toBe(200);
  await expect
    .poll(() => wrongOf(server.url))
    .toEqual({ status: 503, down: ['streams'], reasons: 'All event streams of this server are in use.' });
  leave.abort();
  await expect.poll(() => wrongOf(server.url)).toMatchObject({ status: 200 });
});
