/**
 * `cutter audit`: who did what and who was refused, page by page, so that no more than a page is in memory however
 * long the audit is. It waits for its reader.
 */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AuditRowsDocument, type AuditRowsQuery } from '../client/generated/graphql.ts';
import type { Config } from '../config.ts';
import { refuseOtherVersion } from '../database/migrate/migrate.ts';
import { ownerClient } from '../database/owner.ts';
import { plainLine, terminalText } from '../text/plain.ts';
import { type Client, ClientFault, openClient } from './client/client.ts';
import { type LedgerAddressOptions, proveLedger } from './client/prove-ledger.ts';
import { administratorToken } from './client/tokens.ts';
import { findDatabase } from './find-database.ts';
import { foldedText } from './terminal/columns.ts';
import { faultSentence } from './terminal/sentence.ts';
import { errorTerminal, type Terminal } from './terminal/terminal.ts';

export interface AuditOptions extends LedgerAddressOptions {
  readonly from?: string;
  readonly to?: string;
  readonly entry?: string;
  /** JSON lines instead of sentences. */
  readonly json: boolean;
  /** A month: what is earlier is removed. */
  readonly dropBefore?: string;
}

type Row = AuditRowsQuery['audit']['nodes'][number];

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function runAudit(
  options: AuditOptions,
  config: Config,
  output: Writable = process.stdout,
  terminal: Terminal = errorTerminal(),
): Promise<0 | 1> {
  if (options.dropBefore !== undefined) return await dropMonths(options.dropBefore, config, output);
  let secrets: readonly string[] = [];
  try {
    const token = administratorToken(config);
    secrets = [token];
    const { url } = await proveLedger(options, config, terminal);
    const write = options.json
      ? (row: Row) => JSON.stringify(row)
      : (row: Row) => plainLine(rowText(row), secrets);
    for await (const row of rowsOf(openClient({ url, token, who: 'administrator' }), options))
      if (!output.write(`${write(row)}\n`)) await once(output, 'drain');
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    process.stderr.write(`${foldedText(`cutter: ${terminalText(error.message, secrets)}`)}\n`);
    return 1;
  }
}

async function* rowsOf(client: Client, { from, to, entry }: AuditOptions): AsyncGenerator<Row> {
  const filter = {
    ...(from === undefined ? {} : { atFrom: timeOf(from) }),
    ...(to === undefined ? {} : { atUntil: timeOf(to) }),
    ...(entry === undefined ? {} : { entryId: entry }),
  };
  for (let after: string | null = null; ; ) {
    const { audit }: AuditRowsQuery = await client.execute(AuditRowsDocument, { filter, after });
    yield* audit.nodes;
    if (!audit.pageInfo.hasNextPage) return;
    after = audit.pageInfo.endCursor ?? null;
  }
}

/** A day begins at midnight of UTC. */
const timeOf = (text: string): string => (text.includes('T') ? text : `${text}T00:00:00Z`);

function rowText({
  at,
  operation,
  outcome,
  refusal,
  guard,
  position,
  entryId,
  principalId,
  address,
  calls,
}: Row): string {
  const parts = [
    outcome.toLowerCase(),
    refusal ?? null,
    guard ?? null,
    position == null ? null : `at position ${position}`,
    entryId == null ? null : `entry ${entryId}`,
    principalId == null ? null : `by ${principalId}`,
    address == null ? null : `from ${address}`,
    calls === 1 ? null : `${calls} times`,
  ];
  return `${at}  ${operation}  ${parts.filter((part) => part !== null).join(', ')}`;
}

async function dropMonths(month: string, config: Config, output: Writable): Promise<0 | 1> {
  const closers: (() => Promise<unknown>)[] = [];
  try {
    const found = await findDatabase(config);
    closers.push(() => found.close());
    await refuseOtherVersion(found.ownerUrl);
    const owner = ownerClient(found.ownerUrl, 'cutter audit');
    await owner.connect();
    closers.unshift(() => owner.end());
    const { rows } = await owner.query<{ dropped: string }>(
      '/* audit.drop */ select cutter_auth.drop_audit_before($1)::text as dropped',
      [`${month}-01T00:00:00Z`],
    );
    output.write(`Removed ${rows[0]?.dropped} rows of the audit from before ${month}.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${foldedText(`cutter: nothing was removed. ${faultSentence(error, config)}`)}\n`);
    return 1;
  } finally {
    for (const close of closers) await close();
  }
}
