import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Authenticator, createAuthenticator } from '../../src/auth/authenticate.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});

/** The clock of the process, in milliseconds; the database has its own. */
let now = 0;
let authenticate: Authenticator;
let authorization: string;
let tokenId: string;
let tokenHash: Buffer;

beforeEach(async () => {
  now = 1_000;
  authenticate = createAuthenticator({ gate: database.pools.gate, mode: 'rehearsal', now: () => now });
  const token = randomBytes(32).toString('base64url');
  authorization = `Bearer ${token}`;
  tokenId = randomUUID();
  tokenHash = createHash('sha256').update(token).digest();
  await issue('1 hour');
});

async function issue(valid: string): Promise<void> {
  await database.superuser.query('delete from cutter_auth.token where token_id = $1', [tokenId]);
  await database.superuser.query(
    `insert into cutter_auth.token (token_sha256, token_id, principal_id, expires_at)
      select $1, $2, principal_id, now() + $3::interval from cutter_auth.principal where name = 'observer'`,
    [tokenHash, tokenId, valid],
  );
}

const revoke = () =>
  database.superuser.query('update cutter_auth.token set revoked_at = now() where token_id = $1', [tokenId]);

describe('a session that was looked up for one call', () => {
  test('answers for reads for half a second, and not longer: then a revocation has bitten', async () => {
    await authenticate(authorization, true);
    await revoke();
    now += 499;
    await expect(authenticate(authorization, true)).resolves.toMatchObject({ tokenId });
    now += 1;
    await expect(authenticate(authorization, true)).rejects.toMatchObject({ reason: 'revoked' });
    // Nor is what was refused remembered as good.
    now -= 1;
    await expect(authenticate(authorization, true)).rejects.toMatchObject({ reason: 'revoked' });
  });

  test('is not prolonged by the reads that use it', async () => {
    await authenticate(authorization, true);
    await revoke();
    for (let read = 0; read < 4; read += 1) {
      now += 120;
      await authenticate(authorization, true);
    }
    now += 120;
    await expect(authenticate(authorization, true)).rejects.toMatchObject({ reason: 'revoked' });
  });

  test('answers for no call that may write, which ends it where the token is refused', async () => {
    await authenticate(authorization, true);
    await revoke();
    await expect(authenticate(authorization)).rejects.toMatchObject({ reason: 'revoked' });
    await expect(authenticate(authorization, true)).rejects.toMatchObject({ reason: 'revoked' });
  });

  test('ends with its token, whatever was left of the half second', async () => {
    await issue('200 milliseconds');
    await authenticate(authorization, true);
    now += 200;
    await expect(
      authenticate(authorization, true).then(
        ({ expiresAt }) => Date.parse(expiresAt) - Date.now() > 0,
        ({ reason }) => reason === 'expired',
      ),
    ).resolves.toBe(true);
  });

  test('is that of one token alone', async () => {
    await authenticate(authorization, true);
    await expect(authenticate(`${authorization}x`, true)).rejects.toMatchObject({ reason: 'unknown' });
  });

  test('a token that is narrowed anew is read anew', async () => {
    await authenticate(authorization, true);
    await database.superuser.query(`update cutter_auth.token set scopes = '{}' where token_id = $1`, [
      tokenId,
    ]);
    now += 500;
    const { scopes } = await authenticate(authorization, true);
    expect(scopes).toEqual(new Set());
  });
});
