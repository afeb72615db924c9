import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { startEmbedded } from '../../src/database/cluster/embedded.ts';
import { checkDatabase } from '../../src/database/session/database-check.ts';
import { lockHolder } from '../../src/home/home-lock.ts';
import { isAlive, startOf } from '../../src/home/process-identity.ts';
import { asOwner } from '../harness/cluster.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const PROGRAM = fileURLToPath(new URL('../harness/start-embedded.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'cutter-embedded-'));
chmodSync(folder, 0o755);
const home = join(folder, 'home');
const children: ChildProcess[] = [];

interface Answer {
  readonly ownerUrl: string;
  readonly pid: number;
  readonly lines: readonly string[];
  readonly error?: string;
}

/** Starts the embedded server in a process of its own and waits for its one line. */
async function start(
  at: string,
  options: { uid?: number; gid?: number } = {},
): Promise<Answer & { child: ChildProcess }> {
  const child = spawn(process.execPath, [PROGRAM, at], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    return { ...(JSON.parse(line) as Answer), child };
  }
  throw new Error('The program ended without a word.');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve));
}

/** Until the process is gone; it was told to go, so this waits for nothing else. */
async function gone(pid: number): Promise<void> {
  while (startOf(pid) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGINT');
    await ended(child);
  }
});
afterAll(async () => {
  // A test may have left a PostgreSQL behind on purpose; a start finds it and this stop ends it.
  if (existsSync(home)) await (await startEmbedded({ home, log: () => {} })).stop();
  rmSync(folder, { recursive: true, force: true });
});

test('embedded: the first start makes a UTF-8 cluster that only its owner reads, and keeps the secret out of sight', async () => {
  const { ownerUrl, pid } = await start(home);
  const password = new URL(ownerUrl).password;
  expect(statSync(join(home, 'postgres')).mode & 0o777).toBe(0o700);
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'postgres.log')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(home, 'postgres.log'), 'utf8')).not.toContain(password);
  if (process.platform === 'linux')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(password);
  await asOwner(ownerUrl, async (owner) => {
    const { rows } = await owner.query(
      `select current_setting('server_encoding') as encoding, datcollate as locale, current_setting('unix_socket_directories') as sockets,
        current_setting('listen_addresses') as addresses from pg_database where datname = current_database()`,
    );
    expect(rows).toEqual([{ encoding: 'UTF8', locale: 'C', sockets: '', addresses: '127.0.0.1' }]);
    await checkDatabase(owner);
    await owner.query('create table kept (n int)');
    await owner.query('insert into kept values (1)');
  });
  await expect(asOwner(ownerUrl.replace(password, 'guess'), async () => {})).rejects.toMatchObject({
    code: '28P01',
  });
});

test('embedded: under the strictest umask PostgreSQL reads what is written for it, and a start heals what another left closed', async () => {
  const at = join(folder, 'strict', 'home');
  const strict = () => {
    const before = process.umask(0o077);
    try {
      return start(at);
    } finally {
      process.umask(before);
    }
  };
  const first = await strict();
  expect(first.error).toBeUndefined();
  first.child.kill('SIGINT');
  await ended(first.child);
  const written = join(at, 'postgres', 'cutter.conf');
  chmodSync(written, 0o600);
  if (isRoot) chownSync(written, 0, 0);
  expect((await strict()).error).toBeUndefined();
  expect(statSync(written).mode & 0o777).toBe(0o600);
});

test.runIf(process.platform !== 'win32')(
  'embedded: a start killed in the middle of initdb leaves the password nowhere but in its home, and the next one removes it',
  async () => {
    const at = join(folder, 'killed');
    const child = spawn(process.execPath, [PROGRAM, at], { stdio: 'ignore' });
    children.push(child);
    const unfinished = () =>
      existsSync(at) ? readdirSync(at).filter((name) => name.startsWith('postgres.new')) : [];
    const passwords = () => unfinished().map((name) => join(at, name, 'password'));
    await expect
      .poll(() => passwords().some(existsSync), { timeout: WAITS_FOR_OTHERS_MS, interval: 1 })
      .toBe(true);
    child.kill('SIGKILL');
    await ended(child);
    for (const path of passwords()) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await start(at)).error).toBeUndefined();
    // The killed start's initdb may outlive it and still write into its folder; the password it does not write.
    expect(passwords().filter(existsSync)).toEqual([]);
  },
);

test('embedded: ctrl-c ends PostgreSQL, and the next start continues with the data', async () => {
  const first = await start(home);
  first.child.kill('SIGINT');
  await ended(first.child);
  await gone(first.pid);
  expect(existsSync(join(home, 'server.lock'))).toBe(false);
  const second = await start(home);
  await asOwner(second.ownerUrl, async (owner) => {
    expect((await owner.query('select n from kept')).rows).toEqual([{ n: 1 }]);
  });
});

test('embedded: a restart takes the same port while it is free, and another one while somebody has it', async () => {
  const portOf = ({ ownerUrl }: Answer) => Number(new URL(ownerUrl).port);
  const first = await start(home);
  first.child.kill('SIGINT');
  await ended(first.child);
  const second = await start(home);
  expect(portOf(second)).toBe(portOf(first));
  second.child.kill('SIGINT');
  await ended(second.child);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(portOf(first), '127.0.0.1', resolve));
  try {
    const third = await start(home);
    expect(third.error).toBeUndefined();
    expect(portOf(third)).not.toBe(portOf(first));
  } finally {
    await new Promise((resolve) => other.close(resolve));
  }
});

test('embedded: a second start on the same data says who runs it, and harms nothing', async () => {
  const first = await start(home);
  const second = await start(home);
  expect(second.error).toMatch(
    new RegExp(`process \\(number ${first.child.pid}\\) already runs the ledger in ${home}`),
  );
  await asOwner(first.ownerUrl, (owner) => owner.query('select 1'));
});

test('embedded: after kill -9 of the server its PostgreSQL is shut down and started anew; what was committed stands', async () => {
  const killed = await start(home);
  await asOwner(killed.ownerUrl, (owner) => owner.query('insert into kept values (2)'));
  killed.child.kill('SIGKILL');
  await ended(killed.child);
  expect(startOf(killed.pid)).not.toBeNull();
  const healed = await start(home);
  expect(healed.lines.join(' ')).toContain(`process ${killed.pid}) was left behind`);
  expect(startOf(killed.pid)).toBeNull();
  await asOwner(healed.ownerUrl, async (owner) => {
    expect((await owner.query('select n from kept order by n')).rows).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

test('embedded: after kill -9 of server and PostgreSQL both, the stale files heal and recovery keeps what was committed', async () => {
  const killed = await start(home);
  await asOwner(killed.ownerUrl, (owner) => owner.query('insert into kept values (3)'));
  process.kill(killed.pid, 'SIGKILL');
  killed.child.kill('SIGKILL');
  await ended(killed.child);
  expect(existsSync(join(home, 'server.lock'))).toBe(true);
  expect(existsSync(join(home, 'postgres', 'postmaster.pid'))).toBe(true);
  const healed = await start(home);
  await asOwner(healed.ownerUrl, async (owner) => {
    expect((await owner.query('select count(*)::int as n from kept')).rows).toEqual([{ n: 3 }]);
  });
});

test('embedded: after kill -9 of PostgreSQL alone it is started again at the same place, with what was committed', async () => {
  const { ownerUrl, pid } = await start(home);
  const count = (owner: pg.Client): Promise<number> =>
    owner.query<{ n: number }>('select count(*)::int as n from kept').then(({ rows }) => rows[0]?.n ?? 0);
  const before = await asOwner(ownerUrl, count);
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  for (;;) {
    try {
      expect(await asOwner(ownerUrl, count)).toBe(before);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET' && code !== '57P03') throw error;
    }
  }
});

test('embedded: a number that another program uses by now deceives neither lock nor PostgreSQL', async () => {
  const first = await start(home);
  first.child.kill('SIGINT');
  await ended(first.child);
  const bystander = process.pid;
  writeFileSync(join(home, 'server.lock'), JSON.stringify({ pid: bystander, start: 'another boot:1' }));
  writeFileSync(
    join(home, 'postgres', 'postmaster.pid'),
    `${bystander}\n${join(home, 'postgres')}\n1\n5432\n`,
  );
  const second = await start(home);
  expect(second.error).toBeUndefined();
  expect(isAlive(bystander)).toBe(true);
});

test('embedded: the lock that came along with a copy of a running home is nobody’s', async () => {
  const original = { pid: process.pid, start: startOf(process.pid), folder: 'another:1' };
  writeFileSync(join(home, 'server.lock'), JSON.stringify(original));
  expect(lockHolder(home)).toBeNull();
  expect((await start(home)).error).toBeUndefined();
});

test('embedded: of two starts that find the same stale lock, one wins', async () => {
  writeFileSync(join(home, 'server.lock'), JSON.stringify({ pid: 1, start: 'another boot:1' }));
  const answers = await Promise.all([start(home), start(home), start(home)]);
  expect(answers.filter((answer) => answer.error === undefined)).toHaveLength(1);
});

test("embedded: secrets that don't belong to the data are told apart from a broken server", async () => {
  const path = join(home, 'secrets.json');
  const kept = readFileSync(path, 'utf8');
  const secrets = JSON.parse(kept) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...secrets, owner: 'x'.repeat(43) }));
  expect((await start(home)).error).toMatch(/owner's password in secrets.json is not the one/);
  chmodSync(path, 0o644);
  expect((await start(home)).error).toMatch(/open to others \(mode 644\)/);
  writeFileSync(path, kept);
  chmodSync(path, 0o600);
});

test('embedded: without its secrets.json a database is left alone, and no other one is written', async () => {
  const path = join(home, 'secrets.json');
  const kept = readFileSync(path, 'utf8');
  rmSync(path);
  const { error } = await start(home);
  expect(error).toContain(`${path} is missing`);
  expect(error).toContain('Restore secrets.json from a backup of this home');
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, kept, { mode: 0o600 });
  expect((await start(home)).error).toBeUndefined();
});

test('embedded: what would let a crash take back an answer is refused before the first write', async () => {
  const { ownerUrl } = await start(home);
  const refusal = async (): Promise<string> => {
    try {
      await asOwner(ownerUrl, checkDatabase);
      return 'fit';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(await refusal()).toBe('fit');
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    await settled(ownerUrl, setting, 'off');
    expect(await refusal()).toMatch(new RegExp(`^${setting} is off on this server`));
    await settled(ownerUrl, setting, 'on');
  }
  await asOwner(ownerUrl, (owner) =>
    owner.query(`create database ascii template template0 encoding 'SQL_ASCII' locale 'C'`),
  );
  const ascii = new URL(ownerUrl);
  ascii.pathname = '/ascii';
  await expect(asOwner(ascii.href, checkDatabase)).rejects.toThrow(/encoding is SQL_ASCII/);
});

/** Sets a setting of the server and waits until new sessions have it: the postmaster reloads when it comes to it. */
async function settled(ownerUrl: string, setting: string, value: string): Promise<void> {
  await asOwner(ownerUrl, async (owner) => {
    await owner.query(`alter system set ${setting} = ${value}`);
    await owner.query('select pg_reload_conf()');
  });
  for (;;) {
    const now = await asOwner(
      ownerUrl,
      async (owner) => (await owner.query<{ v: string }>(`select current_setting('${setting}') as v`)).rows,
    );
    if (now[0]?.v === value) return;
  }
}

test.runIf(isRoot)(
  'embedded: as root, a home that no other user can reach is served from a place that can be',
  async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const at = join(closed, 'home');
    const { lines, ownerUrl, error } = await start(at);
    expect(error).toBeUndefined();
    expect(lines.join(' ')).toContain(
      `can't reach ${at}, so PostgreSQL's data is kept in /var/lib/cutter-ledger/`,
    );
    const data = readlinkSync(join(at, 'postgres'));
    await asOwner(ownerUrl, (owner) => owner.query('create table kept ()'));
    for (const child of children.splice(0)) {
      child.kill('SIGINT');
      await ended(child);
    }
    const again = await start(at);
    await asOwner(again.ownerUrl, (owner) => owner.query('table kept'));
    again.child.kill('SIGINT');
    await ended(again.child);
    rmSync(join(data, '..'), { recursive: true, force: true });
  },
);

test.runIf(isRoot && nobodyCanRunUs())('embedded: an ordinary user starts it as themselves', async () => {
  const at = join(folder, 'nobody');
  mkdirSync(at, { mode: 0o700 });
  execFileSync('chown', ['65534:65534', at]);
  const { pid, lines, error } = await start(at, { uid: 65_534, gid: 65_534 });
  expect(error).toBeUndefined();
  expect(lines).toEqual([]);
  expect(statSync(`/proc/${pid}`).uid).toBe(65_534);
});

/** Whether an ordinary user may read this checkout at all. */
function nobodyCanRunUs(): boolean {
  try {
    execFileSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(PROGRAM)})`], {
      uid: 65_534,
      gid: 65_534,
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

test('embedded: a stranger without a password is not let in', async () => {
  const { ownerUrl } = await start(home);
  const stranger = new URL(ownerUrl);
  stranger.username = 'stranger';
  await expect(new pg.Client({ connectionString: stranger.href }).connect()).rejects.toMatchObject({
    code: '28P01',
  });
});
