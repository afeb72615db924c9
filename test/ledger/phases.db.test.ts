import { beforeAll, expect, test } from 'vitest';
import { verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

test('a document goes MARK → SWEEP → REVIEW → CUT → VERIFY and ends verified_complete', async () => {
  const made = await verified(server);
  expect(made.verdict).toMatchObject({
    __typename: 'VerifySuccess',
    result: { verdict: 'PASS', axis1Status: 'PASS', axis2Status: 'PASS' },
    entry: { status: 'VERIFIED_COMPLETE' },
    findings: [],
  });
});
