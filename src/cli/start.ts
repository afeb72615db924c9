/**
 * `cutter start`: brings everything up in order, says where it is, and takes it down in reverse. A fault that can be
 * foreseen ends in one sentence and a status other than zero.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { checkCheckpointFile, checkHomeFiles, checkOpenFiles } from '../database/cluster/home-checks.ts';
import { makeHome } from '../home/home-folder.ts';
import { lockHolder } from '../home/home-lock.ts';
import { announceServer, runningServers } from '../home/home-servers.ts';
import { keepLedgerKey } from '../home/ledger-key.ts';
import { LANES } from '../law/values.ts';
import { builtPage } from '../passport/built-page.ts';
import { EngineDisagreement } from '../proof/engine-disagreement.ts';
import {
  DEFECT_STATUS,
  endWithoutDatabase,
  listenForDefects,
  listenForSignals,
  outliveTerminal,
} from './process-ends.ts';
import { foldedText } from './terminal/columns.ts';
import { commandTextIn } from './terminal/command-text.ts';
import { faultSentence } from './terminal/sentence.ts';

type Closer = () => Promise<unknown>;

class Interrupted extends Error {}

/** Runs until a signal; the process then ends by itself. */
export async function startServer(config: Config): Promise<void> {
  const closers: Closer[] = [];
  outliveTerminal();
  const interruption = listenForSignals();
  const fault = listenForDefects(interruption.end);
  try {
    const url = await bringUp(config, closers, {
      check: () => {
        if (interruption.signal.aborted) throw new Interrupted();
      },
      onGivenUp: endWithoutDatabase(interruption.end),
    });
    await sampleWhenDue(config, url, interruption.signal);
    await interruption.heard;
    printLine('Closing.');
  } catch (error) {
    if (!(error instanceof Interrupted)) {
      process.exitCode ??= error instanceof EngineDisagreement ? DEFECT_STATUS : 1;
      process.stderr.write(`${foldedText(`cutter: ${faultSentence(error, config)}`)}\n`);
      if (isDefect(error) || ['debug', 'trace'].includes(config.logLevel)) console.error(error);
    }
  }
  for (const close of closers.reverse()) {
    await close().catch((error: unknown) =>
      process.stderr.write(`${foldedText(`cutter: ${faultSentence(error, config)}`)}\n`),
    );
  }
  interruption.ignore();
  fault.ignore();
}

/** An unforeseen fault is shown whole, so that somebody can correct it. */
function isDefect(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
}

interface Running {
  readonly url: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly isSampleDue: boolean;
}

interface Watchers {
  /** Throws if a signal has arrived meanwhile. */
  check(): void;
  /** Called with the reason when the embedded database isn't started any more. */
  onGivenUp(why: string): void;
}

/** From nothing to a listening server. */
async function bringUp(config: Config, closers: Closer[], { check, onGivenUp }: Watchers): Promise<Running> {
  refuseSecond(config);
  await probePort(config);
  makeHome(config.home);
  checkHomeFiles(config.home);
  if (config.checkpoints.file !== null) checkCheckpointFile(config.checkpoints.file);
  checkOpenFiles(config.limits.sockets, (line) => printLine(line));
  printLine(`The ledger's home is ${config.home}.`);
  // Compiled code is kept in the home, where nobody else writes. A later start then takes half the time.
  enableCompileCache(join(config.home, 'compiled'));
  // Imports take as long as PostgreSQL does, so both run at once.
  const parts = Promise.all([
    import('../boot/prepare.ts'),
    import('../boot/open-as-logins.ts'),
    import('../boot/wire.ts'),
    import('./walk/sample-due.ts'),
    import('./terminal/log-lines.ts'),
    import('../keys/custody.ts'),
  ]);
  parts.catch(() => {});
  const { loginsUrl } = config;
  const ownerUrl = loginsUrl === null ? await ownerUrlOf(config, closers, onGivenUp) : '';
  check();
  printLine(
    loginsUrl === null
      ? 'PostgreSQL runs. Loading the program and updating the tables …'
      : "Loading the program and signing in as the ledger's logins …",
  );
  const [
    { prepareLedger },
    { openAsLogins },
    { wireServer },
    { isSampleDue },
    { openLogger },
    { homeCustody },
  ] = await parts;
  const how = { ...ledgerOptions(config), report: (line: string) => printLine(line) };
  const { pools, secrets, tokens } =
    loginsUrl === null
      ? await prepareLedger({ ...how, ownerUrl })
      : await openAsLogins({ ...how, loginsUrl });
  closers.push(() => pools.close());
  check();
  const servesAll = LANES.every((lane) => config.lanes.has(lane));
  const due = servesAll && config.sample && config.mode === 'rehearsal' && (await isSampleDue(pools.observe));
  const logger = openLogger(config.logLevel);
  const custody = homeCustody(
    config.home,
    secrets,
    (error) => logger.error({ err: error, alarm: 'SECRETS_UNREADABLE' }, 'the secrets can no longer be read'),
    config.lanes,
  );
  const documents = { ...config.documents, own: config.documents.only ? await ownOperations() : [] };
  const wired = wireServer({ ...config, documents, pools, secrets, custody, logger, scrub: {} });
  closers.push(() => wired.close());
  const { url } = await wired.server.listen();
  keepLedgerKey(config.home, secrets);
  const announced = announceServer(config.home, url);
  closers.push(async () => announced.withdraw());
  flushCompileCache();
  printGreeting(config, url, Object.keys(tokens));
  return { url, tokens, isSampleDue: due };
}

/** How a ledger is opened, with its owner or without. */
export function ledgerOptions({ home, mode, lanes, databaseUrl, checkpoints }: Config) {
  return { home, mode, lanes, shared: databaseUrl !== null, heads: checkpoints.file };
}

/** Whether the database is a server of somebody else. */
const isExternal = ({ databaseUrl, loginsUrl }: Config) => databaseUrl !== null || loginsUrl !== null;

/** What the commands of this version send: they go on where all other texts are refused. */
async function ownOperations(): Promise<readonly string[]> {
  const made = await import('../client/generated/graphql.ts');
  return Object.values(made)
    .filter((one) => one instanceof made.TypedDocumentString)
    .map(String);
}

/** One process serves an embedded database. A second start names the first process before it looks at the port. */
function refuseSecond(config: Config): void {
  const { home, port } = config;
  const running = runningServers(home);
  const server = isExternal(config)
    ? running.find(({ url }) => Number(new URL(url).port) === port)
    : running[0];
  const pid = server?.pid ?? (isExternal(config) ? null : lockHolder(home));
  if (pid === null) return;
  const where = server === undefined ? 'It is starting or closing' : `It listens at ${server.url}`;
  throw new Error(
    `The ledger of ${home} is running already: process ${pid}. ${where}. ` +
      'To run another ledger as well, name another folder with CUTTER_HOME and another port with CUTTER_PORT.',
  );
}

/** Reports a taken port before a database is made for nothing. */
async function probePort({ host, port }: Config): Promise<void> {
  const probe = createServer();
  await once(probe.listen({ host, port }), 'listening');
  await new Promise((resolve) => probe.close(resolve));
}

/** The owner's URL of the embedded database, started now, or of the external one. */
async function ownerUrlOf(
  config: Config,
  closers: Closer[],
  onGivenUp: Watchers['onGivenUp'],
): Promise<string> {
  if (config.databaseUrl !== null) return config.databaseUrl;
  printLine(
    ['secrets.json', 'postgres'].some((name) => existsSync(join(config.home, name)))
      ? 'Starting its PostgreSQL …'
      : 'Making its PostgreSQL: this is the first start …',
  );
  const { startEmbedded } = await import('../database/cluster/embedded.ts');
  const embedded = await startEmbedded({
    home: config.home,
    log: (line) => printLine(line),
    onGivenUp,
  });
  closers.push(() => embedded.stop());
  return embedded.ownerUrl;
}

/** Where to find what, by name. `hasPage`: whether the page that verifies passports was built here. */
export function addressesOf(
  config: Pick<Config, 'home' | 'graphiql'>,
  url: string,
  names: readonly string[],
  hasPage: boolean,
): readonly (readonly [name: string, where: string])[] {
  const places: [string, string][] = [['GraphQL, WebSocket, events', url]];
  if (names.length > 0) places.push(['Tokens', `${config.home}/tokens.json (${names.join(', ')})`]);
  if (config.graphiql)
    places.push(['GraphiQL', 'the same address in a browser; put a token into its Headers tab']);
  places.push(['Start page', `${new URL('.', url)} in a browser`]);
  if (hasPage) places.push(['Verify a passport', `${new URL('passport', url)} in a browser`]);
  places.push(['Health', `${new URL('health', url)} and ${new URL('ready', url)}`]);
  return places;
}

function printGreeting(config: Config, url: string, names: readonly string[]): void {
  const setting = config.loginsUrl === null ? 'CUTTER_DATABASE_URL' : 'CUTTER_LOGINS_URL';
  const where = isExternal(config) ? `the PostgreSQL of ${setting}` : `its own PostgreSQL in ${config.home}`;
  printLine(`The ledger is up (${config.mode}), on ${where}.`);
  for (const [name, text] of addressesOf(config, url, names, builtPage() !== null))
    printLine(`  ${name.padEnd(26)}  ${text}`, 30);
  printLine('  Your own document, from another terminal');
  printLine(`    $ ${commandTextIn(config.home, 'run FILE')}`);
  printLine('Ctrl-C closes it.');
}

/** A first look: one document through all phases, by the public API, as a client would. */
async function sampleWhenDue(config: Config, running: Running, signal: AbortSignal): Promise<void> {
  if (!running.isSampleDue || signal.aborted) return;
  try {
    const { runSample } = await import('./walk/sample.ts');
    await runSample({
      url: running.url,
      tokens: running.tokens,
      print: (line) => printLine(line),
      passportCommand: (id) => commandTextIn(config.home, `passport issue ${id}`),
    });
  } catch (error) {
    // The ledger runs anyway.
    if (!signal.aborted)
      printLine(`The sample document did not get through: ${faultSentence(error, config)}`);
  }
}

function printLine(line: string, hang = 0): void {
  process.stdout.write(`${foldedText(line, hang)}\n`);
}
