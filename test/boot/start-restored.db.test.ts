import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { ROLES } from '../harness/catalog.ts';
import { cutter, fileOf } from '../harness/cli.ts';
import { asOwner } from '../harness/cluster.ts';
import { type Command, cutterStart, freshHome, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const serverHome = homeWithCluster();
let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ home: serverHome, log: () => {} });
});
afterAll(async () => {
  await server.stop();
});

function urlOfDatabase(name: string): string {
  const url = new URL(server.ownerUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function freshDatabase(): Promise<string> {
  const name = `restored_${randomUUID().slice(0, 8)}`;
  await asOwner(server.ownerUrl, (owner) => owner.query(`create database ${name} template template0`));
  return urlOfDatabase(name);
}

/** Another database with the same content, as a dump restored on the same server. */
async function copyOf(databaseUrl: string): Promise<string> {
  const [name, copy] = [new URL(databaseUrl).pathname.slice(1), `copy_${randomUUID().slice(0, 8)}`];
  await asOwner(server.ownerUrl, async (owner) => {
    // A closing server's sessions end a moment after it.
    await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await owner.query(`create database ${copy} template ${name}`);
  });
  return urlOfDatabase(copy);
}

/** What a restore without owners and privileges leaves out; `policies` too, where the server had not the roles either. */
async function withoutRights(databaseUrl: string, { policies }: { policies: boolean }): Promise<void> {
  await asOwner(databaseUrl, async (owner) => {
    const schemas = 'cutter_governance, cutter_source, cutter_auth, cutter_log, cutter_meta, public';
    for (const role of ROLES)
      await owner.query(
        `revoke all on all tables in schema ${schemas} from ${role}; revoke all on schema ${schemas} from ${role}`,
      );
    if (!policies) return;
    const { rows } = await owner.query<{ drop: string }>(
      `select format('drop policy %I on %I.%I', policyname, schemaname, tablename) as drop from pg_policies`,
    );
    for (const { drop } of rows) await owner.query(drop);
  });
}

const started = async (home: string, databaseUrl: string | null): Promise<Command> => {
  const command = cutterStart({
    CUTTER_HOME: home,
    ...(databaseUrl === null ? {} : { CUTTER_DATABASE_URL: databaseUrl }),
  });
  await command.says('Ctrl-C');
  return command;
};

async function close(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
}

const readiness = async (command: Command): Promise<Record<string, string>> =>
  (await (await fetch(new URL('/ready', urlOf(command)))).json()) as Record<string, string>;

/** Parts of a server connect a moment after it listens. */
const ready = (command: Command) =>
  expect
    .poll(async () => (await readiness(command))['status'], { timeout: WAITS_FOR_OTHERS_MS })
    .toBe('ready');

/** A whole way of a document, or what was refused. */
async function runs(command: Command, home: string): Promise<string> {
  const document = fileOf(`law-${randomUUID().slice(0, 8)}.md`, '# Law\n\nOne.\n');
  const { out, err } = await cutter(home, ['run', document, '--yes'], { url: urlOf(command) });
  return out + err;
}

async function resumed(home: string, databaseUrl: string | null): Promise<string> {
  const { code, out, err } = await cutter(home, ['resume', '--yes'], {
    env: databaseUrl === null ? {} : { CUTTER_DATABASE_URL: databaseUrl },
  });
  expect(err).toBe('');
  expect(code).toBe(0);
  return out;
}

describe('a database restored without owners and privileges', () => {
  test.each([
    ['its grants', false],
    ['its grants and its policies', true],
  ])('%s are laid again, and the ledger works as before', async (_, policies) => {
    const [home, database] = [freshHome(), await freshDatabase()];
    const first = await started(home, database);
    expect(first.output()).not.toContain('granted them again');
    await close(first);
    await withoutRights(database, { policies });
    const again = await started(home, database);
    expect(again.output()).toMatch(
      /Rights of the ledger's logins were missing.* granted them again \(\d+ statements\)/,
    );
    expect(await runs(again, home)).toContain('verified_complete');
    await close(again);
    const third = await started(home, database);
    expect(third.output()).not.toContain('granted them again');
    await close(third);
  });

  test('on another server, which has none of the roles, they are made, and the lanes accept that it goes on there', async () => {
    const home = freshHome();
    const elsewhere = await startEmbedded({ home: homeWithCluster(), log: () => {} });
    try {
      await close(await started(home, elsewhere.ownerUrl));
      await asOwner(elsewhere.ownerUrl, async (owner) => {
        // With their policies, as where a dump names roles that a server doesn't have.
        for (const role of ROLES) await owner.query(`drop owned by ${role}; drop role ${role}`);
        await owner.query(`update cutter_meta.place set system_identifier = '1'`);
      });
      const command = await started(home, elsewhere.ownerUrl);
      expect(command.output()).toContain('granted them again');
      expect(command.output()).toContain('It was made from a database on another PostgreSQL server');
      expect(await resumed(home, elsewhere.ownerUrl)).toContain('DOT-992 has accepted. Both lanes have');
      await expect
        .poll(async () => (await readiness(command))['resumed'], { timeout: WAITS_FOR_OTHERS_MS })
        .toBe('up');
      expect(await runs(command, home)).toContain('verified_complete');
      await close(command);
      const again = await started(home, elsewhere.ownerUrl);
      expect(again.output()).not.toMatch(/granted them again|is a copy/);
      await close(again);
    } finally {
      await elsewhere.stop();
    }
  });

  test('a part of it, and one whose tables are another’s, are refused with the way out', async () => {
    const [home, database] = [freshHome(), await freshDatabase()];
    await close(await started(home, database));
    const [part, anothers] = [await copyOf(database), await copyOf(database)];
    await asOwner(part, (owner) =>
      owner.query('drop table public.information_unit, public.unit_version cascade'),
    );
    const refused = cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: part });
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toContain(
      'not a whole ledger: cutter_source.v_changed_base, public.information_unit, public.unit_version, public.v_current_unit are missing',
    );

    await withoutRights(anothers, { policies: false });
    const name = `restorer_${randomUUID().slice(0, 8)}`;
    const url = new URL(anothers);
    [url.username, url.password] = [name, 'restorers-password'];
    await asOwner(anothers, async (owner) => {
      await owner.query(`create role ${name} login createrole createdb password 'restorers-password'`);
      await owner.query(`grant create on database ${url.pathname.slice(1)} to ${name}`);
      for (const role of ROLES)
        await owner.query(`grant ${role} to ${name} with admin true, inherit false, set false`);
    });
    const strange = cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: url.href });
    expect(await strange.ended).toBe(1);
    expect(strange.errors()).toMatch(/belongs to cutter_owner .*name the owner in CUTTER_DATABASE_URL/);
    expect(strange.errors()).toContain(`grant cutter_owner to ${name} with inherit true;`);
    expect(strange.errors()).not.toMatch(/\n\s+at /);
  });
});

describe('a copy and its original', () => {
  test('a copy on the same server is suspended, and both lanes can accept it; its original goes on as before', async () => {
    const [home, original] = [freshHome(), await freshDatabase()];
    await close(await started(home, original));
    const database = await copyOf(original);
    const first = await started(home, original);
    expect(first.output()).not.toContain('is a copy');
    const copy = await started(home, database);
    expect(copy.output()).toContain(
      `This ledger's database is a copy. It was made from the database ${new URL(original).pathname.slice(1)}, which is still on the same server.`,
    );
    expect(copy.output()).toContain('"cutter resume"');
    expect(await readiness(copy)).toMatchObject({ status: 'not ready', resumed: 'down' });
    expect(await runs(copy, home)).toMatch(/is a copy\. .*cutter resume/s);
    await ready(first);
    expect(await runs(first, home)).toContain('verified_complete');
    const said = await resumed(home, database);
    expect(said).toContain('Accept only if nobody uses the original again');
    await expect
      .poll(async () => (await readiness(copy))['resumed'], { timeout: WAITS_FOR_OTHERS_MS })
      .toBe('up');
    expect(await runs(copy, home)).toContain('verified_complete');
    const incarnations = await Promise.all([original, database].map(incarnationOf));
    expect(incarnations[0]).not.toBe(incarnations[1]);
    await close(copy);
    await close(first);
    // Noted with the acceptance: a copy of the copy is one, and it itself is none.
    const third = await copyOf(database);
    const again = await started(home, database);
    expect(again.output()).not.toContain('is a copy');
    await close(again);
    const copied = await started(home, third);
    expect(copied.output()).toContain('is a copy');
    await close(copied);
  });

  test('where the original is gone from the server, the ledger goes on, also after it was suspended for it', async () => {
    const [home, original] = [freshHome(), await freshDatabase()];
    await close(await started(home, original));
    const database = await copyOf(original);
    const suspended = await started(home, database);
    expect(suspended.output()).toContain('is a copy');
    await close(suspended);
    await asOwner(server.ownerUrl, (owner) =>
      owner.query(`drop database ${new URL(original).pathname.slice(1)} with (force)`),
    );
    const moved = await started(home, database);
    expect(moved.output()).toContain('The earlier database of this ledger is gone from its server');
    await ready(moved);
    expect(await runs(moved, home)).toContain('verified_complete');
    await close(moved);
  });

  test('a home that was copied is suspended beside its original, by itself too; one that was moved is not', async () => {
    const [home, copy, moved] = [homeWithCluster(), freshHome(), freshHome()];
    await close(await started(home, null));
    execFileSync('cp', ['-a', home, copy]);
    const first = await started(home, null);
    const second = await started(copy, null);
    expect(first.output()).not.toContain('is a copy');
    expect(second.output()).toContain("This ledger's database is a copy. It was made from the database in ");
    expect(await readiness(second)).toMatchObject({ resumed: 'down' });
    expect(await runs(first, home)).toContain('verified_complete');
    await close(first);
    await close(second);

    renameSync(home, moved);
    const third = await started(moved, null);
    expect(third.output()).toMatch(/The ledger's database was in .* and is now in .*\./);
    await ready(third);
    await close(third);
    // Whose original is gone is no copy any more.
    rmSync(moved, { recursive: true });
    const last = await started(copy, null);
    await ready(last);
    await close(last);
  });

  test('a ledger of before places were noted starts, and is noted', async () => {
    const [home, database] = [freshHome(), await freshDatabase()];
    await close(await started(home, database));
    await asOwner(database, (owner) => owner.query('truncate cutter_meta.place'));
    const command = await started(home, database);
    expect(command.output()).not.toContain('is a copy');
    await close(command);
    const { rows } = await asOwner(database, (owner) => owner.query('select from cutter_meta.place'));
    expect(rows).toHaveLength(1);
  });
});

async function incarnationOf(databaseUrl: string): Promise<string> {
  const { rows } = await asOwner(databaseUrl, (owner) =>
    owner.query<{ incarnation: string }>('select incarnation::text from cutter_log.head'),
  );
  return rows[0]?.incarnation as string;
}
