/** A token goes to nobody who hasn't proved that it is the ledger that is meant. */
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { runDocument } from '../../../src/cli/run.ts';
import { announceServer, runningServers } from '../../../src/home/home-servers.ts';
import { keepLedgerKey, ledgerKeyOf } from '../../../src/home/ledger-key.ts';
import { writePrivateFile } from '../../../src/home/private-file.ts';
import { makeSecrets, serverSeedOf, storedSecrets } from '../../../src/home/secrets.ts';
import { judgeIdentity, signIdentity } from '../../../src/proof/ledger-identity.ts';
import { clientConfig, cutter, fileOf, homeOf, person } from '../../harness/cli.ts';
import { fresh } from '../../harness/cycle.ts';
import { provesItself } from '../../harness/identity.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

const NONCE = 'n'.repeat(43);
const closers: (() => unknown)[] = [];
let server: TestServer;
let own: string;
beforeAll(async () => {
  server = await testServer();
  own = ledgerKeyOf(server.database.secrets);
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

interface Stranger {
  readonly url: string;
  /** Everything that it was sent. */
  readonly heard: string[];
}

/** What listens where a ledger is expected, writes down what it hears, and proves itself as `prove` says. */
async function stranger(prove: 'not' | 'as another' | 'by relaying'): Promise<Stranger> {
  const heard: string[] = [];
  const seed = serverSeedOf(makeSecrets());
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`);
    if (prove === 'as another' && provesItself(seed, request, response)) return;
    if (prove === 'by relaying') {
      const asked = await fetch(new URL(request.url ?? '/', server.url));
      response.writeHead(asked.status, { 'content-type': 'application/json' }).end(await asked.text());
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":null}');
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  closers.push(() => http.close());
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`, heard };
}

const tokensIn = (heard: readonly string[]) =>
  Object.values(server.tokens).filter((token) => heard.some((text) => text.includes(token)));

const document = () => fileOf(`${fresh('proved')}.md`, '# A\n');

describe('a stranger at the ledger’s address gets no token', () => {
  const commands = {
    run: () => ['run', document(), '--yes'],
    keys: () => ['keys'],
    'passport issue': () => ['passport', 'issue', '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144'],
    monitor: () => ['monitor', '--once', '--keys', fileOf('keys', KEYS)],
  };
  const KEYS = JSON.stringify({ format: 'cutter-keys/1', origin: `cutter/${crypto.randomUUID()}`, keys: [] });

  test.each(Object.entries(commands))('cutter %s', async (_, args) => {
    for (const prove of ['not', 'as another', 'by relaying'] as const) {
      const { url, heard } = await stranger(prove);
      const ran = await cutter(homeOf(server), args(), {
        url,
        env: { CUTTER_TOKEN_MONITOR: server.tokens.administrator },
      });
      expect(ran.code).not.toBe(0);
      expect(tokensIn(heard)).toEqual([]);
      if (args()[0] !== 'monitor') {
        expect(heard).toHaveLength(1);
        expect(ran.err).toMatch(/No token was sent|nobody can be asked/);
      }
    }
  });

  test('nor where the home says that its own server listens there', async () => {
    const home = homeOf(server);
    const { url, heard } = await stranger('as another');
    announceServer(home, url);
    const ran = await cutter(home, ['run', document(), '--yes']);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/is not that of .* No token was sent\.\n$/);
    expect(tokensIn(heard)).toEqual([]);
  });
});

describe('which ledger is known', () => {
  test('this home’s own, at the address that its server wrote down; a killed server’s address counts for nothing', async () => {
    const home = homeOf(server);
    announceServer(home, server.url);
    const file = join(home, 'servers', `${process.pid}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await cutter(home, ['run', document(), '--yes'])).toMatchObject({ code: 0, err: '' });
    const gone = { ...JSON.parse(readFileSync(file, 'utf8')), start: 'before the machine was started' };
    writePrivateFile(file, JSON.stringify(gone));
    const ran = await cutter(home, ['run', document(), '--yes'], { env: { CUTTER_PORT: '4999' } });
    expect(ran.err).toContain('No ledger answers at http://127.0.0.1:4999/graphql');
    announceServer(home, server.url).withdraw();
    expect(existsSync(file)).toBe(false);
  });

  test('not the original’s, where a home was copied while its server ran', () => {
    const home = homeOf(server);
    announceServer(home, server.url);
    const copy = join(homeOf(server), 'copy');
    cpSync(home, copy, { recursive: true });
    expect(runningServers(copy)).toEqual([]);
    expect(runningServers(home)).toMatchObject([{ url: server.url, pid: process.pid }]);
  });

  test('one whose key is named; another key than the named one is refused', async () => {
    const home = homeOf({ ...server, database: { secrets: makeSecrets() } });
    const by = (key: string) => ['run', document(), '--yes', '--ledger-key', key];
    expect(await cutter(home, by(own), server)).toMatchObject({ code: 0, err: '' });
    const other = await cutter(home, by(`ed25519:${'0'.repeat(32)}`), server);
    expect(other.code).toBe(1);
    expect(other.err).toMatch(/has the key ed25519:\w+, but the command names ed25519:0+\. No token/);
  });

  test('one that a person accepted by its fingerprint, once; without a terminal nobody accepts', async () => {
    const home = homeOf({ ...server, database: { secrets: makeSecrets() } });
    const unattended = await cutter(home, ['run', document(), '--yes'], server);
    expect(unattended.code).toBe(1);
    expect(unattended.err).toContain(`--ledger-key ${own}`);
    const no = person('n');
    expect(await runDocument(document(), { yes: true }, clientConfig(server.url, home), no)).toBe(1);
    const yes = person('y');
    expect(await runDocument(document(), { yes: true }, clientConfig(server.url, home), yes)).toBe(0);
    expect(yes.said()).toContain(`Its key is\n  ${own}\n`);
    expect(statSync(join(home, 'known-ledgers.json')).mode & 0o777).toBe(0o600);
    expect(await cutter(home, ['run', document(), '--yes'], server)).toMatchObject({ code: 0, err: '' });
    const { origin } = new URL(server.url);
    const before = JSON.stringify({ [origin]: `ed25519:${'0'.repeat(32)}` });
    writePrivateFile(join(home, 'known-ledgers.json'), before);
    const changed = await cutter(home, ['run', document(), '--yes'], server);
    expect(changed.err).toMatch(/but ed25519:0+ was accepted here\. .* No token was sent\.\n$/);
  });
});

describe('/identity', () => {
  const ask = (query: string, init: RequestInit = {}) =>
    fetch(new URL(`/identity?${query}`, server.url), init);
  const question = (origin: string, nonce = NONCE) => new URLSearchParams({ nonce, origin }).toString();
  const { origin: elsewhere } = new URL('http://127.0.0.1:4999');

  test('signs a nonce for the address at which it was asked, and for no other', async () => {
    const { origin, port } = new URL(server.url);
    for (const name of [origin, `http://localhost:${port}`]) {
      const answer = await (await ask(question(name))).json();
      expect(judgeIdentity(answer, { nonce: NONCE, origin: name })).toBe(own);
      expect(judgeIdentity(answer, { nonce: 'm'.repeat(43), origin: name })).toBeNull();
      expect(judgeIdentity(answer, { nonce: NONCE, origin: elsewhere })).toBeNull();
    }
    for (const other of [elsewhere, 'http://ledger.example', `http://evil.example:${port}`])
      expect((await ask(question(other))).status).toBe(403);
  });

  test.each([
    ['no question', ''],
    ['a short nonce', question('http://127.0.0.1:4000', 'x')],
    ['a long nonce', question('http://127.0.0.1:4000', 'x'.repeat(10_000))],
    ['no origin', question('')],
    ['a path', question('http://127.0.0.1:4000/graphql')],
    ['another scheme', question('file:///etc/passwd')],
    ['a long origin', question(`http://${'a'.repeat(2_000)}`)],
  ])('refuses %s', async (_, query) => {
    expect((await ask(query)).status).toBe(400);
  });

  test('is asked by GET alone', async () => {
    expect((await ask(question(server.url), { method: 'POST', body: '{}' })).status).toBe(405);
  });

  test('what was signed for something else is no proof, and a forged one neither', () => {
    const seed = serverSeedOf(makeSecrets());
    const challenge = { nonce: NONCE, origin: elsewhere };
    const good = signIdentity(seed, challenge);
    expect(judgeIdentity(good, challenge)).not.toBeNull();
    const { envelope } = good;
    for (const bad of [
      null,
      [],
      {},
      { ...good, publicKey: own },
      { ...good, publicKey: signIdentity(serverSeedOf(makeSecrets()), challenge).publicKey },
      { ...good, envelope: { ...envelope, payloadType: 'application/json' } },
      { ...good, envelope: { ...envelope, payload: Buffer.from('{}').toString('base64') } },
      { ...good, envelope: { ...envelope, signatures: [] } },
    ])
      expect(judgeIdentity(bad, challenge)).toBeNull();
  });
});

test('a home of an earlier version gets a key of its own; a copy of its secrets has the same', () => {
  const [home, copy] = [homeOf(server), homeOf(server)];
  const { serverSeed: _, ...before } = makeSecrets();
  writePrivateFile(join(home, 'secrets.json'), JSON.stringify(before));
  const secrets = storedSecrets(home);
  expect(secrets).toMatchObject(before);
  expect(storedSecrets(home)).toEqual(secrets);
  writePrivateFile(join(copy, 'secrets.json'), readFileSync(join(home, 'secrets.json'), 'utf8'));
  for (const one of [home, copy]) keepLedgerKey(one, storedSecrets(one) as NonNullable<typeof secrets>);
  expect(readFileSync(join(copy, 'ledger-key'), 'utf8')).toBe(readFileSync(join(home, 'ledger-key'), 'utf8'));
});
