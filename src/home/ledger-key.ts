/**
 * The key by which a ledger proves to the command line that it is the one meant: its fingerprint, as a home holds it
 * for its clients.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyOf } from '../proof/ed25519.ts';
import { type KeyId, keyIdOf } from '../proof/keyid.ts';
import { writePrivateFile } from './private-file.ts';
import { type Secrets, serverSeedOf } from './secrets.ts';

const pathOf = (home: string) => join(home, 'ledger-key');

export function ledgerKeyOf(secrets: Secrets): KeyId {
  return keyIdOf(publicKeyOf(serverSeedOf(secrets)));
}

/** Puts it beside the tokens, for programs that have no business with the secrets. */
export function keepLedgerKey(home: string, secrets: Secrets): void {
  const keyId = ledgerKeyOf(secrets);
  if (heldLedgerKey(home) !== keyId) writePrivateFile(pathOf(home), `${keyId}\n`);
}

/** The fingerprint that a home holds; null where it holds none. */
export function heldLedgerKey(home: string): string | null {
  return existsSync(pathOf(home)) ? readFileSync(pathOf(home), 'utf8').trim() : null;
}
