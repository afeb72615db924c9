/** What the tests of the command line share: a home with tokens, a person at a terminal, the program as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, expect, onTestFailed } from 'vitest';
import { openClient } from '../../src/cli/client/client.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';
import { type Clients, ROLES } from '../../src/cli/walk/phases.ts';
import type { Config } from '../../src/config.ts';
import { keepLedgerKey } from '../../src/home/ledger-key.ts';
import type { TestServer } from './server.ts';
import { unfolded } from './unfolded.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cutter-cli-'));
  folders.push(path);
  return path;
}

/** What a home of a ledger holds: its tokens, and the secrets that its key is of. */
interface HomeParts extends Pick<TestServer, 'tokens'> {
  readonly database: Pick<TestServer['database'], 'secrets'>;
}

/** A data directory that holds nothing but the server's tokens and the fingerprint of its key. */
export function homeOf(server: HomeParts): string {
  const home = folder();
  keepLedgerKey(home, server.database.secrets);
  writeFileSync(join(home, 'tokens.json'), JSON.stringify(server.tokens));
  return home;
}

export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

const NO_TOKENS = { marker: null, reviewer: null, executor: null, verifier: null };

/** The part of the configuration that a client needs. */
export function clientConfig(
  url: string,
  home: string,
  ledgerKey: string | null = null,
): Pick<Config, 'home' | 'client'> {
  const client = { url, defaultUrl: url, ledgerKey, tokens: NO_TOKENS };
  return {
    home,
    client: {
      ...client,
      administratorToken: null,
      approverToken: null,
      monitorToken: null,
      monitorWebhook: null,
    },
  };
}

export function clientsOf({ url, tokens }: Pick<TestServer, 'url' | 'tokens'>): Clients {
  return Object.fromEntries(
    ROLES.map((who) => [who, openClient({ url, token: tokens[who], who })]),
  ) as Clients;
}

export interface Person extends Terminal {
  /** What the command said, questions and all. */
  said(): string;
}

/** Answers each question in turn; when the answers are used up the person is gone (end of input). */
export function person(...answers: string[]): Person {
  const input = new PassThrough();
  let text = '';
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk;
      if (String(chunk).includes('[y/N]')) {
        const answer = answers.shift();
        if (answer === undefined) input.end();
        else input.write(`${answer}\n`);
      }
      done();
    },
  });
  return { input, output, interactive: true, said: () => text };
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  /** With the lines joined that were folded to fit a terminal. */
  readonly err: string;
}

export interface RunOptions {
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the program (SIGKILL) as soon as its output has this. */
  readonly killAt?: RegExp;
  /** Where it is started. */
  readonly cwd?: string;
}

/** The program as a user starts it, without a terminal. */
export async function cutter(home: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: {
      PATH,
      HOME,
      NODE_COMPILE_CACHE,
      CUTTER_HOME: home,
      ...(options.url ? { CUTTER_URL: options.url } : {}),
      ...options.env,
    },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = collect(child, options.killAt);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const ran = { code, signal, ...read() };
  showOnFailure(args, ran);
  return { ...ran, err: unfolded(ran.err) };
}

/** Prints what a program answered when the test that ran it fails. */
function showOnFailure(args: readonly string[], { code, signal, out, err }: Ran): void {
  // Programs that a file runs once for all its tests are nobody's.
  if (expect.getState().currentTestName === undefined) return;
  onTestFailed(() => {
    process.stdout.write(`cutter ${args.join(' ')} ended with ${code ?? signal}:\n${out}${err}\n`);
  });
}

function collect(child: ChildProcess, killAt: RegExp | undefined): () => { out: string; err: string } {
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (killAt?.test(out)) child.kill('SIGKILL');
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return () => ({ out, err });
}
