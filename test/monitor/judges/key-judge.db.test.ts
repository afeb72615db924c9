import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeSecrets, writeSecrets } from '../../../src/home/secrets.ts';
import { homeCustody } from '../../../src/keys/custody.ts';
import { revokeHeldKey, rotateKey } from '../../../src/keys/rotate-keys.ts';
import { type ParsedRecord, parseRecord } from '../../../src/law/parse-record.ts';
import { LANES } from '../../../src/law/values.ts';
import { KeyJudge } from '../../../src/monitor/judges/key-judge.ts';
import { digestOf } from '../../../src/proof/digest.ts';
import { type KnownKeys, parseKeys } from '../../../src/proof/keys-file.ts';
import { cosigned } from '../../fsck/fsck-ground.ts';
import { verified } from '../../harness/cycle.ts';
import { KEY_RECORDS, keyOf } from '../../harness/keys.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { keysFile } from '../../passport/passport-ground.ts';
import { monitorFolder, watched } from '../monitor-ground.ts';

const home = mkdtempSync(join(tmpdir(), 'cutter-monitor-keys-'));
afterAll(() => rmSync(home, { recursive: true }));

let server: TestServer;
/** The file of keys from before anything followed. */
let given: string;
/** A monitor that has seen the beginning. */
const state = join(monitorFolder(), 'state.json');

async function asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: server.database.ownerUrl });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

beforeAll(async () => {
  const first = await testServer();
  await first.close();
  const { database } = first;
  writeSecrets(home, database.secrets);
  server = await testServer({
    database,
    custody: homeCustody(home, database.secrets, () => {}),
    heartbeatMs: 1000,
  });
  await verified(server);
  await cosigned(server);
  given = await keysFile(database);
  expect((await watched(server, { keysText: given, state })).verdicts).toEqual([]);
});

describe('keys that the log introduces', () => {
  test('are believed where those before them signed, by who was there and by who begins anew', async () => {
    for (const lane of LANES) {
      for (const purpose of ['statement', 'checkpoint'] as const) {
        await asOwner((owner) => rotateKey(owner, { home, lane, purpose, reason: 'yearly' }));
        await verified(server);
      }
    }
    const { keyId } = keyOf(homeSecrets(home), 'DOT-992', 'statement');
    await asOwner((owner) => revokeHeldKey(owner, { home, keyId, reason: 'seen in a log' }));
    await asOwner((owner) => rotateKey(owner, { home, lane: 'DOT-992', purpose: 'statement', reason: null }));
    await verified(server);
    await cosigned(server);
    for (const options of [{ state }, {}]) {
      const { findings, status, summary } = await watched(server, { keysText: given, ...options });
      expect(findings).toEqual([]);
      expect(status).toBe(0);
      expect(summary?.passports).toBeGreaterThan(4);
    }
    expect((await watched(server)).status).toBe(0);
  });

  test('are not believed where the log begins with others than were given', async () => {
    const { origin, keys } = JSON.parse(given);
    const without = keys.filter(
      (key: { lane: string; purpose: string }) => key.lane !== 'DOT-991' || key.purpose !== 'statement',
    );
    const { verdicts, status } = await watched(server, {
      keysText: JSON.stringify({ format: 'cutter-keys/1', origin, keys: without }),
    });
    expect(verdicts[0]).toBe('key-unknown');
    expect(new Set(verdicts.slice(1))).toEqual(new Set(['passport-refused']));
    expect(status).toBe(1);
  });
});

describe('a judge of keys', () => {
  let records: readonly ParsedRecord[];
  let known: KnownKeys;
  beforeAll(async () => {
    known = parseKeys(given);
    const { rows } = await server.superuser.query<{ body: string }>(
      `select (select string_agg(body, '' order by part) from cutter_log.record_part p where p.record_id = l.record_id) as body
       from cutter_log.log l order by position`,
    );
    records = rows.map(({ body }) => {
      const read = parseRecord(Buffer.from(body), digestOf(body));
      if (read.verdict !== 'ok') throw new Error('a record of the ledger');
      return read.record;
    });
  });

  /** Verdicts over the whole log, with one record changed. */
  const judged = (change: (record: ParsedRecord) => ParsedRecord | null = (record) => record) => {
    const judge = new KeyJudge(known);
    const verdicts = records.flatMap((record, position) => {
      const changed = change(record);
      return changed === null ? [] : judge.take(changed, position).map(({ verdict }) => verdict);
    });
    return { judge, verdicts };
  };
  const rotation = () => records.findIndex(({ verb }) => verb === 'key:rotate');

  test('follows every key to its end, and goes on from a saved state', () => {
    const { judge, verdicts } = judged();
    expect(verdicts).toEqual([]);
    expect(judge.known.keys).toHaveLength(KEY_RECORDS + 5);
    expect(judge.known.keys.filter(({ until }) => until === null)).toHaveLength(KEY_RECORDS);
    const again = new KeyJudge(known, JSON.parse(JSON.stringify(judge.state())));
    expect(again.known).toEqual(judge.known);
    for (const lane of LANES) {
      expect(judge.headKeys(lane, 5)).toHaveLength(1);
      expect(judge.headKeys(lane, records.length)).toHaveLength(1);
      expect(judge.headKeys(lane, 5)).not.toEqual(judge.headKeys(lane, records.length));
    }
  });

  test.each<[string, (record: ParsedRecord) => ParsedRecord]>([
    [
      'without the old key’s signature',
      (record) => ({ ...record, statements: record.statements.slice(0, 1) }),
    ],
    ['that says another verb', (record) => ({ ...record, verb: 'key:add' })],
    ['of somebody else', (record) => ({ ...record, principalId: crypto.randomUUID() })],
    ['that says nothing', (record) => ({ ...record, statements: [] })],
    ['with statements that are none', (record) => ({ ...record, statements: [{}, null, 5] })],
  ])('refuses a rotation %s, and keeps to the key before', (_, change) => {
    const at = rotation();
    const { judge, verdicts } = judged((record) => (record === records[at] ? change(record) : record));
    expect(verdicts[0]).toBe('key-refused');
    const { lane } = records[at] as ParsedRecord;
    expect(
      judge.known.keys.filter(
        (key) => key.lane === lane && key.purpose === 'statement' && key.until === null,
      ),
    ).toHaveLength(1);
  });

  test('refuses a rotation at another place', () => {
    const at = rotation();
    const judge = new KeyJudge(known);
    for (const [position, record] of records.slice(0, at).entries())
      expect(judge.take(record, position)).toEqual([]);
    expect(judge.take(records[at] as ParsedRecord, at + 1)).toMatchObject([
      { verdict: 'key-refused', position: at + 1, message: expect.stringMatching(/was made for position/) },
    ]);
  });
});
