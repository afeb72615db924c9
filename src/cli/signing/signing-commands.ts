import type { Command } from 'commander';

import { descriptorOption, keyId, ledgerUrl, uuidOption } from '../option-values.ts';
import type { ApproveOptions } from './approve.ts';
import type { SignOptions } from './sign.ts';
import type { SignedVerbOptions } from './signed-verbs.ts';

const loadConfig = async () => (await import('../../config.ts')).loadConfig();

/** Adds `cutter sign`, `cutter approve`, `cutter cut` and `cutter verify`. */
export function addSigningCommands(program: Command): void {
  program
    .command('sign')
    .description('sign a statement with a key of your own; without a ledger and without a network')
    .argument('[file]', 'the statement, as "cutter cut --statement" prints it; "-" is standard input', '-')
    .option('--seed <file>', 'the file of the seed, of mode 0600')
    .option('--seed-fd <number>', 'the descriptor to read the seed from', descriptorOption)
    .action(async (file: string, options: SignOptions) => {
      const { signStatementFile } = await import('./sign.ts');
      process.exitCode = signStatementFile(file, options);
    });

  program
    .command('approve')
    .description('approve what the cut of one entry will do, with a key of your own; production needs it')
    .argument('<entry>', 'the id of the entry', uuidOption)
    .option('--seed <file>', 'sign with the seed in this file, and send')
    .option('--statement', 'print what to sign, and write nothing', false)
    .option('--signature <file>', 'the signature, as "cutter sign" prints it; "-" is standard input')
    .option('--revoke <reason>', 'end the approval that the entry has, before its cut')
    .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
    .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
    .action(async (entry: string, options: ApproveOptions) => {
      const { runApprove } = await import('./approve.ts');
      process.exitCode = await runApprove(entry, options, await loadConfig());
    });

  const orderSignedVerb = async (verb: 'cut' | 'verify', subject: string, options: SignedVerbOptions) => {
    const { runSignedVerb } = await import('./signed-verbs.ts');
    process.exitCode = await runSignedVerb(verb, subject, options, await loadConfig());
  };
  program
    .command('cut')
    .description('cut one approved entry, signed by the server or with your own signature')
    .argument('<entry>', 'the id of the entry', uuidOption)
    .option('--statement', 'print what to sign, and write nothing', false)
    .option('--signature <file>', 'the signature, as "cutter sign" prints it; "-" is standard input')
    .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
    .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
    .action((entry: string, options: SignedVerbOptions) => orderSignedVerb('cut', entry, options));
  program
    .command('verify')
    .description('verify one cut, signed by the server or with your own signature')
    .argument('<changeSet>', 'the id of its change set', uuidOption)
    .option('--statement', 'print what to sign, and write nothing', false)
    .option('--signature <file>', 'the signature, as "cutter sign" prints it; "-" is standard input')
    .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
    .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
    .action((changeSet: string, options: SignedVerbOptions) => orderSignedVerb('verify', changeSet, options));
}
