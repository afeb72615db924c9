import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cutter, fileOf } from '../harness/cli.ts';
import { type Command, cutterStart, freshHome, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const home = freshHome();
let server: Command;
beforeAll(async () => {
  server = cutterStart({ CUTTER_HOME: home });
  await server.says('Ctrl-C');
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

const run = (...args: string[]) => cutter(home, args, { url: urlOf(server) });
const rowsOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('cutter ready: names what the ledger lacks, and ends with 0 while it works', async () => {
  const { code, out } = await run('ready');
  expect(out).toContain('no-witness: ');
  expect([code, out.includes('Ready.')]).toEqual([0, true]);
});

test('cutter ready: says of an entry what to do, in order and by whom', async () => {
  expect(
    (await run('run', fileOf('law.md', '# A law\n\nIts text.\n'), '--yes', '--doc-code', 'a-law')).code,
  ).toBe(0);
  const [{ entryId }] = rowsOf((await run('audit', '--json')).out).filter(
    ({ operation }) => operation === 'cut',
  );
  expect(await run('ready', entryId)).toMatchObject({
    code: 1,
    out: expect.stringContaining('Nothing to do.'),
  });
  const rows = rowsOf((await run('ready', entryId, '--phase', 'cut', '--json')).out);
  expect(rows.at(-1)).toMatchObject({ type: 'summary', state: 'PASSED' });
  expect(await run('ready', '00000000-0000-4000-8000-000000000000')).toMatchObject({
    code: 1,
    out: expect.stringContaining('not-found: There is no entry'),
  });
});
