import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { checkLedger } from '../../src/fsck/check.ts';
import { writeSecrets } from '../../src/home/secrets.ts';
import { homeCustody } from '../../src/keys/custody.ts';
import { revokeHeldKey, rotateKey } from '../../src/keys/rotate-keys.ts';
import { KeyChain } from '../../src/law/key-chain.ts';
import { parseRecord } from '../../src/law/parse-record.ts';
import type { KeyPurpose, Lane } from '../../src/law/values.ts';
import { asOwner as asOwnerOf } from '../harness/cluster.ts';
import { call, type Loose, type Reviewed } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'cutter-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface KeysGround {
  /** Set anew where a test starts another one. */
  server: TestServer;
  readonly home: string;
  asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T>;
  rotate(lane: Lane, purpose?: KeyPurpose): Promise<Awaited<ReturnType<typeof rotateKey>>>;
  revoke(keyId: string): Promise<Awaited<ReturnType<typeof revokeHeldKey>>>;
  cut(made: Reviewed, on?: TestServer): Promise<Loose>;
  findings(): Promise<string[]>;
  /** The chain as a stranger folds it, from the records alone. */
  chain(): Promise<KeyChain>;
  keyRows(): Promise<Loose[]>;
}

/** For each test a ledger of its own, whose server holds its keys in a home. Called once, outside the tests. */
export function keysGround(): KeysGround {
  let server: TestServer;
  let home: string;
  let count = 0;
  beforeEach(async () => {
    const first = await testServer();
    await first.close();
    count += 1;
    home = join(folder, String(count));
    const { database } = first;
    writeSecrets(home, database.secrets);
    server = await testServer({ database, custody: homeCustody(home, database.secrets, () => {}) });
  });
  afterEach(async () => {
    await server.close();
    await server.database.drop();
  });

  const asOwner = <T>(work: (owner: pg.Client) => Promise<T>): Promise<T> =>
    asOwnerOf(server.database.ownerUrl, work);
  const rotate = (lane: Lane, purpose: KeyPurpose = 'statement') =>
    asOwner((owner) => rotateKey(owner, { home, lane, purpose, reason: 'a test' }));
  const revoke = (keyId: string) =>
    asOwner((owner) => revokeHeldKey(owner, { home, keyId, reason: 'a test' }));

  function cut(made: Reviewed, on = server): Promise<Loose> {
    const input = {
      idempotencyKey: `cut:${made.name}`,
      entryId: made.entryId,
      manifestDigest: made.manifestDigest,
    };
    return call(on, on.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
  }

  async function findings(): Promise<string[]> {
    const report = await checkLedger({ url: server.database.urls.evidence });
    expect(report.unseen).toEqual([]);
    return report.findings.map(
      ({ verdict, table, key, column }) => `${verdict} ${table} ${key} ${column ?? '-'}`,
    );
  }

  async function chain(): Promise<KeyChain> {
    const { rows } = await server.superuser.query<{ position: string; record_hash: string; body: string }>(
      `select l.position, l.record_hash, string_agg(p.body, '' order by p.part) as body
       from cutter_log.log l join cutter_log.record_part p using (record_id) group by 1, 2 order by l.position`,
    );
    const keys = new KeyChain();
    for (const { position, record_hash, body } of rows) {
      const parsed = parseRecord(Buffer.from(body), record_hash);
      if (parsed.verdict !== 'ok') throw new Error(parsed.verdict);
      const { statements } = parsed.record;
      if (statements.length > 0) expect(keys.take(statements, Number(position), parsed.record)).toBeNull();
    }
    return keys;
  }

  async function keyRows(): Promise<Loose[]> {
    return (
      await server.superuser.query(
        'select key_id, lane, purpose, from_position::int as from, until_position::int as until from cutter_auth.key order by from_position',
      )
    ).rows;
  }

  return {
    get server() {
      return server;
    },
    set server(other) {
      server = other;
    },
    get home() {
      return home;
    },
    asOwner,
    rotate,
    revoke,
    cut,
    findings,
    chain,
    keyRows,
  };
}
