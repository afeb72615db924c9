import { describe, expect, test, vi } from 'vitest';
import { brokenEngine, ENGINE_BREAKS } from '../harness/broken-engine.ts';
import { cutter } from '../harness/cli.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

const NOWHERE = '/nowhere/at/all';

describe('with a broken Ed25519 engine', () => {
  test.each(ENGINE_BREAKS)('where %s, no passport is judged', async (how) => {
    const command = ['passport', 'verify', NOWHERE, '--keys', NOWHERE];
    expect((await cutter(NOWHERE, command)).code).toBe(2);
    const { code, out, err } = await cutter(NOWHERE, command, { env: brokenEngine(how) });
    expect([code, out]).toEqual([70, '']);
    expect(err).toContain(`cutter: Ed25519 alarm: ${how}. Nothing is signed or verified on this machine`);
  });

  test.each([
    ['fsck'],
    ['monitor', '--keys', NOWHERE],
    ['key', 'list'],
    ['keys'],
    ['resume'],
    ['run', NOWHERE],
    ['passport', 'issue', '11111111-1111-4111-8111-111111111111'],
  ])('%s %s stops before anything else', async (...command) => {
    const env = brokenEngine('node:crypto accepts a spoilt signature');
    const { code, err } = await cutter(NOWHERE, command, { env });
    expect(code).toBe(70);
    expect(err).toContain('Ed25519 alarm');
  });

  test('what judges no signature works', async () => {
    const env = brokenEngine('node:crypto accepts a spoilt signature');
    const { code, out } = await cutter(NOWHERE, ['schema'], { env });
    expect(code).toBe(0);
    expect(out).toContain('type Query');
  });
});
