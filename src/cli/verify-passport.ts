/**
 * `cutter passport verify`: judges a passport by the keys that its reader has. Neither a ledger nor a network is
 * asked, and nothing of either is loaded.
 */

import { linesOf, verdictOf } from '../passport/facts-text.ts';
import { verifyPassport } from '../passport/verify.ts';
import { verifySignature } from '../proof/ed25519.ts';
import { KeysFault, type KnownKeys, parseKeys } from '../proof/keys-file.ts';
import { plainLine } from '../text/plain.ts';
import { ClientFault } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';

export interface VerifyPassportOptions {
  /** The file of public keys. */
  readonly keys: string;
  /** One JSON object instead of sentences. */
  readonly json: boolean;
}

const LARGEST_PASSPORT = 256 * 1024 * 1024;
const LARGEST_KEYS = 1024 * 1024;

/** 0 good, 1 refused, 2 a file can't be read. */
export function verifyPassportFile(
  file: string,
  { keys, json }: VerifyPassportOptions,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): 0 | 1 | 2 {
  let bytes: Buffer;
  let known: KnownKeys;
  try {
    bytes = fileBytes(file, 'a passport', LARGEST_PASSPORT);
    known = parseKeys(fileBytes(keys, 'a file of keys', LARGEST_KEYS).toString('utf8'));
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof KeysFault)) throw error;
    print(json ? JSON.stringify({ verdict: 'unreadable', reason: error.message }) : plainLine(error.message));
    return 2;
  }
  const judged = verifyPassport(bytes, known, verifySignature);
  if (json) {
    const { ok, ...rest } = judged;
    print(JSON.stringify({ verdict: ok ? 'good' : 'refused', ...rest }));
  } else if (judged.ok) {
    const lines = linesOf(judged.said);
    const widest = Math.max(...lines.map(([name]) => name.length));
    const facts = lines.map(([name, fact]) => `  ${name.padEnd(widest)}  ${plainLine(fact)}`);
    // In one write: a reader who wants only the verdict may close the pipe before the facts.
    print([plainLine(verdictOf(judged.said)), ...facts].join('\n'));
  } else {
    print(plainLine(`Refused: ${judged.reason}${judged.where === '' ? '' : ` (at ${judged.where})`}`));
  }
  return judged.ok ? 0 : 1;
}
