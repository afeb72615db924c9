/** `cutter approve`: a person's approval of what one cut will do, signed with a key that no server has. */
import {
  ApproveCutDocument,
  EntryApprovalDocument,
  RevokeCutApprovalDocument,
} from '../../client/generated/graphql.ts';
import { repeatCall } from '../../client/repeat.ts';
import type { Config } from '../../config.ts';
import { SeedFault, seedInFile } from '../../home/seed-file.ts';
import { plainLine, terminalText } from '../../text/plain.ts';
import { type Client, ClientFault, openClient } from '../client/client.ts';
import { type LedgerAddressOptions, proveLedger } from '../client/prove-ledger.ts';
import { acceptedOutcome, Refused } from '../client/refused.ts';
import { approverToken } from '../client/tokens.ts';
import { foldedText } from '../terminal/columns.ts';
import { errorTerminal, linePrinter, type Terminal } from '../terminal/terminal.ts';
import { lostCall } from '../walk/phases.ts';
import { type GivenStatement, readGiven, type SentSignature, signatureIn, signGiven } from './statement.ts';
import { statementLines } from './words.ts';

export interface ApproveOptions extends LedgerAddressOptions {
  /** Print what to sign, and write nothing. */
  readonly statement: boolean;
  /** The file of a signature. */
  readonly signature?: string;
  /** The file of the approver's seed: sign here, and send. */
  readonly seed?: string;
  /** End the approval that the entry has, for this reason. */
  readonly revoke?: string;
}

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function runApprove(
  entryId: string,
  options: ApproveOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = linePrinter(true),
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  let secrets: readonly string[] = [];
  try {
    refuseUnclear(options);
    const token = approverToken(config);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const client = openClient({ url, token, who: 'approver' });
    const said =
      options.revoke === undefined
        ? await approveEntry(client, entryId, options)
        : await revokeApproval(client, entryId, options.revoke);
    // A statement is for programs, and longer than a line for people may be.
    print(options.statement ? said : plainLine(said, secrets));
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused || error instanceof SeedFault))
      throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

function refuseUnclear({ statement, signature, seed, revoke }: ApproveOptions): void {
  const given = [statement, ...[signature, seed, revoke].map((one) => one !== undefined)];
  if (given.filter(Boolean).length === 1) return;
  throw new ClientFault(
    'Use one of --seed FILE, which signs and sends, --statement, which asks what to sign, --signature FILE, and ' +
      '--revoke REASON, which ends an approval.',
  );
}

async function approveEntry(client: Client, entryId: string, options: ApproveOptions): Promise<string> {
  const input = await inputOf(client, entryId);
  if (options.statement) return JSON.stringify(await statementOf(client, input));
  const signature =
    options.seed === undefined
      ? signatureIn(options.signature as string)
      : signHere(await statementOf(client, input), options.seed);
  const { outcome } = await repeatCall({
    send: () => client.execute(ApproveCutDocument, { input: { ...input, signature } }),
    lost: lostCall,
  });
  const { approvalId, expiresAt } = acceptedOutcome('The approval', outcome, 'ApproveCutSuccess');
  return `The cut of entry ${entryId} is approved until ${expiresAt}: approval ${approvalId}.`;
}

async function revokeApproval(client: Client, entryId: string, reason: string): Promise<string> {
  const { entry } = await client.execute(EntryApprovalDocument, { entryId });
  const approvalId = entry?.cutApproval?.approvalId;
  if (approvalId === undefined) throw new ClientFault(`Entry ${entryId} has no approval of its cut.`);
  const input = { idempotencyKey: `cutter approve revoke ${approvalId}`, approvalId, reason };
  const { outcome } = await repeatCall({
    send: () => client.execute(RevokeCutApprovalDocument, { input }),
    lost: lostCall,
  });
  acceptedOutcome('The revocation', outcome, 'RevokeCutApprovalSuccess');
  return `Approval ${approvalId} of the cut of entry ${entryId} is revoked.`;
}

/** The same until another approval is there: what is signed is what is sent. */
async function inputOf(client: Client, entryId: string) {
  const { entry } = await client.execute(EntryApprovalDocument, { entryId });
  const manifestDigest = entry?.liveDecision?.manifestVersion;
  if (entry === null) throw new ClientFault(`The ledger has no entry ${entryId}.`);
  if (manifestDigest === undefined) throw new ClientFault(`Entry ${entryId} has no review yet.`);
  const after = entry.cutApproval?.approvalId ?? 'none';
  return { idempotencyKey: `cutter approve ${entryId} after ${after}`, entryId, manifestDigest };
}

async function statementOf(
  client: Client,
  input: Awaited<ReturnType<typeof inputOf>>,
): Promise<GivenStatement> {
  const { outcome } = await client.execute(ApproveCutDocument, { input: { ...input, dryRun: true } });
  const { statement } = acceptedOutcome('The approval', outcome, 'ApproveCutSuccess');
  if (statement === null)
    throw new ClientFault('This approval was given just now; there is nothing to sign.');
  return statement;
}

function signHere(given: GivenStatement, seedFile: string): SentSignature {
  const { said, bytes } = readGiven(given);
  for (const line of statementLines(said)) process.stderr.write(`${plainLine(line)}\n`);
  return signGiven(given, bytes, seedInFile(seedFile));
}
