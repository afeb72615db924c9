import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { tokenHash } from '../../src/auth/authenticate.ts';
import { SAMPLE_PARTIES } from '../../src/auth/sample-parties.ts';
import { bootstrapHome, bootstrapLedger } from '../../src/boot/bootstrap.ts';
import { loginUrl, scramVerifier, setLoginPasswords } from '../../src/database/logins.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { homeSecrets, makeSecrets } from '../../src/home/secrets.ts';
import { heldKeys } from '../../src/keys/custody.ts';
import { makeToken } from '../../src/ledger/parties/token-rows.ts';
import { testDatabase } from '../harness/database.ts';

const db = await testDatabase();
const home = mkdtempSync(join(tmpdir(), 'cutter-bootstrap-'));
const owner = new pg.Client({ connectionString: db.ownerUrl });
await owner.connect();
afterAll(async () => {
  await owner.end();
  rmSync(home, { recursive: true });
});

const keys = heldKeys(db.secrets);

async function all(query: string): Promise<Record<string, unknown>[]> {
  return (await owner.query<Record<string, unknown>>(query)).rows;
}

test('bootstrap: six sample principals, each answered for by a person of its own, all marked as rehearsal', async () => {
  const rows = await all(
    `select p.name, p.kind, p.scopes, p.lane, person.rehearsal and p.rehearsal as rehearsal, person.person_id
      from cutter_auth.principal p join cutter_auth.person using (person_id) order by p.name`,
  );
  expect(rows.map((row) => row['name'])).toEqual([
    'administrator',
    'executor',
    'marker',
    'observer',
    'reviewer',
    'verifier',
  ]);
  expect(new Set(rows.map((row) => row['person_id'])).size).toBe(6);
  expect(rows.every((row) => row['rehearsal'] === true)).toBe(true);
  expect(
    rows.filter((row) => row['lane'] !== null).map((row) => [row['name'], row['kind'], row['lane']]),
  ).toEqual([
    ['executor', 'service', 'DOT-991'],
    ['verifier', 'service', 'DOT-992'],
  ]);
});

test('schema: neither a sample person behind a real principal, nor a real person behind a sample one', async () => {
  const real = '00000000-0000-4000-8000-00000000000a';
  const principal = (personId: unknown, rehearsal: boolean) =>
    owner.query(
      `insert into cutter_auth.principal (principal_id, kind, name, person_id, scopes, rehearsal)
      values (gen_random_uuid(), 'person', 'stand-in', $1, '{}', $2)`,
      [personId, rehearsal],
    );
  const [sample] = await all('select person_id from cutter_auth.person limit 1');
  await owner.query('begin');
  await owner.query(
    `insert into cutter_auth.person (person_id, name, rehearsal) values ($1, 'Real', false)`,
    [real],
  );
  for (const attempt of [
    () => principal(sample?.['person_id'], false),
    () => principal(real, true),
    () => owner.query('update cutter_auth.principal set rehearsal = false'),
    () => owner.query('update cutter_auth.person set rehearsal = false'),
  ]) {
    await owner.query('savepoint attempt');
    await expect(attempt()).rejects.toThrow(/violates foreign key constraint/);
    await owner.query('rollback to attempt');
  }
  await principal(real, false);
  await owner.query('rollback');
});

test('bootstrap: nobody may both cut and verify, nor mark and review', () => {
  for (const { scopes } of SAMPLE_PARTIES) {
    const held: readonly string[] = scopes;
    expect(held.includes('change:cut') && held.includes('change:verify')).toBe(false);
    expect(held.includes('entry:mark') && held.includes('entry:review')).toBe(false);
  }
});

test('bootstrap: the vocabulary stands, and what is added to it stays', async () => {
  await owner.query(
    `insert into cutter_source.vocabulary values ('unit_kind', 'of our own', 'Added by hand.', null)`,
  );
  await bootstrapLedger(owner, { mode: 'rehearsal', keys, tokens: db.tokens });
  const rows = await all('select term_kind, term from cutter_source.vocabulary');
  expect(rows).toHaveLength(BASE_VOCABULARY.length + 1);
});

test('bootstrap: run again, it changes nothing that is there', async () => {
  const state = (): Promise<unknown> =>
    all(
      `select (select json_agg(k order by key_id) from cutter_auth.key k) as keys, (select json_agg(t order by token_id) from cutter_auth.token t) as tokens,
        (select json_agg(p order by principal_id) from cutter_auth.principal p) as principals, (select json_agg(h) from cutter_log.head h) as head`,
    );
  const before = await state();
  const result = await bootstrapLedger(owner, { mode: 'rehearsal', keys, tokens: db.tokens });
  expect(result.issued).toEqual([]);
  expect(result.tokens).toEqual(db.tokens);
  expect(await state()).toEqual(before);
});

test('bootstrap: each lane has its own keys, one for statements and one for heads, registered with its own principal, each from its own record on', async () => {
  const rows = await all(
    `select k.lane, k.purpose, p.name, k.from_position, k.until_position from cutter_auth.key k join cutter_auth.principal p using (principal_id) order by 4`,
  );
  expect(rows).toEqual([
    { lane: 'DOT-991', purpose: 'statement', name: 'executor', from_position: '0', until_position: null },
    { lane: 'DOT-992', purpose: 'statement', name: 'verifier', from_position: '1', until_position: null },
    { lane: 'DOT-991', purpose: 'checkpoint', name: 'executor', from_position: '2', until_position: null },
    { lane: 'DOT-992', purpose: 'checkpoint', name: 'verifier', from_position: '3', until_position: null },
  ]);
});

test('bootstrap: tokens are kept while they work; a missing or expired one is issued anew, a revoked one is not', async () => {
  const path = join(home, 'tokens.json');
  const first = await bootstrapHome(owner, home, 'rehearsal');
  expect(first.issued).toHaveLength(6);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  expect(Object.keys(kept)).toEqual([
    'administrator',
    'marker',
    'reviewer',
    'executor',
    'verifier',
    'observer',
  ]);
  expect((await bootstrapHome(owner, home, 'rehearsal')).issued).toEqual([]);

  const { marker: _, ...rest } = kept;
  writeFileSync(path, JSON.stringify(rest), { mode: 0o600 });
  await owner.query(
    `update cutter_auth.token set created_at = '2001-01-01', expires_at = '2001-01-02' where token_sha256 = $1`,
    [tokenHash(kept['reviewer'] as string)],
  );
  await owner.query('update cutter_auth.token set revoked_at = now() where token_sha256 = $1', [
    tokenHash(kept['observer'] as string),
  ]);
  const again = await bootstrapHome(owner, home, 'rehearsal');
  expect(again.issued).toEqual(['marker', 'reviewer']);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(again.tokens);
  expect(again.tokens['observer']).toBe(kept['observer']);
});

test('bootstrap: a token is 256 bits, stands in the ledger as its hash, and ends in 30 days', async () => {
  const token = makeToken();
  expect(token).toMatch(/^cutter_[\w-]{43}$/);
  const rows = await all(
    `select octet_length(token_sha256) as bytes, expires_at - created_at = interval '30 days' as month from cutter_auth.token
      where created_at > '2010-01-01'`,
  );
  expect(rows.length).toBeGreaterThan(6);
  expect(rows.every((row) => row['bytes'] === 32 && row['month'] === true)).toBe(true);
  const [dump] = await all(`select json_agg(t)::text as text from cutter_auth.token t`);
  for (const secret of Object.values(db.tokens)) expect(dump?.['text']).not.toContain(secret);
});

test('bootstrap: production makes no sample person and hands out no token', async () => {
  const fresh = await testDatabase();
  const client = new pg.Client({ connectionString: fresh.ownerUrl });
  await client.connect();
  await client.query(
    'truncate cutter_log.resumption, cutter_auth.cut_approval, cutter_auth.approval_key, cutter_auth.token_version, cutter_auth.token, cutter_auth.key, cutter_auth.principal_version, cutter_auth.principal, cutter_auth.person',
  );
  const result = await bootstrapLedger(client, { mode: 'production', keys });
  expect(result).toMatchObject({ tokens: {}, issued: [] });
  const { rows } = await client.query(
    'select (select count(*)::int from cutter_auth.person) + (select count(*)::int from cutter_auth.key) as n',
  );
  expect(rows).toEqual([{ n: 0 }]);
  await client.end();
});

test('secrets: made once, for the owner alone, and refused where others may read them', () => {
  const secrets = homeSecrets(home);
  expect(homeSecrets(home)).toEqual(secrets);
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(
    new Set([
      secrets.owner,
      ...Object.values(secrets.logins),
      ...Object.values(secrets.seeds),
      ...Object.values(secrets.checkpointSeeds),
    ]).size,
  ).toBe(13);
  writeFileSync(join(home, 'secrets.json'), '{"owner": "hush', { mode: 0o600 });
  expect(() => homeSecrets(home)).toThrow(/is not JSON/);
  expect(() => homeSecrets(home)).not.toThrow(/hush/);
});

test('secrets: a file of before heads were signed gets seeds for the lanes that it serves, once', () => {
  const path = join(home, 'secrets.json');
  const { checkpointSeeds: _, seeds: both, ...rest } = makeSecrets();
  const old = { ...rest, seeds: { 'DOT-992': both['DOT-992'] } };
  writeFileSync(path, JSON.stringify(old), { mode: 0o600 });
  const secrets = homeSecrets(home);
  expect(secrets).toMatchObject(old);
  expect(Object.keys(secrets.checkpointSeeds)).toEqual(['DOT-992']);
  expect(homeSecrets(home)).toEqual(secrets);
});

test('secrets: one seed never serves statements and heads, nor two lanes', () => {
  const secrets = makeSecrets();
  const { 'DOT-991': shared } = secrets.seeds;
  const checkpointSeeds = { ...secrets.checkpointSeeds, 'DOT-992': shared };
  writeFileSync(join(home, 'secrets.json'), JSON.stringify({ ...secrets, checkpointSeeds }), { mode: 0o600 });
  expect(() => homeSecrets(home)).toThrow(/each need their own/);
  const seeds = { 'DOT-991': shared, 'DOT-992': shared };
  writeFileSync(join(home, 'secrets.json'), JSON.stringify({ ...secrets, seeds }), { mode: 0o600 });
  expect(() => homeSecrets(home)).toThrow(/each need their own/);
});

test('logins: the SCRAM verifier is the one that PostgreSQL makes', async () => {
  const [row] = await all(`select rolpassword from pg_authid where rolname = 'cutter_gate'`);
  const [, iterations, salt] = String(row?.['rolpassword']).match(
    /^SCRAM-SHA-256\$(\d+):([^$]+)/,
  ) as string[];
  const made = scramVerifier(
    db.secrets.logins.cutter_gate as string,
    Buffer.from(salt as string, 'base64'),
    Number(iterations),
  );
  expect(made).toBe(row?.['rolpassword']);
  // RFC 7677's example.
  expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('logins: passwords that are right already are left alone', async () => {
  expect(await setLoginPasswords(owner, db.secrets)).toEqual([]);
});

test('logins: a URL names the login and its secret on the same server and database', () => {
  expect(loginUrl('postgresql://o:p@127.0.0.1:5432/cutter?sslmode=require', 'cutter_gate', 'a/b')).toBe(
    'postgresql://cutter_gate:a%2Fb@127.0.0.1:5432/cutter?sslmode=require',
  );
});
