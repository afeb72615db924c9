/** `cutter passport issue`: asks a ledger for the passport of a cut, and writes it as it came. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ANSWER_BOUNDS } from '../client/answer.ts';
import { IssuePassportDocument, type IssuePassportQuery } from '../client/generated/graphql.ts';
import type { Config } from '../config.ts';
import { reasonOf } from '../home/home-folder.ts';
import { passportShape } from '../passport/format.ts';
import { digestOf } from '../proof/digest.ts';
import { normalizeUuid } from '../proof/uuid.ts';
import { terminalText } from '../text/plain.ts';
import { ClientFault, openClient } from './client/client.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { acceptedOutcome, Refused } from './client/refused.ts';
import { roleTokens } from './client/tokens.ts';
import { foldedText } from './terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from './terminal/terminal.ts';

export interface IssueOptions extends LedgerAddressOptions {
  readonly out?: string;
}

/** A passport holds every record of a plan. */
const PASSPORT_BOUNDS = { ...ANSWER_BOUNDS, answerBytes: 256 * 1024 * 1024 };

/** A checkpoint comes within a second or two. */
const PATIENCE_MS = [250, 500, 1_000, 2_000, 2_000];

/**
 * Writes the passport to a file, named by its document and change set unless --out names it. Resolves with the exit
 * code.
 */
export async function issuePassport(
  changeSet: string,
  options: IssueOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(false),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let secrets: readonly string[] = [];
  try {
    const changeSetId = normalizeUuid(changeSet);
    if (changeSetId === null) throw new ClientFault(`${changeSet} is not the id of a change set.`);
    const tokens = roleTokens(config);
    secrets = Object.values(tokens);
    const { url } = await proveLedger(options, config, terminal);
    const passport = heldPassport(await askForPassport(changeSetId, url, tokens.reviewer), changeSetId);
    const { out } = options;
    const file = out ?? passport.file;
    if (out === undefined) requireSame(file, passport.text);
    try {
      writeFileSync(file, passport.text);
    } catch (error) {
      throw new ClientFault(`${file} can't be written: ${reasonOf(error)}.`);
    }
    print(
      `${file}: the passport of change set ${changeSetId}, verdict ${passport.verdict}, ${passport.digest}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

interface Held {
  readonly text: string;
  readonly digest: string;
  readonly verdict: string;
  /** The file's name without --out. A ledger doesn't name files on this machine. */
  readonly file: string;
}

/** Holds what came to what was asked for. Whether it is true, "cutter passport verify" says. */
function heldPassport({ text, digest }: Issued, changeSetId: string): Held {
  const own = digestOf(Buffer.from(text));
  if (digest !== own)
    throw new ClientFault(`The passport has the digest ${own}, but the ledger said ${digest}.`);
  const passport = passportShape.safeParse(jsonOf(text)).data;
  if (passport === undefined)
    throw new ClientFault('The ledger answered with something that is not a passport.');
  if (passport.changeSetId !== changeSetId)
    throw new ClientFault(
      `The ledger answered with the passport of change set ${passport.changeSetId} instead of ${changeSetId}.`,
    );
  const { source, result } = passport.rows;
  const docCode = source.columns.doc_code.replace(/[^\p{L}\p{M}\p{Nd}._-]/gu, '').slice(0, 63);
  const file = `passport-${docCode}-${changeSetId}.json`;
  return { text, digest, verdict: result.columns.verdict, file };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A passport is fixed when it is first issued: one that is another now is news, and the former is evidence. */
function requireSame(file: string, text: string): void {
  if (!existsSync(file)) return;
  let former: string;
  try {
    former = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ClientFault(`${file} can't be read: ${reasonOf(error)}.`);
  }
  if (former !== text)
    throw new ClientFault(
      `${file} holds another passport of this change set, although a passport never changes once it is issued. ` +
        'The file was left as it is. To write the new passport as well, name another file with --out.',
    );
}

type Issued = Extract<IssuePassportQuery['outcome'], { __typename: 'Passport' }>;

async function askForPassport(changeSetId: string, url: string, token: string): Promise<Issued> {
  const client = openClient({ url, token, who: 'reviewer', bounds: PASSPORT_BOUNDS });
  for (let attempt = 0; ; attempt += 1) {
    const { outcome } = await client.execute(IssuePassportDocument, { changeSetId });
    const wait = PATIENCE_MS[attempt];
    if (outcome.__typename !== 'Busy' || wait === undefined)
      return acceptedOutcome('The passport', outcome, 'Passport');
    await pause(wait);
  }
}
