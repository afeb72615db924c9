import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, inject, test, vi } from 'vitest';
import { beginAttempt } from '../../src/cli/walk/attempt.ts';
import { SAMPLE } from '../../src/cli/walk/sample-document.ts';
import { clientsOf } from '../harness/cli.ts';
import { asOwner } from '../harness/cluster.ts';
import { send } from '../harness/doors.ts';
import type { SampleTokens } from '../harness/server.ts';
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

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

describe('start', () => {
  test('answers, tells where everything is, and closes at a signal; the next start goes on with the same tokens', async () => {
    const home = freshHome();
    const first = cutterStart({ CUTTER_HOME: home });
    await first.says('Ctrl-C');
    const tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8')) as Record<string, string>;
    expect(Object.keys(tokens)).toEqual([
      'administrator',
      'marker',
      'reviewer',
      'executor',
      'verifier',
      'observer',
    ]);
    expect(statSync(join(home, 'tokens.json')).mode & 0o777).toBe(0o600);
    const asked = { token: tokens['observer'], body: { query: '{ whoAmI { name } }' } };
    expect((await send(urlOf(first), asked)).json()).toEqual({ data: { whoAmI: { name: 'observer' } } });
    for (const token of Object.values(tokens)) expect(first.output() + first.errors()).not.toContain(token);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    expect(first.errors()).toBe('');

    const second = cutterStart({ CUTTER_HOME: home });
    await second.says('Ctrl-C');
    expect((await send(urlOf(second), asked)).status).toBe(200);

    const third = cutterStart({ CUTTER_HOME: home });
    expect(await third.ended).toBe(1);
    expect(third.errors()).toMatch(
      /^cutter: The ledger of .* is running already: process \d+\. It listens at http:.*CUTTER_HOME/,
    );
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  test('the sample that a killed start left on its way is gone on with; one that stands is not spoken of', async () => {
    const home = homeWithCluster();
    const killed = cutterStart({ CUTTER_HOME: home });
    await killed.says('Ctrl-C');
    const tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8')) as SampleTokens;
    // As far as the sample's walk comes until its entry stands, by its own keys.
    await beginAttempt({
      clients: clientsOf({ url: urlOf(killed), tokens }),
      document: SAMPLE,
      print: () => {},
    });
    killed.child.kill('SIGKILL');
    await killed.ended;
    const next = cutterStart({ CUTTER_HOME: home, CUTTER_SAMPLE: 'on' });
    await next.says('verified_complete');
    next.child.kill('SIGTERM');
    expect(await next.ended).toBe(0);
    const last = cutterStart({ CUTTER_HOME: home, CUTTER_SAMPLE: 'on' });
    await last.says('Ctrl-C');
    last.child.kill('SIGTERM');
    expect(await last.ended).toBe(0);
    expect(last.output()).not.toContain('sample document');
  });

  test('after kill -9 of its PostgreSQL it says what ended and what is back, without a stack', async () => {
    const home = homeWithCluster();
    const command = cutterStart({ CUTTER_HOME: home });
    await command.says('Ctrl-C');
    const postmaster = readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8');
    process.kill(Number.parseInt(postmaster, 10), 'SIGKILL');
    await command.says('PostgreSQL is back.');
    expect(command.output()).toContain('it is started again.');
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(command.errors()).toMatch(/^(cutter: warning: [^{\n]*\n)*$/);
  });

  test('a signal while it is still coming up ends it in order', async () => {
    const home = freshHome();
    const early = cutterStart({ CUTTER_HOME: home });
    await expect
      .poll(() => statSync(home, { throwIfNoEntry: false }) !== undefined, { timeout: WAITS_FOR_OTHERS_MS })
      .toBe(true);
    early.child.kill('SIGINT');
    await early.ended;
    const next = cutterStart({ CUTTER_HOME: home });
    await next.says('Ctrl-C');
    next.child.kill('SIGINT');
    expect(await next.ended).toBe(0);
  });
});

describe('start says in one sentence why it can’t', () => {
  /** One sentence, no stack, no password. */
  async function sentenceOf(command: Command): Promise<string> {
    expect(await command.ended).toBeGreaterThan(0);
    expect(command.errors()).not.toMatch(/\n\s+at |s3cret/);
    return command.errors();
  }

  test('a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const command = cutterStart({ CUTTER_HOME: homeWithCluster(), CUTTER_PORT: String(port) });
    expect(await sentenceOf(command)).toContain(`Port ${port} of 127.0.0.1 is taken`);
    other.close();
  });

  test('a host that is no address of this machine', async () => {
    const command = cutterStart({ CUTTER_HOME: freshHome(), CUTTER_HOST: 'nonsense.invalid' });
    expect(await sentenceOf(command)).toContain(
      'nonsense.invalid is neither an address nor a name of this machine',
    );
    expect(command.errors()).toContain('CUTTER_HOST');
  });

  test.each([
    ['a file', '/etc/passwd', 'it is not a folder'],
    ['below a file', '/etc/passwd/home', 'something above it is not a folder'],
    ['a place where nothing can be made', '/proc/cutter/home', 'nothing can be made there'],
  ])('a home that is %s', async (_, home, why) => {
    const told = await sentenceOf(cutterStart({ CUTTER_HOME: home }));
    expect(told).toContain(`${home} can't be the ledger's home: `);
    expect(told).toContain(why);
    expect(told).toContain('Name a folder this user may write with CUTTER_HOME.');
  });

  test.runIf(isRoot && nobodyCanRunUs())('a home that this user may not write', async () => {
    const home = join(freshHome(), 'home');
    mkdirSync(join(home, '..'), { mode: 0o755 });
    const told = await sentenceOf(cutterStart({ CUTTER_HOME: home }, { uid: 65_534, gid: 65_534 }));
    expect(told).toContain('this user may not write there');
    expect(told).toContain('CUTTER_HOME');
  });

  test('an external database that doesn’t answer', async () => {
    const command = cutterStart({
      CUTTER_HOME: freshHome(),
      CUTTER_DATABASE_URL: 'postgres://owner:s3cret@127.0.0.1:1/cutter',
    });
    expect(await sentenceOf(command)).toContain('No PostgreSQL answers at 127.0.0.1:1/cutter');
  });

  test('an external database that isn’t UTF-8, and one that isn’t there', async () => {
    const { ownerUrl } = inject('cluster');
    const url = new URL(ownerUrl);
    url.pathname = `/cutter_ascii_${process.pid}`;
    const name = url.pathname.slice(1);
    const start = () => cutterStart({ CUTTER_HOME: freshHome(), CUTTER_DATABASE_URL: url.href });
    expect(await sentenceOf(start())).toContain(`doesn't exist`);
    await asOwner(ownerUrl, (owner) =>
      owner.query(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`),
    );
    try {
      expect(await sentenceOf(start())).toContain('encoding is SQL_ASCII');
    } finally {
      await asOwner(ownerUrl, (owner) => owner.query(`drop database ${name} with (force)`));
    }
  });

  test('an environment with faults: all of them', async () => {
    const command = cutterStart({ CUTTER_HOME: freshHome(), CUTTER_PORT: 'x', CUTTER_MODE: 'y' });
    const told = await sentenceOf(command);
    expect(told).toContain('CUTTER_PORT');
    expect(told).toContain('CUTTER_MODE');
  });
});
