import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { bootstrapHome } from '../../src/boot/bootstrap.ts';
import { checkLedger } from '../../src/fsck/check.ts';
import { homeSecrets, makeSecrets, writeSecrets } from '../../src/home/secrets.ts';
import { heldKeys, homeCustody, withNext } from '../../src/keys/custody.ts';
import { readRegistry } from '../../src/keys/registry-keys.ts';
import { keyRecordId } from '../../src/law/key-statement.ts';
import { cosigned, settled } from '../fsck/fsck-ground.ts';
import { type Loose, marked, reviewed, verified } from '../harness/cycle.ts';
import { FIRST_RECORDS, freshKey, KEY_RECORDS, keyOf, register, rotated } from '../harness/keys.ts';
import { testServer } from '../harness/server.ts';
import { growLog } from '../harness/tree-ground.ts';
import { keysGround } from './keys-ground.ts';

const ground = keysGround();

describe('A new ledger', () => {
  test('begins with a record of each lane’s key, signed by that key, and a stranger finds in them what the registry says', async () => {
    await settled(ground.server);
    const { all } = await ground.chain();
    expect(
      all.map(({ keyId, lane, purpose, from, until }) => ({ key_id: keyId, lane, purpose, from, until })),
    ).toEqual(await ground.keyRows());
    expect(all.map(({ from }) => from)).toEqual([0, 1, 2, 3]);
    expect(all).toHaveLength(KEY_RECORDS);
    expect(await ground.findings()).toEqual([]);
  });
});

describe('A rotation', () => {
  test('of either lane is signed by both keys, and the running server goes on with the new one', async () => {
    const before = await verified(ground.server);
    for (const lane of ['DOT-991', 'DOT-992'] as const) {
      expect(await ground.rotate(lane)).toEqual([
        expect.stringMatching(/^The statement key ed25519:\w+ of DOT-99. follows at position \d+\.$/),
      ]);
    }
    const after = await verified(ground.server);
    await settled(ground.server);
    const { rows } = await ground.server.superuser.query<{ key: string }>(
      `select payload_envelope->'signatures'->0->>'keyid' as key from cutter_governance.dot_pair_signature order by emitted_at`,
    );
    expect(before.entryId).not.toBe(after.entryId);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
    const secrets = homeSecrets(ground.home);
    expect(rows.slice(2).map(({ key }) => key)).toEqual(
      (['DOT-991', 'DOT-992'] as const).map((lane) => keyOf(secrets, lane, 'statement').keyId),
    );
    expect(secrets.next).toBeUndefined();
    expect((await ground.chain()).all.filter(({ until }) => until !== null)).toHaveLength(2);
    expect(await ground.findings()).toEqual([]);
  });

  test('while a cut waits for its key is seen by that cut, which signs with the new one', async () => {
    const made = await reviewed(ground.server);
    const holding = new pg.Client({ connectionString: ground.server.database.ownerUrl });
    await holding.connect();
    await holding.query('begin');
    await holding.query(`select pg_advisory_xact_lock(hashtextextended('cutter:key:' || $1, 0))`, [
      keyOf(ground.server.database.secrets, 'DOT-991', 'statement').keyId,
    ]);
    const cutting = ground.cut(made);
    await expect
      .poll(async () => {
        const { rows } = await ground.server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%cut.lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    const rotating = ground.rotate('DOT-991');
    await expect
      .poll(async () => {
        const { rows } = await ground.server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%bootstrap.key_lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    await holding.end();
    const [done] = await Promise.all([cutting, rotating]);
    expect(done.__typename).toBe('CutSuccess');
    await settled(ground.server);
    expect(await ground.findings()).toEqual([]);
  });

  test('of a key for heads: heads after it are signed by the new one, those before it stay what they were', async () => {
    await verified(ground.server);
    await cosigned(ground.server);
    const note = () => ground.server.gql(ground.server.tokens.observer, '{ checkpoint { size note } }');
    const before = (await note()).body.data.checkpoint;
    await ground.rotate('DOT-991', 'checkpoint');
    await ground.rotate('DOT-992', 'checkpoint');
    await verified(ground.server);
    await cosigned(ground.server);
    const after = (await note()).body.data.checkpoint;
    expect(Number(after.size)).toBeGreaterThan(Number(before.size));
    const { rows } = await ground.server.superuser.query<{ size: string; keys: number }>(
      `select (select count(*) from cutter_log.v_checkpoint)::int as published, count(distinct size)::int as signed,
        count(distinct key_id)::int as keys from cutter_log.cosignature`,
    );
    expect(rows).toEqual([{ published: (rows[0] as Loose).signed, signed: expect.any(Number), keys: 4 }]);
    expect(await ground.findings()).toEqual([]);
  });

  test('killed before the log was told: the next start carries it through with the seed that was kept', async () => {
    const secrets = withNext(
      homeSecrets(ground.home),
      'DOT-992',
      'statement',
      makeSecrets().seeds['DOT-992'] as string,
    );
    writeSecrets(ground.home, secrets);
    await verified(ground.server);
    const { inForce } = await register(ground.server.database, homeSecrets(ground.home));
    const next = heldKeys(secrets).find((one) => one.next !== null)?.next;
    expect(inForce.has(next?.keyId as string)).toBe(true);
    // The home was not written after it, and still the server goes on.
    expect(homeSecrets(ground.home).next).toBeDefined();
    await verified(ground.server);
    await settled(ground.server);
    expect(await ground.findings()).toEqual([]);
  });

  test('killed after the log was told: the same command again finishes it and rotates nothing more', async () => {
    const secrets = withNext(
      homeSecrets(ground.home),
      'DOT-991',
      'statement',
      makeSecrets().seeds['DOT-991'] as string,
    );
    writeSecrets(ground.home, secrets);
    await register(ground.server.database, secrets);
    expect(await ground.rotate('DOT-991')).toEqual([expect.stringMatching(/it is finished now/)]);
    expect(homeSecrets(ground.home).next).toBeUndefined();
    expect(await ground.keyRows()).toHaveLength(KEY_RECORDS + 1);
    await verified(ground.server);
  });
});

test('A rotation tells what was done though another lane’s key was refused', async () => {
  const secrets = homeSecrets(ground.home);
  const other = makeSecrets();
  const gone = { 'DOT-992': other.seeds['DOT-992'] as string };
  const goneToo = { 'DOT-992': other.checkpointSeeds['DOT-992'] as string };
  writeSecrets(ground.home, {
    ...secrets,
    seeds: { ...secrets.seeds, ...gone },
    checkpointSeeds: { ...secrets.checkpointSeeds, ...goneToo },
  });
  await expect(ground.rotate('DOT-991')).rejects.toThrow(
    new RegExp(
      `^The statement key ed25519:\\w+ of DOT-991 follows at position ${FIRST_RECORDS}\\. DOT-992 can't sign statements: `,
    ),
  );
  expect((await ground.keyRows()).at(-1)).toMatchObject({ lane: 'DOT-991', from: FIRST_RECORDS });
});

describe('A record’s id that a lane’s login took before', () => {
  const squats = async (recordId: string, part: number) => {
    const login = new pg.Client({ connectionString: ground.server.database.urls.exec as string });
    await login.connect();
    await login.query('insert into cutter_log.record_part (record_id, part, body) values ($1, $2, $3)', [
      recordId,
      part,
      '{}',
    ]);
    await login.end();
  };

  test('is in no revocation’s way', async () => {
    const { keyId } = keyOf(ground.server.database.secrets, 'DOT-992', 'statement');
    for (const part of [0, 7]) await squats(keyRecordId('revoke', keyId), part);
    expect((await ground.revoke(keyId)).join()).toMatch(
      new RegExp(`of DOT-992 ends at position ${FIRST_RECORDS}\\.$`),
    );
    await settled(ground.server);
    expect(await ground.findings()).toEqual([]);
  });

  test('makes no key one that the log tells of', async () => {
    const stranger = freshKey('DOT-991');
    await squats(keyRecordId('add', stranger.keyId), 0);
    await ground.server.superuser.query(
      `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, until_position)
       select $1, lane, principal_id, $2, 0, 0 from cutter_auth.key where lane = 'DOT-991' and purpose = 'statement'`,
      [stranger.keyId, Buffer.from(stranger.publicKey)],
    );
    const rows = await ground.asOwner(readRegistry);
    expect(rows.filter(({ recorded }) => !recorded).map(({ key_id }) => key_id)).toEqual([stranger.keyId]);
    expect(rows).toHaveLength(KEY_RECORDS + 1);
  });
});

describe('A start beside a rotation', () => {
  test('takes the secrets as the rotation left them, and writes no older ones back', async () => {
    const rotating = new pg.Client({ connectionString: ground.server.database.ownerUrl });
    await rotating.connect();
    await rotating.query(`select pg_advisory_lock(hashtext('cutter.bootstrap'))`);
    const starting = ground.asOwner((owner) => bootstrapHome(owner, ground.home, 'rehearsal'));
    await expect
      .poll(async () => {
        const { rows } = await ground.server.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%key.lock%'`,
        );
        return rows.length;
      })
      .toBe(1);
    const seed = makeSecrets().seeds['DOT-992'] as string;
    writeSecrets(ground.home, withNext(homeSecrets(ground.home), 'DOT-992', 'statement', seed));
    await rotating.end();
    const { secrets, keys } = await starting;
    const { keyId } = keyOf(homeSecrets(ground.home), 'DOT-992', 'statement');
    expect(homeSecrets(ground.home)).toEqual(secrets);
    expect(secrets.seeds['DOT-992']).toBe(seed);
    expect(keys.inForce.has(keyId)).toBe(true);
  });

  test('signs with the key that follows, though it read the secrets before', async () => {
    const before = homeSecrets(ground.home);
    await ground.rotate('DOT-991');
    const custody = homeCustody(ground.home, before, () => {});
    // What the one before signed stays this lane's word.
    expect(custody.knownOf('DOT-991').map(({ keyId }) => keyId)).toEqual([
      keyOf(homeSecrets(ground.home), 'DOT-991', 'statement').keyId,
      keyOf(homeSecrets(ground.home), 'DOT-991', 'checkpoint').keyId,
      keyOf(before, 'DOT-991', 'statement').keyId,
    ]);
    expect(custody.keysOf('DOT-991', 'statement').map(({ keyId }) => keyId)).toEqual([
      keyOf(homeSecrets(ground.home), 'DOT-991', 'statement').keyId,
    ]);
  });
});

test('keys of before keys stood in the log are recorded as they were, with those that had ended by then', async () => {
  // As a ledger of the version before: rows of keys, one of which had followed another, and no record of them.
  const former = keyOf(makeSecrets(), 'DOT-991', 'statement');
  await ground.server.close();
  const { superuser, database } = ground.server;
  await superuser.query(
    'delete from cutter_log.record_part; delete from cutter_log.pending; delete from cutter_log.act; delete from cutter_log.log',
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
  ground.server = await testServer({
    database,
    custody: homeCustody(ground.home, database.secrets, () => {}),
  });
  await settled(ground.server);
  const { all } = await ground.chain();
  expect(
    all
      .map(({ keyId, lane, purpose, from, until }) => ({ key_id: keyId, lane, purpose, from, until }))
      .sort(byId),
  ).toEqual((await ground.keyRows()).sort(byId));
  expect(all.find(({ keyId }) => keyId === former.keyId)).toMatchObject({ from: 0, until: 3 });
  // Their records were made up here without rows; of the keys nothing is told.
  const { findings } = await checkLedger({ url: database.urls.evidence });
  expect(findings.filter(({ table }) => table === 'cutter_auth.key')).toEqual([]);
});

const byId = (one: { key_id: string }, other: { key_id: string }) => (one.key_id < other.key_id ? -1 : 1);

test('Query.keys shows observers what the registry has, in the order of beginnings', async () => {
  await rotated(ground.server.database, ground.server.database.secrets, 'DOT-992', 'checkpoint');
  const { body } = await ground.server.gql(
    ground.server.tokens.observer,
    '{ keys { keyId lane purpose publicKey principalId fromPosition untilPosition } }',
  );
  const [first, ...others] = body.data.keys;
  const { keyId, publicKey } = keyOf(ground.server.database.secrets, 'DOT-991', 'statement');
  expect(first).toEqual({
    keyId,
    lane: 'DOT_991',
    purpose: 'STATEMENT',
    publicKey: Buffer.from(publicKey).toString('base64'),
    principalId: expect.any(String),
    fromPosition: '0',
    untilPosition: null,
  });
  expect(others.map((key: Loose) => [key.lane, key.purpose, key.fromPosition, key.untilPosition])).toEqual([
    ['DOT_992', 'STATEMENT', '1', null],
    ['DOT_991', 'CHECKPOINT', '2', null],
    ['DOT_992', 'CHECKPOINT', '3', String(FIRST_RECORDS)],
    ['DOT_992', 'CHECKPOINT', String(FIRST_RECORDS), null],
  ]);
  expect(await marked(ground.server)).toBeDefined();
});
