/**
 * The commands of `cutter`, as they are typed. Each is loaded when it is asked for: imports are most of a start's
 * time.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import { TERM_KINDS } from '../document/vocabulary.ts';
import { KEY_PURPOSES, LANES, RISK_CLASSES } from '../law/values.ts';
import { EngineDisagreement } from '../proof/engine-disagreement.ts';
import { VERSION } from '../version.ts';
import type { AuditOptions } from './audit.ts';
import type { LedgerAddressOptions } from './client/prove-ledger.ts';
import type { DriftOptions } from './drift.ts';
import type { FsckOptions } from './fsck.ts';
import type { IssueOptions } from './issue-passport.ts';
import type { KeyOrder } from './key.ts';
import type { KeysOptions } from './keys.ts';
import type { MigrateCommand } from './migrate.ts';
import type { MonitorCommand } from './monitor/task.ts';
import {
  countOption,
  documentCode,
  durationOption,
  filledFiles,
  filledText,
  GRANULARITY_WORDS,
  httpUrl,
  keyId,
  ledgerUrl,
  monthOption,
  timeOption,
  uuidOption,
} from './option-values.ts';
import type { PageOptions } from './passport-page.ts';
import { addPeopleCommands } from './people/people-commands.ts';
import type { PlanFilesOptions } from './plan-files.ts';
import type { ReadyOptions } from './ready.ts';
import type { RegistryOrder } from './registry.ts';
import type { RehearseOptions } from './rehearsal/rehearse.ts';
import type { ResumeOptions } from './resume.ts';
import type { RunOptions } from './run-options.ts';
import type { SecretsCommand } from './secrets.ts';
import { addSigningCommands } from './signing/signing-commands.ts';
import type { SweepOptions } from './sweep.ts';
import { foldedText } from './terminal/columns.ts';
import type { VerifyPassportOptions } from './verify-passport.ts';

/** How a command that was typed wrong ends (EX_USAGE): 1 and 2 are what fsck, monitor and passport say of a ledger. */
const USAGE = 64;
/** How a command ends that can't trust its own program (EX_SOFTWARE). */
const DEFECT = 70;
/** How a command ends whose reader has gone: as the shell counts a SIGPIPE. */
const READER_GONE = 141;
/** Commands that judge no signature. A server asks its engines as it boots. */
const UNSIGNED = ['start', 'schema', 'page', 'plan'];

const loadConfig = async () => (await import('../config.ts')).loadConfig();

const program = new Command('cutter')
  .description('A governed ledger for cutting documents into addressable information units.')
  .version(VERSION)
  .showHelpAfterError('To see how the command is used, add --help.')
  .configureOutput({
    outputError: (text, write) =>
      write(`${foldedText(`cutter: ${text.replace(/^error: /, '').trimEnd()}`)}\n`),
  })
  .exitOverride()
  .hook('preAction', async (_, command) => {
    if (UNSIGNED.includes(command.name())) return;
    const { assertEnginesAgree } = await import('../proof/engine-agreement.ts');
    assertEnginesAgree();
  });

/** Runs what was typed; sets the exit code. */
export async function runProgram(argv: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', leaveToo);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE;
    else if (error instanceof EngineDisagreement) {
      process.stderr.write(`${foldedText(`cutter: ${error.message}`)}\n`);
      process.exitCode = DEFECT;
    } else throw error;
  }
}

/** A reader that stops (`| head`) needs no more lines. A server goes on anyway. */
function leaveToo(error: NodeJS.ErrnoException): void {
  if (program.args[0] === 'start') return;
  if (error.code !== 'EPIPE') throw error;
  process.exit(READER_GONE);
}

program
  .command('start')
  .description('start the ledger: database, GraphQL, GraphiQL, event streams')
  .action(async () => {
    // At once: what follows takes seconds.
    process.stdout.write('Cutter is starting.\n');
    const { startServer } = await import('./start.ts');
    await startServer(await loadConfig());
  });

program
  .command('run')
  .description('take documents through mark, sweep, review, cut and verify on a running ledger')
  .argument('<file>', 'the document, Markdown in UTF-8; or a folder of them', filledText('the document'))
  .option('-y, --yes', 'approve and cut without asking; not in production', false)
  .option('--accept-warnings', 'with --yes: also approve a plan that has warnings', false)
  .option('--full', 'show every unit of the plan, and everything that is set aside', false)
  .option('--doc-code <code>', "short name of the document (default: the file's name)", documentCode)
  .option('--profile <name>', 'the profile that says how to cut the document', 'markdown')
  .addOption(new Option('--granularity <granularity>', 'how fine to cut').choices(GRANULARITY_WORDS))
  .option('--title <title>', 'the title of the document')
  .option('--json', 'one JSON object a document, and one at the end', false)
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(async (file: string, options: RunOptions) => {
    const { runDocument } = await import('./run.ts');
    process.exitCode = await runDocument(file, options, await loadConfig());
  });

program
  .command('rehearse')
  .description('take a document through all phases in a database made for it, and say what an approval pins')
  .argument(
    '<file>',
    'the document, as "cutter run" takes it; or the id of an entry',
    filledText('the document'),
  )
  .option('--doc-code <code>', "short name of the document (default: the file's name)", documentCode)
  .option('--profile <name>', 'the profile that says how to cut the document', 'markdown')
  .addOption(new Option('--granularity <granularity>', 'how fine to cut').choices(GRANULARITY_WORDS))
  .option('--title <title>', 'the title of the document')
  .addOption(
    new Option('--risk <class>', 'the risk that its reviewers would see')
      .choices(RISK_CLASSES)
      .default('standard'),
  )
  .option('--json', 'one JSON object', false)
  .action(async (file: string, options: RehearseOptions) => {
    const { runRehearsal } = await import('./rehearsal/rehearse.ts');
    process.exitCode = await runRehearsal(file, options, await loadConfig());
  });

program
  .command('plan')
  .description('show how a profile would cut files; without a ledger and without a database')
  .argument('<file...>', 'documents, Markdown in UTF-8; "-" is standard input', filledFiles)
  .option('--profile <name>', 'the profile that says how to cut a document, or its .json file', 'markdown')
  .addOption(new Option('--granularity <granularity>', 'how fine to cut').choices(GRANULARITY_WORDS))
  .option('--json', 'one JSON object a file, each in a line', false)
  .action(async (files: readonly string[], options: PlanFilesOptions) => {
    const { planFiles } = await import('./plan-files.ts');
    process.exitCode = await planFiles(files, options);
  });

program
  .command('fsck')
  .description('recompute the whole ledger from its tables and name what was altered')
  .option('--json', 'one JSON object a line', false)
  .option('--heads <file>', 'checkpoints that were seen outside the database')
  .option('--scope', 'list what protects each column from undetected changes; check nothing', false)
  .action(async (options: FsckOptions & { readonly scope: boolean }) => {
    const { runFsck, printScope } = await import('./fsck.ts');
    if (options.scope) printScope(options);
    else process.exitCode = await runFsck(options, await loadConfig());
  });

program
  .command('migrate')
  .description(
    "bring the database to this version as its owner, so that servers start without the owner's URL",
  )
  .option('--plan', 'say what would be done, and change nothing', false)
  .action(async (options: MigrateCommand) => {
    const { runMigrate } = await import('./migrate.ts');
    process.exitCode = await runMigrate(options, await loadConfig());
  });

program
  .command('secrets')
  .description("write what a server of one lane needs of this home's secrets, for a home of its own")
  .addOption(new Option('--lane <lane>', 'the lane').choices(['exec', 'verify']).makeOptionMandatory())
  .requiredOption('--out <file>', 'the file to write, mode 0600; one that is there is left as it is')
  .action(async (options: SecretsCommand) => {
    const { runSecrets } = await import('./secrets.ts');
    process.exitCode = runSecrets(options, await loadConfig());
  });

program
  .command('drift')
  .description('compare the shape of the database with what the migrations made')
  .option('--json', 'one JSON object a line', false)
  .action(async (options: DriftOptions) => {
    const { runDrift } = await import('./drift.ts');
    process.exitCode = await runDrift(options, await loadConfig());
  });

program
  .command('ready')
  .description('what blocks a phase of an entry, or the ledger, and who may do what about it')
  .argument('[entry]', 'the entry, or with --phase mark the source; left out: the ledger', uuidOption)
  .addOption(
    new Option('--phase <phase>', 'the phase that is asked about (default: the first one ahead)').choices([
      'mark',
      'sweep',
      'review',
      'cut',
      'verify',
    ]),
  )
  .option('--json', 'one JSON object a line', false)
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(async (entry: string | undefined, options: ReadyOptions) => {
    const { runReady } = await import('./ready.ts');
    process.exitCode = await runReady(entry ?? null, options, await loadConfig());
  });

program
  .command('audit')
  .description('who did what and who was refused, by time; or remove old months of it')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .option('--from <time>', 'only rows of this time or later', timeOption)
  .option('--to <time>', 'only rows earlier than this time', timeOption)
  .option('--entry <id>', 'only rows about this entry', uuidOption)
  .option('--json', 'one JSON object a line', false)
  .addOption(
    new Option(
      '--drop-before <month>',
      'remove the rows of earlier months from the database, and list nothing',
    )
      .argParser(monthOption)
      .conflicts(['url', 'from', 'to', 'entry', 'json']),
  )
  .action(async (options: AuditOptions) => {
    const { runAudit } = await import('./audit.ts');
    process.exitCode = await runAudit(options, await loadConfig());
  });

program
  .command('monitor')
  .description('follow a ledger that you don’t trust, by its public keys alone, and say what is wrong')
  .argument('[url]', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .requiredOption('--keys <file>', 'the public keys, as "cutter keys" writes them')
  .option(
    '--token-file <file>',
    'the token, with ledger:observe and ledger:evidence (default: CUTTER_TOKEN_MONITOR)',
  )
  .option('--state <file>', 'a file that keeps what was seen, so that a later run continues from there')
  .option('--once', 'end when everything in the ledger has been judged', false)
  .option(
    '--webhook <url>',
    'send each finding to this address and continue, instead of ending at the first',
    httpUrl,
  )
  .option('--acknowledge', 'confirm that somebody has looked at the findings of earlier runs', false)
  .option(
    '--max-verify-age <time>',
    'how long a cut may wait for its verification',
    durationOption('--max-verify-age'),
    '24h',
  )
  .option(
    '--max-escalation-age <time>',
    'how long an escalation may stay open',
    durationOption('--max-escalation-age'),
    '7d',
  )
  .option('--max-silence <time>', 'how long the ledger may be silent', durationOption('--max-silence'), '5m')
  .option('--json', 'one JSON object a line', false)
  .action(async (url: string | undefined, options: MonitorCommand) => {
    const { monitorLedger } = await import('./monitor.ts');
    process.exitCode = await monitorLedger(url, options, await loadConfig());
  });

const key = program.command('key').description("the lanes' keys: show, register, export, rotate, revoke");
const orderKey = async (order: KeyOrder) => {
  const { runKeyOrder: carryOut } = await import('./key.ts');
  process.exitCode = await carryOut(order, await loadConfig());
};
key
  .command('list')
  .description('list the keys in force and the earlier ones')
  .action(() => orderKey({ order: 'list' }));
key
  .command('register')
  .description('give each lane of this home its first keys, once it has a principal')
  .action(() => orderKey({ order: 'register' }));
key
  .command('rotate')
  .description('give a lane a new key; the log records it, signed by the new key and the old')
  .addArgument(new Argument('<lane>', 'the lane that gets the key').choices(LANES))
  .addOption(new Option('--purpose <purpose>', 'what it signs').choices(KEY_PURPOSES).default('statement'))
  .option('--reason <text>', 'the reason, for readers of the log')
  .action((lane: string, { purpose, reason }: { purpose: string; reason?: string }) =>
    orderKey({ order: 'rotate', lane, purpose, reason: reason ?? null }),
  );
key
  .command('export')
  .description("write the seed of a lane's statement key to a file, for a principal who signs for itself")
  .addArgument(new Argument('<lane>', 'the lane whose key it is').choices(LANES))
  .requiredOption('--out <file>', 'the file to write; one that is there is left as it is')
  .option('--move', 'forget the seed in this home: from then on the server does not sign', false)
  .action((lane: string, { out, move }: { out: string; move: boolean }) =>
    orderKey({ order: 'export', lane, out, isMoved: move }),
  );
key
  .command('new')
  .description('write a new seed to a file, and print its public key; without a ledger')
  .requiredOption('--out <file>', 'the file to write; one that is there is left as it is')
  .action(async ({ out }: { out: string }) => {
    const { writeNewSeed } = await import('./signing/new-seed.ts');
    process.exitCode = writeNewSeed(out);
  });
key
  .command('add')
  .description('register the key with which a person approves cuts')
  .requiredOption('--person <principal>', 'the name of its principal, which has approval:grant')
  .requiredOption('--public-key <key>', 'the public key, as "cutter key new" prints it')
  .action(({ person, publicKey }: { person: string; publicKey: string }) =>
    orderKey({ order: 'add', name: person, publicKey }),
  );
key
  .command('revoke')
  .description('end a key at once; "rotate" gives its lane a new one')
  .argument('<keyId>', 'the id of the key, as "cutter key list" shows it', keyId)
  .requiredOption('--reason <text>', 'the reason, for readers of the log')
  .action((keyId: string, { reason }: { reason: string }) => orderKey({ order: 'revoke', keyId, reason }));

program
  .command('sweep')
  .description('promote what waits to review, the oldest entries first; a timer may run it')
  .option('--limit <count>', 'entries to look at, at most 1000', countOption('--limit'), 1000)
  .option('--scheduled', 'keep with the pass that a timer started it', false)
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(async (options: SweepOptions) => {
    const { runSweep } = await import('./sweep.ts');
    process.exitCode = await runSweep(options, await loadConfig());
  });

addPeopleCommands(program);
addSigningCommands(program);

const profile = program.command('profile').description('how kinds of documents are cut: list, register');
const orderRegistry = async (order: RegistryOrder, options: LedgerAddressOptions) => {
  const { runRegistryOrder } = await import('./registry.ts');
  process.exitCode = await runRegistryOrder(order, options, await loadConfig());
};
profile
  .command('list')
  .description('list the profiles of the program and those that were registered')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action((options: LedgerAddressOptions) => orderRegistry({ order: 'list-profiles' }, options));
profile
  .command('add')
  .description('register a profile under its name and version, which never change')
  .argument('<file>', 'the profile, as JSON', filledText('the profile'))
  .option('--dry-run', 'check it against the ledger and register nothing', false)
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action((file: string, options: LedgerAddressOptions & { dryRun: boolean }) =>
    orderRegistry({ order: 'add-profile', file, dryRun: options.dryRun }, options),
  );

const vocabulary = program.command('vocabulary').description('the words that units may use: list, register');
vocabulary
  .command('list')
  .description('list the words of the program and those that were registered')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action((options: LedgerAddressOptions) => orderRegistry({ order: 'list-vocabulary' }, options));
vocabulary
  .command('add')
  .description('register a word that units may use; it is never changed or removed')
  .addArgument(new Argument('<kind>', 'what it says of a unit').choices(TERM_KINDS))
  .argument('<word>', 'the word: a to z, 0 to 9 and "_"', filledText('the word'))
  .argument('<description>', 'what it means', filledText('the description'))
  .option('--at-most <count>', 'how many units of one document may use it', countOption('--at-most'))
  .option('--dry-run', 'check it against the ledger and register nothing', false)
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(
    (
      termKind: string,
      term: string,
      description: string,
      options: LedgerAddressOptions & { dryRun: boolean; atMost?: number },
    ) => {
      const { atMost = null, dryRun } = options;
      return orderRegistry({ order: 'add-word', termKind, term, description, atMost, dryRun }, options);
    },
  );

program
  .command('keys')
  .description("write the lanes' public keys, to check with them without the ledger")
  .option('--out <file>', 'write them to a file instead of showing them')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(async (options: KeysOptions) => {
    const { writeLedgerKeys } = await import('./keys.ts');
    process.exitCode = await writeLedgerKeys(options, await loadConfig());
  });

const passport = program
  .command('passport')
  .description('the one file that proves a verified cut: issue it, verify it');
passport
  .command('issue')
  .description('ask the ledger for the passport of a cut, and write it to a file')
  .argument('<changeSet>', 'the id of its change set', uuidOption)
  .option('--out <file>', 'the file to write (default: a name made from the document and the change set)')
  .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
  .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId)
  .action(async (changeSet: string, options: IssueOptions) => {
    const { issuePassport } = await import('./issue-passport.ts');
    process.exitCode = await issuePassport(changeSet, options, await loadConfig());
  });
passport
  .command('verify')
  .description('judge a passport by public keys alone, without a ledger or a network')
  .argument('<file>', 'the passport')
  .requiredOption('--keys <file>', 'the public keys, as "cutter keys" writes them')
  .option('--json', 'one JSON object', false)
  .action(async (file: string, options: VerifyPassportOptions) => {
    const { verifyPassportFile } = await import('./verify-passport.ts');
    process.exitCode = verifyPassportFile(file, options);
  });
passport
  .command('page')
  .description('write the page that verifies passports in a browser, without a network')
  .option('--out <file>', 'the file to write', 'passport.html')
  .action(async (options: PageOptions) => {
    const { writePassportPage } = await import('./passport-page.ts');
    process.exitCode = writePassportPage(options);
  });

program
  .command('resume')
  .description(
    'accept, for the lanes of this home, the position where a database that was set back continues',
  )
  .addOption(new Option('--lane <lane>', 'accept for this lane only').choices(LANES))
  .option('--reason <text>', 'the reason, for readers of the log')
  .option('-y, --yes', 'accept without asking', false)
  .action(async (options: ResumeOptions) => {
    const { resumeLedger } = await import('./resume.ts');
    process.exitCode = await resumeLedger(options, await loadConfig());
  });

program
  .command('schema')
  .description("print the API's schema")
  .option('--out <file>', 'write it to a file instead; a failure leaves the file as it was')
  .action(async (options: { out?: string }) => {
    const { writeApi } = await import('./schema.ts');
    writeApi(options.out ?? null);
  });
