import { expect, test, vi } from 'vitest';
import { printScope } from '../../src/cli/fsck.ts';
import { UNIQUE_RULES } from '../../src/fsck/rows/unique.ts';
import { SCOPE, VOUCHERS } from '../../src/fsck/scope.ts';
import { SCHEMAS } from '../harness/catalog.ts';
import { cutter } from '../harness/cli.ts';
import { testDatabase } from '../harness/database.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

test('fsck --scope lists every column of every table that a live ledger has, once', async () => {
  const database = await testDatabase();
  const { rows } = await database.superuser.query<{ name: string }>(
    `select n.nspname || '.' || c.relname || '.' || a.attname as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1) and a.attnum > 0 and not a.attisdropped order by 1`,
    [SCHEMAS],
  );
  const listed = SCOPE.map(({ table, column }) => `${table}.${column}`).sort();
  expect(listed).toEqual(rows.map(({ name }) => name).sort());
});

test('fsck counts without indexes whatever a unique index of a checked table keeps unique', async () => {
  const database = await testDatabase();
  const { rows } = await database.superuser.query<{ table: string; columns: string }>(
    `select i.indrelid::regclass::text as "table", (select string_agg(a.attname, ',' order by a.attname)
       from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any((i.indkey::int2[])[0:i.indnkeyatts - 1])) as columns
     from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
     where i.indisunique and n.nspname = any($1)`,
    [SCHEMAS],
  );
  const checked = new Set(SCOPE.filter(({ voucher }) => voucher !== 'owner').map(({ table }) => table));
  checked.delete('cutter_auth.audit');
  // Of a token fsck reads the print of its hash.
  const counted = new Set(
    UNIQUE_RULES.map(({ table, columns }) =>
      `${table} ${[...columns].sort()}`.replace('token_print', 'token_sha256'),
    ),
  );
  const tables = rows.map((row) => ({
    ...row,
    table: row.table.includes('.') ? row.table : `public.${row.table}`,
  }));
  const missing = tables.filter(
    (row) => checked.has(row.table) && !counted.has(`${row.table} ${row.columns}`),
  );
  expect(missing).toEqual([]);
  expect(counted.size).toBeGreaterThan(20);
});

test('fsck --scope says what vouches for a column, in sentences and as JSON, without a database', async () => {
  const { code, out } = await cutter('/nonexistent', ['fsck', '--scope']);
  expect(code).toBe(0);
  expect(out.trim().split('\n')).toHaveLength(SCOPE.length);
  expect(out).toContain(`cutter_log.node.hash: ${VOUCHERS.tree}\n`);
  expect(out).toContain(`cutter_log.cosignature.signed_at: ${VOUCHERS.nothing}\n`);
  const lines: string[] = [];
  printScope({ json: true }, (line) => lines.push(line));
  expect(lines.map((line) => JSON.parse(line))).toContainEqual({
    type: 'column',
    table: 'public.information_unit',
    column: 'canonical_address',
    voucher: 'record',
    meaning: VOUCHERS.record,
  });
});
