import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { migrate } from '../../src/database/migrate/migrate.ts';
import { checksumsOf, SQL_DIRECTORY } from '../../src/database/migrate/migrations.ts';
import { asOwner } from '../harness/cluster.ts';
import { type Command, cutterStart, freshHome, homeWithCluster } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const serverHome = homeWithCluster();
let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ home: serverHome, log: () => {} });
  await asOwner(server.ownerUrl, (owner) => owner.query(`create role app login password 'apps-password'`));
});
afterAll(async () => {
  await server.stop();
});

interface Shared {
  readonly name: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
}

/** A database in which another application has been for years: its tables, functions, types and large objects. */
async function sharedDatabase(owner: string | null = null): Promise<Shared> {
  const name = `shared_${randomUUID().slice(0, 8)}`;
  await asOwner(server.ownerUrl, (superuser) =>
    superuser.query(`create database ${name} template template0 ${owner === null ? '' : `owner ${owner}`}`),
  );
  const at = (user: string | null, password = '') => {
    const url = new URL(server.ownerUrl);
    url.pathname = `/${name}`;
    if (user !== null) [url.username, url.password] = [user, password];
    return url.href;
  };
  await asOwner(at(null), (superuser) =>
    superuser.query(`create schema shop; grant usage on schema shop to public;
      create table shop.orders (n int); grant select, insert on shop.orders to public;
      create table public.prices (n int); grant select on public.prices to app; insert into public.prices values (7);
      create function shop.double(int) returns int language sql as 'select 2 * $1';
      create function public.half(int) returns int language sql as 'select $1 / 2';
      create type public.mood as enum ('good', 'bad')`),
  );
  return { name, ownerUrl: at(owner, 'owners-password'), appUrl: at('app', 'apps-password') };
}

/** What everybody but the ledger's own roles may do with everything outside the ledger's own schemas and tables. */
async function rightsOfOthers(url: string): Promise<readonly string[]> {
  return await asOwner(url, async (owner) => {
    const { rows } = await owner.query<{ line: string }>(
      `with held as (
        select 'database' as thing, coalesce(datacl, acldefault('d', datdba)) as acl from pg_database where datname = current_database()
        union all select 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
        union all select p.oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner)) from pg_proc p
        union all select lanname, coalesce(lanacl, acldefault('l', lanowner)) from pg_language
        union all select 'type ' || oid::regtype, coalesce(typacl, acldefault('T', typowner)) from pg_type where typrelid = 0 and typelem = 0
        union all select oid::regclass::text, coalesce(relacl, acldefault('r', relowner)) from pg_class
          where relkind in ('r', 'v', 'S') and not oid::regclass::text ~ '^(information_unit|unit_version|v_current_unit)'
        union all select format('default %s', objtype), coalesce(
            (select defaclacl from pg_default_acl where defaclrole = current_user::regrole and defaclnamespace = 0 and defaclobjtype = objtype),
            acldefault(objtype, current_user::regrole)) from unnest(array['f', 'T', 'r', 'S', 'n']::"char"[]) as objtype
      )
      select format('%s: %s %s', thing, case grantee when 0 then 'PUBLIC' else grantee::regrole::text end, privilege_type) as line
      from held, aclexplode(acl)
      where not (grantee <> 0 and grantee::regrole::text like 'cutter\\_%') and thing !~ '^(schema )?cutter_' order by 1`,
    );
    return rows.map(({ line }) => line);
  });
}

/** What the other application does all day. */
async function usesItsDatabase(url: string): Promise<void> {
  await asOwner(url, async (app) => {
    await app.query('insert into shop.orders values (1)');
    await app.query('create temporary table basket as select n, half(n), shop.double(n) from public.prices');
    await app.query(`select lo_from_bytea(0, 'receipt'), 'good'::mood`);
    expect((await app.query('select n from basket')).rows).toEqual([{ n: 7 }]);
  });
}

const on = (database: Shared, home = freshHome()): Command =>
  cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: database.ownerUrl });

async function close(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
}

async function ownerNamed(name: string): Promise<string> {
  await asOwner(server.ownerUrl, async (superuser) => {
    await superuser.query(`create role ${name} login createdb createrole password 'owners-password'`);
    // The logins may be another owner's, who lends them.
    const { rows } = await superuser.query<{ rolname: string }>(
      `select rolname from pg_roles where rolname like 'cutter\\_%' and not rolsuper`,
    );
    for (const { rolname } of rows)
      await superuser.query(`grant ${rolname} to ${name} with admin true, inherit false, set false`);
  });
  return name;
}

describe('a database that another application uses', () => {
  test.each([
    ['a superuser', null],
    ['an owner who is no superuser', 'landlord'],
  ])('the ledger of %s takes nothing from anybody, at its first start and at the next', async (_, name) => {
    const database = await sharedDatabase(name === null ? null : await ownerNamed(name));
    await usesItsDatabase(database.appUrl);
    const before = await rightsOfOthers(database.ownerUrl);
    const home = freshHome();
    for (const _start of ['first', 'second']) {
      const command = on(database, home);
      await command.says('Ctrl-C');
      expect(command.output()).toContain('PUBLIC, and so every login of the server, may connect');
      expect(command.output()).not.toContain('An earlier version');
      await usesItsDatabase(database.appUrl);
      await close(command);
      expect(await rightsOfOthers(database.ownerUrl)).toEqual(before);
    }
  });

  test('what its owner has taken from PUBLIC stays taken', async () => {
    const database = await sharedDatabase();
    await asOwner(database.ownerUrl, (owner) =>
      owner.query(`revoke temporary on database ${database.name} from public; revoke execute on function public.half from public;
        alter default privileges revoke usage on types from public`),
    );
    const before = await rightsOfOthers(database.ownerUrl);
    await migrate(database.ownerUrl, undefined, { shared: true });
    expect(await rightsOfOthers(database.ownerUrl)).toEqual(before);
  });

  test('at no moment of the first migration is it shut out', async () => {
    const database = await sharedDatabase();
    let isMigrated = false;
    const migrating = migrate(database.ownerUrl, undefined, { shared: true }).then(() => {
      isMigrated = true;
    });
    do await usesItsDatabase(database.appUrl);
    while (!isMigrated);
    await migrating;
  });

  test('what an earlier version took from PUBLIC is named with the statements that return it, and not touched', async () => {
    const database = await sharedDatabase();
    const before = await rightsOfOthers(database.ownerUrl);
    await migrate(database.ownerUrl); // as on a cluster of our own: what an earlier version did everywhere
    await expect(usesItsDatabase(database.appUrl)).rejects.toThrow(/permission denied/);
    const taken = await rightsOfOthers(database.ownerUrl);
    const home = freshHome();
    const command = on(database, home);
    await command.says('Ctrl-C');
    await close(command);
    expect(await rightsOfOthers(database.ownerUrl)).toEqual(taken);
    const [, statements] =
      /An earlier version of Cutter took rights on this database from PUBLIC\. .*: (.*;)\n/.exec(
        command.output(),
      ) ?? [];
    await asOwner(database.ownerUrl, (owner) => owner.query(statements as string));
    await usesItsDatabase(database.appUrl);
    expect(await rightsOfOthers(database.ownerUrl)).toEqual(before);
    const again = on(database, home);
    await again.says('Ctrl-C');
    expect(again.output()).not.toContain('An earlier version');
    await close(again);
  });

  test('on a cluster of our own PUBLIC gets nothing, as before', async () => {
    await asOwner(server.ownerUrl, async (owner) => {
      await migrate(server.ownerUrl);
      const { rows } = await owner.query(
        `select has_database_privilege('public', 'cutter', 'connect') as connect, has_database_privilege('public', 'cutter', 'temporary') as temp,
          has_schema_privilege('public', 'public', 'usage') as usage, has_function_privilege('public', 'lo_open(oid, int)', 'execute') as objects`,
      );
      expect(rows).toEqual([{ connect: false, temp: false, usage: false, objects: false }]);
    });
  });
});

describe('a database where the names of the target tables are taken', () => {
  /** Refused, with everything as it was. */
  async function refused(database: Shared): Promise<string> {
    const before = await rightsOfOthers(database.ownerUrl);
    const home = freshHome();
    const command = on(database, home);
    expect(await command.ended).toBe(1);
    expect(await rightsOfOthers(database.ownerUrl)).toEqual(before);
    expect(existsSync(join(home, 'secrets.json'))).toBe(false);
    const { rows } = await asOwner(database.ownerUrl, (owner) =>
      owner.query(`select nspname from pg_namespace where nspname ~ '^cutter_' and nspname <> 'cutter_auth'`),
    );
    expect(rows).toEqual([]);
    expect(command.errors()).not.toMatch(/already exists|\n\s+at /);
    return command.errors();
  }

  test('the differences are named, and nothing is changed', async () => {
    const database = await sharedDatabase();
    await asOwner(database.ownerUrl, (owner) =>
      owner.query(
        `create table public.information_unit (id bigint primary key, canonical_address text, colour text)`,
      ),
    );
    const told = await refused(database);
    expect(told).toContain('this database has public.information_unit already');
    for (const part of [
      'column unit_kind text not null',
      'column id uuid not null',
      'UNIQUE (canonical_address)',
    ])
      expect(told.split('has instead')[0]).toContain(part);
    for (const part of ['column colour text', 'column id bigint not null'])
      expect(told.split('has instead')[1]).toContain(part);
    expect(told).toContain('Nothing was changed.');
  });

  test('tables of the same shape are not taken over either, nor is a view', async () => {
    const [alike, view] = [await sharedDatabase(), await sharedDatabase()];
    await asOwner(alike.ownerUrl, (owner) =>
      owner.query(readFileSync(join(SQL_DIRECTORY, '0004_units.sql'), 'utf8')),
    );
    const told = await refused(alike);
    expect(told).toContain('public.information_unit has the same columns and keys');
    expect(told).toContain('public.unit_version has the same columns and keys');
    await asOwner(view.ownerUrl, (owner) => owner.query('create view public.unit_version as select 1 as n'));
    expect(await refused(view)).toContain('public.unit_version is no table');
  });

  test('nor where a version before stopped at them, with the files before them applied', async () => {
    const database = await sharedDatabase();
    const folder = mkdtempSync(join(tmpdir(), 'cutter-sql-'));
    for (const name of ['0001_roles.sql', '0002_governance.sql', '0003_observe_views.sql'])
      cpSync(join(SQL_DIRECTORY, name), join(folder, name));
    writeFileSync(join(folder, 'checksums.sum'), checksumsOf(folder));
    await migrate(database.ownerUrl, folder);
    rmSync(folder, { recursive: true });
    await asOwner(database.ownerUrl, (owner) => owner.query('create table public.unit_version (id int)'));
    const command = on(database);
    expect(await command.ended).toBe(1);
    const told = command.errors();
    expect(told).toContain('public.unit_version lacks column');
    expect(told).not.toContain('already exists');
  });

  test('a ledger that was restored without its record of migrations says so', async () => {
    const database = await sharedDatabase();
    await asOwner(database.ownerUrl, (owner) => owner.query('create schema cutter_auth'));
    expect(await refused(database)).toContain(
      'has schemas of a ledger (cutter_auth), but not the record of the migrations',
    );
  });
});

test('a client that connects as PUBLIC’s rights allow sees none of the ledger', async () => {
  const database = await sharedDatabase();
  await migrate(database.ownerUrl, undefined, { shared: true });
  const app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  for (const table of [
    'cutter_governance.decision_backlog_entry',
    'cutter_auth.token',
    'public.information_unit',
  ])
    await expect(app.query(`table ${table}`)).rejects.toMatchObject({ code: '42501' });
  await app.end();
});
