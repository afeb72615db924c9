import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverSeedOf } from '../../src/home/secrets.ts';
import { cosigned } from '../fsck/fsck-ground.ts';
import { wasCut } from '../harness/cycle.ts';
import { provesItself } from '../harness/identity.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { again } from '../log/checkpoint/checkpoint-ground.ts';
import { keysFile } from '../passport/passport-ground.ts';
import { monitorFolder, watched } from './monitor-ground.ts';

const DAY = 86_400_000;

describe('telling', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer({ heartbeatMs: 1000 });
    await wasCut(server);
    await cosigned(server);
    await listen();
  });

  const hook = createServer();
  const told: { verdict: string; origin: string; message: string }[] = [];
  let status = 204;
  let hookUrl = '';
  const listen = async () => {
    hook.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        if (status === 204) told.push(JSON.parse(body));
        response.writeHead(status).end();
      });
    });
    await once(hook.listen(0, '127.0.0.1'), 'listening');
    hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/alarm`;
  };
  afterAll(() => hook.close());

  test('without a webhook the first finding ends it', async () => {
    const { status: ended, verdicts } = await watched(server, {
      once: false,
      maxVerifyAge: '1s',
      around: { now: () => Date.now() + DAY },
    });
    expect(verdicts).toEqual(['verify-late']);
    expect(ended).toBe(1);
  });

  test('a webhook is told, and the ledger is followed on until the monitor is ended', async () => {
    status = 204;
    const ending = new AbortController();
    const running = watched(server, {
      once: false,
      webhook: hookUrl,
      maxVerifyAge: '1s',
      around: { now: () => Date.now() + DAY, signal: ending.signal },
    });
    await again(async () => told.length === 1);
    await wasCut(server);
    await again(async () => told.length === 2);
    ending.abort();
    const { status: ended, verdicts } = await running;
    expect(verdicts).toEqual(['verify-late', 'verify-late']);
    expect(told[0]).toMatchObject({
      verdict: 'verify-late',
      origin: expect.stringMatching(/^cutter\//),
      message: expect.stringContaining('still waits'),
    });
    expect(ended).toBe(1);
  });

  test('a webhook that can’t be told ends it', async () => {
    status = 500;
    const { status: ended, lines } = await watched(server, {
      once: false,
      webhook: hookUrl,
      maxVerifyAge: '1s',
      around: { now: () => Date.now() + DAY },
    });
    expect(ended).toBe(1);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual({
      type: 'undelivered',
      message: expect.stringMatching(/can't be reached: it answers with status 500/),
    });
  });

  test('findings stand until somebody has looked at them', async () => {
    const state = join(monitorFolder(), 'state.json');
    const late = { maxVerifyAge: '1s', around: { now: () => Date.now() + DAY } };
    expect((await watched(server, { state, ...late })).status).toBe(1);
    const next = await watched(server, { state });
    expect(next, next.lines.join('\n')).toMatchObject({ status: 1, verdicts: [] });
    expect(next.lines[0]).toMatch(/Nobody has acknowledged \d+ findings? of earlier runs/);
    expect((await watched(server, { state, once: false })).status).toBe(1);
    const looked = await watched(server, { state, acknowledge: true });
    expect(looked.status, looked.lines.join('\n')).toBe(0);
    expect((await watched(server, { state })).status).toBe(0);
  });

  test('a replay that stands still is silence, whatever it says', async () => {
    const incarnation = crypto.randomUUID();
    const still = createServer((request, response) => {
      if (provesItself(serverSeedOf(server.database.secrets), request, response)) return;
      if (!request.headers.accept?.includes('event-stream')) {
        response.setHeader('content-type', 'application/json').end('{"data":{"checkpoint":null}}');
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      const send = (history: object) =>
        response.write(`event: next\ndata: ${JSON.stringify({ data: { history } })}\n\n`);
      send({ __typename: 'Ready', cursor: 'c', head: '1000', heartbeatMs: 1000, incarnation });
      const beats = setInterval(
        () => send({ __typename: 'Heartbeat', cursor: 'c', head: '0', checkpoint: null }),
        100,
      );
      response.once('close', () => clearInterval(beats));
    });
    await once(still.listen(0, '127.0.0.1'), 'listening');
    const { keys } = JSON.parse(await keysFile(server.database));
    const keysText = JSON.stringify({ format: 'cutter-keys/1', origin: `cutter/${incarnation}`, keys });
    const url = `http://127.0.0.1:${(still.address() as AddressInfo).port}/graphql`;
    for (const isOnce of [false, true])
      expect(await watched(server, { url, keysText, once: isOnce, maxSilence: '1s' })).toMatchObject({
        verdicts: ['silence'],
        status: 1,
      });
    still.closeAllConnections();
    still.close();
  });
});
