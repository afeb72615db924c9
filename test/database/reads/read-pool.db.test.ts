import { afterEach, expect, test } from 'vitest';
import { outageOf } from '../../../src/database/outage.ts';
import { PoolExhausted } from '../../../src/database/pool-gate.ts';
import { ReadPool, type ReadPoolOptions } from '../../../src/database/reads/read-pool.ts';
import type { RowCells } from '../../../src/database/reads/wire.ts';
import { testDatabase } from '../../harness/database.ts';

const db = await testDatabase();
const opened: ReadPool[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((pool) => pool.end()));
});

function readPool(options: Partial<ReadPoolOptions> = {}): ReadPool {
  const pool = new ReadPool({
    url: db.urls.observe,
    login: 'cutter_observe',
    size: 1,
    statementLimitMs: 5_000,
    connectLimitMs: 4_000,
    idleLimitMs: 60_000,
    waits: { limitMs: 20_000, stuckMs: 20_000 },
    watch: db.pools.watch,
    ...options,
  });
  opened.push(pool);
  return pool;
}

const once = (sql: string, values: readonly (string | readonly string[] | null)[] = []) => ({
  name: null,
  sql,
  values,
});
const texts = (rows: readonly RowCells[]) => rows.map((row) => row.map((cell) => cell?.toString() ?? null));
const PID = once('select pg_backend_pid()::text');

test('values come back as they were sent, rows in their order', async () => {
  const hard = ['', 'a,b', '"', '\\', 'NULL', '{}', 'ä€😀', ' x '];
  const rows = await readPool().ask(
    once('select u, null, $2::text from unnest($1::text[]) with ordinality as t (u, at) order by at', [
      hard,
      null,
    ]),
  );
  expect(texts(rows)).toEqual(hard.map((text) => [text, null, null]));
});

test('an answer of many pieces is whole', async () => {
  const [row] = await readPool().ask(once("select repeat('ab', 1000000), repeat('ä', 300000)"));
  expect(row?.[0]?.equals(Buffer.from('ab'.repeat(1_000_000)))).toBe(true);
  expect(row?.[1]?.equals(Buffer.from('ä'.repeat(300_000)))).toBe(true);
});

test('a statement with a name is prepared once, and has one plan for all its values', async () => {
  const pool = readPool();
  for (let n = 0; n < 8; n += 1) {
    const sql = 'select $1::int + cardinality($2::int[])';
    const rows = await pool.ask({ name: 'twice', sql, values: [n, ['1', '2']] });
    expect(texts(rows)).toEqual([[String(n + 2)]]);
  }
  const prepared = 'select name, generic_plans::text, custom_plans::text from pg_prepared_statements';
  expect(texts(await pool.ask(once(prepared)))).toEqual([['twice', '8', '0']]);
});

test('what the database refuses is thrown with its code, and the connection goes on', async () => {
  const pool = readPool();
  const before = texts(await pool.ask(PID));
  const refused = { name: 'refused', sql: 'select 1 / $1::int', values: ['0'] };
  await expect(pool.ask(refused)).rejects.toMatchObject({ code: '22012', message: 'division by zero' });
  await expect(pool.ask(once('select nothing'))).rejects.toMatchObject({ code: '42703' });
  await expect(pool.ask({ ...refused, name: 'bad', sql: 'select nothing' })).rejects.toThrow();
  expect(texts(await pool.ask({ ...refused, values: ['1'] }))).toEqual([['1']]);
  expect(texts(await pool.ask(PID))).toEqual(before);
});

test('a statement ends after the limit of the pool', async () => {
  const pool = readPool({ statementLimitMs: 50 });
  await expect(pool.ask(once('select pg_sleep(30)'))).rejects.toMatchObject({ code: '57014' });
});

test('a connection that was cut off is replaced, whether it was in use or not', async () => {
  const pool = readPool();
  const cut = once('select pg_sleep(60), $1::text', ['cut']);
  const under = pool.ask(cut).catch((error: unknown) => error);
  const kill = () =>
    db.superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'select pg_sleep(60), $1::text%'`,
    );
  await expect.poll(async () => (await kill()).rowCount).toBe(1);
  expect(outageOf(await under)).toBe('away');
  const [[pid]] = texts(await pool.ask(PID)) as [[string]];
  await db.superuser.query('select pg_terminate_backend($1)', [pid]);
  await expect.poll(async () => texts(await pool.ask(PID).catch(() => []))[0]?.[0] ?? pid).not.toBe(pid);
});

test('a pool that is connected as another login refuses', async () => {
  await expect(readPool({ url: db.urls.evidence }).ask(PID)).rejects.toThrow(/connected as cutter_evidence/);
});

test('who waits for too long is told so, and the others are served in order', async () => {
  const pool = readPool({ waits: { limitMs: 50, stuckMs: 50 } });
  const holding = pool.ask(once('select pg_sleep(0.5)'));
  await expect(pool.ask(PID)).rejects.toBeInstanceOf(PoolExhausted);
  await holding;
  const served: number[] = [];
  const serve = async (n: number) => {
    await pool.ask(PID);
    served.push(n);
  };
  await Promise.all([1, 2, 3].map(serve));
  expect(served).toEqual([1, 2, 3]);
});

test('no more connections than its size', async () => {
  const pool = readPool({ size: 2 });
  const pids = await Promise.all(Array.from({ length: 12 }, () => pool.ask(PID)));
  expect(new Set(pids.flatMap((rows) => texts(rows).flat())).size).toBeLessThanOrEqual(2);
});

test('where it is closed, a statement under way fails and the connections end', async () => {
  const pool = readPool();
  const under = pool.ask(once('select pg_sleep(60), 2'));
  const failed = expect(under).rejects.toThrow('Connection terminated');
  await expect
    .poll(async () => {
      const { rowCount } = await db.superuser.query(
        `select from pg_stat_activity where query = 'select pg_sleep(60), 2' and state = 'active'`,
      );
      return rowCount;
    })
    .toBe(1);
  await pool.end();
  await failed;
});
