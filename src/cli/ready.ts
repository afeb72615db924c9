/** `cutter ready`: what blocks a phase of an entry, or the ledger, and what to do about it, in order. */
import { AskReadinessDocument, type AskReadinessQuery, type Phase } from '../client/generated/graphql.ts';
import type { Config } from '../config.ts';
import { plainLine, terminalText } from '../text/plain.ts';
import { type Client, ClientFault, openClient } from './client/client.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { evidenceToken } from './client/tokens.ts';
import { foldedText } from './terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from './terminal/terminal.ts';

export interface ReadyOptions extends LedgerAddressOptions {
  /** In lower case; absent: the first phase that the entry isn't past. */
  readonly phase?: string;
  /** JSON lines instead of sentences. */
  readonly json: boolean;
}

type Found = AskReadinessQuery['readiness'];

/** 0 ready, 1 gaps, 2 nothing could be asked. `about`: an entry, or with `--phase mark` a source; null: the ledger. */
export async function runReady(
  about: string | null,
  options: ReadyOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(options.json),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1 | 2> {
  let secrets: readonly string[] = [];
  try {
    const token = evidenceToken(config);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const found = await askedReadiness(openClient({ url, token, who: 'caller' }), about, options);
    for (const line of options.json ? jsonLines(found) : textLines(found)) print(plainLine(line, secrets));
    return found.state === 'READY' ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 2;
  }
}

const PHASES = ['SWEEP', 'REVIEW', 'CUT', 'VERIFY'] as const satisfies readonly Phase[];

async function askedReadiness(client: Client, about: string | null, { phase }: ReadyOptions): Promise<Found> {
  const ask = async (asked: Phase | null) => {
    const id = asked === 'MARK' ? { sourceId: about } : { entryId: about };
    return (await client.execute(AskReadinessDocument, { phase: asked, ...id })).readiness;
  };
  if (about === null) return await ask(null);
  if (phase !== undefined) return await ask(phase.toUpperCase() as Phase);
  for (const next of PHASES) {
    const found = await ask(next);
    if (found.state !== 'PASSED') return found;
  }
  return await ask('VERIFY');
}

function* jsonLines({ gaps, acts, ...summary }: Found): Generator<string> {
  for (const gap of gaps) yield JSON.stringify({ type: 'gap', ...gap });
  for (const act of acts) yield JSON.stringify({ type: 'act', ...act });
  yield JSON.stringify({ type: 'summary', ...summary });
}

const SAID = {
  READY: 'Ready.',
  BLOCKED: 'Blocked. What to do, in this order:',
  PASSED: 'Nothing to do.',
  NEVER: 'Nothing that can be done leads there.',
} as const satisfies Readonly<Record<Found['state'], string>>;

function* textLines({ state, whoMay, gaps, acts }: Found): Generator<string> {
  for (const { kind, message } of gaps) yield `${kind.toLowerCase().replaceAll('_', '-')}: ${message}`;
  yield state === 'BLOCKED' && acts.length === 0 ? 'Blocked.' : SAID[state];
  for (const [at, act] of acts.entries()) yield `${at + 1}. ${actText(act)}`;
  if (whoMay.length > 0) yield `Who may then: ${namesOf(whoMay)}`;
}

function actText({ message, command, who, doneBy, apartFrom, notBefore }: Found['acts'][number]): string {
  if (command != null) return `${message} Run: ${command}`;
  if (notBefore != null) return `${message} Wait until ${notBefore}.`;
  const by = doneBy == null ? `Who may: ${namesOf(who)}` : `By the principal of act ${doneBy + 1}.`;
  const apart = apartFrom.map((at) => at + 1).join(', ');
  return `${message} ${by}${apart.length === 0 ? '' : ` Not by who does act ${apart}.`}`;
}

const namesOf = (who: Found['whoMay']): string => who.map(({ name }) => name).join(', ');
