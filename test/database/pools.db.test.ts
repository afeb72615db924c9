import { type DatabasePool, sql } from 'slonik';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { boundedPool, PoolExhausted } from '../../src/database/pool-gate.ts';
import { openPools } from '../../src/database/pools.ts';
import { testDatabase } from '../harness/database.ts';

const db = await testDatabase();

test('pools: each speaks as its own login', async () => {
  const { exec, verify, registrar, observe, evidence, gate, limited, reads } = db.pools;
  const who = await Promise.all([
    ...[exec, verify, registrar, observe, evidence, gate, limited.observe, limited.reader].map((pool) =>
      pool?.oneFirst(sql.unsafe`select current_user`),
    ),
    ...Object.values(reads).map(async (pool) =>
      String((await pool.ask({ name: null, sql: 'select current_user', values: [] }))[0]?.[0]),
    ),
  ]);
  expect(who).toEqual([
    'cutter_exec',
    'cutter_verify',
    'cutter_registrar',
    'cutter_observe',
    'cutter_evidence',
    'cutter_gate',
    'cutter_observe',
    'cutter_reader',
    'cutter_observe',
    'cutter_reader',
    'cutter_evidence',
    'cutter_evidence',
  ]);
});

test('pools: a pool that meets the owner, or another login, refuses to open', async () => {
  await expect(openPools({ ...db.urls, gate: db.ownerUrl })).rejects.toThrow(
    /pool of cutter_gate is connected as/,
  );
  await expect(openPools({ ...db.urls, verify: db.urls.exec })).rejects.toThrow(/connected as cutter_exec/);
});

test('pools: whatever the database says, transactions are read committed and nothing is compiled', async () => {
  await db.superuser.query(
    `alter database ${db.name} set default_transaction_isolation = 'repeatable read'; alter database ${db.name} set jit = on`,
  );
  const pools = await openPools(db.urls);
  const settings = sql.unsafe`select current_setting('transaction_isolation') || ', jit ' || current_setting('jit')`;
  const found = await Promise.all(
    [pools.exec, pools.verify, pools.observe, pools.evidence, pools.gate].map((pool) =>
      pool?.transaction((tx) => tx.oneFirst(settings)),
    ),
  );
  await pools.close();
  expect(found).toEqual(Array(5).fill('read committed, jit off'));
});

test('pools: where something overrules the role, a connection that would isolate more is refused', async () => {
  const url = new URL(db.urls.exec as string);
  url.searchParams.set('options', '-c default_transaction_isolation=serializable');
  await expect(openPools({ ...db.urls, exec: url.href })).rejects.toThrow(
    /Transactions of cutter_exec are serializable by default here/,
  );
});

test('pools: a lane without a secret has no pool', async () => {
  const pools = await openPools({ ...db.urls, exec: null, verify: null });
  expect(pools.exec).toBeNull();
  expect(pools.verify).toBeNull();
  await pools.close();
});

test('pools: values arrive without loss', async () => {
  const row = await db.pools.observe.one(sql.unsafe`
    select 9007199254740993::int8 as big, 1.10::numeric as exact, '2026-01-02 03:04:05.6+00'::timestamptz as at,
      array[1, 2]::int8[] as bigs, '{"a": 1}'::jsonb as json, '\\x00ff'::bytea as bytes, null::timestamptz as never`);
  expect(row).toEqual({
    big: '9007199254740993',
    exact: '1.10',
    at: '2026-01-02T03:04:05.600000Z',
    bigs: ['1', '2'],
    json: { a: 1 },
    bytes: Buffer.from([0, 255]),
    never: null,
  });
});

test('pools: a row that breaks its schema is refused', async () => {
  const query = sql.type(z.object({ n: z.string() }))`select 1 as n`;
  await expect(db.pools.observe.one(query)).rejects.toThrow();
  const read = sql.type(z.object({ n: z.number().transform((n) => n + 1) }))`select 1 as n`;
  expect(await db.pools.observe.one(read)).toEqual({ n: 2 });
});

const PID = sql.unsafe`/* test.pid */ select pg_backend_pid() as pid`;

/** Connections that `work` was given, when each call throws after one statement. */
async function pidsOfRefusals(pool: DatabasePool, times: number): Promise<ReadonlySet<unknown>> {
  const pids = new Set<unknown>();
  for (let i = 0; i < times; i += 1) {
    const refused = pool.transaction(async (tx) => {
      pids.add(await tx.oneFirst(PID));
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
  }
  return pids;
}

test('pools: a refusal rolls back, and its connection goes on', async () => {
  const pool = db.pools.exec as DatabasePool;
  expect((await pidsOfRefusals(pool, 20)).size).toBe(1);
  const nested = pool.transaction(async (tx) => {
    await tx.transaction(async () => {
      throw new Error('refused within');
    });
  });
  await expect(nested).rejects.toThrow('refused within');
  expect(await pool.oneFirst(sql.unsafe`select pg_current_xact_id_if_assigned() is null`)).toBe(true);
});

test('pools: a hundred refusals at once neither wait for logins nor go beyond the pool', async () => {
  const pool = db.pools.exec as DatabasePool;
  const pids = new Set<unknown>();
  const refused = Array.from({ length: 100 }, () =>
    pool.transaction(async (tx) => {
      pids.add(await tx.oneFirst(PID));
      throw new Error('refused');
    }),
  );
  const results = await Promise.allSettled(refused);
  expect(results.every((result) => result.status === 'rejected' && result.reason.message === 'refused')).toBe(
    true,
  );
  expect(pids.size).toBeLessThanOrEqual(10);
});

test('pools: a connection that was cut off is replaced, and one that failed is not handed on', async () => {
  const pool = db.pools.exec as DatabasePool;
  const cut = pool.transaction(async (tx) => {
    const pid = await tx.oneFirst(PID);
    await db.superuser.query('select pg_terminate_backend($1)', [pid]);
    await tx.oneFirst(PID);
  });
  await expect(cut).rejects.toThrow();
  await expect(pool.query(sql.unsafe`select 1 / 0`)).rejects.toThrow(/division by zero/);
  expect(await pool.oneFirst(sql.unsafe`select 1`)).toBe(1);
});

test('pools: no transaction is left open by whatever threw', async () => {
  const pool = db.pools.exec as DatabasePool;
  const open = pool.connect(async (connection) => {
    await connection.query(sql.unsafe`begin`);
    throw new Error('forgot to close');
  });
  await expect(open).rejects.toThrow('forgot to close');
  const held = await Promise.all(
    Array.from({ length: 10 }, () =>
      pool.oneFirst(sql.unsafe`select transaction_timestamp() = statement_timestamp()`),
    ),
  );
  expect(held).toEqual(Array(10).fill(true));
});

test('pools: who waits too long for a connection is told so, and the others are served in order', async () => {
  const pool = boundedPool(db.pools.gate, 1, { limitMs: 50 });
  const release = Promise.withResolvers<void>();
  const holding = pool.connect(async () => await release.promise);
  await expect(pool.oneFirst(sql.unsafe`select 1`)).rejects.toBeInstanceOf(PoolExhausted);
  const waiting = pool.oneFirst(sql.unsafe`select 2`);
  release.resolve();
  await holding;
  expect(await waiting).toBe(2);
  expect(await pool.oneFirst(sql.unsafe`select 3`)).toBe(3);
});
