import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { verified, wasCut } from '../harness/cycle.ts';
import { type TestServer, type TestServerOptions, testServer } from '../harness/server.ts';
import { again } from '../log/checkpoint/checkpoint-ground.ts';
import { watched } from './monitor-ground.ts';

describe('what ends the watching', () => {
  const open: TestServer[] = [];
  const another = async (options: TestServerOptions = {}): Promise<TestServer> => {
    const made = await testServer({ heartbeatMs: 1000, ...options });
    open.push(made);
    return made;
  };
  // A file of many databases would have all of its roles' connections otherwise.
  afterEach(async () => {
    for (const made of open.splice(0)) {
      await made.close();
      await made.database.drop();
    }
  });

  beforeAll(() => listen());

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

  test('silence is told once it has lasted for too long, and ends with the ledger’s return', async () => {
    status = 204;
    told.length = 0;
    const gone = await another();
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
    const alone = await another({ pools: { verify: null } });
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

  test('whoever waits for the webhook is told that nothing is watched any more', async () => {
    status = 204;
    told.length = 0;
    const mine = await another();
    await verified(mine);
    const running = watched(mine, { once: false, webhook: hookUrl });
    await mine.superuser.query('update cutter_auth.token set revoked_at = transaction_timestamp()');
    const { status: ended, verdicts, lines } = await running;
    expect(verdicts).toEqual([]);
    expect(ended, lines.join('\n')).toBe(2);
    expect(told).toMatchObject([
      { verdict: 'unwatched', message: expect.stringMatching(/^The monitor has stopped watching: /) },
    ]);
  });
});
