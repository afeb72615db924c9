import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PreparedLedger } from '../../src/boot/prepare.ts';
import { openPools } from '../../src/database/pools.ts';
import { pendingStatement } from '../../src/log/queue/pending.ts';
import { send } from '../harness/doors.ts';
import { type OwnServer, ownServer } from '../harness/own-server.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

// Roles belong to the server, so this file has one of its own.
let server: OwnServer;
let prepared: PreparedLedger;
beforeAll(async () => {
  server = await ownServer();
  prepared = server.prepared;
});
afterAll(() => server?.close());

const owner = (statement: string) => server.owner(statement);
const system = async (setting: string) => {
  await owner(`alter system ${setting}`);
  await owner('select pg_reload_conf()');
};
const register = (key: string) => server.register(key);
const ready = () => server.ready();

/** Starts on the same database, and gives back why it was refused. */
async function refusal(): Promise<string> {
  try {
    await (await openPools(prepared.pools.urls)).close();
    return 'started';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a session that could lose what it acknowledges', () => {
  const WRITERS = ['cutter_exec', 'cutter_verify', 'cutter_registrar', 'cutter_gate', 'cutter_integrator'];
  afterEach(async () => {
    for (const login of WRITERS) {
      await owner(`alter role ${login} in database cutter reset all`);
      await owner(`alter role ${login} set synchronous_commit = on`);
    }
  });

  test('pools: the migration sets synchronous_commit for each login that writes', async () => {
    const { rows } = await owner(
      `select rolname from pg_roles where 'synchronous_commit=on' = any (rolconfig) order by 1`,
    );
    expect(rows.map(({ rolname }) => rolname)).toEqual([...WRITERS].sort());
  });

  test.each(WRITERS)(
    'start: %s without synchronous_commit is refused, with the SQL that mends it',
    async (login) => {
      for (const value of ['off', 'local', 'remote_write']) {
        await owner(`alter role ${login} set synchronous_commit = ${value}`);
        const why = await refusal();
        expect(why).toMatch(new RegExp(`^synchronous_commit is "${value}" for ${login}, and a crash could`));
        await owner(/To correct it, run: (.*;)$/.exec(why)?.[1] as string);
        expect(await refusal()).toBe('started');
      }
    },
  );

  test('start: what is set for a role in this database alone is found, and the SQL that mends it takes that away', async () => {
    for (const setting of [
      'synchronous_commit = off',
      'session_replication_role = replica',
      'row_security = off',
      `timezone = 'Europe/Berlin'`,
      'search_path = public, pg_catalog',
      'bytea_output = escape',
      'extra_float_digits = 0',
      'default_transaction_read_only = on',
      `datestyle = 'SQL, DMY'`,
    ]) {
      await owner(`alter role cutter_exec in database cutter set ${setting}`);
      const why = await refusal();
      expect(why.toLowerCase()).toContain(`${setting.split(' ')[0]} is "`);
      await owner(/To correct it, run: (.*;)$/.exec(why)?.[1] as string);
      expect(await refusal()).toBe('started');
    }
  });

  test('running: a record is handed over by no session that could lose it, whatever was seen before', async () => {
    const pool = prepared.pools.exec!;
    const handed = async (setting: string) => {
      let count = -1;
      await pool
        .transaction(async (tx) => {
          await tx.query(sql.unsafe`select set_config('synchronous_commit', ${setting}, true)`);
          const record = {
            recordId: randomUUID(),
            hash: `sha256:${'0'.repeat(64)}`,
            parts: ['{}'],
            rowIds: [],
          };
          count = (await tx.query(pendingStatement(record as never))).rowCount;
          throw new Error('undone');
        })
        .catch(() => {});
      return count;
    };
    expect([await handed('on'), await handed('off'), await handed('local')]).toEqual([1, 0, 0]);
  });
});

describe('durability lost under a running server', () => {
  const LOSSES: readonly (readonly [
    name: string,
    lose: () => Promise<unknown>,
    mend: () => Promise<unknown>,
  ])[] = [
    ['fsync = off', () => system('set fsync = off'), () => system('reset fsync')],
    [
      'full_page_writes = off',
      () => system('set full_page_writes = off'),
      () => system('reset full_page_writes'),
    ],
    [
      'synchronous_commit = off for the server',
      () => system('set synchronous_commit = off'),
      () => system('reset synchronous_commit'),
    ],
    [
      'synchronous_commit = off for the executor’s login',
      () => owner('alter role cutter_exec set synchronous_commit = off'),
      () => owner('alter role cutter_exec set synchronous_commit = on'),
    ],
    [
      'synchronous_commit = off for the verifier’s login in this database',
      () => owner('alter role cutter_verify in database cutter set synchronous_commit = off'),
      () => owner('alter role cutter_verify in database cutter reset synchronous_commit'),
    ],
  ];

  test.each(LOSSES)(
    '%s: no write is taken, /ready says why, reads go on; mended, it goes on by itself',
    async (_name, lose, mend) => {
      await expect.poll(async () => (await ready()).status).toBe(200);
      const before = `before-${randomUUID()}`;
      expect((await register(before)).member).toEqual({ __typename: 'RegisterSourceSuccess' });
      await lose();
      await expect.poll(async () => (await ready()).status).toBe(503);
      const { body } = await ready();
      expect([body['durable'], body.reasons?.length]).toEqual(['down', 1]);
      const key = `lost-${randomUUID()}`;
      const refused = await register(key);
      expect(refused.member).toMatchObject({ __typename: 'LaneNotServed', retryable: true });
      expect(refused.member?.message).toMatch(
        /^(fsync|full_page_writes|synchronous_commit) is .* takes no writes/,
      );
      expect((await register(before)).member).toEqual({ __typename: 'RegisterSourceSuccess' });
      const read = await send(server.url, {
        token: prepared.tokens['observer'] as string,
        body: { query: '{ entries(first: 1) { nodes { status } } }' },
      });
      expect([read.status, read.text]).toEqual([200, '{"data":{"entries":{"nodes":[]}}}']);
      await mend();
      await expect.poll(async () => (await ready()).status).toBe(200);
      expect((await register(key)).member).toEqual({ __typename: 'RegisterSourceSuccess' });
      expect(server.logged.join('')).toContain('DURABILITY_LOST');
    },
  );
});
