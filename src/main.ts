#!/usr/bin/env node
/** The executable `cutter`. Each command is loaded when it is asked for: imports are most of a start's time. */
import { Command } from 'commander';
import type { FsckOptions } from './cli/fsck.ts';
import type { IssueOptions } from './cli/issue-passport.ts';
import type { KeyOrder } from './cli/key.ts';
import type { KeysOptions } from './cli/keys.ts';
import type { MonitorCommand } from './cli/monitor-command.ts';
import type { PageOptions } from './cli/passport-page.ts';
import type { ResumeOptions } from './cli/resume.ts';
import type { RunOptions } from './cli/run.ts';
import type { VerifyPassportOptions } from './cli/verify-passport.ts';
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
  .option('-y, --yes', 'approve and cut without asking', false)
  .option('--doc-code <code>', "short name of the document (default: the file's name)")
  .option('--profile <name>', 'how to cut it', 'markdown')
  .option('--title <title>', 'what people call it')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this machine)')
  .action(async (file: string, options: RunOptions) => {
    const { run } = await import('./cli/run.ts');
    process.exitCode = await run(file, options, loadConfig());
  });

program
  .command('fsck')
  .description('recompute the whole ledger from its tables and name what was altered')
  .option('--json', 'one JSON object a line', false)
  .option('--heads <file>', 'checkpoints that were seen outside the database')
  .option('--scope', 'list every column with what vouches for it, and check nothing', false)
  .action(async (options: FsckOptions & { readonly scope: boolean }) => {
    const { fsck, scope } = await import('./cli/fsck.ts');
    if (options.scope) scope(options);
    else process.exitCode = await fsck(options, loadConfig());
  });

program
  .command('monitor')
  .description('follow a ledger that you don’t trust, by its public keys alone, and say what is wrong')
  .argument('[url]', 'the ledger (default: CUTTER_URL, or this machine)')
  .requiredOption('--keys <file>', 'the public keys, as "cutter keys" writes them')
  .option(
    '--token-file <file>',
    'the token, with ledger:observe and ledger:evidence (default: CUTTER_TOKEN_MONITOR)',
  )
  .option('--state <file>', 'where to keep what was seen, to go on from there')
  .option('--once', 'end when everything that is there has been judged', false)
  .option('--webhook <url>', 'tell each finding there and go on, instead of ending at the first')
  .option('--acknowledge', 'somebody has looked at the findings of earlier runs', false)
  .option('--max-verify-age <time>', 'how long a cut may wait for its verification', '24h')
  .option('--max-escalation-age <time>', 'how long an escalation may stand', '7d')
  .option('--max-silence <time>', 'how long nothing may be heard', '5m')
  .option('--json', 'one JSON object a line', false)
  .action(async (url: string | undefined, options: MonitorCommand) => {
    const { monitor } = await import('./cli/monitor.ts');
    process.exitCode = await monitor(url, options, loadConfig());
  });

const key = program.command('key').description("the lanes' keys: show, rotate, revoke");
const orderKey = async (order: KeyOrder) => {
  const { key: carryOut } = await import('./cli/key.ts');
  process.exitCode = await carryOut(order, loadConfig());
};
key
  .command('list')
  .description('the keys in force and those before them')
  .action(() => orderKey({ order: 'list' }));
key
  .command('rotate')
  .description('give a lane another key; the log tells of it, signed by the new one and the old')
  .argument('<lane>', 'DOT-991 or DOT-992')
  .option('--purpose <purpose>', 'statement or checkpoint', 'statement')
  .option('--reason <text>', 'why, for whoever reads the log')
  .action((lane: string, { purpose, reason }: { purpose: string; reason?: string }) =>
    orderKey({ order: 'rotate', lane, purpose, reason: reason ?? null }),
  );
key
  .command('revoke')
  .description('end a key at once; "rotate" gives its lane another one')
  .argument('<keyId>', 'as "cutter key list" shows it')
  .requiredOption('--reason <text>', 'why, for whoever reads the log')
  .action((keyId: string, { reason }: { reason: string }) => orderKey({ order: 'revoke', keyId, reason }));

program
  .command('keys')
  .description("write the lanes' public keys for whoever checks without the ledger")
  .option('--out <file>', 'write them to a file instead of showing them')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this machine)')
  .action(async (options: KeysOptions) => {
    const { keys } = await import('./cli/keys.ts');
    process.exitCode = await keys(options, loadConfig());
  });

const passport = program
  .command('passport')
  .description('the one file that proves a verified cut: issue it, verify it');
passport
  .command('issue')
  .description('ask the ledger for the passport of a cut, and write it to a file')
  .argument('<changeSet>', 'the id of its change set')
  .option('--out <file>', 'where to (default: a name that the ledger gives)')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this machine)')
  .action(async (changeSet: string, options: IssueOptions) => {
    const { issuePassport } = await import('./cli/issue-passport.ts');
    process.exitCode = await issuePassport(changeSet, options, loadConfig());
  });
passport
  .command('verify')
  .description('judge a passport by public keys alone, without a ledger or a network')
  .argument('<file>', 'the passport')
  .requiredOption('--keys <file>', 'the public keys, as "cutter keys" writes them')
  .option('--json', 'one JSON object', false)
  .action(async (file: string, options: VerifyPassportOptions) => {
    const { verifyPassportFile } = await import('./cli/verify-passport.ts');
    process.exitCode = verifyPassportFile(file, options);
  });
passport
  .command('page')
  .description('write the page that verifies passports in a browser, without a network')
  .option('--out <file>', 'where to', 'passport.html')
  .action(async (options: PageOptions) => {
    const { writePassportPage } = await import('./cli/passport-page.ts');
    process.exitCode = writePassportPage(options);
  });

program
  .command('resume')
  .description('accept, for the lanes of this home, where a database that was set back goes on')
  .option('--lane <lane>', 'one of them alone')
  .option('--reason <text>', 'why, for whoever reads the log')
  .option('-y, --yes', 'accept without asking', false)
  .action(async (options: ResumeOptions) => {
    const { resume } = await import('./cli/resume.ts');
    process.exitCode = await resume(options, loadConfig());
  });

program
  .command('schema')
  .description("print the API's schema")
  .option('--out <file>', 'write it to a file instead; a failure leaves the file as it was')
  .action(async (options: { out?: string }) => {
    const { writeApi } = await import('./cli/schema.ts');
    writeApi(options.out ?? null);
  });

await program.parseAsync();
