import type { ClientBase, PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CATALOG_MARK } from '../../src/drift/catalog-mark.ts';
import { checkDrift } from '../../src/drift/check-drift.ts';
import { type Divergence, mendingStatements } from '../../src/drift/divergence.ts';
import { liveShape, type ShapePart } from '../../src/drift/shape.ts';
import { OWN_ROLES, OWN_SCHEMAS, THROUGH_PUBLIC } from '../../src/drift/shape-sql.ts';
import { testDatabase } from '../harness/database.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

const db = await testDatabase();
let client: PoolClient;
let shape: readonly ShapePart[];
beforeAll(async () => {
  client = await db.superuser.connect();
  shape = (await liveShape(client)).filter(({ value }) => value !== THROUGH_PUBLIC);
  // A table that is dropped loses its rows, which no statement mends. Here is nothing to lose.
  const names = relations('table').map(({ name }) => name);
  await client.query(`truncate ${names.join(', ')}`);
});
afterAll(() => client.release());

const partsOf = (kind: string): readonly ShapePart[] => shape.filter((part) => part.kind === kind);
const relations = (word: string) => partsOf('relation').filter(({ value }) => value.startsWith(word));

const TOKEN_PRINT = 'cutter_auth.token drop column token_print';
const TOKEN_HASH = 'cutter_auth.token drop column token_sha256';

/** Each kind of change to each object of the catalogs, as statements. */
function alterations(): string[] {
  const tables = relations('table').map(({ name }) => name);
  // PostgreSQL refuses these of a partition, and of the column that it is cut by.
  const isPartition = (table: string) =>
    relations('table').some(({ name, make }) => name === table && make?.includes(' partition of '));
  const isPartitionKey = ({ on, column }: { on: string; column: string }) =>
    on === 'cutter_auth.audit' && column === 'at';
  const columns = partsOf('column').map(({ name, on, value }) => ({
    on,
    value,
    column: name.slice(on.length + 1),
  }));
  const named = (name: string) => name.split(' on ') as [string, string];
  return [
    ...tables.flatMap((table) => [
      `alter table ${table} rename to altered`,
      `alter table ${table} ${isGuarded(table) ? 'disable' : 'enable'} row level security`,
      `alter table ${table} force row level security`,
      `alter table ${table} owner to cutter_ro`,
      ...(isPartition(table)
        ? []
        : [`alter table ${table} add column altered text`, `create table altered () inherits (${table})`]),
      `create policy altered on ${table} using (true)`,
      `create rule altered as on delete to ${table} do instead nothing`,
      `alter table ${table} add constraint altered check (true)`,
      `grant delete on ${table} to cutter_exec`,
      `grant truncate on ${table} to public`,
      `drop table ${table} cascade`,
    ]),
    ...columns.flatMap(({ on, column, value }, at) => [
      [
        `alter table ${on} rename column ${column} to altered`,
        `alter table ${on} drop column ${column} cascade`,
      ][isPartitionKey({ on, column }) ? 0 : at % 2]!,
      ...(at % 3 === 0 ? [`grant update (${column}) on ${on} to cutter_gate`] : []),
      ...(at % 3 === 1 && value === 'text'
        ? [`alter table ${on} alter column ${column} set default 'x'`]
        : []),
    ]),
    ...partsOf('column null').flatMap(({ name, on, value }, at) => {
      const table = columns.find((each) => `${each.on}.${each.column}` === on)!;
      const isKey = partsOf('constraint').some(
        ({ name: key, value: keyed }) =>
          key.endsWith(` on ${table.on}`) && /^PRIMARY KEY/.test(keyed) && keyed.includes(table.column),
      );
      const other = value === 'null' ? 'set' : 'drop';
      return at % 3 === 0 && !isKey && !isIdentity(name)
        ? [`alter table ${table.on} alter column ${table.column} ${other} not null`]
        : [];
    }),
    ...partsOf('constraint').flatMap(({ name }) => {
      const [constraint, table] = named(name);
      return [
        `alter table ${table} drop constraint ${constraint} cascade`,
        `alter table ${table} rename constraint ${constraint} to altered`,
      ];
    }),
    ...[...new Set(partsOf('enforcement').map(({ on }) => on))].map(
      (table) => `alter table ${table} disable trigger all`,
    ),
    ...partsOf('index').flatMap(({ name }) => [
      `drop index ${name}`,
      `alter index ${name} rename to altered`,
    ]),
    ...partsOf('policy').flatMap(({ name }) => {
      const [policy, table] = named(name);
      return [
        `drop policy ${policy} on ${table}`,
        `alter policy ${policy} on ${table} to public`,
        `alter policy ${policy} on ${table} rename to altered`,
      ];
    }),
    ...partsOf('grant').map(({ name, make }, at) =>
      // What everybody may do in public, a role goes on doing.
      at % 2 === 0 && !name.includes('schema public')
        ? `revoke ${name.replace(/ to (\S+)$/, ' from $1')}`.replace('$database', db.name)
        : `${make} with grant option`.replace('$database', db.name),
    ),
    ...relations('view').flatMap(({ name }) => [
      `alter view ${name} set (security_invoker = true)`,
      `alter view ${name} owner to cutter_ro`,
      `grant select on ${name} to public`,
      `drop view ${name} cascade`,
    ]),
    ...partsOf('function').flatMap(({ name }) => [
      `alter function ${name} owner to cutter_ro`,
      `alter function ${name} cost 77`,
      `alter function ${name} set work_mem = '1MB'`,
      `grant execute on function ${name} to public`,
      `drop function ${name} cascade`,
    ]),
    ...partsOf('sequence').flatMap(({ name }) => [
      `alter sequence ${name} increment by 2`,
      `alter sequence ${name} cache 20`,
      `grant usage on sequence ${name} to cutter_exec`,
    ]),
    ...OWN_SCHEMAS.flatMap((schema) => [
      `alter schema ${schema} owner to cutter_ro`,
      `grant create on schema ${schema} to cutter_exec`,
      `grant usage on schema ${schema} to public`,
      `create table ${schema}.altered (a int)`,
      `create view ${schema}.altered as select 1 as a`,
      `create materialized view ${schema}.altered as select 1 as a`,
      `create sequence ${schema}.altered`,
      `create type ${schema}.altered as enum ('a')`,
      `create domain ${schema}.altered as text`,
      `create function ${schema}.altered() returns int language sql as 'select 1'`,
    ]),
    ...OWN_ROLES.flatMap((role) => [
      `alter role ${role} superuser`,
      `alter role ${role} createdb`,
      `alter role ${role} createrole`,
      `alter role ${role} replication`,
      `alter role ${role} bypassrls`,
      `alter role ${role} noinherit`,
      `alter role ${role} connection limit 3`,
      `alter role ${role} valid until '2020-01-01'`,
      `alter role ${role} ${role === 'cutter_ro' ? 'login' : 'nologin'}`,
      `alter role ${role} set work_mem = '1MB'`,
      `alter role ${role} in database ${db.name} set statement_timeout = '0'`,
      `grant pg_write_all_data to ${role}`,
      ...(role === 'cutter_exec' ? [] : [`grant ${role} to cutter_exec with admin true`]),
    ]),
    ...partsOf('setting').map(({ name, on }, at) => {
      const setting = name.split(' ')[0]!;
      return at % 2 === 0 ? `alter role ${on} reset ${setting}` : `alter role ${on} reset all`;
    }),
    `revoke cutter_ro from cutter_observe`,
    `alter database ${db.name} set session_replication_role = 'replica'`,
    `grant create on database ${db.name} to cutter_exec`,
    `grant create on schema public to cutter_exec`,
    `alter default privileges in schema cutter_log grant execute on functions to public`,
    `alter default privileges grant select on tables to cutter_gate`,
    `alter default privileges in schema cutter_governance grant insert on tables to cutter_observe`,
    `alter default privileges for role cutter_exec grant select on tables to cutter_verify`,
  ];
}

const isGuarded = (table: string) =>
  partsOf('row security').some(({ name, value }) => name === table && value === 'enabled');

const isIdentity = (column: string) =>
  partsOf('column default').some(({ name, value }) => name === column && value.includes('identity'));

async function altered<T>(statement: string, look: (client: ClientBase) => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    await client.query(statement);
    return await look(client);
  } finally {
    await client.query('rollback');
  }
}

/** What CUT and VERIFY notice an alteration by. */
async function catalogMark(db: ClientBase): Promise<string> {
  const { rows } = await db.query(CATALOG_MARK.sql.replaceAll('$slonik_', '$'), [...CATALOG_MARK.values]);
  return rows[0].mark;
}

/** The divergences of one alteration, and what is left when the statements that they name have been run. */
async function divergencesAfter(
  statement: string,
): Promise<{ found: readonly Divergence[]; left: readonly Divergence[] }> {
  return altered(statement, async (db) => {
    const found = await checkDrift(db);
    for (const line of mendingStatements(found)) await db.query(line);
    return { found, left: await checkDrift(db) };
  });
}

describe('drift', () => {
  test('there is none in what the migrations made', async () => {
    expect(await checkDrift(client)).toEqual([]);
  });

  test('each alteration of each object is named, and the statements named mend it', async () => {
    const all = alterations();
    expect(all.length).toBeGreaterThan(2_000);
    const random = seeded(testSeed());
    // A column that is computed goes with those that it is computed from, whatever the seed.
    const computed = [TOKEN_PRINT, TOKEN_HASH].map((column) => `alter table ${column} cascade`);
    const chosen = [...computed, ...Array.from({ length: 150 }, () => random.pick(all))];
    const unnamed: string[] = [];
    const unmended: string[] = [];
    for (const statement of chosen) {
      const { found, left } = await divergencesAfter(statement).catch((error: Error) => {
        throw new Error(`${statement}: ${error.message}`, { cause: error });
      });
      if (found.length === 0) unnamed.push(statement);
      for (const { message } of left) unmended.push(`${statement} → ${message}`);
    }
    expect(unnamed).toEqual([]);
    expect(unmended).toEqual([]);
    expect(await checkDrift(client)).toEqual([]);
  });

  test('each alteration of each object gives the catalogs another mark', async () => {
    const before = await catalogMark(client);
    const unmarked: string[] = [];
    for (const statement of alterations())
      if ((await altered(statement, catalogMark)) === before) unmarked.push(statement);
    expect(unmarked).toEqual([]);
    expect(await catalogMark(client)).toBe(before);
  });

  test('another ledger of the same cluster leaves the mark as it is', async () => {
    const before = await catalogMark(client);
    const other = await testDatabase();
    expect(await catalogMark(client)).toBe(before);
    await other.drop();
    expect(await catalogMark(client)).toBe(before);
  });

  test('what others make in public, and grant there, is theirs', async () => {
    const theirs = `create table public.theirs (a int); create index on public.theirs (a); create role theirs;
      grant select on public.theirs to theirs; grant usage on schema public to theirs; create view public.v as select 1 as a`;
    expect(await altered(theirs, (db) => checkDrift(db))).toEqual([]);
    const shared = `${theirs}; grant insert on public.theirs to cutter_exec`;
    expect(await altered(shared, (db) => checkDrift(db))).toMatchObject([
      { kind: 'grant', mend: [{ statement: 'revoke insert on public.theirs from cutter_exec' }] },
    ]);
  });
});
