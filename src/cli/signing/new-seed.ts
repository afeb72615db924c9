/** `cutter key new`: a seed that no server has, and its public key. It needs no ledger and no network. */
import { randomBytes } from 'node:crypto';
import { SeedFault, writeSeedFile } from '../../home/seed-file.ts';
import { publicKeyOf } from '../../proof/ed25519.ts';
import { plainLine } from '../../text/plain.ts';
import { foldedText } from '../terminal/columns.ts';

/** 0 with the public key on standard output, 1 with a sentence where nothing was written. */
export function writeNewSeed(
  out: string,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  printError: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): 0 | 1 {
  const seed = randomBytes(32);
  try {
    writeSeedFile(out, seed);
  } catch (error) {
    if (!(error instanceof SeedFault)) throw error;
    printError(foldedText(`cutter: ${plainLine(error.message)}`));
    return 1;
  }
  print(Buffer.from(publicKeyOf(seed)).toString('base64'));
  return 0;
}
