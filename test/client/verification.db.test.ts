import { beforeAll, expect, test } from 'vitest';
import { createClient, type LedgerClient } from '../../src/client/client.ts';
import {
  IssuePassportDocument,
  LedgerKeysDocument,
  NewestHeadDocument,
  ProveConsistencyDocument,
  ProveInclusionDocument,
} from '../../src/client/generated/graphql.ts';
import { keysOf, type LedgerVerifier, openKeys } from '../../src/client/verification.ts';
import { verified, type WasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';

let server: TestServer;
let client: LedgerClient;
let made: WasCut;
let keys: LedgerVerifier;
let before: string;
beforeAll(async () => {
  server = await testServer();
  client = createClient({ url: server.url, token: server.tokens.verifier });
  await verified(server);
  before = await headNote('0');
  made = await verified(server);
  keys = openKeys(keysOf(await client.request(LedgerKeysDocument, {})));
}, MAKES_A_LEDGER_MS);

/** The newest head of more than these positions, once both lanes have signed one. */
async function headNote(more: string): Promise<string> {
  for (;;) {
    const { checkpoint } = await client.request(NewestHeadDocument, {});
    const size = Number(checkpoint?.note.split('\n')[1] ?? 0);
    if (checkpoint !== null && size > Number(more)) return checkpoint.note;
  }
}

test('a head that both lanes signed is believed, and none that was altered', async () => {
  const note = await headNote('0');
  const head = keys.head(note);
  expect([head.origin, head.root.length]).toEqual([keys.origin, 32]);
  const [origin, size, root, ...rest] = note.split('\n');
  const larger = [origin, String(Number(size) + 1), root, ...rest].join('\n');
  expect(() => keys.head(larger)).toThrow(/good signature/);
  const oneLane = note
    .split('\n')
    .filter((line) => !line.includes('DOT-992'))
    .join('\n');
  expect(() => keys.head(oneLane)).toThrow(/good signature of DOT-992/);
  const other = note.replace(keys.origin, `cutter/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`);
  expect(() => keys.head(other)).toThrow(/^The head is of the ledger/);
});

test('a head is proved to be the beginning of a later one', async () => {
  const from = keys.head(before);
  const to = keys.head(await headNote(String(from.size)));
  const { consistencyProof } = await client.request(ProveConsistencyDocument, {
    from: String(from.size),
    to: String(to.size),
  });
  const hashes = consistencyProof?.hashes ?? [];
  expect(keys.isBeginning(from, to, hashes)).toBe(true);
  expect(keys.isBeginning({ ...from, root: to.root }, to, hashes)).toBe(false);
  expect(keys.isBeginning(from, to, hashes.slice(1))).toBe(false);
});

test('a record is proved to be in the log of a head', async () => {
  const head = keys.head(await headNote('3'));
  const { inclusionProof } = await client.request(ProveInclusionDocument, {
    position: '2',
    size: String(head.size),
  });
  const { recordHash = '', hashes = [] } = inclusionProof ?? {};
  expect(keys.isIncluded({ position: 2, recordHash, hashes }, head)).toBe(true);
  expect(keys.isIncluded({ position: 1, recordHash, hashes }, head)).toBe(false);
  expect(keys.isIncluded({ position: 2, recordHash: 'sha256:none', hashes }, head)).toBe(false);
});

test('a passport says what was cut, and names the place where it was altered', async () => {
  const ask = () => client.request(IssuePassportDocument, { changeSetId: made.changeSetId });
  let { outcome } = await ask();
  while (outcome.__typename !== 'Passport') ({ outcome } = await ask());
  const verdict = keys.passport(outcome.text);
  expect(verdict).toMatchObject({ ok: true, said: { changeSetId: made.changeSetId, origin: keys.origin } });
  const altered = outcome.text.replace(
    '"risk_class_assessment":"standard"',
    '"risk_class_assessment":"high"',
  );
  expect(keys.passport(altered)).toMatchObject({ ok: false, where: expect.stringContaining('rows.') });
  expect(keys.passport(new Uint8Array([0xff]))).toMatchObject({ ok: false });
});
