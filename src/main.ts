#!/usr/bin/env node
/** The executable `cutter`. Each command is loaded when it is asked for: imports are most of a start's time. */
import { Command } from 'commander';
import { loadConfig } from './config.ts';

const program = new Command('cutter')
  .description('A governed ledger for cutting documents into addressable information units.')
  .version('0.1.0');

program
  .command('start')
  .description('start the ledger: database, GraphQL, GraphiQL, event streams')
  .action(async () => {
    const { start } = await import('./cli/start.ts');
    await start(loadConfig());
  });

program
  .command('run')
  .description('take a document through mark, sweep, review, cut and verify on a running ledger')
  .argument('<file>', 'the document, Markdown in UTF-8')
  .option('-y, --yes', 'approve and cut without asking')
  .action(async (file: string, options: { yes?: boolean }) => {
    const { run } = await import('./cli/run.ts');
    process.exitCode = await run(file, { yes: options.yes === true }, loadConfig());
  });

program
  .command('schema')
  .description("print the API's schema")
  .action(async () => {
    const { printApi } = await import('./cli/schema.ts');
    process.stdout.write(printApi());
  });

await program.parseAsync();
