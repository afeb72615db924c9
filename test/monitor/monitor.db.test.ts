import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { everyKindOfPhase } from '../fsck/fsck-ground.ts';
import { cutter, fileOf, homeOf } from '../harness/cli.ts';
import { verified, wasCut } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';
import { keysFile } from '../passport/passport-ground.ts';
import { monitorFolder, type WatchOptions, watched } from './monitor-ground.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

const DAY = 86_400_000;

describe('a ledger that keeps its rules', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer({ heartbeatMs: 1000 });
    await everyKindOfPhase(server);
  });

  test('is judged whole: every record, every head, every passport', async () => {
    const { status, findings, lines, summary } = await watched(server);
    expect(findings, lines.join('\n')).toEqual([]);
    const { rows } = await server.superuser.query<{ records: number; cuts: number }>(
      `select (select count(*)::int from cutter_log.log) as records,
         (select count(*)::int from cutter_governance.verify_result) as cuts`,
    );
    expect(rows[0]?.cuts).toBeGreaterThan(3);
    expect(summary).toMatchObject({ position: rows[0]?.records, provedSize: rows[0]?.records });
    // Each once when it was due, and one of them again with each of the others.
    expect(summary?.passports).toBeGreaterThanOrEqual(rows[0]?.cuts as number);
    expect(status).toBe(0);
  });

  test('is followed on from where the last run ended, and nothing is read twice', async () => {
    const state = join(monitorFolder(), 'state.json');
    const one = await watched(server, { state });
    expect(one.findings).toEqual([]);
    await verified(server);
    const two = await watched(server, { state });
    expect(two.findings).toEqual([]);
    const { rows } = await server.superuser.query('select next_position::int as head from cutter_log.head');
    expect(two.summary?.position).toBe(rows[0].head);
    expect(two.summary?.position).toBeGreaterThan(one.summary?.position as number);
    // The new one, and one that was seen before.
    expect(two.summary?.passports).toBe(2);
    expect(existsSync(`${state}.new`)).toBe(false);
  });

  test('tells a cut that waits for too long, and one that waited, by the ledger’s own times', async () => {
    await wasCut(server);
    const late = await watched(server, { maxVerifyAge: '1s', around: { now: () => Date.now() + DAY } });
    expect(new Set(late.verdicts)).toEqual(new Set(['verify-late']));
    expect(late.findings[0]?.message).toMatch(/still waits for its verification|came .* after its cut/);
    expect(late.status).toBe(1);
    expect(
      (
        await watched(server, {
          maxVerifyAge: '2d',
          maxEscalationAge: '2d',
          around: { now: () => Date.now() + DAY },
        })
      ).verdicts,
    ).toEqual([]);
    const escalated = await watched(server, {
      maxEscalationAge: '2h',
      maxVerifyAge: '2d',
      around: { now: () => Date.now() + DAY },
    });
    expect(escalated.verdicts).toEqual(['escalation-late']);
  });

  test('is not believed under other keys, and the keys of another ledger are told', async () => {
    const keys = JSON.parse(await keysFile(server.database));
    const exchanged = structuredClone(keys);
    const [one, other] = exchanged.keys.filter((key: { purpose: string }) => key.purpose === 'checkpoint');
    [one.lane, other.lane] = [other.lane, one.lane];
    const swapped = await watched(server, { keysText: JSON.stringify(exchanged) });
    // The log itself begins those keys in the other lanes.
    expect(swapped.verdicts).toEqual(['key-unknown', 'key-unknown', 'lanes-swapped']);
    const without = { ...keys, keys: keys.keys.filter((key: { lane: string }) => key.lane === 'DOT-991') };
    expect((await watched(server, { keysText: JSON.stringify(without) })).verdicts).toContain('not-cosigned');
    const another = { ...keys, origin: 'cutter/00000000-0000-4000-8000-000000000000' };
    expect((await watched(server, { keysText: JSON.stringify(another) })).verdicts).toEqual([
      'other-incarnation',
    ]);
  });

  test('what prevents watching is one sentence and status 2', async () => {
    const sentence = async (options: WatchOptions) => {
      const { status, lines } = await watched(server, { json: false, ...options });
      expect(status).toBe(2);
      expect(lines).toHaveLength(1);
      return lines[0];
    };
    expect(await sentence({ token: '' })).toMatch(/ledger:evidence\. Name its file with --token-file/);
    expect(await sentence({ token: 'cutter_none' })).toMatch(/refuses the monitor's token/);
    expect(await sentence({ token: server.tokens.observer })).toMatch(/ledger:evidence/);
    expect(await sentence({ tokenFile: '/nowhere/token' })).toMatch(
      /\/nowhere\/token can't be read: there is no such file/,
    );
    expect(await sentence({ keysText: '{}' })).toMatch(/not of the format cutter-keys\/1/);
    expect(await sentence({ keys: '/nowhere/keys' })).toMatch(/\/nowhere\/keys can't be read/);
    expect(await sentence({ url: 'ftp://x' })).toMatch(/is not a URL of the form/);
    expect(await sentence({ webhook: 'x' })).toMatch(/must be a URL of the form/);
    expect(await sentence({ maxSilence: 'soon' })).toMatch(/--max-silence takes a time such as/);
    expect(await sentence({ url: `http://127.0.0.1:${await freePort()}` })).toMatch(/No ledger answers/);
    expect(await sentence({ state: fileOf('state', '{"monitor":{},"findings":[]}') })).toMatch(
      /none of the format cutter-monitor\/1/,
    );
    expect(await sentence({ state: fileOf('state', 'x') })).toMatch(/does not hold a monitor's state/);
  });

  test('the program takes its token from a file or the environment, never from its arguments', async () => {
    const keys = fileOf('keys.json', await keysFile(server.database));
    const tokenFile = fileOf('token', `${server.tokens.administrator}\n`);
    const byFile = await cutter(homeOf(server), [
      'monitor',
      server.url,
      '--keys',
      keys,
      '--token-file',
      tokenFile,
      '--once',
    ]);
    expect(byFile).toMatchObject({ code: 0, err: '' });
    expect(byFile.out).toMatch(
      /^Watched \d+ records of cutter\/\S+\. Both lanes signed a head over \d+ .* Nothing is wrong\.\n$/,
    );
    const env = { CUTTER_TOKEN_MONITOR: server.tokens.administrator };
    expect(
      await cutter(homeOf(server), ['monitor', '--keys', keys, '--once'], { url: server.url, env }),
    ).toMatchObject({ code: 0 });
    const without = await cutter(homeOf(server), ['monitor', server.url, '--keys', keys, '--once']);
    expect(without).toMatchObject({
      code: 2,
      out: expect.stringContaining('Nothing can be watched: The monitor needs a token'),
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
