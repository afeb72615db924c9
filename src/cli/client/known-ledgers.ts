/** Ledgers elsewhere whose key a person has accepted, by address: `<home>/known-ledgers.json`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makeHome, reasonOf } from '../../home/home-folder.ts';
import { writePrivateFile } from '../../home/private-file.ts';
import { ClientFault } from './client.ts';

const shape = z.record(z.string(), z.string());
const pathOf = (home: string) => join(home, 'known-ledgers.json');

/** The fingerprint that was accepted for an origin or a path of it; null where none was. */
export function acceptedKey(home: string, place: string): string | null {
  return readKnownLedgers(home)[place] ?? null;
}

export function keepAcceptedKey(home: string, place: string, keyId: string): void {
  try {
    makeHome(home);
    writePrivateFile(
      pathOf(home),
      `${JSON.stringify({ ...readKnownLedgers(home), [place]: keyId }, null, 2)}\n`,
    );
  } catch (error) {
    if (error instanceof ClientFault) throw error;
    throw new ClientFault(`${pathOf(home)} can't be written: ${reasonOf(error)}. See CUTTER_HOME.`);
  }
}

function readKnownLedgers(home: string): Readonly<Record<string, string>> {
  if (!existsSync(pathOf(home))) return {};
  try {
    return shape.parse(JSON.parse(readFileSync(pathOf(home), 'utf8')));
  } catch {
    throw new ClientFault(
      `${pathOf(home)} is not a JSON object of addresses and fingerprints. Correct it, or remove it and ` +
        'accept the ledgers again.',
    );
  }
}
