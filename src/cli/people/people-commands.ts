/** `cutter init`, `cutter principal`, `cutter token` and `cutter rules`, as they are typed. */
import { Argument, type Command, Option } from 'commander';
import { SCOPES } from '../../auth/authority.ts';
import { LANES, PRINCIPAL_KINDS } from '../../law/values.ts';
import {
  countOption,
  digestOption,
  documentCodes,
  filledText,
  keyId,
  ledgerUrl,
  secondsOption,
  uuidOption,
  uuidOptions,
} from '../option-values.ts';
import type { PrincipalOrder } from './principals.ts';
import type { RulesOrder } from './rules.ts';
import type { PeopleOptions } from './run-people-order.ts';
import type { TokenOrder, TypedReach } from './tokens.ts';

const loadConfig = async () => (await import('../../config.ts')).loadConfig();
const DAY_MS = 86_400_000;

interface Writing extends PeopleOptions {
  readonly dryRun: boolean;
  readonly reason?: string;
}
interface ReachOptions {
  readonly scope?: readonly string[];
  readonly entry?: readonly string[];
  readonly document?: readonly string[];
  readonly manifest?: string;
  readonly days?: number;
}

export function addPeopleCommands(program: Command): void {
  addInit(program);
  addPrincipalCommands(
    program.command('principal').description('who may act: list, show, create, update, suspend'),
  );
  addRulesCommands(
    program.command('rules').description('who may stand on two sides of an entry: show, change'),
  );
  addTokenCommands(
    program.command('token').description('what lets principals in: list, issue, narrow, rotate, revoke'),
  );
}

function addRulesCommands(rules: Command): void {
  const run = async (order: RulesOrder, options: PeopleOptions) => {
    const { runPeopleOrder } = await import('./run-people-order.ts');
    process.exitCode = await runPeopleOrder({ about: 'rules', order }, options, await loadConfig());
  };
  ledgerCommand(rules.command('show'))
    .description('print the rules in force, as a file has them')
    .argument('[version]', 'the number of an earlier version', countOption('the version'))
    .action((version: number | undefined, options: PeopleOptions) =>
      run({ order: 'show', version: version ?? null }, options),
    );
  reasonedCommand(rules.command('change'))
    .description('let the rules in a file hold from now on, and say whether they are weaker')
    .argument('<file>', 'JSON, as "cutter rules show" prints it', filledText('the file'))
    .action((file: string, options: Writing) =>
      run({ order: 'change', file, reason: options.reason ?? null, dryRun: options.dryRun }, options),
    );
}

function addInit(program: Command): void {
  program
    .command('init')
    .description("make the first administrator of a production ledger, as the database's owner")
    .requiredOption('--name <name>', 'what the principal is called: a to z, 0 to 9 and "-"', filledText('it'))
    .requiredOption('--person <name>', 'the person who answers for it', filledText('the person'))
    .action(async ({ name, person }: { name: string; person: string }) => {
      const { initLedger } = await import('../init.ts');
      process.exitCode = await initLedger({ name, personName: person }, await loadConfig());
    });
}

function addPrincipalCommands(principal: Command): void {
  const run = async (order: PrincipalOrder, options: PeopleOptions) => {
    const { runPeopleOrder } = await import('./run-people-order.ts');
    process.exitCode = await runPeopleOrder({ about: 'principal', order }, options, await loadConfig());
  };
  ledgerCommand(principal.command('list'))
    .description('list the principals, with their scopes')
    .action((options: PeopleOptions) => run({ order: 'list' }, options));
  ledgerCommand(principal.command('show'))
    .description('show one principal')
    .argument('<principal>', 'its name or its id', filledText('the principal'))
    .action((name: string, options: PeopleOptions) => run({ order: 'show', principal: name }, options));
  writingCommand(principal.command('create'))
    .description('let a person, a service or an agent act')
    .argument('<name>', 'what it is called: a to z, 0 to 9 and "-"', filledText('the principal'))
    .addOption(new Option('--kind <kind>', 'what it is').choices(PRINCIPAL_KINDS).makeOptionMandatory())
    .requiredOption(
      '--person <person>',
      'who answers: the name of a new person, or a person’s id',
      filledText('it'),
    )
    .addOption(scopeOption('what it may do').makeOptionMandatory())
    .addOption(new Option('--lane <lane>', 'the lane that a service signs for').choices(LANES))
    .action(
      (
        name: string,
        options: Writing & { kind: string; person: string; scope: readonly string[]; lane?: string },
      ) => {
        const { kind, person, scope: scopes, lane = null, dryRun } = options;
        return run({ order: 'create', name, kind, person, scopes, lane, dryRun }, options);
      },
    );
  reasonedCommand(principal.command('update'))
    .description('give a principal another name, or other scopes')
    .argument('<principal>', 'its name or its id', filledText('the principal'))
    .option('--name <name>', 'its new name', filledText('it'))
    .addOption(scopeOption('what it may do from now on; all others are taken away'))
    .action((of: string, options: Writing & { name?: string; scope?: readonly string[] }) => {
      const { name = null, scope: scopes = null, reason = null, dryRun } = options;
      return run({ order: 'update', principal: of, name, scopes, reason, dryRun }, options);
    });
  reasonedCommand(principal.command('suspend'))
    .description('end what a principal may do, with all its tokens, for good')
    .argument('<principal>', 'its name or its id', filledText('the principal'))
    .action((of: string, options: Writing) =>
      run(
        { order: 'suspend', principal: of, reason: options.reason ?? null, dryRun: options.dryRun },
        options,
      ),
    );
}

function addTokenCommands(token: Command): void {
  const run = async (order: TokenOrder, options: PeopleOptions) => {
    const { runPeopleOrder } = await import('./run-people-order.ts');
    process.exitCode = await runPeopleOrder({ about: 'token', order }, options, await loadConfig());
  };
  ledgerCommand(token.command('list'))
    .description('list the tokens that let somebody in, and when each was last used')
    .option('--principal <principal>', 'only those of this one', filledText('the principal'))
    .option('--all', 'also those that have ended', false)
    .action((options: PeopleOptions & { principal?: string; all: boolean }) =>
      run(
        { order: 'list', principal: options.principal ?? null, isLive: options.all ? null : true },
        options,
      ),
    );
  narrowingCommand(writingCommand(token.command('issue')))
    .description('give a principal a token, which is shown this once')
    .argument('<principal>', 'its name or its id', filledText('the principal'))
    .action((of: string, options: Writing & ReachOptions) =>
      run({ order: 'issue', principal: of, reach: reachOf(options), dryRun: options.dryRun }, options),
    );
  narrowingCommand(reasonedCommand(token.command('narrow')))
    .description('let a token do less; what is left out stays as it is')
    .addArgument(tokenArgument())
    .action((tokenId: string, options: Writing & ReachOptions) => {
      const { reason = null, dryRun } = options;
      return run({ order: 'narrow', tokenId, reach: reachOf(options), reason, dryRun }, options);
    });
  writingCommand(token.command('rotate'))
    .description('replace a token by one that may the same, which is shown this once')
    .addArgument(tokenArgument())
    .option('--overlap <seconds>', 'how long the old one goes on', secondsOption('--overlap'), 3600)
    .option('--days <count>', 'how long the new one lets in', countOption('--days'))
    .action((tokenId: string, options: Writing & { overlap: number; days?: number }) => {
      const { overlap: overlapSeconds, dryRun } = options;
      const expiresAt = inDays(options.days);
      return run({ order: 'rotate', tokenId, overlapSeconds, expiresAt, dryRun }, options);
    });
  reasonedCommand(token.command('revoke'))
    .description('end a token now, with the sockets and streams that it opened')
    .addArgument(tokenArgument())
    .action((tokenId: string, options: Writing) =>
      run({ order: 'revoke', tokenId, reason: options.reason ?? null, dryRun: options.dryRun }, options),
    );
}

/** A command that asks a ledger. */
function ledgerCommand(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line', false)
    .option('--url <url>', 'the ledger (default: CUTTER_URL, or this home’s server)', ledgerUrl)
    .option('--ledger-key <fingerprint>', 'the key of that ledger (default: CUTTER_LEDGER_KEY)', keyId);
}

function writingCommand(command: Command): Command {
  return ledgerCommand(command).option('--dry-run', 'try it against the ledger and write nothing', false);
}

function reasonedCommand(command: Command): Command {
  return writingCommand(command).option('--reason <text>', 'why; it is kept in the ledger');
}

function narrowingCommand(command: Command): Command {
  return command
    .addOption(scopeOption('only these scopes'))
    .option('--entry <entryId...>', 'only these entries', uuidOptions)
    .option('--document <code...>', 'only entries of these documents', documentCodes)
    .option('--manifest <digest>', 'only review or cut of this manifest', digestOption)
    .option('--days <count>', 'how long it lets in', countOption('--days'));
}

const scopeOption = (description: string): Option =>
  new Option('--scope <scope...>', description).choices(SCOPES);

const tokenArgument = (): Argument =>
  new Argument('<tokenId>', 'its id, as "cutter token list" shows it').argParser(uuidOption);

function reachOf({ scope, entry, document, manifest, days }: ReachOptions): TypedReach {
  return {
    scopes: scope ?? null,
    entryIds: entry ?? null,
    docCodes: document ?? null,
    manifestDigest: manifest ?? null,
    expiresAt: inDays(days),
  };
}

function inDays(days: number | undefined): string | null {
  return days === undefined ? null : new Date(Date.now() + days * DAY_MS).toISOString();
}
