/** `cutter principal`, `cutter token` and `cutter rules`: as an administrator, by the API of a running server. */
import type { Config } from '../../config.ts';
import { plainLine, terminalText } from '../../text/plain.ts';
import { type Client, ClientFault, openClient } from '../client/client.ts';
import { type LedgerAddressOptions, proveLedger } from '../client/prove-ledger.ts';
import { Refused } from '../client/refused.ts';
import { administratorToken } from '../client/tokens.ts';
import { foldedText } from '../terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from '../terminal/terminal.ts';
import type { Shown } from './people-call.ts';
import type { PrincipalOrder } from './principals.ts';
import type { RulesOrder } from './rules.ts';
import type { TokenOrder } from './tokens.ts';

export type PeopleOrder =
  | { readonly about: 'principal'; readonly order: PrincipalOrder }
  | { readonly about: 'token'; readonly order: TokenOrder }
  | { readonly about: 'rules'; readonly order: RulesOrder };

export interface PeopleOptions extends LedgerAddressOptions {
  readonly json: boolean;
}

/**
 * Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. A token that was made is the
 * whole of standard output; what is said of it goes to standard error.
 */
export async function runPeopleOrder(
  order: PeopleOrder,
  options: PeopleOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(options.json),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let secrets: readonly string[] = [];
  try {
    const token = administratorToken(config);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const shown = await carryOut(order, openClient({ url, token, who: 'administrator' }));
    printShown(shown, options.json, print, (line) => terminal.output.write(`${foldedText(line)}\n`));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

async function carryOut({ about, order }: PeopleOrder, client: Client): Promise<Shown> {
  if (about === 'principal') {
    const { carryOutPrincipalOrder } = await import('./principals.ts');
    return await carryOutPrincipalOrder(order, client);
  }
  if (about === 'rules') {
    const { carryOutRulesOrder } = await import('./rules.ts');
    return await carryOutRulesOrder(order, client);
  }
  const { carryOutTokenOrder } = await import('./tokens.ts');
  return await carryOutTokenOrder(order, client);
}

function printShown(
  { lines, objects, secret = null }: Shown,
  isJson: boolean,
  print: (line: string) => void,
  say: (line: string) => void,
): void {
  if (isJson) {
    for (const object of objects) print(JSON.stringify(secret === null ? object : { ...object, secret }));
    return;
  }
  if (secret === null) {
    for (const line of lines) print(plainLine(line));
    return;
  }
  print(plainLine(secret));
  for (const line of lines) say(plainLine(line));
  say('The token is shown this once, and kept nowhere.');
}
