/** `cutter run FILE`: the whole path for a document of the user's, asking before the approval and before the cut. */

import type { Config } from '../config.ts';
import { terminalText } from '../text/plain.ts';
import { ClientFault, openClient } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { Refused } from './client/refused.ts';
import { type RoleTokens, roleTokens } from './client/tokens.ts';
import { foldedText } from './terminal/columns.ts';
import { commandTextIn } from './terminal/command-text.ts';
import { shownStatus } from './terminal/report.ts';
import { askYesNo, processTerminal, type Terminal } from './terminal/terminal.ts';
import { docCodeOf } from './walk/document-code.ts';
import { type Clients, ROLES } from './walk/phases.ts';
import { refuseUnknownProfile, refuseYesInProduction } from './walk/run-refusals.ts';
import { settleDocument } from './walk/settle-document.ts';
import { type Question, type WalkEnd, walkDocument } from './walk/walk.ts';
import type { WalkDocument } from './walk/walk-document.ts';

export interface RunOptions extends LedgerAddressOptions {
  /** Approve and cut without asking. */
  readonly yes: boolean;
  /** With `yes`: approve a plan that has warnings, too. */
  readonly acceptWarnings?: boolean;
  /** Show every unit of the plan. */
  readonly full?: boolean;
  readonly docCode?: string;
  readonly profile?: string;
  readonly title?: string;
}

const LARGEST = 16 * 1024 * 1024;

/** Resolves with the exit code: 0 only where the entry ends verified_complete. */
export async function runDocument(
  path: string,
  options: RunOptions,
  config: Pick<Config, 'home' | 'client'>,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let secrets: readonly string[] = [];
  // Lines may hold what the ledger wrote, and anybody with a token may have written some of it.
  const print = (line: string) => void terminal.output.write(`${foldedText(terminalText(line, secrets))}\n`);
  try {
    requireAnswers(options, terminal);
    const document = readDocument(path, options);
    const tokens = roleTokens(config);
    secrets = Object.values(tokens);
    const { url, keyId } = await proveLedger(options, config, terminal);
    const clients = openClients(url, tokens);
    if (options.yes) await refuseYesInProduction(clients);
    await refuseUnknownProfile(clients, document.profile);
    const settled = await settleDocument({
      clients,
      document,
      path,
      place: { home: config.home, ledger: keyId, docCode: document.docCode },
      isCodeNamed: options.docCode !== undefined,
      terminal,
    });
    const confirm = (question: Question) => answerQuestion(question, options, terminal, print);
    const where = options.url === undefined ? '' : ` --url ${options.url}`;
    const passportCommand = (id: string) => commandTextIn(config.home, `passport issue ${id}${where}`);
    const full = options.full ?? false;
    return printEnd(
      await walkDocument({
        clients,
        document,
        print,
        confirm,
        full,
        passportCommand,
        unregistered: settled.abandon,
      }),
      print,
    );
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

function requireAnswers({ yes }: RunOptions, { interactive }: Terminal): void {
  if (yes || interactive) return;
  throw new ClientFault(
    'This command asks before the approval and before the cut, and nobody can answer here. ' +
      'Run it in a terminal, or add --yes.',
  );
}

/** `--yes` answers for the person. Warnings need --accept-warnings as well. */
async function answerQuestion(
  { text, hasWarnings }: Question,
  { yes, acceptWarnings }: RunOptions,
  terminal: Terminal,
  print: (line: string) => void,
): Promise<boolean> {
  if (yes && (!hasWarnings || acceptWarnings === true)) return true;
  if (terminal.interactive) return askYesNo(terminal, text);
  print('This plan has warnings. Read them. To approve it anyway, add --accept-warnings to --yes.');
  return false;
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
  if (path === '') throw new ClientFault('Name the document: FILE in "cutter run FILE".');
  return fileBytes(path, 'a document', LARGEST);
}

function openClients(url: string, tokens: RoleTokens): Clients {
  return Object.fromEntries(
    ROLES.map((who) => [who, openClient({ url, token: tokens[who], who })]),
  ) as Clients;
}

/** The last line is the entry's status, whatever it is. */
function printEnd({ entryId, status }: WalkEnd, print: (line: string) => void): number {
  const complete = status === 'VERIFIED_COMPLETE';
  if (!complete && status !== 'VERIFY_FAILED_ESCALATED') {
    print('Stopped here. The same command continues from this status.');
  }
  print(`Entry ${entryId}: ${shownStatus(status)}`);
  return complete ? 0 : 1;
}
