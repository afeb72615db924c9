/** A copy of this clone in a folder of its own, with a ledger that runs there: where the commands of the documents are typed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;
const NOT_COPIED = ['node_modules', '.git', 'dist', 'coverage', '.cutter'];
const COMMAND_MS = 240_000;

interface Typed {
  readonly code: number | null;
  readonly output: string;
}

export interface DocumentClone {
  readonly folder: string;
  /** GraphQL's address. */
  readonly url: string;
  /** The owner's URL of the embedded database, found as docs/how-to/production.md says. */
  ownerUrl(): string;
  token(name: string): string;
  /** Runs lines of a shell in the clone; a person at its terminal answers every question with yes. */
  type(lines: string): Promise<Typed>;
  /** Runs a command that starts the ledger, in the place of the one that runs. */
  start(command: string): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

export async function documentClone(): Promise<DocumentClone> {
  const folder = mkdtempSync(join(tmpdir(), 'cutter-docs-'));
  chmodSync(folder, 0o755); // PostgreSQL's user passes through it
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_COPIED.includes(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const commands = writeCommands(folder);
  const port = await freePort();
  const env = {
    PATH: [commands, process.env['PATH']].join(delimiter),
    HOME: process.env['HOME'],
    TERM: 'dumb',
    CUTTER_PORT: String(port),
  };
  const here = (lines: string) => lines.replaceAll('127.0.0.1:4000', `127.0.0.1:${port}`);
  const inHome = (file: string) => readFileSync(join(folder, '.cutter', file), 'utf8');
  let server: ChildProcess | null = null;

  async function stop(): Promise<void> {
    if (server?.exitCode !== null || server.pid === undefined) return;
    const ended = once(server, 'close');
    process.kill(-server.pid, 'SIGINT');
    await ended;
    server = null;
  }

  return {
    folder,
    url: `http://127.0.0.1:${port}/graphql`,
    ownerUrl() {
      const { owner } = JSON.parse(inHome('secrets.json'));
      const databasePort = inHome('postgres/postmaster.pid').split('\n')[3];
      return `postgres://cutter_owner:${encodeURIComponent(owner)}@127.0.0.1:${databasePort}/cutter`;
    },
    token: (name) => JSON.parse(inHome('tokens.json'))[name],
    type: (lines) => typed(here(lines), folder, env),
    async start(command) {
      await stop();
      server = spawn('bash', ['-c', here(command)], { cwd: folder, env, detached: true, stdio: 'pipe' });
      await says(server, 'Ctrl-C closes it.');
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** `npm ci` counts as done, and `cutter` is the clone's own program. */
function writeCommands(folder: string): string {
  const commands = join(folder, 'node_modules.commands');
  mkdirSync(commands);
  const npm = `#!/bin/sh\n[ "$1" = ci ] && exit 0\nPATH="\${PATH#*:}" exec npm "$@"\n`;
  writeFileSync(join(commands, 'npm'), npm, { mode: 0o755 });
  writeFileSync(join(commands, 'cutter'), `#!/bin/sh\nexec "${folder}/bin/cutter.js" "$@"\n`, {
    mode: 0o755,
  });
  return commands;
}

/** With a terminal (`script`), since commands ask only there. */
async function typed(lines: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Typed> {
  const path = join(cwd, 'typed.sh');
  writeFileSync(path, lines);
  const command = `bash -euo pipefail ${path}`;
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], { cwd, env });
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('[y/N]')) child.stdin.write('y\n');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  return { code, output };
}

async function says(child: ChildProcess, part: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text) => {
        output += text;
        if (output.includes(part)) resolve();
      });
    child.once('close', () => reject(new Error(`The ledger ended before it was up:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
