import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { homeSecrets } from '../../src/home/secrets.ts';
import { checkpointKeysAt, parseKeys, statementKeyAt } from '../../src/proof/keys-file.ts';
import { cutter, fileOf } from '../harness/cli.ts';
import { keyOf } from '../harness/keys.ts';
import { type Command, cutterStart, freshHome, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

const home = homeWithCluster();
let server: Command;
const start = async (): Promise<void> => {
  server = cutterStart({ CUTTER_HOME: home });
  await server.says('Ctrl-C');
};
const stop = async (): Promise<void> => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
};
beforeAll(start);
afterAll(stop);

const key = (...args: string[]) => cutter(home, ['key', ...args]);
const listed = async () => (await key('list')).out.trim().split('\n');
const ran = async (name: string) => {
  const { code, err } = await cutter(home, ['run', fileOf(`${name}.md`, `# ${name}\n\nOne.\n`), '--yes'], {
    url: urlOf(server),
  });
  return { code, err };
};

describe('cutter key', { timeout: RESTARTS_POSTGRES_MS }, () => {
  test('list shows the keys in force', async () => {
    expect((await listed()).map((line) => line.replace(/ed25519:\w{32}/, 'KEY'))).toEqual([
      'DOT-991 statement  KEY  from 0, in force',
      'DOT-992 statement  KEY  from 1, in force',
      'DOT-991 checkpoint KEY  from 2, in force',
      'DOT-992 checkpoint KEY  from 3, in force',
    ]);
  });

  test('rotate gives a lane another key while the server runs, and the server goes on', async () => {
    expect((await ran('before')).code).toBe(0);
    for (const args of [
      ['DOT-991'],
      ['DOT-992', '--reason', 'yearly'],
      ['DOT-991', '--purpose', 'checkpoint'],
    ]) {
      const { code, out, err } = await key('rotate', ...args);
      expect([code, err]).toEqual([0, '']);
      expect(out).toMatch(
        /^The (?:statement|checkpoint) key ed25519:\w{32} of DOT-99\d follows at position \d+\.\n$/,
      );
    }
    expect(await ran('after')).toEqual({ code: 0, err: '' });
    expect((await listed()).filter((line) => line.includes('until'))).toHaveLength(3);
    const checked = await cutter(home, ['fsck']);
    expect(checked.out).toMatch(/Clean\.\n$/);
  });

  test('keys writes the file that a stranger judges by', async () => {
    const file = join(home, 'KEYS');
    const wrote = await cutter(home, ['keys', '--out', file], { url: urlOf(server) });
    expect([wrote.code, wrote.err, wrote.out]).toEqual([0, `Wrote the lanes' public keys to ${file}.\n`, '']);
    const shown = await cutter(home, ['keys'], { url: urlOf(server) });
    expect(shown.out).toBe(readFileSync(file, 'utf8'));
    const known = parseKeys(shown.out);
    expect(known.origin).toMatch(/^cutter\/[0-9a-f-]{36}$/);
    expect(known.keys).toHaveLength(7);
    const { keyId } = keyOf(homeSecrets(home), 'DOT-991', 'statement');
    expect(statementKeyAt(known, keyId, 1_000_000)?.lane).toBe('DOT-991');
    expect(statementKeyAt(known, keyId, 0)).toBeNull();
    expect(checkpointKeysAt(known, 'DOT-991', 1_000_000)).toHaveLength(1);
  });

  test('revoke and rotate work with the server down, and the next start goes on', async () => {
    await stop();
    const { keyId } = keyOf(homeSecrets(home), 'DOT-992', 'statement');
    const revoked = await key('revoke', keyId, '--reason', 'seen in a log');
    expect([revoked.code, revoked.err, revoked.out]).toEqual([
      0,
      '',
      expect.stringMatching(/^The statement key \S+ of DOT-992 ends at position \d+\.\n$/),
    ]);
    expect((await key('rotate', 'DOT-992')).out).toMatch(/of DOT-992 begins at position \d+\.\n$/);
    await start();
    expect(await ran('later')).toEqual({ code: 0, err: '' });
    expect((await cutter(home, ['fsck'])).out).toMatch(/Clean\.\n$/);
  });

  test('export writes the seed of a lane to a file of its own, and moves it where that is asked', async () => {
    const held = keyOf(homeSecrets(home), 'DOT-991', 'statement');
    const seed = Buffer.from(held.seed).toString('base64');
    const out = join(home, 'executor.seed');
    const copied = await key('export', 'DOT-991', '--out', out);
    expect([copied.code, copied.err, copied.out]).toEqual([
      0,
      '',
      `The seed of ${held.keyId} is in ${out}. This home holds it, too.\n`,
    ]);
    expect(readFileSync(out, 'utf8')).toBe(`${seed}\n`);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const twice = await key('export', 'DOT-991', '--out', out, '--move');
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('is there already')]);
    expect(homeSecrets(home).seeds['DOT-991']).toBe(seed);

    const moved = await key('export', 'DOT-991', '--out', `${out}.moved`, '--move');
    expect([moved.code, moved.out]).toEqual([0, expect.stringContaining('no longer holds it')]);
    expect(moved.out + copied.out).not.toContain(seed);
    expect(homeSecrets(home).seeds['DOT-991']).toBeUndefined();
    // The running server and one that is started again serve the lane, and leave its signature to the caller.
    for (const restarted of [false, true]) {
      if (restarted) await stop().then(start);
      const { code, err } = await ran(`moved-${restarted}`);
      expect([code, err]).toEqual([1, expect.stringContaining('holds no key of lane DOT-991')]);
    }
    expect((await key('export', 'DOT-991', '--out', `${out}.none`)).err).toContain('holds no statement key');
  });

  test.each([
    [['rotate', 'DOT-993'], 64, /'DOT-993' is invalid .* DOT-991, DOT-992\./],
    [
      ['rotate', 'DOT-991', '--purpose', 'love'],
      64,
      /'love' is invalid\. Allowed choices are statement, checkpoint\./,
    ],
    [['revoke', 'ed25519:x', '--reason', 'r'], 64, /'ed25519:x' is invalid .* A key is named "ed25519:"/],
    [
      ['revoke', `ed25519:${'0'.repeat(32)}`, '--reason', 'r'],
      1,
      /^cutter: ed25519:0+ is not in the key registry; "cutter key list" shows it\.\n$/,
    ],
  ])('%j ends with %i and a sentence', async (args, status, sentence) => {
    const { code, out, err } = await key(...args);
    expect([code, out]).toEqual([status, '']);
    expect(err).toMatch(sentence);
  });

  test('says so where there is no ledger', async () => {
    const { code, err } = await cutter(freshHome(), ['key', 'list']);
    expect(code).toBe(1);
    expect(err).toMatch(/holds no secrets of a ledger\. Name the ledger's home with CUTTER_HOME\.\n$/);
  });
});
