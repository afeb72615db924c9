/** `cutter sweep`: one pass over what waits for review, for a timer or by hand. */
import { randomUUID } from 'node:crypto';
import { SweepDocument } from '../client/generated/graphql.ts';
import { repeatCall } from '../client/repeat.ts';
import type { Config } from '../config.ts';
import { terminalText } from '../text/plain.ts';
import { ClientFault, openClient } from './client/client.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { acceptedOutcome, Refused } from './client/refused.ts';
import { roleToken } from './client/tokens.ts';
import { foldedText } from './terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from './terminal/terminal.ts';
import { lostCall } from './walk/phases.ts';

export interface SweepOptions extends LedgerAddressOptions {
  readonly limit: number;
  /** A timer runs it. */
  readonly scheduled: boolean;
}

/** Resolves with the exit code: 0 where the pass is done, 1 with a sentence where it isn't. */
export async function runSweep(
  { limit, scheduled, ...address }: SweepOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(false),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let secrets: readonly string[] = [];
  try {
    const token = roleToken(config, 'marker');
    secrets = [token];
    const { url } = await proveLedger(address, config, terminal);
    const client = openClient({ url, token, who: 'marker' });
    const triggerKind = scheduled ? ('SCHEDULED' as const) : ('MANUAL' as const);
    const input = { idempotencyKey: `cutter sweep ${randomUUID()}`, limit, triggerKind };
    const { outcome } = await repeatCall({
      send: () => client.execute(SweepDocument, { input }),
      lost: lostCall,
    });
    const { examined, promoted } = acceptedOutcome('The sweep', outcome, 'SweepSuccess');
    print(
      `Looked at ${examined} ${examined === 1 ? 'entry' : 'entries'}; ${promoted.length} now wait for review.`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}
