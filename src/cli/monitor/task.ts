import { readFileSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { type KnownKeys, parseKeys } from '../../proof/keys-file.ts';
import { ClientFault } from '../client/client.ts';
import { type LedgerAddressOptions, ledgerAddress, proveLedger } from '../client/prove-ledger.ts';
import { whyUnreadable } from '../client/tokens.ts';
import { durationOf } from '../terminal/duration.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { type KeptState, readState } from './state-file.ts';

/** `cutter monitor`, as it is typed. */
export interface MonitorCommand extends Omit<LedgerAddressOptions, 'url'> {
  readonly keys: string;
  readonly tokenFile?: string;
  readonly state?: string;
  readonly once: boolean;
  readonly webhook?: string;
  readonly json: boolean;
  readonly acknowledge: boolean;
  readonly maxVerifyAge: string;
  readonly maxEscalationAge: string;
  readonly maxSilence: string;
}

/** What the command comes to, once it was found to be in order. */
export interface MonitorTask {
  readonly url: string;
  /** Proves, before each connection, that it is the ledger that is meant. Throws a ClientFault where it isn't. */
  readonly prove: () => Promise<unknown>;
  readonly token: string;
  readonly known: KnownKeys;
  readonly kept: KeptState;
  readonly bounds: { readonly verifyMs: number; readonly escalationMs: number; readonly unsignedMs: number };
  /** Where findings are sent. Undefined: the program only ends with a status. */
  readonly webhook: string | undefined;
  readonly maxSilenceMs: number;
}

/** The lanes sign within a second or two. */
const UNSIGNED_MS = 60_000;

/** Throws a ClientFault, KeysFault or StateFault that says what is wrong. */
export function taskOf(
  url: string | undefined,
  command: MonitorCommand,
  config: Pick<Config, 'home' | 'client'>,
  terminal: Terminal | null,
): MonitorTask {
  const options: LedgerAddressOptions = {
    ...(url === undefined ? {} : { url }),
    ...(command.ledgerKey === undefined ? {} : { ledgerKey: command.ledgerKey }),
  };
  const address = ledgerAddress(options, config);
  const webhook = command.webhook ?? config.client.monitorWebhook ?? undefined;
  if (webhook !== undefined && !(/^https?:\/\//.test(webhook) && URL.canParse(webhook)))
    throw new ClientFault('The webhook must be a URL of the form https://host/path.');
  const kept = command.state === undefined ? { monitor: undefined, findings: [] } : readState(command.state);
  return {
    url: address.url,
    prove: () => proveLedger(options, config, terminal, address),
    token: tokenOf(command, config),
    known: parseKeys(readFile(command.keys, 'The key file')),
    kept: command.acknowledge ? { ...kept, findings: [] } : kept,
    bounds: {
      verifyMs: durationOf(command.maxVerifyAge, '--max-verify-age'),
      escalationMs: durationOf(command.maxEscalationAge, '--max-escalation-age'),
      unsignedMs: UNSIGNED_MS,
    },
    webhook,
    maxSilenceMs: durationOf(command.maxSilence, '--max-silence'),
  };
}

/** From a file or the environment, because other users of the machine can read a command line. */
function tokenOf({ tokenFile }: MonitorCommand, { client }: Pick<Config, 'client'>): string {
  const token = tokenFile === undefined ? client.monitorToken : readFile(tokenFile, 'The token file').trim();
  if (token === null || token === '')
    throw new ClientFault(
      'The monitor needs a token with the scopes ledger:observe and ledger:evidence. ' +
        'Name its file with --token-file, or set CUTTER_TOKEN_MONITOR.',
    );
  return token;
}

function readFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ClientFault(`${what} ${path} can't be read: ${whyUnreadable(error)}.`);
  }
}
