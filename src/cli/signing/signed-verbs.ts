/** `cutter cut` and `cutter verify`: one phase of one entry, signed by the server or with a signature of one's own. */
import {
  CutDocument,
  CutStatementDocument,
  EntryApprovalDocument,
  VerifyDocument,
  VerifyStatementDocument,
} from '../../client/generated/graphql.ts';
import { repeatCall } from '../../client/repeat.ts';
import type { Config } from '../../config.ts';
import { membersOf } from '../../law/statement-time.ts';
import { plainLine, terminalText } from '../../text/plain.ts';
import { type Client, ClientFault, openClient } from '../client/client.ts';
import { type LedgerAddressOptions, proveLedger } from '../client/prove-ledger.ts';
import { acceptedOutcome, Refused } from '../client/refused.ts';
import { roleToken } from '../client/tokens.ts';
import { foldedText } from '../terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from '../terminal/terminal.ts';
import { lostCall } from '../walk/phases.ts';
import { type SentSignature, signatureIn } from './statement.ts';

export interface SignedVerbOptions extends LedgerAddressOptions {
  /** Print what to sign, and write nothing. */
  readonly statement: boolean;
  /** The file of a signature. */
  readonly signature?: string;
}

interface SignedVerb {
  readonly who: 'executor' | 'verifier';
  readonly run: (client: Client, subject: string, options: SignedVerbOptions) => Promise<string>;
}

const VERBS = {
  cut: { who: 'executor', run: cutEntry },
  verify: { who: 'verifier', run: verifyChangeSet },
} as const satisfies Record<string, SignedVerb>;

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function runSignedVerb(
  verb: keyof typeof VERBS,
  subject: string,
  options: SignedVerbOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(true),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let secrets: readonly string[] = [];
  try {
    const { who, run }: SignedVerb = VERBS[verb];
    const token = roleToken(config, who);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const said = await run(openClient({ url, token, who }), subject, options);
    // A statement is for programs, and longer than a line for people may be.
    print(options.statement ? said : plainLine(said, secrets));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

async function cutEntry(client: Client, entryId: string, options: SignedVerbOptions): Promise<string> {
  const signature = givenSignature(options);
  const manifestDigest = signature === null ? await approvedManifest(client, entryId) : manifestIn(signature);
  // The same entry and manifest have the same key: what is signed is what is sent, and a repetition is one.
  const input = { idempotencyKey: `cutter cut ${entryId} ${manifestDigest}`, entryId, manifestDigest };
  if (options.statement) {
    const { outcome } = await client.execute(CutStatementDocument, { input });
    return JSON.stringify(acceptedOutcome('The cut', outcome, 'CutStatementSuccess').statement);
  }
  const { outcome } = await repeatCall({
    send: () => client.execute(CutDocument, { input: { ...input, signature } }),
    lost: lostCall,
  });
  const { changeSet } = acceptedOutcome('The cut', outcome, 'CutSuccess');
  return `Entry ${entryId} is cut: change set ${changeSet.changeSetId}.`;
}

async function verifyChangeSet(
  client: Client,
  changeSetId: string,
  options: SignedVerbOptions,
): Promise<string> {
  const input = { idempotencyKey: `cutter verify ${changeSetId}`, changeSetId };
  if (options.statement) {
    const { outcome } = await client.execute(VerifyStatementDocument, { input });
    return JSON.stringify(acceptedOutcome('The verification', outcome, 'VerifyStatementSuccess').statement);
  }
  const signature = givenSignature(options);
  const { outcome } = await repeatCall({
    send: () => client.execute(VerifyDocument, { input: { ...input, signature } }),
    lost: lostCall,
  });
  const { result, findings } = acceptedOutcome('The verification', outcome, 'VerifySuccess');
  const first = findings[0] === undefined ? '' : ` First of ${findings.length}: ${findings[0].message}`;
  return `Change set ${changeSetId} is verified: ${result.verdict.toLowerCase()}.${first}`;
}

function givenSignature({ signature, statement }: SignedVerbOptions): SentSignature | null {
  if (signature === undefined) return null;
  if (statement) throw new ClientFault('--statement asks what to sign, and --signature sends it. Use one.');
  return signatureIn(signature);
}

function manifestIn({ statement }: SentSignature): string {
  const { manifestDigest } = membersOf(Buffer.from(statement, 'base64').toString('utf8'));
  if (typeof manifestDigest === 'string') return manifestDigest;
  throw new ClientFault('What was signed is no statement about a cut.');
}

async function approvedManifest(client: Client, entryId: string): Promise<string> {
  const { entry } = await client.execute(EntryApprovalDocument, { entryId });
  const digest = entry?.liveDecision?.manifestVersion;
  if (digest !== undefined) return digest;
  throw new ClientFault(
    entry === null ? `The ledger has no entry ${entryId}.` : `Entry ${entryId} has no review yet.`,
  );
}
