import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { again } from './checkpoint-ground.ts';
import { cosigned } from './fsck-ground.ts';
import { verified, wasCut } from './harness/cycle.ts';
import { type TestServer, testServer } from './harness/server.ts';
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
      message: expect.stringMatching(/can't be told: it answers with status 500/),
    });
  });

  test('findings stand until somebody has looked at them', async () => {
    const state = join(monitorFolder(), 'state.json');
    const late = { maxVerifyAge: '1s', around: { now: () => Date.now() + DAY } };
    expect((await watched(server, { state, ...late })).status).toBe(1);
    const next = await watched(server, { state });
    expect(next, next.lines.join('\n')).toMatchObject({ status: 1, verdicts: [] });
    expect(next.lines[0]).toMatch(/findings of earlier runs stand/);
    expect((await watched(server, { state, once: false })).status).toBe(1);
    const looked = await watched(server, { state, acknowledge: true });
    expect(looked.status, looked.lines.join('\n')).toBe(0);
    expect((await watched(server, { state })).status).toBe(0);
  });

  test('silence is told once it has lasted for too long, and ends with the ledger’s return', async () => {
    status = 204;
    told.length = 0;
    const gone = await testServer({ heartbeatMs: 1000 });
    await verified(gone);
    const ending = new AbortController();
    const running = watched(gone, {
      once: false,
      webhook: hookUrl,
      maxSilence: '1s',
      around: { signal: ending.signal },
    });
    await gone.close();
    await again(async () => told.length === 1);
    expect(told[0]?.verdict).toBe('silence');
    ending.abort();
    expect((await running).verdicts).toEqual(['silence']);
  });

  test('records that no head covers in time are told', async () => {
    const alone = await testServer({ heartbeatMs: 1000, pools: { verify: null } });
    await wasCut(alone);
    let aheadMs = 0;
    const running = watched(alone, {
      once: false,
      maxSilence: '1d',
      around: { now: () => Date.now() + aheadMs },
    });
    const late = setInterval(() => {
      aheadMs += 30_000;
    }, 500);
    const { verdicts } = await running;
    clearInterval(late);
    expect(verdicts).toEqual(['unsigned']);
  });
});
