import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { cutter, fileOf, homeOf, type Ran } from '../harness/cli.ts';
import { verified, type WasCut, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';
import { issued, keysFile } from './passport-ground.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

/** Loaded before the program: whatever reaches for a network ends it. */
const NETWORK_OFF = `data:text/javascript,${encodeURIComponent(`
  import net from 'node:net';
  import dgram from 'node:dgram';
  import dns from 'node:dns';
  import { syncBuiltinESMExports } from 'node:module';
  const off = () => { process.stderr.write('the network was asked for\\n'); process.exit(99); };
  net.Socket.prototype.connect = off;
  net.Server.prototype.listen = off;
  dgram.createSocket = off;
  dns.lookup = off;
  globalThis.fetch = off;
  globalThis.WebSocket = off;
  syncBuiltinESMExports();
`)}`;

let server: TestServer;
let home: string;
let made: WasCut;
let keys: string;
let passport: string;
beforeAll(async () => {
  server = await testServer();
  home = homeOf(server);
  made = await verified(server);
  passport = (await issued(server, made.changeSetId)).text;
  keys = fileOf('keys.json', await keysFile(server.database));
});

const offline = (args: readonly string[]): Promise<Ran> =>
  cutter(home, ['passport', 'verify', ...args], { env: { NODE_OPTIONS: `--import=${NETWORK_OFF}` } });

test('cutter passport issue writes the file as the ledger gave it', async () => {
  const out = join(home, 'out.json');
  const ran = await cutter(home, ['passport', 'issue', made.changeSetId, '--out', out], { url: server.url });
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/out\.json: the passport of change set .*, verdict pass, sha256:/);
  expect(readFileSync(out, 'utf8')).toBe(passport);
});

test('cutter passport issue waits for the checkpoint of a cut that was verified just now', async () => {
  const fresh = await verified(server);
  const out = join(home, 'fresh.json');
  const ran = await cutter(home, ['passport', 'issue', fresh.changeSetId, '--out', out], { url: server.url });
  expect(ran).toMatchObject({ code: 0, err: '' });
});

test('cutter passport issue tells why there is none', async () => {
  const { changeSetId } = await wasCut(server);
  const out = join(home, 'none.json');
  const ran = await cutter(home, ['passport', 'issue', changeSetId, '--out', out], { url: server.url });
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toMatch(/refused \(IllegalTransition\): .*isn't verified yet/);
  const unknown = await cutter(home, ['passport', 'issue', 'x'], { url: server.url });
  expect(unknown).toMatchObject({ code: 64, out: '' });
  expect(unknown.err).toContain("It isn't a UUID.");
});

describe('cutter passport verify, with the network off', () => {
  test('a good one: 0, and what it says', async () => {
    const ran = await offline([fileOf('passport.json', passport), '--keys', keys]);
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(
      /^This passport is good: .* was cut as it was approved, and the other lane verified it\./,
    );
    expect(ran.out).toContain(made.manifestDigest);
  });

  test('an altered one: 1, the reason and the place', async () => {
    const altered = passport.replace('"risk_class_assessment":"standard"', '"risk_class_assessment":"high"');
    const ran = await offline([fileOf('passport.json', altered), '--keys', keys]);
    expect(ran).toMatchObject({ code: 1, err: '' });
    expect(ran.out).toMatch(
      /^Refused: Column risk_class_assessment of row .* isn't what was written at position \d+\. \(at rows\.decision\.columns\.risk_class_assessment\)\n$/,
    );
  });

  test('for programs: one JSON object', async () => {
    const good = await offline([fileOf('passport.json', passport), '--keys', keys, '--json']);
    expect(JSON.parse(good.out)).toMatchObject({ verdict: 'good', said: { changeSetId: made.changeSetId } });
    const refused = await offline([fileOf('passport.json', '{}'), '--keys', keys, '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.out)).toEqual({
      verdict: 'refused',
      reason: 'The file is no passport: it names no format.',
      where: 'format',
    });
  });

  test('a file that is not there, or keys that are none: 2', async () => {
    const missing = await offline([join(home, 'no.json'), '--keys', keys]);
    expect(missing).toMatchObject({ code: 2, err: '' });
    expect(missing.out).toMatch(/no\.json can't be read: there is no such file\./);
    const none = await offline([fileOf('passport.json', passport), '--keys', fileOf('keys.json', '{}')]);
    expect(none).toMatchObject({ code: 2, err: '' });
    expect(none.out).toMatch(/format cutter-keys\/1/);
  });

  test('a program that reaches for a network is noticed', async () => {
    const ran = await cutter(home, ['passport', 'issue', made.changeSetId], {
      url: server.url,
      env: { NODE_OPTIONS: `--import=${NETWORK_OFF}` },
    });
    expect(ran).toMatchObject({ code: 99, err: 'the network was asked for\n' });
  });
});
