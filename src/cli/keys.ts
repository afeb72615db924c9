/** `cutter keys`: the lanes' public keys as a file for whoever judges passports, heads and events without the ledger. */
import { writeFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { reasonOf } from '../database/home-folder.ts';
import { formatKeys, type KnownKey, parseKeys } from '../proof/keys-file.ts';
import { ClientFault, openClient } from './client.ts';
import { LedgerKeysDocument } from './generated/graphql.ts';
import { observerToken } from './tokens.ts';

export interface KeysOptions {
  readonly out?: string;
  readonly url?: string;
}

/** Resolves with the exit code. */
export async function keys(
  { out, url }: KeysOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (text: string) => void = (text) => process.stdout.write(text),
  printError: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<0 | 1> {
  try {
    const text = await keysFile(url ?? config.client.url, observerToken(config));
    if (out === undefined) print(text);
    else writeKeys(out, text);
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    printError(`cutter: ${error.message}`);
    return 1;
  }
}

async function keysFile(url: string, token: string): Promise<string> {
  const { checkpoint, keys } = await openClient({ url, token, who: 'observer' }).execute(
    LedgerKeysDocument,
    {},
  );
  if (checkpoint === null)
    throw new ClientFault(
      'The ledger has not published a head yet, so it has no name to keep its keys under; try again when both lanes have signed.',
    );
  const stated = keys.map(
    (key): KnownKey => ({
      keyId: key.keyId,
      lane: key.lane as KnownKey['lane'],
      purpose: key.purpose as KnownKey['purpose'],
      publicKey: Buffer.from(key.publicKey, 'base64'),
      from: Number(key.fromPosition),
      until: key.untilPosition === null ? null : Number(key.untilPosition),
    }),
  );
  const text = formatKeys({ origin: checkpoint.origin, keys: stated });
  try {
    parseKeys(text);
  } catch (error) {
    throw new ClientFault(`The ledger gave keys that nothing may be judged by. ${(error as Error).message}`);
  }
  return text;
}

function writeKeys(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new ClientFault(`${path} can't be written: ${reasonOf(error)}.`);
  }
}
