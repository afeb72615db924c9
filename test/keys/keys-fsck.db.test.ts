import { describe, expect, test } from 'vitest';
import { homeSecrets, makeSecrets } from '../../src/home/secrets.ts';
import { fixedCustody } from '../../src/keys/custody.ts';
import { lockQueue, sayOfKey } from '../../src/keys/key-record.ts';
import type { KeyTableRow } from '../../src/keys/key-rows.ts';
import { readRegistry } from '../../src/keys/registry-keys.ts';
import { settled, tamper } from '../fsck/fsck-ground.ts';
import { reviewed, verified } from '../harness/cycle.ts';
import { FIRST_RECORDS, freshKey, keyOf } from '../harness/keys.ts';
import { testServer } from '../harness/server.ts';
import { keysGround } from './keys-ground.ts';

const ground = keysGround();

describe('fsck', () => {
  test('tells a signature made with a key past its end', async () => {
    await verified(ground.server);
    const old = homeSecrets(ground.home);
    const { keyId } = keyOf(old, 'DOT-991', 'statement');
    const made = await reviewed(ground.server);
    await ground.rotate('DOT-991');
    await settled(ground.server);
    // Whoever kept the old seed, and holds the database, lets it sign once more and covers it up.
    const until = (await ground.keyRows()).find((row) => row.key_id === keyId).until;
    await ground.server.superuser.query(
      'update cutter_auth.key set until_position = null where key_id = $1',
      [keyId],
    );
    const thief = await testServer({ database: ground.server.database, custody: fixedCustody(old) });
    expect((await ground.cut(made, thief)).__typename).toBe('CutSuccess');
    await thief.close();
    await ground.server.superuser.query('update cutter_auth.key set until_position = $2 where key_id = $1', [
      keyId,
      until,
    ]);
    await settled(ground.server);
    expect(await ground.findings()).toEqual([
      expect.stringMatching(/^key-invalid cutter_governance\.dot_pair_signature \S+ payload_envelope$/),
    ]);
  });

  test('tells a key that was put into the registry without a word in the log, and one whose record nobody signed', async () => {
    await settled(ground.server);
    const stranger = keyOf(makeSecrets(), 'DOT-991', 'statement');
    const insert = `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position)
      select '${stranger.keyId}', lane, principal_id, '\\x${Buffer.from(stranger.publicKey).toString('hex')}', 0 from cutter_auth.key where key_id = '${keyOf(ground.server.database.secrets, 'DOT-991', 'statement').keyId}'`;
    await tamper(ground.server, ['cutter_auth.key'], [insert], async () => {
      expect(await ground.findings()).toEqual([`inserted cutter_auth.key ${stranger.keyId} -`]);
    });
  });

  test('tells a rotation that the old key did not sign, though rows and record agree', async () => {
    const key = freshKey('DOT-991');
    await ground.asOwner(async (owner) => {
      const { keyId } = keyOf(ground.server.database.secrets, 'DOT-991', 'statement');
      const from = (await readRegistry(owner)).find((row) => row.key_id === keyId) as KeyTableRow;
      await owner.query('begin');
      await lockQueue(owner);
      const begins = { lane: 'DOT-991', purpose: 'statement', key, reason: null } as const;
      await sayOfKey(owner, { act: 'rotate', ...begins, from, signers: [key] });
      await owner.query('commit');
    });
    await settled(ground.server);
    expect(await ground.findings()).toEqual([`key-broken cutter_log.log ${FIRST_RECORDS} -`]);
  });
});
