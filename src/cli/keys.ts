/**
 * `cutter keys`: the lanes' public keys as a file for those who judge passports, heads and events without the
 * ledger.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { LedgerKeysDocument } from '../client/generated/graphql.ts';
import { keysOf } from '../client/verification.ts';
import type { Config } from '../config.ts';
import { reasonOf } from '../home/home-folder.ts';
import { plainLine } from '../text/plain.ts';
import { ClientFault, openClient } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { observerToken } from './client/tokens.ts';
import { foldedText } from './terminal/columns.ts';
import { errorTerminal, type Terminal } from './terminal/terminal.ts';

export interface KeysOptions extends LedgerAddressOptions {
  readonly out?: string;
}

/** Resolves with the exit code. */
export async function writeLedgerKeys(
  options: KeysOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (text: string) => void = (text) => process.stdout.write(text),
  printError: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let token = '';
  try {
    token = observerToken(config);
    const { url } = await proveLedger(options, config, terminal);
    const text = await keysFile(url, token);
    if (options.out === undefined) print(text);
    else {
      writeKeys(options.out, text);
      printError(foldedText(`Wrote the lanes' public keys to ${options.out}.`));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    printError(foldedText(`cutter: ${plainLine(error.message, [token])}`));
    return 1;
  }
}

async function keysFile(url: string, token: string): Promise<string> {
  const given = await openClient({ url, token, who: 'observer' }).execute(LedgerKeysDocument, {});
  if (given.checkpoint === null)
    throw new ClientFault(
      'The ledger has not published a head yet, so its keys have no name to be filed under. ' +
        'Try again when both lanes have signed.',
    );
  try {
    return keysOf(given);
  } catch (error) {
    throw new ClientFault(`The keys that the ledger gave can't be used. ${(error as Error).message}`);
  }
}

const LARGEST = 1024 * 1024;

/** A ledger's word is enough for a first file of keys. An existing file judges the ledger, so it isn't replaced. */
function writeKeys(path: string, text: string): void {
  if (existsSync(path) && fileBytes(path, 'a file of keys', LARGEST).toString('utf8') !== text)
    throw new ClientFault(
      `${path} holds other keys than the ledger gives now. The file was left as it is. ` +
        'Keys change when one is rotated or revoked, or when the ledger resumes after it was set back. ' +
        'Confirm that with its operator, then move the file away and run the command again.',
    );
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new ClientFault(`${path} can't be written: ${reasonOf(error)}.`);
  }
}
