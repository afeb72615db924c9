import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { PATIENCE, serverProcess } from '../../harness/crash-processes.ts';
import { testDatabase } from '../../harness/database.ts';
import { send } from '../../harness/doors.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

/** What the audit says of how long a row may wait, and what a busy machine adds to it. */
const WINDOW_MS = 250;
const SLOW_MS = 250;

test('kill -9 loses no refusal that was answered before the last window', {
  timeout: WAITS_FOR_OTHERS_MS,
}, async () => {
  const database = await testDatabase();
  const server = await serverProcess({ urls: database.pools.urls, secrets: database.secrets });
  const answered: { readonly entryId: string; readonly at: number }[] = [];
  let isOver = false;
  const caller = async () => {
    while (!isOver) {
      const entryId = randomUUID();
      const input = { idempotencyKey: randomUUID(), entryId, manifestDigest: `sha256:${'0'.repeat(64)}` };
      const query = 'mutation ($input: CutInput!) { cut(input: $input) { __typename } }';
      const token = database.tokens['executor'] as string;
      const answer = await send(server.url, { token, body: { query, variables: { input } } }).catch(
        () => null,
      );
      if (answer === null) return;
      answered.push({ entryId, at: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const callers = [caller(), caller(), caller()];
  await vi.waitFor(() => expect(answered.length).toBeGreaterThan(50), PATIENCE);
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS + SLOW_MS));
  const killedAt = performance.now();
  await server.kill();
  isOver = true;
  await Promise.all(callers);
  const { rows } = await database.superuser.query('select entry_id::text as id from cutter_auth.audit');
  const written = new Set(rows.map(({ id }) => id));
  const old = answered.filter(({ at }) => at < killedAt - WINDOW_MS - SLOW_MS);
  expect(old.length).toBeGreaterThan(20);
  expect(old.filter(({ entryId }) => !written.has(entryId))).toEqual([]);
  expect(written.size).toBe(rows.length);
});
