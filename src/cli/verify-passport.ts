/**
 * `cutter passport verify`: judges a passport by the keys that its reader has. Neither a ledger nor a network is asked, and nothing
 * of either is loaded.
 */
import { readFileSync } from 'node:fs';
import { linesOf, verdictOf } from '../passport/tell.ts';
import { verifyPassport } from '../passport/verify.ts';
import { verify } from '../proof/ed25519.ts';
import { KeysFault, type KnownKeys, parseKeys } from '../proof/keys-file.ts';
import { ClientFault } from './client.ts';
import { whyUnreadable } from './tokens.ts';

export interface VerifyPassportOptions {
  /** The file of public keys. */
  readonly keys: string;
  /** One JSON object instead of sentences. */
  readonly json: boolean;
}

/** 0 good, 1 refused, 2 a file can't be read. */
export function verifyPassportFile(
  file: string,
  { keys, json }: VerifyPassportOptions,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): 0 | 1 | 2 {
  let bytes: Buffer;
  let known: KnownKeys;
  try {
    bytes = readBytes(file);
    known = parseKeys(readBytes(keys).toString('utf8'));
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof KeysFault)) throw error;
    print(json ? JSON.stringify({ verdict: 'unreadable', reason: error.message }) : error.message);
    return 2;
  }
  const judged = verifyPassport(bytes, known, verify);
  if (json) {
    const { ok, ...rest } = judged;
    print(JSON.stringify({ verdict: ok ? 'good' : 'refused', ...rest }));
  } else if (judged.ok) {
    const lines = linesOf(judged.said);
    const widest = Math.max(...lines.map(([name]) => name.length));
    print(verdictOf(judged.said));
    for (const [name, fact] of lines) print(`  ${name.padEnd(widest)}  ${fact}`);
  } else {
    print(`Refused: ${judged.reason}${judged.where === '' ? '' : ` (at ${judged.where})`}`);
  }
  return judged.ok ? 0 : 1;
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ClientFault(`${path} can't be read: ${whyUnreadable(error)}.`);
  }
}
