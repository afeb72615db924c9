/** `cutter sign`: signs a statement with a seed that no server has. It needs no ledger and no network. */
import { SeedFault, seedFromDescriptor, seedInFile } from '../../home/seed-file.ts';
import { plainLine } from '../../text/plain.ts';
import { ClientFault } from '../client/client.ts';
import { foldedText } from '../terminal/columns.ts';
import { readGiven, signGiven, statementIn } from './statement.ts';
import { statementLines } from './words.ts';

export interface SignOptions {
  readonly seed?: string;
  readonly seedFd?: number;
}

/** 0 signed, 1 with a sentence where nothing was. The signature goes to standard output, what it says elsewhere. */
export function signStatementFile(
  file: string,
  { seed, seedFd }: SignOptions,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
  printError: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): 0 | 1 {
  try {
    if ((seed === undefined) === (seedFd === undefined))
      throw new ClientFault('Name the seed: either --seed FILE or --seed-fd NUMBER.');
    if (file === '-' && seedFd === 0)
      throw new ClientFault(
        'Standard input can be the statement or the seed. Use another descriptor for one.',
      );
    const given = statementIn(file);
    const { said, bytes } = readGiven(given);
    for (const line of statementLines(said)) printError(plainLine(line));
    const held = seedFd === undefined ? seedInFile(seed as string) : seedFromDescriptor(seedFd);
    print(JSON.stringify(signGiven(given, bytes, held)));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof SeedFault)) throw error;
    printError(foldedText(`cutter: ${plainLine(error.message)}`));
    return 1;
  }
}
