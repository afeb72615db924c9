import { describe, expect, test } from 'vitest';
import { homeSecrets, makeSecrets, type Secrets, writeSecrets } from '../../src/home/secrets.ts';
import { heldKeys } from '../../src/keys/custody.ts';
import { revokeKey } from '../../src/keys/lane-keys.ts';
import type { Lane } from '../../src/law/values.ts';
import { settled } from '../fsck/fsck-ground.ts';
import { reviewed, verified } from '../harness/cycle.ts';
import { FIRST_RECORDS, KEY_RECORDS, keyOf, register } from '../harness/keys.ts';
import { keysGround } from './keys-ground.ts';

const ground = keysGround();

describe('A revocation', () => {
  test('ends the key at once, and the lane signs again after it was given another one', async () => {
    const made = await reviewed(ground.server);
    const { keyId } = keyOf(ground.server.database.secrets, 'DOT-991', 'statement');
    await ground.revoke(keyId);
    const refused = await ground.cut(made);
    expect([refused.__typename, refused.problems[0].code]).toEqual(['LaneMismatch', 'key-not-valid']);
    await expect(ground.revoke(keyId)).rejects.toThrow(/ended at position \d+ already/);
    await expect(ground.revoke('ed25519:none')).rejects.toThrow(
      /is not in the key registry; "cutter key list" shows it/,
    );
    await ground.rotate('DOT-991');
    expect((await ground.cut(made)).__typename).toBe('CutSuccess');
    await settled(ground.server);
    expect((await ground.chain()).current('DOT-991', 'statement')?.keyId).toBe(
      keyOf(homeSecrets(ground.home), 'DOT-991', 'statement').keyId,
    );
    expect(await ground.findings()).toEqual([]);
  });

  test('by the other lane is signed by its key for the same, and by nobody without one', async () => {
    const { secrets } = ground.server.database;
    const { keyId } = keyOf(secrets, 'DOT-991', 'statement');
    const alone = (lane: Lane) => heldKeys(secrets).filter((one) => one.lane === lane);
    const inOrder = (held: ReturnType<typeof heldKeys>) =>
      ground.asOwner(async (owner) => {
        await owner.query('begin');
        const [said] = await revokeKey(owner, held, keyId, 'stolen');
        await owner.query('commit');
        return said;
      });
    await expect(inOrder(alone('DOT-992').filter(({ purpose }) => purpose === 'checkpoint'))).rejects.toThrow(
      /This home holds no key that may revoke/,
    );
    expect(await inOrder(alone('DOT-992'))).toMatch(
      new RegExp(`of DOT-991 ends at position ${FIRST_RECORDS}\\.$`),
    );
    await settled(ground.server);
    expect(await ground.findings()).toEqual([]);
  });
});

describe('A seed that is gone', () => {
  const other = makeSecrets();
  const replaced = (secrets: Secrets, member: 'seeds' | 'checkpointSeeds'): Secrets => ({
    ...secrets,
    [member]: { ...secrets[member], 'DOT-991': other[member]['DOT-991'] },
  });

  test('is followed by another by the word of the lane’s other key', async () => {
    const secrets = replaced(homeSecrets(ground.home), 'seeds');
    const { done, refused } = await register(ground.server.database, secrets);
    expect(refused).toEqual([]);
    expect(done.map((line) => line.replace(/ed25519:\w+/, 'KEY'))).toEqual([
      `The statement key KEY of DOT-991 ends at position ${FIRST_RECORDS}.`,
      `The statement key KEY of DOT-991 begins at position ${FIRST_RECORDS + 1}.`,
    ]);
    writeSecrets(ground.home, secrets);
    await verified(ground.server);
    await settled(ground.server);
    expect((await ground.chain()).current('DOT-991', 'statement')?.from).toBe(FIRST_RECORDS + 1);
    expect(await ground.findings()).toEqual([]);
  });

  test('of a lane without an enabled principal is not followed, and so its key is not ended', async () => {
    await ground.server.superuser.query(
      `update cutter_auth.principal set disabled_at = now() where lane = 'DOT-991'`,
    );
    const { done, refused } = await register(
      ground.server.database,
      replaced(homeSecrets(ground.home), 'seeds'),
    );
    expect(done).toEqual([]);
    expect(refused).toEqual([expect.stringMatching(/^DOT-991 has no enabled principal, .* was not ended/)]);
    expect((await ground.keyRows()).filter(({ until }) => until !== null)).toEqual([]);
  });

  test('with the lane’s other one leaves nobody who could agree: a sentence says so, and nothing changes', async () => {
    const { done, refused, inForce } = await register(
      ground.server.database,
      replaced(replaced(homeSecrets(ground.home), 'seeds'), 'checkpointSeeds'),
    );
    expect(done).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(/^DOT-991 can't sign statements: .* Bring back the secrets\.json/),
      expect.stringMatching(/^DOT-991 can't sign checkpoints: /),
    ]);
    expect(inForce.size).toBe(KEY_RECORDS);
    expect(await ground.findings()).toEqual([]);
  });

  test('of the other lane is not taken for this one’s', async () => {
    const { seeds } = homeSecrets(ground.home);
    const swapped = { 'DOT-991': seeds['DOT-992'] as string, 'DOT-992': seeds['DOT-991'] as string };
    const { done, refused } = await register(ground.server.database, {
      ...homeSecrets(ground.home),
      seeds: swapped,
    });
    expect(done).toEqual([]);
    expect(refused[0]).toMatch(/is registered as the statement key of DOT-992; a key serves once/);
  });
});
