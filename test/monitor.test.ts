import { beforeAll, describe, expect, test } from 'vitest';
import { everyKindOfPhase } from './fsck-ground.ts';
import { type TestServer, testServer } from './harness/server.ts';
import { watched } from './monitor-ground.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ heartbeatMs: 1000 });
  await everyKindOfPhase(server);
});

describe('a ledger that keeps its rules', () => {
  test('is judged whole: every record, every head, every passport', async () => {
    const { status, findings, lines, summary } = await watched(server);
    expect(findings, lines.join('\n')).toEqual([]);
    const { rows } = await server.superuser.query('select count(*)::int as n from cutter_log.log');
    expect(summary).toMatchObject({ position: rows[0].n, provedSize: rows[0].n });
    expect(status, lines.join('\n')).toBe(0);
  });
});
