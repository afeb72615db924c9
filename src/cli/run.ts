/** `cutter run FILE`: the whole path for a document of the user's, asking before the approval and before the cut. */
import { basename, extname } from 'node:path';
import type { Config } from '../config.ts';
import { plain } from '../monitor/plain.ts';
import type { WalkDocument } from './attempt.ts';
import { ClientFault, openClient } from './client.ts';
import { fileBytes } from './file-bytes.ts';
import { type Clients, ROLES } from './phases.ts';
import { Refused } from './refused.ts';
import { askYesNo, processTerminal, type Terminal } from './terminal.ts';
import { type RoleTokens, roleTokens } from './tokens.ts';
import { type WalkEnd, walk } from './walk.ts';

export interface RunOptions {
  /** Approve and cut without asking. */
  readonly yes: boolean;
  readonly docCode?: string;
  readonly profile?: string;
  readonly title?: string;
  readonly url?: string;
}

const LARGEST = 16 * 1024 * 1024;

/** Resolves with the exit code: 0 only where the entry ends verified_complete. */
export async function run(
  path: string,
  options: RunOptions,
  config: Pick<Config, 'home' | 'client'>,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let secrets: readonly string[] = [];
  // Lines may hold what the ledger wrote, and whoever got four tokens may write one of them.
  const print = (line: string) => void terminal.output.write(`${plain(line, secrets)}\n`);
  try {
    requireAnswers(options, terminal);
    const document = readDocument(path, options);
    const tokens = roleTokens(config);
    secrets = Object.values(tokens);
    const clients = openClients(options.url ?? config.client.url, tokens);
    const confirm = async (question: string) => options.yes || askYesNo(terminal, question);
    return conclude(await walk({ clients, document, print, confirm }), print);
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`cutter: ${plain(error.message, secrets)}\n`);
    return 1;
  }
}

function requireAnswers({ yes }: RunOptions, { interactive }: Terminal): void {
  if (yes || interactive) return;
  throw new ClientFault(
    'This command asks before the approval and before the cut, and nobody can answer here; run it in a terminal, or with --yes.',
  );
}

function readDocument(path: string, { docCode, profile, title }: RunOptions): WalkDocument {
  const bytes = readBytes(path);
  return {
    docCode: docCode ?? docCodeOf(path),
    title: title ?? null,
    profile: profile ?? 'markdown',
    bytes,
  };
}

function readBytes(path: string): Buffer {
  if (path === '') throw new ClientFault('Name the document: cutter run FILE.');
  return fileBytes(path, 'a document', LARGEST);
}

/** The file's name as a document code: lower case, what codes can't hold as hyphens. */
export function docCodeOf(path: string): string {
  const name = basename(path, extname(path)).normalize('NFKD').toLowerCase();
  const code = name
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '')
    .slice(0, 63);
  if (code === '') throw new ClientFault(`${path} gives no document code; name one by --doc-code.`);
  return code;
}

function openClients(url: string, tokens: RoleTokens): Clients {
  return Object.fromEntries(
    ROLES.map((who) => [who, openClient({ url, token: tokens[who], who })]),
  ) as Clients;
}

/** The last line is the entry's status, whatever it is. */
function conclude({ entryId, status }: WalkEnd, print: (line: string) => void): number {
  const complete = status === 'verified_complete';
  if (!complete && !status.startsWith('verify_failed')) {
    print('Stopped here; the same command goes on from where this entry stands.');
  }
  print(`Entry ${entryId}: ${status}`);
  return complete ? 0 : 1;
}
