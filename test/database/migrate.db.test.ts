import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { migrate } from '../../src/database/migrate/migrate.ts';
import { checksumsOf, readMigrations, SQL_DIRECTORY } from '../../src/database/migrate/migrations.ts';
import { liveRights } from '../../src/database/migrate/rights.ts';
import { asOwner } from '../harness/cluster.ts';
import { testDatabase } from '../harness/database.ts';

const db = await testDatabase();
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A copy of the migrations, to do something to. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cutter-sql-'));
  folders.push(folder);
  cpSync(SQL_DIRECTORY, folder, { recursive: true });
  return folder;
}

function seal(folder: string): void {
  writeFileSync(join(folder, 'checksums.sum'), checksumsOf(folder));
}

/** A copy with one more migration, sealed. */
function extended(name: string, statement: string): string {
  const folder = copy();
  writeFileSync(join(folder, name), statement);
  seal(folder);
  return folder;
}

test('migrate: the checksum file is that of the migrations', () => {
  expect(readFileSync(join(SQL_DIRECTORY, 'checksums.sum'), 'utf8')).toBe(checksumsOf());
});

test('migrate: a changed file refuses by name', () => {
  const folder = copy();
  writeFileSync(join(folder, '0004_units.sql'), `${readFileSync(join(folder, '0004_units.sql'), 'utf8')}\n`);
  expect(() => readMigrations(folder)).toThrow(/^The migration 0004_units.sql was changed after/);
});

test('migrate: a missing file refuses by name', () => {
  const folder = copy();
  rmSync(join(folder, '0003_observe_views.sql'));
  expect(() => readMigrations(folder)).toThrow(/^The migration 0003_observe_views.sql is missing/);
});

test('migrate: an extra file refuses by name', () => {
  const folder = copy();
  writeFileSync(join(folder, '0005_a.sql'), 'select 1');
  expect(() => readMigrations(folder)).toThrow(/^The migration 0005_a.sql is not listed/);
});

test('migrate: a reordered file refuses by name, in the folder and in the list', () => {
  const folder = copy();
  renameSync(join(folder, '0002_governance.sql'), join(folder, '0009_governance.sql'));
  expect(() => readMigrations(folder)).toThrow(/0002_governance.sql is missing/);
  const listed = copy();
  const lines = readFileSync(join(listed, 'checksums.sum'), 'utf8').trimEnd().split('\n');
  [lines[1], lines[2]] = [lines[2] as string, lines[1] as string];
  writeFileSync(join(listed, 'checksums.sum'), `${lines.join('\n')}\n`);
  expect(() => readMigrations(listed)).toThrow(
    /lists 0003_observe_views.sql where the migration 0002_governance.sql comes next/,
  );
});

test('migrate: each line vouches for all before it', () => {
  const [before, after] = [copy(), copy()];
  writeFileSync(join(after, '0001_roles.sql'), `${readFileSync(join(after, '0001_roles.sql'), 'utf8')}\n`);
  const lines = [checksumsOf(before), checksumsOf(after)].map((text) => text.trimEnd().split('\n'));
  expect(lines[0]?.filter((line) => lines[1]?.includes(line))).toEqual([]);
});

test('migrate: run again, it applies nothing', async () => {
  expect(await migrate(db.ownerUrl)).toEqual({ applied: [] });
});

test('migrate: a new file is applied once, by one of those that start together', async () => {
  const folder = extended('0100_more.sql', 'create table cutter_meta.more ()');
  const results = await Promise.all([1, 2, 3].map(() => migrate(db.ownerUrl, folder)));
  expect(results.flatMap((result) => result.applied)).toEqual(['0100_more.sql']);
  // Now the database knows a file that this version doesn't.
  await expect(migrate(db.ownerUrl)).rejects.toThrow(
    /has the migration 0100_more.sql, which this version doesn't know/,
  );
  const other = extended('0100_more.sql', 'create table cutter_meta.other ()');
  await expect(migrate(db.ownerUrl, other)).rejects.toThrow(/migrated with another 0100_more.sql/);
  await asOwner(db.ownerUrl, async (owner) => {
    await owner.query(`delete from cutter_meta.migration where name = '0100_more.sql'`);
    await owner.query('drop table cutter_meta.more');
  });
});

test('migrate: a file that fails leaves nothing behind and is named', async () => {
  const folder = extended('0100_broken.sql', 'create table cutter_meta.half (); select 1 / 0');
  await expect(migrate(db.ownerUrl, folder)).rejects.toThrow(
    /0100_broken.sql failed and was rolled back: division by zero/,
  );
  await asOwner(db.ownerUrl, async (owner) => {
    expect((await owner.query(`select to_regclass('cutter_meta.half') as half`)).rows).toEqual([
      { half: null },
    ]);
  });
});

test("migrate: a database's own privileges are set again at every start", async () => {
  await asOwner(db.ownerUrl, async (owner) => {
    await owner.query(`grant all on database ${db.name} to public`);
    await migrate(db.ownerUrl);
    const { rows } = await owner.query(
      `select has_database_privilege('public', current_database(), 'connect') as connect,
        has_database_privilege('cutter_verify', current_database(), 'temp') as temp,
        has_database_privilege('cutter_exec', current_database(), 'temp') as exec_temp`,
    );
    expect(rows).toEqual([{ connect: false, temp: false, exec_temp: true }]);
  });
});

test('migrate: an older ledger is brought to the newest schema, with all rights, and none is said to have been missing', async () => {
  const older = copy();
  for (const name of readdirSync(older).filter((file) => /^\d/.test(file) && file > '0013'))
    rmSync(join(older, name));
  seal(older);
  const { ownerUrl } = inject('cluster');
  const name = `cutter_older_${process.pid}`;
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  await asOwner(ownerUrl, (owner) =>
    owner.query(`create database ${name} template template0 encoding 'UTF8' locale 'C'`),
  );
  try {
    const first = await migrate(url.href, older);
    const told: string[] = [];
    const { applied } = await migrate(url.href, undefined, { report: (line) => told.push(line) });
    expect([...first.applied, ...applied]).toEqual(
      readMigrations()
        .map((file) => file.name)
        .filter((file) => /^\d/.test(file)),
    );
    expect(told).toEqual([]);
    await asOwner(url.href, async (owner) => {
      expect(`${(await liveRights(owner)).join('\n')}\n`).toBe(
        readFileSync(join(SQL_DIRECTORY, 'rights.txt'), 'utf8'),
      );
    });
  } finally {
    await asOwner(ownerUrl, (owner) => owner.query(`drop database ${name} with (force)`));
  }
});
