/**
 * `cutter migrate`: does what needs the database's owner, so that servers can start without. `--plan` says what it
 * would do, and changes nothing.
 */
import type { Config } from '../config.ts';
import { makeHome } from '../home/home-folder.ts';
import { findDatabase } from './find-database.ts';
import { ledgerOptions } from './start.ts';
import { foldedText } from './terminal/columns.ts';
import { faultSentence } from './terminal/sentence.ts';
import { linePrinter } from './terminal/terminal.ts';

export interface MigrateCommand {
  readonly plan: boolean;
}

/** Resolves with the exit code. */
export async function runMigrate(
  { plan }: MigrateCommand,
  config: Config,
  print: (line: string) => void = linePrinter(false),
): Promise<0 | 1> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const ownerUrl = await ownerUrlOf(config, closers);
    for (const line of plan ? await planLines(ownerUrl) : await migrateLines(ownerUrl, config, print))
      print(line);
    return 0;
  } catch (error) {
    process.stderr.write(`${foldedText(`cutter: ${faultSentence(error, config)}`)}\n`);
    return 1;
  } finally {
    for (const close of closers) await close();
  }
}

/** An external database may be a ledger's first: then the home is made with it. */
async function ownerUrlOf(config: Config, closers: (() => Promise<void>)[]): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  const found = await findDatabase(config);
  closers.push(() => found.close());
  return found.ownerUrl;
}

async function planLines(ownerUrl: string): Promise<readonly string[]> {
  const { planMigration } = await import('../database/migrate/migrate.ts');
  const { isFresh, pending } = await planMigration(ownerUrl);
  if (isFresh)
    return [
      `The database holds no ledger. "cutter migrate" makes one, with ${pending.length} files in one transaction.`,
      'Nothing was changed.',
    ];
  if (pending.length === 0) return ['The database is of this version. Nothing is to be done.'];
  const files =
    pending.length === 1 ? 'this file' : `these ${pending.length} files, each in a transaction of its own`;
  return [`"cutter migrate" runs ${files}:`, ...pending.map((name) => `  ${name}`), 'Nothing was changed.'];
}

async function migrateLines(
  ownerUrl: string,
  config: Config,
  report: (line: string) => void,
): Promise<readonly string[]> {
  makeHome(config.home);
  const { migrateLedger } = await import('../boot/prepare.ts');
  const { applied } = await migrateLedger({ ...ledgerOptions(config), ownerUrl, report });
  return applied.length === 0
    ? ['The database was of this version already.']
    : [
        ...applied.map((name) => `  ${name}`),
        `The database is of this version now. Files: ${applied.length}.`,
      ];
}
