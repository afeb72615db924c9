import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clusterPlace } from '../../src/database/cluster/cluster-place.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { refusePooledSessions } from '../../src/database/session/pooler.ts';
import { brokenEngine, ENGINE_BREAKS } from '../harness/broken-engine.ts';
import { asOwner } from '../harness/cluster.ts';
import { startPooler } from '../harness/pooler.ts';
import { cutterStart, freshHome, homeWithCluster } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const serverHome = homeWithCluster();
const home = freshHome();
let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ home: serverHome, log: () => {} });
});
afterAll(async () => {
  await server.stop();
});

async function freshDatabase(options = ''): Promise<{ readonly name: string; readonly url: string }> {
  const name = `checked_${randomUUID().slice(0, 8)}`;
  await asOwner(server.ownerUrl, (owner) =>
    owner.query(`create database ${name} template template0 ${options}`),
  );
  const url = new URL(server.ownerUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

async function schemasOf(url: string): Promise<readonly unknown[]> {
  const { rows } = await asOwner(url, (owner) =>
    owner.query(`select from pg_namespace where nspname ~ '^cutter_'`),
  );
  return rows;
}

/** What a start says as it refuses: one sentence or more, and no stack. */
async function refusalOf(url: string, at = home): Promise<string> {
  const command = cutterStart({ CUTTER_HOME: at, CUTTER_DATABASE_URL: url });
  expect(await command.ended).toBe(1);
  expect(command.errors()).not.toMatch(/\n\s+at |error:/);
  return command.errors();
}

async function starts(url: string): Promise<string> {
  const command = cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: url });
  await command.says('Ctrl-C');
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
  return command.output();
}

describe('with a broken Ed25519 engine', () => {
  test.each(ENGINE_BREAKS)('where %s, a start is refused and nothing is written', async (how) => {
    const [database, fresh] = [await freshDatabase(), freshHome()];
    const command = cutterStart({
      CUTTER_HOME: fresh,
      CUTTER_DATABASE_URL: database.url,
      ...brokenEngine(how),
    });
    expect(await command.ended).toBe(70);
    expect(command.errors()).toContain(`cutter: Ed25519 alarm: ${how}.`);
    expect(existsSync(join(fresh, 'secrets.json'))).toBe(false);
    expect(await schemasOf(database.url)).toEqual([]);
  });
});

describe('behind a connection pooler', () => {
  test.each([1, 2, 8])(
    'with %i sessions that are lent for a transaction a start is refused, and nothing is written',
    async (sessions) => {
      const [database, fresh] = [await freshDatabase(), freshHome()];
      const pooler = await startPooler(database.url, { mode: 'transaction', sessions });
      try {
        const told = await refusalOf(pooler.url, fresh);
        expect(told).toContain('a connection pooler that gives each transaction another session');
        expect(told).toContain('pool_mode = session');
        expect(existsSync(join(fresh, 'secrets.json'))).toBe(false);
      } finally {
        await pooler.close();
      }
      expect(await schemasOf(database.url)).toEqual([]);
    },
  );

  test('that gives each client a session of its own, and without one, sessions are taken as they are', async () => {
    const database = await freshDatabase();
    const pooler = await startPooler(database.url, { mode: 'session', sessions: 20 });
    try {
      await refusePooledSessions(pooler.url, 'CUTTER_DATABASE_URL');
      await refusePooledSessions(database.url, 'CUTTER_DATABASE_URL');
    } finally {
      await pooler.close();
    }
  });
});

describe('a start is refused, with the way out,', () => {
  test.each([
    [
      'on a database without writes',
      'set default_transaction_read_only = on',
      'default_transaction_read_only is on',
    ],
    [
      'where backslashes mean something',
      'set standard_conforming_strings = off',
      'standard_conforming_strings is off',
    ],
    ['on a database with a limit of connections', 'connection limit 20', 'a limit of 20 connections'],
  ])('%s', async (_, change, told) => {
    const { name, url } = await freshDatabase();
    await asOwner(server.ownerUrl, (owner) => owner.query(`alter database ${name} ${change}`));
    const said = await refusalOf(url);
    expect(said).toContain(told);
    const mend = /(alter database [^;]*;)/.exec(said)?.[1] as string;
    await asOwner(server.ownerUrl, (owner) =>
      owner.query(
        `set default_transaction_read_only = off; ${mend.replace('; or change it for the owner or the server, if it is set there.', ';')}`,
      ),
    );
    await starts(url);
  });

  test('on a database without a schema public', async () => {
    const { url } = await freshDatabase();
    await asOwner(url, (owner) => owner.query('drop schema public'));
    const mend = /(create schema public;)/.exec(await refusalOf(url))?.[1] as string;
    await asOwner(url, (owner) => owner.query(mend));
    await starts(url);
  });

  test('on a database whose collation is of another version than the system’s', async () => {
    const { name, url } = await freshDatabase(`locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'`);
    await starts(url);
    await asOwner(server.ownerUrl, (owner) =>
      owner.query(`update pg_database set datcollversion = '0.9' where datname = $1`, [name]),
    );
    const said = await refusalOf(url);
    expect(said).toContain('made with version 0.9 of its collation, and the system has 1 now');
    for (const mend of /: (reindex [^;]*); (alter database [^;]*);/.exec(said)?.slice(1) ?? [])
      await asOwner(url, (owner) => owner.query(mend));
    await starts(url);
  });

  test('on a server with room for few connections, and on a standby', async () => {
    const at = homeWithCluster();
    const other = await startEmbedded({ home: at, log: () => {} });
    await asOwner(other.ownerUrl, (owner) => owner.query('alter system set max_connections = 30'));
    await other.stop();
    const again = await startEmbedded({ home: at, log: () => {} });
    expect(await refusalOf(again.ownerUrl)).toMatch(/has room for 27 connections, .* Raise max_connections/);
    await again.stop();

    const { binaries, data, runAs } = clusterPlace(at, () => {});
    writeFileSync(join(data, 'standby.signal'), '');
    const standby = spawn(join(binaries, 'bin', 'postgres'), ['-D', data], {
      cwd: data,
      stdio: 'ignore',
      ...(runAs === null ? {} : { uid: runAs.uid, gid: runAs.gid }),
    });
    const ended = new Promise((resolve) => standby.once('exit', resolve));
    try {
      const answers = () => asOwner(again.ownerUrl, async () => true).catch(() => standby.exitCode !== null);
      await expect.poll(answers, { timeout: WAITS_FOR_OTHERS_MS }).toBe(true);
      expect(await refusalOf(again.ownerUrl)).toContain('is a standby, which takes no writes');
    } finally {
      standby.kill('SIGINT');
      await ended;
    }
  });

  test('where sessions of its logins come otherwise than it needs them: each is named', async () => {
    const { name, url } = await freshDatabase();
    await starts(url);
    const changes = [
      ['cutter_exec', 'statement_timeout', '100ms'],
      ['cutter_verify', 'lock_timeout', '5ms'],
      ['cutter_exec', 'idle_in_transaction_session_timeout', '200ms'],
      ['cutter_observe', 'idle_session_timeout', '1min'],
      ['cutter_integrator', 'transaction_timeout', '1s'],
      ['cutter_gate', 'default_transaction_read_only', 'on'],
      ['cutter_evidence', 'TimeZone', 'Asia/Kolkata'],
      ['cutter_observe', 'DateStyle', 'SQL, DMY'],
      ['cutter_exec', 'search_path', 'public'],
      ['cutter_exec', 'row_security', 'off'],
      ['cutter_gate', 'bytea_output', 'escape'],
      ['cutter_verify', 'standard_conforming_strings', 'off'],
      ['cutter_gate', 'synchronous_commit', 'off'],
      ['cutter_integrator', 'session_replication_role', 'replica'],
      ['cutter_evidence', 'extra_float_digits', '0'],
    ] as const;
    await asOwner(server.ownerUrl, async (owner) => {
      for (const [login, setting, value] of changes)
        await owner.query(
          `alter role ${login} in database ${name} set ${setting} = ${setting === 'search_path' ? value : owner.escapeLiteral(value)}`,
        );
    });
    const said = await refusalOf(url);
    for (const [login, setting] of changes)
      expect(said).toMatch(new RegExp(`${setting} is [^:]* in sessions of ${login}, and `));
    const mends = said.match(/alter role [^;]*;/g) ?? [];
    expect(mends).toHaveLength(changes.length);
    await asOwner(url, (owner) => owner.query(mends.join(' ')));
    await starts(url);
  });

  test('but not for what is set for the whole database: the logins’ own settings win', async () => {
    const { name, url } = await freshDatabase();
    await asOwner(server.ownerUrl, async (owner) => {
      for (const change of [
        'idle_session_timeout = 1000',
        'statement_timeout = 3000',
        `timezone = 'Asia/Kolkata'`,
        'row_security = off',
        'bytea_output = escape',
      ])
        await owner.query(`alter database ${name} set ${change}`);
    });
    await starts(url);
  });
});

describe('on a database whose shape somebody altered', () => {
  test('a start says what diverges, and the statement that mends it', async () => {
    const { url } = await freshDatabase();
    expect(await starts(url)).not.toContain('Drift:');
    await asOwner(url, (owner) => owner.query('drop index cutter_log.log_row_ids_idx'));
    expect(await starts(url)).toMatch(
      /Drift: Index cutter_log\.log_row_ids_idx is gone\..* To mend it: CREATE INDEX log_row_ids_idx /s,
    );
  });
});
