import { execFileSync, execSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { clusterPlace } from '../../src/database/cluster/cluster-place.ts';
import {
  type Command,
  cutterStart,
  freshHome,
  homeWithCluster,
  isRoot,
  nobodyCanRunUs,
  urlOf,
} from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { unfolded } from '../harness/unfolded.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const NOBODY = { uid: 65_534, gid: 65_534 };
const on = (home: string, more: Record<string, string> = {}): Command =>
  cutterStart({ CUTTER_HOME: home, ...more });

async function close(command: Command): Promise<void> {
  command.child.kill('SIGTERM');
  expect(await command.ended).toBe(0);
}

async function starts(home: string): Promise<string> {
  const command = on(home);
  await command.says('Ctrl-C');
  await close(command);
  return command.output();
}

/** What a start says as it refuses: one sentence or more, and no stack or log. */
async function refusalOf(command: Command): Promise<string> {
  expect(await command.ended).toBe(1);
  expect(command.errors()).toMatch(/^cutter: /);
  expect(command.errors()).not.toMatch(/\n\s+at |ENOENT|EACCES|FATAL/);
  return command.errors();
}

const dataOf = (home: string) => clusterPlace(home, () => {}).data;

describe('a home', () => {
  const home = homeWithCluster();
  beforeAll(async () => {
    await starts(home);
  });

  test.runIf(isRoot)(
    'that root copied is refused with its files’ owner and the command that mends it',
    async () => {
      const copy = freshHome();
      execFileSync('cp', ['-r', home, copy]);
      const told = await refusalOf(on(copy));
      expect(told).toMatch(
        /postgres\S* belongs to root, and PostgreSQL runs as \S+\. .*: chown -R \S+ \S+\n$/,
      );
      execSync(/chown -R .*/.exec(told)?.[0] as string);
      expect(await starts(copy)).toContain('Ctrl-C');
    },
  );

  test.runIf(isRoot && nobodyCanRunUs())('whose secrets are root’s is refused to another user', async () => {
    const copy = freshHome();
    mkdirSync(copy);
    execFileSync('cp', [join(home, 'secrets.json'), copy]);
    execFileSync('chown', ['65534:65534', copy]);
    const told = await refusalOf(cutterStart({ CUTTER_HOME: copy }, NOBODY));
    expect(told).toMatch(/secrets\.json belongs to root, and this process runs as \S+\. .*: chown -R \S+ /);
    execSync(/chown -R .*/.exec(told)?.[0] as string);
    const command = cutterStart({ CUTTER_HOME: copy }, NOBODY);
    await command.says('Ctrl-C');
    await close(command);
  });

  test('whose data are open to others is refused', async () => {
    const data = dataOf(home);
    chmodSync(data, 0o755);
    const told = await refusalOf(on(home));
    expect(told).toContain(`${data} is open to others (mode 755)`);
    execSync(/chmod 700 .*/.exec(told)?.[0] as string);
    await starts(home);
  });

  test('with a folder where a file of the ledger’s is to be is refused', async () => {
    for (const name of ['tokens.json', 'secrets.json', 'checkpoints']) {
      const other = freshHome();
      mkdirSync(join(other, name), { recursive: true });
      expect(await refusalOf(on(other))).toContain(`${join(other, name)} is a folder`);
    }
  });

  test('in folders that don’t exist is made with them, closed to others', async () => {
    const deep = join(freshHome(), 'of', 'a', 'ledger');
    expect(await starts(deep)).toContain('Ctrl-C');
    expect(statSync(dirname(deep)).mode & 0o077).toBe(isRoot ? 0o011 : 0);
  });

  test.runIf(process.platform === 'linux')(
    'in a current folder that was removed is refused in words',
    async () => {
      const gone = freshHome();
      mkdirSync(gone);
      const main = new URL('../../src/main.ts', import.meta.url).pathname;
      const child = spawn(
        'sh',
        ['-c', `cd ${gone} && rmdir ${gone} && exec "${process.execPath}" "${main}" start`],
        {
          env: { PATH: process.env['PATH'], CUTTER_PORT: '0' },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      let errors = '';
      child.stderr.on('data', (bytes) => {
        errors += bytes;
      });
      const [code] = await once(child, 'close');
      expect(code).toBe(78);
      expect(errors).toContain(
        "CUTTER_HOME: .cutter begins at the current folder, which doesn't exist any more",
      );
      expect(errors).not.toMatch(/\n\s+at |ENOENT/);
    },
  );

  test('whose checkpoints are to be in a folder that doesn’t exist is refused before anything is made', async () => {
    const other = freshHome();
    const told = await refusalOf(on(other, { CUTTER_CHECKPOINT_FILE: '/nowhere/at/all/heads' }));
    expect(told).toContain("/nowhere/at/all doesn't exist");
    expect(told).toContain('CUTTER_CHECKPOINT_FILE');
    expect(existsSync(join(other, 'secrets.json'))).toBe(false);
  });

  test.runIf(isRoot)(
    'that was moved, and whose data are elsewhere, says how they follow it; nothing begins anew',
    async () => {
      const [closed, moved] = [freshHome(), freshHome()];
      for (const folder of [closed, moved]) mkdirSync(folder, { mode: 0o700 });
      await starts(join(closed, 'home'));
      const before = readlinkSync(join(closed, 'home', 'postgres'));
      renameSync(join(closed, 'home'), join(moved, 'home'));
      const told = await refusalOf(on(join(moved, 'home')));
      expect(told).toContain(`leads to ${before}, the data of this home at its earlier place`);
      execSync(/move its data too: (.*?)\. If the home is a copy/.exec(told)?.[1] as string);
      expect(await starts(join(moved, 'home'))).toMatch(
        /The ledger's database was in \S+ and is now in \S+\./,
      );
      rmSync(dirname(readlinkSync(join(moved, 'home', 'postgres'))), { recursive: true });
    },
  );

  test.runIf(process.platform === 'linux')(
    'that leads to the data of another one, whose server runs, is refused and harms nothing',
    async () => {
      const other = freshHome();
      mkdirSync(other, { mode: 0o711 });
      execFileSync('cp', ['-a', join(home, 'secrets.json'), other]);
      symlinkSync(dataOf(home), join(other, 'postgres'));
      const running = on(home);
      await running.says('Ctrl-C');
      const told = await refusalOf(on(other));
      expect(told).toContain(`The ledger of another home (process ${running.child.pid}) runs PostgreSQL on`);
      expect((await fetch(new URL('/health', urlOf(running)))).status).toBe(200);
      await expect
        .poll(async () => (await fetch(new URL('/ready', urlOf(running)))).status, {
          timeout: WAITS_FOR_OTHERS_MS,
        })
        .toBe(200);
      await close(running);
    },
  );
});

describe('outside events', () => {
  const home = homeWithCluster();

  test('whoever reads its output may go: it serves on, and closes in order', async () => {
    const command = on(home);
    await command.says('Ctrl-C');
    command.child.stdout?.destroy();
    command.child.stderr?.destroy();
    await expect
      .poll(async () => (await fetch(new URL('/ready', urlOf(command)))).status, {
        timeout: WAITS_FOR_OTHERS_MS,
      })
      .toBe(200);
    const ended = once(command.child, 'exit');
    command.child.kill('SIGHUP');
    expect((await ended)[0]).toBe(0);
    expect(existsSync(join(home, 'server.lock'))).toBe(false);
  });

  test.each([
    ['an error that nobody caught', 'throw new Error("unforeseen")'],
    ['a promise that nobody watched', 'Promise.reject(new Error("unforeseen"))'],
  ])('%s is told whole, ends it in order, and its status says so', async (_, what) => {
    const fault = `data:text/javascript,process.on('SIGUSR2',()=>{${encodeURIComponent(what)}})`;
    const command = on(home, { NODE_OPTIONS: `--import "${fault}"` });
    await command.says('Ctrl-C');
    command.child.kill('SIGUSR2');
    expect(await command.ended).toBe(70);
    expect(command.errors()).toMatch(/^cutter: A defect ended the program\. .*\nError: unforeseen\n\s+at /);
    expect(command.output()).toMatch(/Closing\.\n$/);
    expect(existsSync(join(home, 'server.lock'))).toBe(false);
  });

  test.runIf(process.platform === 'linux')(
    'a limit of open files below what its sockets need is told',
    async () => {
      const main = new URL('../../src/main.ts', import.meta.url).pathname;
      const child = spawn('sh', ['-c', `ulimit -n 400; exec "${process.execPath}" "${main}" start`], {
        env: { PATH: process.env['PATH'], CUTTER_HOME: home, CUTTER_PORT: '0', CUTTER_SAMPLE: 'off' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      for await (const bytes of child.stdout) {
        output += bytes;
        if (output.includes('Ctrl-C')) child.kill('SIGTERM');
      }
      expect(unfolded(output)).toMatch(
        /This process may open 400 files, and needs \d+ when all its sockets are in use\. .*CUTTER_MAX_SOCKETS/,
      );
    },
  );
});

describe('what PostgreSQL needs', () => {
  test('data of another major version are refused in words', async () => {
    const home = homeWithCluster();
    await starts(home);
    const path = join(dataOf(home), 'PG_VERSION');
    const version = readFileSync(path, 'utf8');
    writeFileSync(path, '15\n');
    const told = await refusalOf(on(home));
    expect(told).toContain(
      `are of PostgreSQL 15, and this version of Cutter has PostgreSQL ${version.trim()}`,
    );
    writeFileSync(path, version);
    await starts(home);
  });

  test('a disk that is as good as full is refused; one that is nearly so is told', async ({ skip }) => {
    const disk = freshHome();
    mkdirSync(disk);
    if (!mayMount(disk)) skip('this user may mount no small disk');
    try {
      const told = await refusalOf(on(join(disk, 'home')));
      expect(told).toMatch(/\d+ MB are left on the disk of .*Make room, or move the home/);
      expect(existsSync(join(disk, 'home', 'secrets.json'))).toBe(false);
      execFileSync('mount', ['-o', 'remount,size=300m', disk]);
      expect(await starts(join(disk, 'home'))).toMatch(
        /\d+ MB are left on the disk of .*Make room before it is full/,
      );
    } finally {
      execFileSync('umount', ['--lazy', disk]);
    }
  });
});

function mayMount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m,mode=755', 'none', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
