/** `cutter profile` and `cutter vocabulary`: what a ledger knows of profiles and words, and what is added to it. */
import {
  ListProfilesDocument,
  type ListProfilesQuery,
  ListVocabularyDocument,
  RegisterProfileDocument,
  RegisterVocabularyDocument,
} from '../client/generated/graphql.ts';
import { repeatCall } from '../client/repeat.ts';
import type { Config } from '../config.ts';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import { plainLine, terminalText } from '../text/plain.ts';
import { type Client, ClientFault, openClient } from './client/client.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { acceptedOutcome, Refused } from './client/refused.ts';
import { administratorToken, observerToken } from './client/tokens.ts';
import { profileIn } from './profile-file.ts';
import { foldedText } from './terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from './terminal/terminal.ts';
import { lostCall } from './walk/phases.ts';

export type RegistryOrder =
  | { readonly order: 'list-profiles' }
  | { readonly order: 'add-profile'; readonly file: string; readonly dryRun: boolean }
  | { readonly order: 'list-vocabulary' }
  | {
      readonly order: 'add-word';
      readonly termKind: string;
      readonly term: string;
      readonly description: string;
      readonly atMost: number | null;
      readonly dryRun: boolean;
    };

const PAGE = 100;

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function runRegistryOrder(
  order: RegistryOrder,
  options: LedgerAddressOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(false),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  const isRead = order.order.startsWith('list');
  let secrets: readonly string[] = [];
  try {
    const token = isRead ? observerToken(config) : administratorToken(config);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const client = openClient({ url, token, who: isRead ? 'observer' : 'administrator' });
    for (const line of await carryOutOrder(order, client)) print(plainLine(line, secrets));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

function carryOutOrder(order: RegistryOrder, client: Client): Promise<readonly string[]> {
  switch (order.order) {
    case 'list-profiles':
      return profileLines(client);
    case 'add-profile':
      return addProfile(client, order.file, order.dryRun);
    case 'list-vocabulary':
      return wordLines(client);
    case 'add-word':
      return addWord(client, order);
  }
}

async function profileLines(client: Client): Promise<readonly string[]> {
  const lines: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: ListProfilesQuery = await client.execute(ListProfilesDocument, { first: PAGE, after });
    const { nodes, pageInfo } = page.profiles;
    for (const { reference, digest, isShipped, registeredAt } of nodes)
      lines.push(
        `${reference}  ${digest}  ${isShipped ? 'comes with the program' : `registered ${registeredAt}`}`,
      );
    if (!pageInfo.hasNextPage) return lines;
    after = pageInfo.endCursor ?? null;
  }
}

async function addProfile(client: Client, file: string, dryRun: boolean): Promise<readonly string[]> {
  const body = profileIn(file);
  const { name, version } = body;
  if (typeof name !== 'string' || typeof version !== 'string')
    throw new ClientFault(`${file} has no "name" and "version" as texts; a profile has both.`);
  const input = { idempotencyKey: keyOf('profile', body), name, version, body, dryRun };
  const { outcome } = await repeatCall({
    send: () => client.execute(RegisterProfileDocument, { input }),
    lost: lostCall,
  });
  const { profile, replayed } = acceptedOutcome('The profile', outcome, 'RegisterProfileSuccess');
  return [`${profile.reference} ${saidOf({ replayed, dryRun })}, ${profile.digest}.`];
}

async function wordLines(client: Client): Promise<readonly string[]> {
  const { vocabulary } = await client.execute(ListVocabularyDocument, {});
  return vocabulary.map(({ termKind, term, description, atMost, registeredBy }) => {
    const bound = atMost === null ? '' : ` (at most ${atMost})`;
    const origin = registeredBy === null ? '' : ' [registered]';
    return `${termKind.toLowerCase()} ${term}${bound}: ${description}${origin}`;
  });
}

async function addWord(
  client: Client,
  { termKind, term, description, atMost, dryRun }: Extract<RegistryOrder, { order: 'add-word' }>,
): Promise<readonly string[]> {
  const kind = termKind === 'unit_kind' ? ('UNIT_KIND' as const) : ('SECTION_TYPE' as const);
  const terms = [{ termKind: kind, term, description, atMost }];
  const input = { idempotencyKey: keyOf('word', terms), terms, dryRun };
  const { outcome } = await repeatCall({
    send: () => client.execute(RegisterVocabularyDocument, { input }),
    lost: lostCall,
  });
  const { replayed } = acceptedOutcome('The word', outcome, 'RegisterVocabularySuccess');
  return [`${termKind} ${term} ${saidOf({ replayed, dryRun })}.`];
}

/** The same content has the same key: a command that is run again finds what the first one did. */
function keyOf(what: string, content: PlainJson): string {
  return `cutter ${what} ${digestOf(canonicalJson(content))}`;
}

function saidOf({ replayed, dryRun }: { readonly replayed: boolean; readonly dryRun: boolean }): string {
  if (replayed) return 'is registered already';
  return dryRun ? 'can be registered' : 'is registered';
}
