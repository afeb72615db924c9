/** `cutter start` as a user runs it, in a process of its own that ends with the file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, inject } from 'vitest';
import { unfolded } from './unfolded.ts';

const main = new URL('../../src/main.ts', import.meta.url).pathname;
export const isRoot = process.getuid?.() === 0;
const started = new Set<ChildProcess>();
const homes: string[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** Whether an ordinary user may read this checkout at all. */
export function nobodyCanRunUs(): boolean {
  try {
    execFileSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(main)})`], {
      uid: 65_534,
      gid: 65_534,
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** A path that doesn't exist yet, removed at the end. */
export function freshHome(): string {
  const home = join(tmpdir(), `cutter-start-${randomUUID()}`);
  homes.push(home);
  return home;
}

/** A home whose PostgreSQL is made and has no ledger yet: for tests of what comes after. Making one takes seconds. */
export function homeWithCluster(home = freshHome()): string {
  const { madeHome } = inject('cluster');
  if (madeHome !== null) execFileSync('cp', ['-a', madeHome, home]);
  return home;
}

export interface Command {
  readonly child: ChildProcess;
  /** With the lines joined that were folded to fit a terminal; so are the errors. */
  output(): string;
  errors(): string;
  /** Resolves when the output holds this; rejects when the command ends before. */
  says(part: string): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** `cutter start` as a user runs it, with nothing of the tests' environment. */
export function cutterStart(
  settings: Record<string, string>,
  identity: { uid?: number; gid?: number } = {},
): Command {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [main, 'start'], {
    env: { PATH, NODE_COMPILE_CACHE, CUTTER_SAMPLE: 'off', CUTTER_PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity,
  });
  started.add(child);
  let output = '';
  let errors = '';
  child.stdout?.on('data', (data) => {
    output += data;
  });
  child.stderr?.on('data', (data) => {
    errors += data;
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      started.delete(child);
      resolve(code);
    });
  });
  return {
    child,
    ended,
    output: () => unfolded(output),
    errors: () => unfolded(errors),
    says: (part) =>
      new Promise((resolve, reject) => {
        const look = () => unfolded(output).includes(part) && resolve();
        look();
        child.stdout?.on('data', look);
        void ended.then(() => reject(new Error(`ended without saying "${part}": ${output}${errors}`)));
      }),
  };
}

export const urlOf = (command: Command) => /http:\/\/\S+\/graphql/.exec(command.output())?.[0] as string;
