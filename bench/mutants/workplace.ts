/** A copy of the last commit in which one fault at a time is made and judged; the checkout itself is never touched. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../src/database/cluster/embedded.ts';
import type { Mutant } from './operators.ts';
import { testsFor } from './targets.ts';

/** Longer than any of the tests asked takes on a machine that does nothing else. */
const STEP_LIMIT_MS = 600_000;

/** An import that a dropped guard leaves unused is no notice of the fault. */
const COMPILED = ['--noEmit', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];

export interface Verdict {
  readonly mutant: Mutant;
  /** The test that failed, or the compiler; null where nothing noticed. */
  readonly killedBy: string | null;
  /** No test failed, and some of them came to no end: the fault hangs them, or the machine is busy. */
  readonly isOutOfTime: boolean;
  readonly seconds: number;
}

export interface Workplace {
  readonly folder: string;
  judge(mutant: Mutant): Promise<Verdict>;
  close(): Promise<void>;
}

export async function openWorkplace(checkout: string, isQuick: boolean): Promise<Workplace> {
  const place = mkdtempSync(join(tmpdir(), 'cutter-mutants-'));
  chmodSync(place, 0o755);
  const folder = join(place, 'checkout');
  execFileSync('sh', [
    '-c',
    'mkdir "$2" && git -C "$1" archive HEAD | tar -x -C "$2"',
    'sh',
    checkout,
    folder,
  ]);
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  // One PostgreSQL for all runs: to start it takes longer than most tests.
  const embedded = await startEmbedded({ home: join(place, 'cutter'), log: () => {} });
  const run = (command: string, args: readonly string[]) => output(folder, embedded.ownerUrl, command, args);

  async function noticed({ file, kind }: Mutant): Promise<Pick<Verdict, 'killedBy' | 'isOutOfTime'>> {
    // The compiler sees most of what is left out at once.
    const compiler = { killedBy: 'the compiler', isOutOfTime: false };
    if (kind === 'part left out' && (await run('tsc', COMPILED)).failed) return compiler;
    let isOutOfTime = false;
    for (const tests of testsFor(file, folder, isQuick)) {
      const ended = await run('vitest', ['run', '--bail', '1', '--maxWorkers', '1', ...tests]);
      isOutOfTime ||= ended.isOutOfTime;
      if (ended.isOutOfTime || !ended.failed) continue;
      const test = /FAIL\s+(.+)/.exec(ended.text)?.[1]?.trim();
      return { killedBy: test ?? `${tests.join(', ')} (ended without a verdict)`, isOutOfTime: false };
    }
    if (kind !== 'part left out' && (await run('tsc', COMPILED)).failed) return compiler;
    return { killedBy: null, isOutOfTime };
  }

  return {
    folder,
    async judge(mutant) {
      const path = join(folder, mutant.file);
      const text = readFileSync(path, 'utf8');
      const began = performance.now();
      writeFileSync(path, text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end));
      try {
        const verdict = await noticed(mutant);
        return { mutant, ...verdict, seconds: (performance.now() - began) / 1000 };
      } finally {
        writeFileSync(path, text);
      }
    },
    async close() {
      await embedded.stop();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function output(
  folder: string,
  databaseUrl: string,
  command: string,
  args: readonly string[],
): Promise<{ failed: boolean; isOutOfTime: boolean; text: string }> {
  const child = spawn(join(folder, 'node_modules', '.bin', command), args, {
    cwd: folder,
    env: { ...process.env, CUTTER_TEST_DATABASE_URL: databaseUrl, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // With its own children in one group, which ends as one.
    detached: true,
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  const end = () => process.kill(-(child.pid as number), 'SIGKILL');
  let isOutOfTime = false;
  const limit = setTimeout(() => {
    isOutOfTime = true;
    end();
  }, STEP_LIMIT_MS);
  process.once('exit', end);
  const [code] = await once(child, 'close');
  process.off('exit', end);
  clearTimeout(limit);
  return { failed: code !== 0, isOutOfTime, text };
}
