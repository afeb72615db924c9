/** `cutter secrets`: writes the part of this home's secrets that a server of one lane needs. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Config, LANES_NAMED } from '../config.ts';
import { exportLaneSecrets, storedSecrets } from '../home/secrets.ts';
import { foldedText } from './terminal/columns.ts';
import { faultSentence } from './terminal/sentence.ts';

export interface SecretsCommand {
  readonly lane: 'exec' | 'verify';
  readonly out: string;
}

/** Resolves with the exit code. */
export function runSecrets({ lane, out }: SecretsCommand, config: Config): 0 | 1 {
  try {
    const secrets = storedSecrets(config.home);
    if (secrets === null)
      throw new Error(
        `${join(config.home, 'secrets.json')} is missing. Name the ledger's home with CUTTER_HOME.`,
      );
    const file = resolve(out);
    if (existsSync(file)) throw new Error(`${file} is there already. Name another file, or move it away.`);
    exportLaneSecrets(secrets, LANES_NAMED[lane][0], file);
    process.stdout.write(
      `${file} has the secrets of CUTTER_LANES=${lane}, for secrets.json of a home of its own.\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`${foldedText(`cutter: ${faultSentence(error, config)}`)}\n`);
    return 1;
  }
}
