import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runDocument } from '../../src/cli/run.ts';
import { readConfig } from '../../src/config.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { migrate } from '../../src/database/migrate/migrate.ts';
import { makeSecrets, writeSecrets } from '../../src/home/secrets.ts';
import { cutter, fileOf, person } from '../harness/cli.ts';
import { asOwner } from '../harness/cluster.ts';
import type { Loose } from '../harness/cycle.ts';
import { send } from '../harness/doors.ts';
import { closeForwarders, socketFolder } from '../harness/forwarder.ts';
import { type Command, cutterStart, freshHome, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

/** A server of this file's own: roles and their passwords belong to the server, and other files use theirs. */
const serverHome = homeWithCluster();
let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded({ home: serverHome, log: () => {} });
});
afterAll(async () => {
  await closeForwarders();
  await server.stop();
});

/** An empty database, and its owner's URL. */
async function freshDatabase(): Promise<string> {
  const name = `external_${randomUUID().slice(0, 8)}`;
  await asOwner(server.ownerUrl, (owner) => owner.query(`create database ${name} template template0`));
  const url = new URL(server.ownerUrl);
  url.pathname = `/${name}`;
  return url.href;
}

const on = (databaseUrl: string, home: string, more: Record<string, string> = {}): Command =>
  cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: databaseUrl, ...more });

async function close(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
}

/** Whether the server still serves whoever has its home's token: asked of the database on every call. */
async function serves(command: Command, home: string): Promise<boolean> {
  const tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8')) as Record<string, string>;
  const answer = await send(urlOf(command), {
    token: tokens['observer'],
    body: { query: '{ whoAmI { name } }' },
  });
  return answer.status === 200;
}

describe('several homes on one PostgreSQL server', () => {
  const [ours, other] = [freshHome(), freshHome()];
  let database: string;
  beforeAll(async () => {
    database = await freshDatabase();
    mkdirSync(other);
    writeSecrets(other, makeSecrets());
  });

  test('while a home’s server lives, another home’s is refused, in this database and in the next; its own is not', async () => {
    const first = on(database, ours);
    await first.says('Ctrl-C');
    for (const url of [database, await freshDatabase()]) {
      const refused = on(url, other);
      expect(await refused.ended).toBe(1);
      expect(refused.errors()).toMatch(/^cutter: Another home's server runs on this PostgreSQL server \(/);
      expect(refused.errors()).toContain(new URL(database).pathname.slice(1));
    }
    expect(await serves(first, ours)).toBe(true);

    const second = on(database, ours);
    await second.says('Ctrl-C');
    expect(second.output()).not.toContain("another home's");
    await close(first);
    expect(await serves(second, ours)).toBe(true);
    const refused = on(database, other);
    expect(await refused.ended).toBe(1);
    await close(second);
  });

  test('a claim that lost its connection is taken again', async () => {
    const first = on(database, ours);
    await first.says('Ctrl-C');
    const claims = () =>
      asOwner(server.ownerUrl, async (owner) => {
        const { rows } = await owner.query<{ pid: number }>(
          `select distinct pid from pg_locks where locktype = 'advisory' and objsubid = 2`,
        );
        return rows.map((row) => row.pid);
      });
    const before = await claims();
    expect(before).toHaveLength(1);
    await asOwner(server.ownerUrl, (owner) => owner.query('select pg_terminate_backend($1)', before));
    await expect
      .poll(async () => (await claims()).filter((pid) => pid !== before[0]).length, {
        timeout: WAITS_FOR_OTHERS_MS,
      })
      .toBe(1);
    await close(first);
  });

  test('a home without secrets is told whose it needs, and nothing is written, there or in the database', async () => {
    const bare = freshHome();
    const verifiers = () =>
      asOwner(server.ownerUrl, async (owner) => {
        const { rows } = await owner.query(
          `select rolname, rolpassword from pg_authid where rolname like 'cutter%' order by 1`,
        );
        return rows;
      });
    const before = await verifiers();
    const refused = on(database, bare);
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toContain(`${bare}/secrets.json is missing`);
    expect(refused.errors()).toContain('keys of DOT-991 and DOT-992 already');
    expect(refused.errors()).toContain('Restore secrets.json from a backup');
    expect(existsSync(join(bare, 'secrets.json'))).toBe(false);
    expect(existsSync(join(bare, 'tokens.json'))).toBe(false);
    expect(await verifiers()).toEqual(before);
  });

  test('when none lives, another home takes the database over, and says so', async () => {
    const taking = on(database, other);
    await taking.says('Ctrl-C');
    expect(taking.output()).toContain("This database belonged to another home, whose server doesn't run");
    expect(await serves(taking, other)).toBe(true);
    await close(taking);
  });
});

test('a home that keeps the checkpoints of another ledger says so, and the way out', async () => {
  const home = freshHome();
  mkdirSync(home);
  const origin = 'cutter/6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144';
  const line = (lane: string) => `— ${origin}/${lane} ${Buffer.alloc(68).toString('base64')}\n`;
  const note = `${origin}\n8\n${Buffer.alloc(32).toString('base64')}\n\n${line('DOT-991')}${line('DOT-992')}\n`;
  writeFileSync(join(home, 'checkpoints'), note);
  const started = on(await freshDatabase(), home);
  await started.says('Ctrl-C');
  expect(started.output()).toMatch(
    /checkpoints are of another ledger, .* move the file away, or name another in CUTTER_CHECKPOINT_FILE/,
  );
  await close(started);
});

describe('an owner who is no superuser', () => {
  test('is told which rights are missing and what gives them; with these it starts', async () => {
    const database = await freshDatabase();
    await migrate(await freshDatabase()); // another owner's ledger on this server: the logins are made
    const name = `owner_${randomUUID().slice(0, 8)}`;
    const url = new URL(database);
    [url.username, url.password] = [name, 'owners-password'];
    await asOwner(database, (superuser) =>
      superuser.query(`create role ${name} login password 'owners-password'`),
    );
    const home = freshHome();
    const refused = on(url.href, home);
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toMatch(new RegExp(`^cutter: The owner ${name} lacks rights .*: `));
    const mends = /: (grant .*;)\n$/.exec(refused.errors())?.[1] as string;
    expect(mends).toContain('cutter_gate');
    await asOwner(database, (superuser) => superuser.query(mends));
    const started = on(url.href, home);
    await started.says('Ctrl-C');
    expect(started.output()).not.toContain('Drift:');
    await close(started);
  });
});

test('a database that goes away and comes back is one line each, and no stack', async () => {
  const home = freshHome();
  const command = on(await freshDatabase(), home);
  await command.says('Ctrl-C');
  const port = Number(new URL(server.ownerUrl).port);
  await server.stop();
  await expect.poll(command.errors, { timeout: WAITS_FOR_OTHERS_MS }).toContain('PostgreSQL is away');
  server = await startEmbedded({ home: serverHome, port, log: () => {} });
  await expect.poll(command.errors, { timeout: WAITS_FOR_OTHERS_MS }).toContain('PostgreSQL is back');
  expect(command.errors()).toBe(
    'cutter: warning: PostgreSQL is away; it is asked again until it answers\ncutter: warning: PostgreSQL is back\n',
  );
  expect(await serves(command, home)).toBe(true);
  await close(command);
});

describe('production', () => {
  const guide = readFileSync(new URL('../../docs/how-to/production.md', import.meta.url), 'utf8');
  /** The commands of steps 3 to 5, each as its words. */
  const commands = guide
    .slice(guide.indexOf('## 3. '), guide.indexOf('## 6. '))
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => /(?:^| )cutter (.*)$/.exec(line)?.[1] ?? [])
    .map((line) =>
      [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => (quoted ?? word) as string),
    );

  test('it says that nobody is in it; with the commands of the guide five principals take a document to its end', async () => {
    const [database, home] = [await freshDatabase(), freshHome()];
    const production = { CUTTER_MODE: 'production' };
    const started = on(database, home, production);
    await started.says('Ctrl-C');
    expect(started.output()).toContain('Nobody has a token of this ledger');
    expect(started.output()).toContain("DOT-991 and DOT-992 can't sign");

    const tokens: Record<string, string> = {};
    for (const words of commands) {
      const env = { ...production, ...tokens, CUTTER_DATABASE_URL: database };
      const { code, out, err } = await cutter(home, words, { url: urlOf(started), env });
      expect([words.join(' '), code], err).toEqual([words.join(' '), 0]);
      const name = words[0] === 'init' ? 'administrator' : words[0] === 'token' ? words[2] : undefined;
      if (name !== undefined) tokens[`CUTTER_TOKEN_${name.toUpperCase()}`] = out.trim();
    }
    expect(Object.keys(tokens)).toHaveLength(6);
    const document = fileOf('law.md', '# Law\n\nOne.\n');
    const unseen = await cutter(home, ['run', document, '--yes'], { url: urlOf(started), env: tokens });
    expect(unseen.code).toBe(1);
    expect(unseen.err).toMatch(/This ledger is in production, .* without --yes\. Nothing was written\.\n$/);
    const config = readConfig({ ...tokens, CUTTER_HOME: home, CUTTER_URL: urlOf(started) });
    const unsanctioned = person('y', 'y');
    expect(await runDocument(document, { yes: false }, config, unsanctioned)).toBe(1);
    const entryId = await approvedByCommand(home, urlOf(started), {
      ...production,
      ...tokens,
      CUTTER_DATABASE_URL: database,
    });
    const someone = person('y', 'y');
    expect(await runDocument(document, { yes: false }, config, someone)).toBe(0);
    expect(someone.said()).toContain(`Entry ${entryId}: verified_complete`);
    await close(started);
  });

  /** As steps 6 and 7 of the guide: the approver's key, then the approval of the one entry that waits. */
  async function approvedByCommand(home: string, url: string, env: Record<string, string>): Promise<string> {
    const run = async (...words: string[]) => {
      const { code, out, err } = await cutter(home, words, { url, env });
      expect([words[0], code], err).toEqual([words[0], 0]);
      return { out: out.trim(), err };
    };
    const seed = join(home, 'approver.seed');
    const { out: publicKey } = await run('key', 'new', '--out', seed);
    expect((await run('key', 'add', '--person', 'approver', '--public-key', publicKey)).out).toMatch(
      /^approver approves cuts with ed25519:[0-9a-f]{32}\.$/,
    );
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${env['CUTTER_TOKEN_REVIEWER']}`,
      },
      body: JSON.stringify({ query: '{ entries { nodes { entryId blockedBecause { code } } } }' }),
    });
    const [entry] = ((await answer.json()) as Loose).data.entries.nodes;
    expect(entry.blockedBecause).toEqual([{ code: 'sanction-missing' }]);
    const { out, err } = await run('approve', entry.entryId, '--seed', seed);
    expect(err).toContain('You approve one cut');
    expect(out).toContain(`The cut of entry ${entry.entryId} is approved until`);
    return entry.entryId;
  }
});

describe('a database that is named by its socket', () => {
  const home = freshHome();
  let url: string;
  beforeAll(async () => {
    const { username, password, pathname } = new URL(await freshDatabase());
    const folder = await socketFolder(new URL(server.ownerUrl));
    url = `postgres://${pathname}?host=${folder}&user=${username}&password=${password}`;
  });

  test('serves a ledger, by all its logins', async () => {
    const command = on(url, home);
    await command.says('Ctrl-C');
    expect(await serves(command, home)).toBe(true);
    expect(command.output()).not.toContain('Drift:');
    await close(command);
  });

  test('where a login may not connect, the message names it and the way out', async () => {
    const rules = join(serverHome, 'postgres', 'pg_hba.conf');
    const before = readFileSync(rules, 'utf8');
    const reload = () => asOwner(server.ownerUrl, (owner) => owner.query('select pg_reload_conf()'));
    writeFileSync(rules, `host all cutter_gate all reject\n${before}`);
    await reload();
    const refused = on(url, home);
    expect(await refused.ended).toBe(1);
    expect(refused.errors()).toMatch(
      /refuses the ledger's login cutter_gate \(.*pg_hba.conf needs scram-sha-256/s,
    );
    writeFileSync(rules, before);
    await reload();
  });
});
