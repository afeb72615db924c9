import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../src/ledger/fsck/check.ts';
import { exitCodeOf } from '../src/ledger/fsck/finding.ts';
import { everyKindOfPhase } from './fsck-ground.ts';
import { type TestServer, testServer } from './harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
});

describe('An untouched ledger', () => {
  test('is clean after every kind of phase', async () => {
    const report = await checkLedger({ url: server.database.urls.evidence });
    expect(report.findings).toEqual([]);
    expect(report.unseen).toEqual([]);
    expect(exitCodeOf(report)).toBe(0);
    expect(report.coverage.rows).toBeGreaterThan(200);
  });
});
