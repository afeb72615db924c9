import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { outageOf } from '../../src/database/outage.ts';
import { Busy, InvalidInput } from '../../src/law/refusals.ts';
import { databaseRefusal } from '../../src/ledger/envelope/constraints.ts';
import { fileSink } from '../../src/log/checkpoint/checkpoint-sinks.ts';
import { keptHeads } from '../../src/log/setback/kept-heads.ts';
import { send } from '../harness/doors.ts';
import { ownServer } from '../harness/own-server.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS });

const mounted: string[] = [];

/** A file system of so many bytes; null where this user may not mount one. */
function smallDisk(bytes: number): string | null {
  const path = mkdtempSync(join(tmpdir(), 'cutter-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path], {
      stdio: 'ignore',
    });
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
  mounted.push(path);
  return path;
}
afterAll(() => {
  for (const path of mounted) {
    execFileSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  }
});

function fill(disk: string): string {
  const { bavail, bsize } = statfsSync(disk);
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  return filler;
}

const disk = smallDisk(16 * 1024 * 1024);

// Only root may mount a file system, in most containers not even root: then these tests say that they skip.
describe.skipIf(disk === null)('a disk without room', () => {
  test('a phase is refused as Busy with the reason, /ready says it, reads go on; with room again all go on', async () => {
    const server = await ownServer();
    const { owner, ready, register } = server;
    const folder = join(disk as string, 'space');
    mkdirSync(folder);
    const { uid, gid } = statSync(join(server.home, 'postgres', 'PG_VERSION'));
    chownSync(folder, uid, gid);
    await owner(`create tablespace small location '${folder}'`);
    await owner('alter table cutter_log.record_part set tablespace small');
    expect((await register('roomy')).member?.__typename).toBe('RegisterSourceSuccess');
    const filler = fill(disk as string);
    // What is left of the last page is used up first.
    let refused = await register('full-0');
    for (let at = 1; refused.member?.__typename === 'RegisterSourceSuccess'; at += 1)
      refused = await register(`full-${at}`);
    expect(refused.member).toMatchObject({
      __typename: 'Busy',
      retryable: true,
      message: expect.stringMatching(/^The ledger's database has no room left on its disk/),
    });
    const found = await ready();
    expect([found.status, found.body['writes'], found.body.reasons]).toEqual([
      503,
      'down',
      [expect.stringContaining('no room left on its disk')],
    ]);
    const read = await send(server.url, {
      token: server.prepared.tokens['observer'] as string,
      body: { query: '{ entries(first: 1) { nodes { status } } }' },
    });
    expect([read.status, read.text]).toEqual([200, '{"data":{"entries":{"nodes":[]}}}']);
    expect(server.logged.join('')).toContain('WRITES_FAIL');
    rmSync(filler);
    // Nobody writes in the meantime: it is found out all the same.
    await expect.poll(async () => (await ready()).status, { timeout: WAITS_FOR_OTHERS_MS }).toBe(200);
    expect((await register('again')).member?.__typename).toBe('RegisterSourceSuccess');
    await server.close();
  });

  test('a checkpoint that finds no room in its file leaves no half of itself there', async () => {
    const path = join(disk as string, 'checkpoints');
    const origin = 'cutter/6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144';
    const line = (lane: string) => `— ${origin}/${lane} ${Buffer.alloc(68).toString('base64')}\n`;
    const note = (size: number) =>
      `${origin}\n${size}\n${Buffer.alloc(32).toString('base64')}\n\n${line('DOT-991')}${line('DOT-992')}`;
    const sink = fileSink(path);
    const signal = new AbortController().signal;
    await sink.take(note(1), signal);
    const filler = fill(disk as string);
    let size = 2;
    // A page of the file is left for some notes; one of them finds room for its beginning alone.
    const failure = await (async () => {
      for (;;) {
        try {
          await sink.take(note(size), signal);
          size += 1;
        } catch (error) {
          return error as NodeJS.ErrnoException;
        }
      }
    })();
    expect(failure.code).toBe('ENOSPC');
    expect(keptHeads(path)).toMatchObject({ isTorn: false, heads: [{ size: size - 1 }] });
    rmSync(filler);
    await sink.take(note(size), signal);
    await sink.close();
    expect(keptHeads(path)).toMatchObject({ isTorn: false, heads: [{ size }] });
  });
});

/** What PostgreSQL answers and what a caller hears, as `wire` and phases see it. */
const CODES: readonly (readonly [code: string, outage: string | null])[] = [
  ['08000', 'away'],
  ['08001', 'away'],
  ['08003', 'away'],
  ['08004', 'away'],
  ['08006', 'away'],
  ['08007', 'away'],
  ['08P01', 'away'],
  ['25006', 'read-only'],
  ['28P01', 'signed-out'],
  ['53000', 'exhausted'],
  ['53100', 'full'],
  ['53200', 'exhausted'],
  ['53300', 'exhausted'],
  ['53400', 'exhausted'],
  ['55P03', 'waiting'],
  ['57000', 'away'],
  ['57014', 'waiting'],
  ['57P01', 'away'],
  ['57P02', 'away'],
  ['57P03', 'away'],
  ['57P04', 'away'],
  ['57P05', 'away'],
  ['58000', 'failing'],
  ['58030', 'failing'],
  ['58P01', 'failing'],
  ['58P02', 'failing'],
  ['XX001', null],
  ['XX002', null],
  ['42501', null],
  ['42P01', null],
  ['23514', null],
];

test.each(CODES)('SQLSTATE %s is %s', (code, outage) => {
  const error = Object.assign(new Error('said'), { code });
  expect(outageOf(error)).toBe(outage);
  expect(outageOf(new Error('wrapped', { cause: error }))).toBe(outage);
  const refusal = databaseRefusal(error);
  if (outage === null) expect(refusal).toBe(error);
  else expect(refusal).toBeInstanceOf(Busy);
});

test('what a file system says where PostgreSQL has no code for it is told apart by its words; the words of an input are not', () => {
  const said = (code: string, message: string) => outageOf(Object.assign(new Error(message), { code }));
  expect(said('XX000', 'could not extend file "base/1": Disk quota exceeded')).toBe('full');
  expect(said('42501', 'could not open file "base/1": Read-only file system')).toBe('failing');
  expect(said('42501', 'permission denied for table head')).toBeNull();
  const input = Object.assign(new Error('invalid input: "No space left on device"'), { code: '22P02' });
  expect(databaseRefusal(input)).toBeInstanceOf(InvalidInput);
});
