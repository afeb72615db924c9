/** CONTRIBUTING's way to the database of a test that failed, with the commands that it prints. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asOwner } from '../harness/cluster.ts';
import { blocksOf } from '../harness/document-blocks.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const ROOT = new URL('../..', import.meta.url).pathname;
const FAILING = 'test/fixtures/failing';
const PLACEHOLDER = '/tmp/cutter-test-XXXXXX';

const temporary = mkdtempSync(join(tmpdir(), 'cutter-kept-'));
// PostgreSQL runs as another user where the tests run as root.
chmodSync(temporary, 0o755);
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** A shell in the checkout, whose temporary folder is this file's. */
function shell(command: string) {
  const path = [join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const env = { PATH: path, HOME: process.env['HOME'], TMPDIR: temporary, NO_COLOR: '1' };
  // In a group of its own, as a terminal starts it, so that an interrupt reaches all of it.
  return spawn('sh', ['-c', command], { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function outputOf(command: string): Promise<{ code: number | null; output: string }> {
  const child = shell(command);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('the database of a failed test', () => {
  let failed: { code: number | null; output: string };
  beforeAll(async () => {
    failed = await outputOf(`npx vitest run --config ${FAILING}/vitest.config.ts ${FAILING}/fails.ts`);
  });

  const databaseKept = () => /its database is kept: (cutter_test_\w+)/.exec(failed.output)?.[1];
  const clusterKept = () => /is kept in (\S+)/.exec(failed.output)?.[1];

  test('is named by the run, with the folder of its cluster', () => {
    expect(failed.code, failed.output).toBe(1);
    expect(failed.output).toContain('1 failed');
    expect(databaseKept(), failed.output).toBeDefined();
    const folders = readdirSync(temporary).filter((name) => name.startsWith('cutter-test-'));
    expect(folders.map((name) => join(temporary, name))).toEqual([clusterKept()]);
  });

  test('is reached by the commands of CONTRIBUTING.md, with what the test left in it and its statements', async () => {
    const [block] = blocksOf(join(ROOT, 'CONTRIBUTING.md')).filter(({ text }) => text.includes(PLACEHOLDER));
    const child = shell((block?.text ?? '').replace(PLACEHOLDER, clusterKept() ?? ''));
    try {
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const url = new URL(line);
      expect(url.pathname).toBe('/cutter');
      url.pathname = `/${databaseKept()}`;
      await asOwner(url.href, async (owner) => {
        expect((await owner.query('select said from left_behind')).rows).toEqual([
          { said: 'by the failed test' },
        ]);
        const { rows: statements } = await owner.query(
          `select query from pg_stat_statements s join pg_database d on d.oid = s.dbid
          where d.datname = current_database()`,
        );
        expect(statements.map(({ query }) => query)).toContainEqual(
          expect.stringMatching(/^create table left_behind/),
        );
      });
    } finally {
      process.kill(-(child.pid as number), 'SIGINT');
      await once(child, 'close');
    }
    expect(readdirSync(clusterKept() as string)).not.toContain('server.lock');
  });
});
