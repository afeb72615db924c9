import { sql } from 'slonik';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openPools } from '../src/database/pools.ts';
import { testDatabase } from './harness/database.ts';

const db = await testDatabase();

test('pools: each speaks as its own login', async () => {
  const { exec, verify, observe, evidence, gate } = db.pools;
  const who = await Promise.all(
    [exec, verify, observe, evidence, gate].map((pool) => pool?.oneFirst(sql.unsafe`select current_user`)),
  );
  expect(who).toEqual(['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate']);
});

test('pools: a pool that meets the owner, or another login, refuses to open', async () => {
  await expect(openPools({ ...db.urls, gate: db.ownerUrl })).rejects.toThrow(
    /pool of cutter_gate is connected as/,
  );
  await expect(openPools({ ...db.urls, verify: db.urls.exec })).rejects.toThrow(/connected as cutter_exec/);
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
