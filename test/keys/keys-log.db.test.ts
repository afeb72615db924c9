import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bootstrapHome } from '../../src/boot/bootstrap.ts';
import { checkLedger } from '../../src/fsck/check.ts';
import { homeSecrets, makeSecrets, type Secrets, writeSecrets } from '../../src/home/secrets.ts';
import { fixedCustody, heldKeys, homeCustody, withNext } from '../../src/keys/custody.ts';
import { lockQueue, sayOfKey } from '../../src/keys/key-record.ts';
import type { KeyTableRow } from '../../src/keys/key-rows.ts';
import { revokeKey } from '../../src/keys/lane-keys.ts';
import { readRegistry } from '../../src/keys/registry-keys.ts';
import { revokeHeldKey, rotateKey } from '../../src/keys/rotate-keys.ts';
import { KeyChain } from '../../src/law/key-chain.ts';
import { keyRecordId } from '../../src/law/key-statement.ts';
import { parseRecord } from '../../src/law/parse-record.ts';
import type { KeyPurpose, Lane } from '../../src/law/values.ts';
import { cosigned, settled, tamper } from '../fsck/fsck-ground.ts';
import { call, type Loose, marked, type Reviewed, reviewed, verified } from '../harness/cycle.ts';
import { freshKey, KEY_RECORDS, keyOf, register, rotated } from '../harness/keys.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { growLog } from '../harness/tree-ground.ts';

const folder = mkdtempSync(join(tmpdir(), 'cutter-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

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

async function asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: server.database.ownerUrl });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

const rotate = (lane: Lane, purpose: KeyPurpose = 'statement') =>
  asOwner((owner) => rotateKey(owner, { home, lane, purpose, reason: 'a test' }));
const revoke = (keyId: string) => asOwner((owner) => revokeHeldKey(owner, { home, keyId, reason: 'a test' }));

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

/** The chain as a stranger folds it, from the records alone. */
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

describe('A new ledger', () => {
  test('begins with a record of each lane’s key, signed by that key, and a stranger finds in them what the registry says', async () => {
    await settled(server);
    const { all } = await chain();
    expect(
      all.map(({ keyId, lane, purpose, from, until }) => ({ key_id: keyId, lane, purpose, from, until })),
    ).toEqual(await keyRows());
    expect(all.map(({ from }) => from)).toEqual([0, 1, 2, 3]);
    expect(all).toHaveLength(KEY_RECORDS);
    expect(await findings()).toEqual([]);
  });
});

describe('A rotation', () => {
  test('of either lane is signed by both keys, and the running server goes on with the new one', async () => {
    const before = await verified(server);
    for (const lane of ['DOT-991', 'DOT-992'] as const) {
      expect(await rotate(lane)).toEqual([
        expect.stringMatching(/^The statement key ed25519:\w+ of DOT-99. follows at position \d+\.$/),
      ]);
    }
    const after = await verified(server);
    await settled(server);
    const { rows } = await server.superuser.query<{ key: string }>(
      `select payload_envelope->'signatures'->0->>'keyid' as key from cutter_governance.dot_pair_signature order by emitted_at`,
    );
    expect(before.entryId).not.toBe(after.entryId);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
    const secrets = homeSecrets(home);
    expect(rows.slice(2).map(({ key }) => key)).toEqual(
      (['DOT-991', 'DOT-992'] as const).map((lane) => keyOf(secrets, lane, 'statement').keyId),
    );
    expect(secrets.next).toBeUndefined();
    expect((await chain()).all.filter(({ until }) => until !== null)).toHaveLength(2);
    expect(await findings()).toEqual([]);
  });

  test('while a cut waits for its key is seen by that cut, which signs with the new one', async () => {
    const made = await reviewed(server);
    const holding = new pg.Client({ connectionString: server.database.ownerUrl });
    await holding.connect();
    await holding.query('begin');
    await holding.query(`select pg_advisory_xact_lock(hashtextextended('cutter:key:' || $1, 0))`, [
      keyOf(server.database.secrets, 'DOT-991', 'statement').keyId,
    ]);
    const cutting = cut(made);
    await expect
      .poll(async () => {
        const { rows } = await server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%cut.lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    const rotating = rotate('DOT-991');
    await expect
      .poll(async () => {
        const { rows } = await server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%bootstrap.key_lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    await holding.end();
    const [done] = await Promise.all([cutting, rotating]);
    expect(done.__typename).toBe('CutSuccess');
    await settled(server);
    expect(await findings()).toEqual([]);
  });

  test('of a key for heads: heads after it are signed by the new one, those before it stay what they were', async () => {
    await verified(server);
    await cosigned(server);
    const note = () => server.gql(server.tokens.observer, '{ checkpoint { size note } }');
    const before = (await note()).body.data.checkpoint;
    await rotate('DOT-991', 'checkpoint');
    await rotate('DOT-992', 'checkpoint');
    await verified(server);
    await cosigned(server);
    const after = (await note()).body.data.checkpoint;
    expect(Number(after.size)).toBeGreaterThan(Number(before.size));
    const { rows } = await server.superuser.query<{ size: string; keys: number }>(
      `select (select count(*) from cutter_log.v_checkpoint)::int as published, count(distinct size)::int as signed,
        count(distinct key_id)::int as keys from cutter_log.cosignature`,
    );
    expect(rows).toEqual([{ published: (rows[0] as Loose).signed, signed: expect.any(Number), keys: 4 }]);
    expect(await findings()).toEqual([]);
  });

  test('killed before the log was told: the next start carries it through with the seed that was kept', async () => {
    const secrets = withNext(
      homeSecrets(home),
      'DOT-992',
      'statement',
      makeSecrets().seeds['DOT-992'] as string,
    );
    writeSecrets(home, secrets);
    await verified(server);
    const { inForce } = await register(server.database, homeSecrets(home));
    const next = heldKeys(secrets).find((one) => one.next !== null)?.next;
    expect(inForce.has(next?.keyId as string)).toBe(true);
    // The home was not written after it, and still the server goes on.
    expect(homeSecrets(home).next).toBeDefined();
    await verified(server);
    await settled(server);
    expect(await findings()).toEqual([]);
  });

  test('killed after the log was told: the same command again finishes it and rotates nothing more', async () => {
    const secrets = withNext(
      homeSecrets(home),
      'DOT-991',
      'statement',
      makeSecrets().seeds['DOT-991'] as string,
    );
    writeSecrets(home, secrets);
    await register(server.database, secrets);
    expect(await rotate('DOT-991')).toEqual([expect.stringMatching(/it is finished now/)]);
    expect(homeSecrets(home).next).toBeUndefined();
    expect(await keyRows()).toHaveLength(KEY_RECORDS + 1);
    await verified(server);
  });
});

test('A rotation tells what was done though another lane’s key was refused', async () => {
  const secrets = homeSecrets(home);
  const other = makeSecrets();
  const gone = { 'DOT-992': other.seeds['DOT-992'] as string };
  const goneToo = { 'DOT-992': other.checkpointSeeds['DOT-992'] as string };
  writeSecrets(home, {
    ...secrets,
    seeds: { ...secrets.seeds, ...gone },
    checkpointSeeds: { ...secrets.checkpointSeeds, ...goneToo },
  });
  await expect(rotate('DOT-991')).rejects.toThrow(
    /^The statement key ed25519:\w+ of DOT-991 follows at position 4\. DOT-992 can't sign statements: /,
  );
  expect((await keyRows()).at(-1)).toMatchObject({ lane: 'DOT-991', from: 4 });
});

describe('A record’s id that a lane’s login took before', () => {
  const squats = async (recordId: string, part: number) => {
    const login = new pg.Client({ connectionString: server.database.urls.exec as string });
    await login.connect();
    await login.query('insert into cutter_log.record_part (record_id, part, body) values ($1, $2, $3)', [
      recordId,
      part,
      '{}',
    ]);
    await login.end();
  };

  test('is in no revocation’s way', async () => {
    const { keyId } = keyOf(server.database.secrets, 'DOT-992', 'statement');
    for (const part of [0, 7]) await squats(keyRecordId('revoke', keyId), part);
    expect((await revoke(keyId)).join()).toMatch(/of DOT-992 ends at position 4\.$/);
    await settled(server);
    expect(await findings()).toEqual([]);
  });

  test('makes no key one that the log tells of', async () => {
    const stranger = freshKey('DOT-991');
    await squats(keyRecordId('add', stranger.keyId), 0);
    await server.superuser.query(
      `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, until_position)
       select $1, lane, principal_id, $2, 0, 0 from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement'`,
      [stranger.keyId, Buffer.from(stranger.publicKey)],
    );
    const rows = await asOwner(readRegistry);
    expect(rows.filter(({ recorded }) => !recorded).map(({ key_id }) => key_id)).toEqual([stranger.keyId]);
    expect(rows).toHaveLength(KEY_RECORDS + 1);
  });
});

describe('A start beside a rotation', () => {
  test('takes the secrets as the rotation left them, and writes no older ones back', async () => {
    const rotating = new pg.Client({ connectionString: server.database.ownerUrl });
    await rotating.connect();
    await rotating.query(`select pg_advisory_lock(hashtext('cutter.bootstrap'))`);
    const starting = asOwner((owner) => bootstrapHome(owner, home, 'rehearsal'));
    await expect
      .poll(async () => {
        const { rows } = await server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%key.lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    const seed = makeSecrets().seeds['DOT-992'] as string;
    writeSecrets(home, withNext(homeSecrets(home), 'DOT-992', 'statement', seed));
    await rotating.end();
    const { secrets, keys } = await starting;
    const { keyId } = keyOf(homeSecrets(home), 'DOT-992', 'statement');
    expect(homeSecrets(home)).toEqual(secrets);
    expect(secrets.seeds['DOT-992']).toBe(seed);
    expect(keys.inForce.has(keyId)).toBe(true);
  });

  test('signs with the key that follows, though it read the secrets before', async () => {
    const before = homeSecrets(home);
    await rotate('DOT-991');
    const custody = homeCustody(home, before, () => {});
    // What the one before signed stays this lane's word.
    expect(custody.knownOf('DOT-991').map(({ keyId }) => keyId)).toEqual([
      keyOf(homeSecrets(home), 'DOT-991', 'statement').keyId,
      keyOf(homeSecrets(home), 'DOT-991', 'checkpoint').keyId,
      keyOf(before, 'DOT-991', 'statement').keyId,
    ]);
    expect(custody.keysOf('DOT-991', 'statement').map(({ keyId }) => keyId)).toEqual([
      keyOf(homeSecrets(home), 'DOT-991', 'statement').keyId,
    ]);
  });
});

describe('A revocation', () => {
  test('ends the key at once, and the lane signs again after it was given another one', async () => {
    const made = await reviewed(server);
    const { keyId } = keyOf(server.database.secrets, 'DOT-991', 'statement');
    await revoke(keyId);
    const refused = await cut(made);
    expect([refused.__typename, refused.problems[0].code]).toEqual(['LaneMismatch', 'key-not-valid']);
    await expect(revoke(keyId)).rejects.toThrow(/ended at position \d+ already/);
    await expect(revoke('ed25519:none')).rejects.toThrow(
      /is not in the key registry; "cutter key list" shows it/,
    );
    await rotate('DOT-991');
    expect((await cut(made)).__typename).toBe('CutSuccess');
    await settled(server);
    expect((await chain()).current('DOT-991', 'statement')?.keyId).toBe(
      keyOf(homeSecrets(home), 'DOT-991', 'statement').keyId,
    );
    expect(await findings()).toEqual([]);
  });

  test('by the other lane is signed by its key for the same, and by nobody without one', async () => {
    const { secrets } = server.database;
    const { keyId } = keyOf(secrets, 'DOT-991', 'statement');
    const alone = (lane: Lane) => heldKeys(secrets).filter((one) => one.lane === lane);
    const inOrder = (held: ReturnType<typeof heldKeys>) =>
      asOwner(async (owner) => {
        await owner.query('begin');
        const [said] = await revokeKey(owner, held, keyId, 'stolen');
        await owner.query('commit');
        return said;
      });
    await expect(inOrder(alone('DOT-992').filter(({ purpose }) => purpose === 'checkpoint'))).rejects.toThrow(
      /This home holds no key that may revoke/,
    );
    expect(await inOrder(alone('DOT-992'))).toMatch(/of DOT-991 ends at position 4\.$/);
    await settled(server);
    expect(await findings()).toEqual([]);
  });
});

describe('A seed that is gone', () => {
  const other = makeSecrets();
  const replaced = (secrets: Secrets, member: 'seeds' | 'checkpointSeeds'): Secrets => ({
    ...secrets,
    [member]: { ...secrets[member], 'DOT-991': other[member]['DOT-991'] },
  });

  test('is followed by another by the word of the lane’s other key', async () => {
    const secrets = replaced(homeSecrets(home), 'seeds');
    const { done, refused } = await register(server.database, secrets);
    expect(refused).toEqual([]);
    expect(done.map((line) => line.replace(/ed25519:\w+/, 'KEY'))).toEqual([
      'The statement key KEY of DOT-991 ends at position 4.',
      'The statement key KEY of DOT-991 begins at position 5.',
    ]);
    writeSecrets(home, secrets);
    await verified(server);
    await settled(server);
    expect((await chain()).current('DOT-991', 'statement')?.from).toBe(5);
    expect(await findings()).toEqual([]);
  });

  test('of a lane without an enabled principal is not followed, and so its key is not ended', async () => {
    await server.superuser.query(
      `update cutter_auth.principal set disabled_at = now() where lane = 'DOT-991'`,
    );
    const { done, refused } = await register(server.database, replaced(homeSecrets(home), 'seeds'));
    expect(done).toEqual([]);
    expect(refused).toEqual([expect.stringMatching(/^DOT-991 has no enabled principal, .* was not ended/)]);
    expect((await keyRows()).filter(({ until }) => until !== null)).toEqual([]);
  });

  test('with the lane’s other one leaves nobody who could agree: a sentence says so, and nothing changes', async () => {
    const { done, refused, inForce } = await register(
      server.database,
      replaced(replaced(homeSecrets(home), 'seeds'), 'checkpointSeeds'),
    );
    expect(done).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(/^DOT-991 can't sign statements: .* Bring back the secrets\.json/),
      expect.stringMatching(/^DOT-991 can't sign checkpoints: /),
    ]);
    expect(inForce.size).toBe(KEY_RECORDS);
    expect(await findings()).toEqual([]);
  });

  test('of the other lane is not taken for this one’s', async () => {
    const { seeds } = homeSecrets(home);
    const swapped = { 'DOT-991': seeds['DOT-992'] as string, 'DOT-992': seeds['DOT-991'] as string };
    const { done, refused } = await register(server.database, { ...homeSecrets(home), seeds: swapped });
    expect(done).toEqual([]);
    expect(refused[0]).toMatch(/is registered as the statement key of DOT-992; a key serves once/);
  });
});

test('keys of before keys stood in the log are recorded as they were, with those that had ended by then', async () => {
  // As a ledger of the version before: rows of keys, one of which had followed another, and no record of them.
  const former = keyOf(makeSecrets(), 'DOT-991', 'statement');
  await server.close();
  const { superuser, database } = server;
  await superuser.query(
    'delete from cutter_log.record_part; delete from cutter_log.pending; delete from cutter_log.log',
  );
  await superuser.query(
    'delete from cutter_log.node; update cutter_log.tree_head set size = 0, checkpoint_size = 0; delete from cutter_log.cosignature',
  );
  await superuser.query(
    'update cutter_log.head set next_position = 0; update cutter_auth.key set from_position = 0',
  );
  await growLog(database, 6);
  await superuser.query(
    `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, until_position, created_at)
     select $1, lane, principal_id, $2, 0, 3, created_at - interval '1 day' from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement'`,
    [former.keyId, Buffer.from(former.publicKey)],
  );
  await superuser.query(
    `update cutter_auth.key set from_position = 3 where lane = 'DOT-991' and purpose = 'statement' and until_position is null`,
  );
  await register(database, database.secrets);
  expect((await register(database, database.secrets)).done).toEqual([]);
  server = await testServer({ database, custody: homeCustody(home, database.secrets, () => {}) });
  await settled(server);
  const { all } = await chain();
  expect(
    all
      .map(({ keyId, lane, purpose, from, until }) => ({ key_id: keyId, lane, purpose, from, until }))
      .sort(byId),
  ).toEqual((await keyRows()).sort(byId));
  expect(all.find(({ keyId }) => keyId === former.keyId)).toMatchObject({ from: 0, until: 3 });
  // Their records were made up here without rows; of the keys nothing is told.
  const { findings } = await checkLedger({ url: database.urls.evidence });
  expect(findings.filter(({ table }) => table === 'cutter_auth.key')).toEqual([]);
});

const byId = (one: { key_id: string }, other: { key_id: string }) => (one.key_id < other.key_id ? -1 : 1);

describe('fsck', () => {
  test('tells a signature made with a key past its end', async () => {
    await verified(server);
    const old = homeSecrets(home);
    const { keyId } = keyOf(old, 'DOT-991', 'statement');
    const made = await reviewed(server);
    await rotate('DOT-991');
    await settled(server);
    // Whoever kept the old seed, and holds the database, lets it sign once more and covers it up.
    const until = (await keyRows()).find((row) => row.key_id === keyId).until;
    await server.superuser.query('update cutter_auth.key set until_position = null where key_id = $1', [
      keyId,
    ]);
    const thief = await testServer({ database: server.database, custody: fixedCustody(old) });
    expect((await cut(made, thief)).__typename).toBe('CutSuccess');
    await thief.close();
    await server.superuser.query('update cutter_auth.key set until_position = $2 where key_id = $1', [
      keyId,
      until,
    ]);
    await settled(server);
    expect(await findings()).toEqual([
      expect.stringMatching(/^key-invalid cutter_governance\.dot_pair_signature \S+ payload_envelope$/),
    ]);
  });

  test('tells a key that was put into the registry without a word in the log, and one whose record nobody signed', async () => {
    await settled(server);
    const stranger = keyOf(makeSecrets(), 'DOT-991', 'statement');
    const insert = `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position)
      select '${stranger.keyId}', lane, principal_id, '\\x${Buffer.from(stranger.publicKey).toString('hex')}', 0 from cutter_auth.key where key_id = '${keyOf(server.database.secrets, 'DOT-991', 'statement').keyId}'`;
    await tamper(server, ['cutter_auth.key'], [insert], async () => {
      expect(await findings()).toEqual([`inserted cutter_auth.key ${stranger.keyId} -`]);
    });
  });

  test('tells a rotation that the old key did not sign, though rows and record agree', async () => {
    const key = freshKey('DOT-991');
    await asOwner(async (owner) => {
      const { keyId } = keyOf(server.database.secrets, 'DOT-991', 'statement');
      const from = (await readRegistry(owner)).find((row) => row.key_id === keyId) as KeyTableRow;
      await owner.query('begin');
      await lockQueue(owner);
      const begins = { lane: 'DOT-991', purpose: 'statement', key, reason: null } as const;
      await sayOfKey(owner, { act: 'rotate', ...begins, from, signers: [key] });
      await owner.query('commit');
    });
    await settled(server);
    expect(await findings()).toEqual(['key-broken cutter_log.log 4 -']);
  });
});

test('Query.keys shows observers what the registry has, in the order of beginnings', async () => {
  await rotated(server.database, server.database.secrets, 'DOT-992', 'checkpoint');
  const { body } = await server.gql(
    server.tokens.observer,
    '{ keys { keyId lane purpose publicKey principalId fromPosition untilPosition } }',
  );
  const [first, ...others] = body.data.keys;
  const { keyId, publicKey } = keyOf(server.database.secrets, 'DOT-991', 'statement');
  expect(first).toEqual({
    keyId,
    lane: 'DOT-991',
    purpose: 'statement',
    publicKey: Buffer.from(publicKey).toString('base64'),
    principalId: expect.any(String),
    fromPosition: '0',
    untilPosition: null,
  });
  expect(others.map((key: Loose) => [key.lane, key.purpose, key.fromPosition, key.untilPosition])).toEqual([
    ['DOT-992', 'statement', '1', null],
    ['DOT-991', 'checkpoint', '2', null],
    ['DOT-992', 'checkpoint', '3', '4'],
    ['DOT-992', 'checkpoint', '4', null],
  ]);
  expect(await marked(server)).toBeDefined();
});
