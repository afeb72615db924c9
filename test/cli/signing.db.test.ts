/** `cutter cut --statement`, `cutter sign`, `cutter cut --signature`: a key that no server holds. */
import { chmodSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { signStatementFile } from '../../src/cli/signing/sign.ts';
import type { Lane } from '../../src/law/values.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { preAuthEncoding } from '../../src/proof/dsse.ts';
import { cutter, fileOf, homeOf } from '../harness/cli.ts';
import { type Loose, reviewed } from '../harness/cycle.ts';
import { freshKey, keyOf } from '../harness/keys.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';
import { unfolded } from '../harness/unfolded.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

let server: TestServer;
/** Serves both lanes, and holds no key of either. */
let keyless: TestServer;
let home: string;
beforeAll(async () => {
  server = await testServer();
  const { database } = server;
  keyless = await testServer({ database, secrets: { ...database.secrets, seeds: {} } });
  home = homeOf(server);
});

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

function seedFile(seed: Uint8Array, mode = 0o600): string {
  const path = fileOf('lane.seed', `${base64(seed)}\n`);
  chmodSync(path, mode);
  return path;
}

const seedOf = (lane: Lane) => keyOf(server.database.secrets, lane, 'statement').seed;

async function typed(...args: string[]): Promise<string> {
  const { code, out, err } = await cutter(home, args, { url: keyless.url });
  expect([code, err]).toEqual([0, '']);
  return out;
}

/** The statement of a cut that could be made now, in a file. */
async function statement(): Promise<{ file: string; given: Loose; entryId: string }> {
  const { entryId } = await reviewed(server);
  const out = await typed('cut', entryId, '--statement');
  return { file: fileOf('statement.json', out), given: JSON.parse(out), entryId };
}

function sign(file: string, options: Parameters<typeof signStatementFile>[1]) {
  let [out, err] = ['', ''];
  const code = signStatementFile(
    file,
    options,
    (line) => {
      out += `${line}\n`;
    },
    (line) => {
      err += `${line}\n`;
    },
  );
  // The lines that are folded to fit a terminal are joined again.
  return { code, out, err: unfolded(err) };
}

describe('a cut and its verification', () => {
  test('are signed on another machine: ask, sign, send; a repetition answers alike', async () => {
    const { file, entryId } = await statement();
    const signed = await cutter(home, ['sign', file, '--seed', seedFile(seedOf('DOT-991'))]);
    expect(signed.code).toBe(0);
    expect(signed.err).toContain('You sign as executor (DOT-991): this plan of 6 records is cut.');
    expect(signed.err).toContain('4 new, 0 changed, 0 unchanged, 0 vanished');
    expect(signed.err).toContain(`entry ${entryId}`);
    const signature = fileOf('signature.json', signed.out);
    const done = await typed('cut', entryId, '--signature', signature);
    expect(done).toMatch(/^Entry \S+ is cut: change set \S+\.\n$/);
    expect(await typed('cut', entryId, '--signature', signature)).toBe(done);
    const changeSetId = /change set (\S+)\./.exec(done)?.[1] as string;

    const asked = fileOf('verdict.json', await typed('verify', changeSetId, '--statement'));
    const verdict = sign(asked, { seed: seedFile(seedOf('DOT-992')) });
    expect(verdict.err).toContain('You sign as verifier (DOT-992): this cut PASSES.');
    const verified = await typed('verify', changeSetId, '--signature', fileOf('v.json', verdict.out));
    expect(verified).toBe(`Change set ${changeSetId} is verified: pass.\n`);
    const { rows } = await server.superuser.query(
      `select payload_envelope->'signatures'->0->>'sig' as sig from cutter_governance.dot_pair_signature
      order by emitted_at`,
    );
    expect(rows.map(({ sig }) => sig)).toEqual(
      [signed.out, verdict.out].map((text) => JSON.parse(text).signature),
    );
  });

  test('are signed by the server where it holds the keys, and refused with the way out where it does not', async () => {
    const { entryId } = await reviewed(server);
    const refused = await cutter(home, ['cut', entryId], { url: keyless.url });
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('Sign what cutStatement gives');
    const { code, out } = await cutter(home, ['cut', entryId], { url: server.url });
    expect([code, out]).toEqual([0, expect.stringMatching(/^Entry \S+ is cut/)]);
  });
});

describe('cutter sign', () => {
  test('reads the seed from a descriptor, and never shows it', async () => {
    const { file } = await statement();
    const path = seedFile(seedOf('DOT-991'));
    const descriptor = openSync(path, 'r');
    const { code, out, err } = sign(file, { seedFd: descriptor });
    closeSync(descriptor);
    expect(code).toBe(0);
    expect(out).toBe(sign(file, { seed: path }).out);
    const seed = readFileSync(path, 'utf8').trim();
    expect(out + err).not.toContain(seed);
    expect(out + err).not.toContain(Buffer.from(seed, 'base64').toString('hex'));
  });

  test('refuses a seed that others may read, and names the command that closes it', async () => {
    const { file } = await statement();
    for (const mode of [0o644, 0o640, 0o400, 0o700]) {
      const seed = seedFile(seedOf('DOT-991'), mode);
      expect(sign(file, { seed })).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining(`chmod 600 ${seed}`),
      });
    }
  });

  test('refuses what is no seed, no key for this statement, and two seeds or none', async () => {
    const { file } = await statement();
    const noSeed = fileOf('no.seed', 'c2hvcnQ=\n');
    chmodSync(noSeed, 0o600);
    for (const [options, said] of [
      [{ seed: noSeed }, 'holds no seed'],
      [{ seed: join(home, 'absent') }, "can't be read"],
      [{ seed: seedFile(freshKey('DOT-991').seed) }, 'is not one that the ledger accepts'],
      [{ seed: seedFile(seedOf('DOT-992')) }, 'is not one that the ledger accepts'],
      [{}, 'Name the seed'],
      [{ seed: noSeed, seedFd: 5 }, 'Name the seed'],
    ] as const) {
      const { code, out, err } = sign(file, options);
      expect([code, out]).toEqual([1, '']);
      expect(err.replaceAll(/\s+/g, ' ')).toContain(said);
      expect(err).not.toContain('c2hvcnQ=');
    }
  });

  test('signs nothing but a statement of a cut or a verification, whole and in its form', async () => {
    const { given } = await statement();
    const seed = seedFile(seedOf('DOT-991'));
    const of = (payloadType: string, text: string) => {
      const payload = Buffer.from(text);
      return {
        ...given,
        payloadType,
        payload: base64(payload),
        preAuthEncoding: base64(preAuthEncoding(payloadType, payload)),
        digest: digestOf(payload),
      };
    };
    const text = Buffer.from(given.payload, 'base64').toString();
    const said = JSON.parse(text);
    const faulty = [
      of('application/vnd.cutter.key.v1+json', text),
      of('application/vnd.cutter.verify.dot-992.v1+json', text),
      of(given.payloadType, '{"format":"cutter-key/1","act":"rotate"}'),
      of(given.payloadType, ` ${text}`),
      of(given.payloadType, JSON.stringify({ ...said, more: 1 })),
      of(given.payloadType, text.replace('cutter-statement/2', 'cutter-statement/1')),
      of(given.payloadType, text.replace(said.acceptedUntil, '2999-01-01T00:00:00.000000Z')),
      { ...given, digest: digestOf('x') },
      { ...given, preAuthEncoding: base64(Buffer.from('x')) },
      { ...given, payload: 1 },
      [],
    ];
    for (const one of faulty) {
      const answer = sign(fileOf('faulty.json', JSON.stringify(one)), { seed });
      expect([answer.code, answer.out], JSON.stringify(one)).toEqual([1, '']);
    }
    expect(sign(fileOf('good.json', JSON.stringify(of(given.payloadType, text))), { seed }).code).toBe(0);
  });
});
