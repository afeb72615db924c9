/**
 * `cutter run FILE`: the whole path for a document of the user's, asking before the approval and before the cut.
 * `cutter run DIR` takes every document below a folder, a batch at a time, and asks for each batch.
 */

import type { Config } from '../config.ts';
import { terminalText } from '../text/plain.ts';
import { ClientFault, openClient } from './client/client.ts';
import { proveLedger } from './client/prove-ledger.ts';
import { Refused } from './client/refused.ts';
import { type RoleTokens, roleTokens } from './client/tokens.ts';
import { isFolder } from './folder-files.ts';
import { filesOf, folderSteps } from './folder-steps.ts';
import { runFolder } from './run-folder.ts';
import { answerQuestion, type RunOptions, readDocument } from './run-options.ts';
import { foldedText } from './terminal/columns.ts';
import { commandTextIn } from './terminal/command-text.ts';
import { shownStatus } from './terminal/report.ts';
import { processTerminal, type Terminal } from './terminal/terminal.ts';
import { type Clients, ROLES } from './walk/phases.ts';
import { refuseUnknownProfile, refuseYesInProduction } from './walk/run-refusals.ts';
import { settleDocument } from './walk/settle-document.ts';
import { type Question, type WalkEnd, walkDocument } from './walk/walk.ts';

/** Resolves with the exit code: 0 only where the entry ends verified_complete. */
export async function runDocument(
  path: string,
  options: RunOptions,
  config: Pick<Config, 'home' | 'client'>,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  let secrets: readonly string[] = [];
  // Lines may hold what the ledger wrote, and anybody with a token may have written some of it.
  const shown = (text: string) => terminalText(text, secrets);
  const print = (line: string) => void terminal.output.write(`${foldedText(shown(line))}\n`);
  try {
    const isMany = isFolder(path) || options.json === true;
    const found = isMany ? filesOf(path, options) : readDocument(path, options);
    requireAnswers(options, terminal);
    const tokens = roleTokens(config);
    secrets = Object.values(tokens);
    const { url, keyId } = await proveLedger(options, config, terminal);
    const clients = openClients(url, tokens);
    if (options.yes) await refuseYesInProduction(clients);
    await refuseUnknownProfile(clients, options.profile ?? 'markdown');
    const place = { home: config.home, ledger: keyId };
    if ('files' in found) {
      return await runFolder({
        ...found,
        ...folderSteps(options, { clients, place, terminal }, print),
        shown,
        print: options.json === true ? null : print,
        printJson: (value) => void terminal.output.write(`${JSON.stringify(value)}\n`),
      });
    }
    const settled = await settleDocument({
      clients,
      document: found,
      path,
      place: { ...place, docCode: found.docCode },
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
        document: found,
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
