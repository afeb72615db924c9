import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loginUrl } from '../../src/database/logins.ts';
import type { Login } from '../../src/home/secrets.ts';
import { ROLES, SCHEMAS } from '../harness/catalog.ts';
import { testDatabase } from '../harness/database.ts';
import { allows, type Grant, grantOf, type Role } from '../harness/grant-matrix.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_HUNDREDS_OF_ROUNDS_MS });

const db = await testDatabase();
const relations = await readRelations();
const clients = new Map<Role, pg.Client>();

interface Relation {
  readonly name: string;
  readonly view: boolean;
  readonly columns: readonly string[];
}

async function readRelations(): Promise<readonly Relation[]> {
  const { rows } = await db.superuser.query<Relation>(
    `select format('%s.%s', n.nspname, c.relname) as name, c.relkind = 'v' as view, array_agg(a.attname::text order by a.attnum) as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where n.nspname = any($1) and c.relkind in ('r', 'v', 'p')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      group by n.nspname, c.relname, c.relkind order by 1`,
    [SCHEMAS],
  );
  return rows;
}

/** A session that is the role: by its own password, or, for the role that can't log in, as the owner lends it. */
async function sessionOf(role: Role): Promise<pg.Client> {
  const secret = db.secrets.logins[role as Login];
  const url = secret === undefined ? db.ownerUrl : loginUrl(db.ownerUrl, role as Login, secret);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  if (secret === undefined) await client.query(`set session authorization ${role}`);
  await client.query('set default_transaction_read_only = off'); // a setting, and so no protection: the grants must hold alone
  return client;
}

beforeAll(async () => {
  for (const role of ROLES) clients.set(role, await sessionOf(role));
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
});

/** The SQLSTATE that a statement ends with, or null where it went through. Whatever it did is undone. */
async function outcome(role: Role, statement: string): Promise<string | null> {
  const client = clients.get(role) as pg.Client;
  await client.query('begin');
  try {
    await client.query(statement);
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? 'no code';
  } finally {
    await client.query('rollback');
  }
}

const DENIED = '42501';
/** What PostgreSQL says before it asks who asks: a computed column is nobody's to write. */
const COMPUTED = '428C9';
const NOT_WRITABLE: ReadonlySet<string> = new Set(['55000', '0A000']);

describe.each(ROLES)('grants: %s', (role) => {
  test('has exactly its row of the matrix, column by column', async () => {
    const { rows } = await db.superuser.query<{
      relation: string;
      attname: string;
      s: boolean;
      i: boolean;
      u: boolean;
      r: boolean;
    }>(
      `select format('%s.%s', n.nspname, c.relname) as relation, a.attname,
          has_column_privilege($1, c.oid, a.attnum, 'select') as s, has_column_privilege($1, c.oid, a.attnum, 'insert') as i,
          has_column_privilege($1, c.oid, a.attnum, 'update') as u, has_column_privilege($1, c.oid, a.attnum, 'references') as r
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where n.nspname = any($2) and c.relkind in ('r', 'v', 'p')
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
      [role, SCHEMAS],
    );
    const wrong = rows.filter((row) => {
      const grant = grantOf(role, row.relation);
      const expected = (['S', 'I', 'U'] as const).map((verb) => allows(grant, verb, row.attname));
      return row.s !== expected[0] || row.i !== expected[1] || row.u !== expected[2] || row.r;
    });
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(250);
  });

  test('has no other privilege on any table or view', async () => {
    const { rows } = await db.superuser.query<{ relation: string; d: boolean; rest: boolean }>(
      `select format('%s.%s', n.nspname, c.relname) as relation, has_table_privilege($1, c.oid, 'delete') as d,
          has_table_privilege($1, c.oid, 'truncate, trigger, references') as rest
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($2) and c.relkind in ('r', 'v', 'p')
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
      [role, SCHEMAS],
    );
    expect(rows.filter((row) => row.rest || row.d !== (grantOf(role, row.relation).D ?? false))).toEqual([]);
  });

  test('tries each forbidden verb on each table and view, and is denied', async () => {
    const through: string[] = [];
    for (const relation of relations) {
      for (const statement of forbidden(relation, grantOf(role, relation.name))) {
        const code = await outcome(role, statement);
        // A view over a join takes no writes, nor does a computed column of one, whoever asks.
        if (code !== DENIED && code !== COMPUTED && !(relation.view && NOT_WRITABLE.has(code ?? '')))
          through.push(`${statement} → ${code ?? 'went through'}`);
      }
    }
    expect(through).toEqual([]);
  });

  test('may read what it is granted, and the policies show it the rows', async () => {
    for (const relation of relations) {
      const { S } = grantOf(role, relation.name);
      if (S === undefined) continue;
      const columns = S === true ? '*' : S.join(', ');
      expect(await outcome(role, `select ${columns} from ${relation.name}`), relation.name).toBeNull();
    }
  });

  test('owns nothing, defines nothing, grants nothing', async () => {
    const attempts = [
      ...SCHEMAS.map((schema) => `create table ${schema}.mine ()`),
      'create schema mine',
      `alter table cutter_governance.decision_backlog_entry disable row level security`,
      `alter table cutter_governance.decision_backlog_entry add column mine text`,
      `drop table cutter_governance.decision_backlog_history`,
      `drop policy read on cutter_governance.decision_backlog_entry`,
      `create index on cutter_governance.decision_backlog_entry (kind)`,
      `create role mine`,
      `alter role ${role} superuser`,
      `alter role cutter_exec password 'x'`,
      `copy (select 1) to '/tmp/mine'`,
      `copy (select 1) to program 'true'`,
      `select lo_create(0)`,
      `select pg_read_file('postgresql.conf')`,
    ].filter((statement) => statement !== `alter role ${role} password 'x'`); // one's own password is one's own to change
    for (const statement of attempts) expect(await outcome(role, statement), statement).toBe(DENIED);
    // Not for a transaction, so tried outside of one.
    await expect(clients.get(role)?.query('alter system set fsync = off')).rejects.toMatchObject({
      code: DENIED,
    });
    // A grant by someone without the right to give it is denied, or a warning that grants nothing.
    await outcome(role, 'grant select on cutter_governance.decision_backlog_entry to public');
    await outcome(role, 'grant cutter_verify to cutter_exec');
    expect(await owned(role)).toBe(0);
  });

  test('becomes nobody else', async () => {
    for (const other of ROLES.filter((name) => name !== role)) {
      const member = (role === 'cutter_observe' || role === 'cutter_reader') && other === 'cutter_ro';
      // The role without a login was lent by the owner, who may take any role: only a password of its own proves something.
      if (role !== 'cutter_ro')
        expect(await outcome(role, `set role ${other}`), other).toBe(member ? null : DENIED);
    }
  });

  test('makes temporary tables only where large cuts need them', async () => {
    expect(await outcome(role, 'create temporary table mine (a int)')).toBe(
      role === 'cutter_exec' ? null : DENIED,
    );
  });
});

async function owned(role: Role): Promise<number> {
  const { rows } = await db.superuser.query<{ n: string }>(
    `select count(*) as n from pg_shdepend where refobjid = $1::regrole and deptype = 'o'`,
    [role],
  );
  return Number(rows[0]?.n);
}

/** Every statement on a relation that its grant doesn't cover. A column is tried alone, so that one grant can't hide another. */
function forbidden({ name, view, columns }: Relation, grant: Grant): string[] {
  const statements: string[] = [];
  for (const column of columns) {
    // An identity column takes nothing but its default; the privilege is asked all the same.
    const value = name === 'cutter_log.pending' && column === 'seq' ? 'default' : 'null';
    if (!allows(grant, 'S', column)) statements.push(`select ${column} from ${name}`);
    if (!allows(grant, 'I', column)) statements.push(`insert into ${name} (${column}) values (${value})`);
    if (!allows(grant, 'U', column)) statements.push(`update ${name} set ${column} = ${value}`);
  }
  if (grant.D === undefined) statements.push(`delete from ${name}`);
  // A locking read needs the right to update something.
  if (grant.U === undefined && grant.S === true && !view) statements.push(`select from ${name} for update`);
  if (!view) {
    statements.push(`truncate ${name}`);
    // Who may change or delete any row may also lock the table: PostgreSQL asks for no more.
    if (grant.U !== true && grant.D === undefined)
      statements.push(`lock table ${name} in access exclusive mode`);
    statements.push(
      `create trigger mine before insert on ${name} execute function suppress_redundant_updates_trigger()`,
    );
    statements.push(`alter table ${name} drop column ${columns[0]}`);
  }
  return statements;
}

test('grants: cutter_ro has 13, the schema and its 12 views', async () => {
  const { rows } = await db.superuser.query<{ n: string }>(
    `select (select count(*) from pg_class c, aclexplode(c.relacl) x where x.grantee = 'cutter_ro'::regrole)
      + (select count(*) from pg_namespace n, aclexplode(n.nspacl) x where x.grantee = 'cutter_ro'::regrole)
      + (select count(*) from pg_attribute a, aclexplode(a.attacl) x where x.grantee = 'cutter_ro'::regrole)
      + (select count(*) from pg_database d, aclexplode(d.datacl) x where x.grantee = 'cutter_ro'::regrole) as n`,
  );
  expect(Number(rows[0]?.n)).toBe(13);
});

test('grants: cutter_ro cannot log in', async () => {
  const { rows } = await db.superuser.query(`select rolcanlogin from pg_roles where rolname = 'cutter_ro'`);
  expect(rows).toEqual([{ rolcanlogin: false }]);
});

test('grants: the writers are members of nothing, bounded, and hold a SCRAM secret of their own', async () => {
  const { rows } = await db.superuser.query<{ rolname: string; rolconnlimit: number; rolpassword: string }>(
    `select rolname, rolconnlimit, rolpassword from pg_authid r where rolname in ('cutter_exec', 'cutter_verify')
      and not exists (select from pg_auth_members m where m.member = r.oid)
      and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)`,
  );
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect(row.rolconnlimit).toBeGreaterThan(0);
    expect(row.rolpassword).toMatch(/^SCRAM-SHA-256\$/);
  }
  expect(db.secrets.logins.cutter_exec).not.toBe(db.secrets.logins.cutter_verify);
});

test('grants: a writer can neither name nor skip the place that the queue gives it', async () => {
  const values = `gen_random_uuid(), 'sha256:x', '{}'`;
  expect(
    await outcome(
      'cutter_exec',
      `insert into cutter_log.pending (record_id, record_hash, row_ids) values (${values})`,
    ),
  ).toBeNull();
  const forced = `insert into cutter_log.pending (seq, record_id, record_hash, row_ids) overriding system value values (1, ${values})`;
  expect(await outcome('cutter_exec', forced)).toBe(DENIED);
  for (const call of ['nextval', 'currval']) {
    expect(await outcome('cutter_exec', `select ${call}('cutter_log.pending_seq_seq')`)).toBe(DENIED);
  }
  expect(await outcome('cutter_exec', `select setval('cutter_log.pending_seq_seq', 1)`)).toBe(DENIED);
});

test('grants: an insert-only table takes rows and gives none back', async () => {
  const row = (id: string): string => `insert into cutter_governance.decision_backlog_sweep_log
    (sweep_id, trigger_kind, swept_by, swept_at, batch_limit, examined_count, promoted_count)
    values ('${id}', 'manual', 'p', transaction_timestamp(), 1, 0, 0)`;
  const id = '00000000-0000-4000-8000-000000000001';
  expect(await outcome('cutter_exec', row(id))).toBeNull();
  expect(await outcome('cutter_exec', `${row(id)} on conflict do nothing returning 1`)).toBeNull();
  expect(await outcome('cutter_exec', `${row(id)} returning sweep_id`)).toBe(DENIED);
  expect(await outcome('cutter_exec', `${row(id)} on conflict (sweep_id) do nothing`)).toBe(DENIED);
});
