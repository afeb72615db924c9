/**
 * Before a command shows a token to a server, the server has to prove that it is the right ledger: this home's own,
 * the one whose key was named, or one whose key a person accepted here before.
 */
import { randomBytes } from 'node:crypto';
import { readAnswer } from '../../client/answer.ts';
import { LedgerFault } from '../../client/ledger-fault.ts';
import type { Config } from '../../config.ts';
import { runningServers } from '../../home/home-servers.ts';
import { heldLedgerKey } from '../../home/ledger-key.ts';
import { judgeIdentity } from '../../proof/ledger-identity.ts';
import { plainLine } from '../../text/plain.ts';
import { commandTextIn } from '../terminal/command-text.ts';
import { askYesNo, type Terminal } from '../terminal/terminal.ts';
import { ClientFault, commandEndpoint, unreachableFault } from './client.ts';
import { acceptedKey, keepAcceptedKey } from './known-ledgers.ts';

/** Which ledger a command speaks to, as it is typed. */
export interface LedgerAddressOptions {
  readonly url?: string;
  /** The fingerprint of the ledger's key. */
  readonly ledgerKey?: string;
}

export interface ProvenLedger {
  /** GraphQL's address. */
  readonly url: string;
  /** The fingerprint of the key that proved it. */
  readonly keyId: string;
}

type ClientConfig = Pick<Config, 'home' | 'client'>;

interface LedgerAddress {
  readonly url: string;
  /** Whether somebody named it: else it has to be this home's own. */
  readonly isNamed: boolean;
}

/** Where a command goes: the named address, else where this home's server listens, else the default. */
export function ledgerAddress({ url }: LedgerAddressOptions, { home, client }: ClientConfig): LedgerAddress {
  const named = url ?? client.url;
  return {
    url: commandEndpoint(named ?? runningServers(home)[0]?.url ?? client.defaultUrl),
    isNamed: named !== null,
  };
}

/**
 * Throws a ClientFault that says why no token goes there. `terminal`: where a person can be asked; null: nobody
 * can.
 */
export async function proveLedger(
  options: LedgerAddressOptions,
  config: ClientConfig,
  terminal: Terminal | null,
  { url, isNamed }: LedgerAddress = ledgerAddress(options, config),
): Promise<ProvenLedger> {
  const keyId = await keyOf(url);
  const named = options.ledgerKey ?? config.client.ledgerKey;
  if (named !== null) {
    if (keyId === named) return { url, keyId };
    throw strangerFault(`${url} has the key ${keyId}, but the command names ${named}.`);
  }
  const own = heldLedgerKey(config.home);
  if (keyId === own) return { url, keyId };
  const place = placeOfLedger(url);
  const before = acceptedKey(config.home, place);
  if (keyId === before) return { url, keyId };
  if (before !== null)
    throw strangerFault(
      `${url} has the key ${keyId}, but ${before} was accepted here. If its operator confirms the new ` +
        'key, name it with --ledger-key.',
    );
  if (!isNamed && own !== null)
    throw strangerFault(
      `The ledger at ${url} is not that of ${config.home}. ` +
        `Start this home's ledger with "${commandTextIn(config.home, 'start')}", ` +
        'or name the ledger that you mean with --url.',
    );
  await acceptLedger({ url, keyId, place, home: config.home }, terminal);
  return { url, keyId };
}

/** Its origin, and behind it the base path where it has one: a site may show several ledgers. */
function placeOfLedger(url: string): string {
  const { origin, pathname } = new URL('.', url);
  return pathname === '/' ? origin : `${origin}${pathname}`;
}

const strangerFault = (why: string) => new ClientFault(`${why} No token was sent.`, 'refused');

interface Introduction {
  readonly url: string;
  readonly keyId: string;
  /** Under which the key is kept. */
  readonly place: string;
  readonly home: string;
}

async function acceptLedger(
  { url, keyId, place, home }: Introduction,
  terminal: Terminal | null,
): Promise<void> {
  if (terminal === null || !terminal.interactive)
    throw strangerFault(
      `The ledger at ${url} is not known here, and nobody can be asked. ` +
        `If its operator confirms its key, add --ledger-key ${keyId}, or set CUTTER_LEDGER_KEY.`,
    );
  terminal.output.write(`The ledger at ${url} is not known here. Its key is\n  ${keyId}\n`);
  if (!(await askYesNo(terminal, 'Is that the key its operator gave you?')))
    throw strangerFault(`The ledger at ${url} was not accepted.`);
  keepAcceptedKey(home, place, keyId);
}

/** Larger than any proof. */
const BOUNDS = { answerBytes: 4_096, answerMs: 10_000 };

/** The fingerprint of the key with which the server at the address signs, now and for this address. */
async function keyOf(url: string): Promise<string> {
  const nonce = randomBytes(32).toString('base64url');
  const { origin } = new URL(url);
  const question = new URL('identity', url);
  question.search = new URLSearchParams({ nonce, origin }).toString();
  const answer = await askIdentity(url, question);
  const keyId = judgeIdentity(answer, { nonce, origin });
  if (keyId !== null) return keyId;
  const reported = errorIn(answer);
  throw new ClientFault(
    `${url} doesn't prove that it is a ledger${reported === null ? '' : `: ${plainLine(reported)}`}. No ` +
      'token was sent.',
    'refused',
  );
}

async function askIdentity(url: string, question: URL): Promise<unknown> {
  try {
    const response = await fetch(question, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(BOUNDS.answerMs),
    });
    return await readAnswer(url, response, BOUNDS);
  } catch (error) {
    if (error instanceof LedgerFault)
      throw new ClientFault(`${error.message} No token was sent.`, error.kind);
    if (error instanceof DOMException && error.name === 'TimeoutError')
      throw new ClientFault(
        `${url} didn't prove within ${BOUNDS.answerMs / 1000} seconds that it is a ledger. No token was sent.`,
        'unreachable',
      );
    throw unreachableFault(url, error);
  }
}

function errorIn(answer: unknown): string | null {
  const errors = (answer as { readonly errors?: unknown } | null)?.errors;
  const message = Array.isArray(errors) ? (errors[0] as { message?: unknown } | null)?.message : null;
  return typeof message === 'string' ? message.replace(/\.$/, '') : null;
}
