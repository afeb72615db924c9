import type { Client } from 'pg';
import { checkDrift } from '../drift/check-drift.ts';
import type { Divergence } from '../drift/divergence.ts';
import { type FsckCoverage, FsckFindings, type Report, type Unseen } from './finding.ts';
import type { HeadsFile, SeenHead } from './heads.ts';
import { checkActs } from './log/act-check.ts';
import { checkCounters } from './log/counter-check.ts';
import type { LedgerKeys } from './log/ledger-keys.ts';
import { checkPlaces } from './log/place-check.ts';
import { checkResumptions } from './log/resumption-check.ts';
import { checkWitnesses } from './log/witness-check.ts';
import { checkApprovals } from './meaning/approvals.ts';
import { checkCarriedOver } from './meaning/carried-over.ts';
import { checkCuts } from './meaning/cuts.ts';
import { checkLineage } from './meaning/lineage.ts';
import { checkOpenComments } from './meaning/open-comments.ts';
import { checkParties } from './meaning/parties.ts';
import { checkRegistrars, placedRules } from './meaning/rules.ts';
import { checkSanctions } from './meaning/sanctions.ts';
import { checkShippedWords } from './meaning/shipped-words.ts';
import { checkSignatures } from './meaning/signatures.ts';
import { checkRows } from './rows/rows.ts';
import { checkReached, checkUnique } from './rows/unique.ts';
import { openSession } from './session.ts';

export interface CheckOptions {
  /** The login cutter_evidence. */
  readonly url: string;
  /** Heads of the log that were kept outside the database. */
  readonly heads?: readonly SeenHead[];
  /** Files of such heads, read before the check begins: the ledger writes on meanwhile. */
  readonly headFiles?: readonly HeadsFile[];
  /** Pages of a table that one thread reads at a time. */
  readonly slicePages?: number;
}

/** Recomputes the whole ledger from its tables, in one snapshot, and reports what doesn't agree. No fault ends it. */
export async function checkLedger({
  url,
  heads = [],
  headFiles = [],
  ...options
}: CheckOptions): Promise<Report> {
  const session = await openSession(url);
  const { client, unseen } = session;
  const findings = new FsckFindings();
  const coverage: FsckCoverage = {
    positions: 0,
    pending: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    entries: 0,
    nodes: 0,
    cosignatures: 0,
  };
  try {
    const blind = unseen.filter(({ table }) => table.startsWith('cutter_log.'));
    const drift = await checkDrift(client);
    const lacking = lackingIn(drift);
    unseen.push(...lacking);
    if (blind.length + lacking.length > 0)
      return { head: 0, incarnation: null, findings: [], unseen, drift, coverage, heads: [] };
    const { rows } = await client.query<{ next: string; incarnation: string | null }>(
      '/* fsck.head */ select next_position::text as next, incarnation::text from cutter_log.head',
    );
    const head = Number(rows[0]?.next ?? 0);
    const incarnation = rows[0]?.incarnation ?? null;
    const { keys, incarnations, reached, compared } = await checkRows({
      ...options,
      ...session,
      url,
      head,
      findings,
      coverage,
      heads,
      headFiles,
      incarnation,
    });
    await checkWitnesses(client, findings, coverage);
    if (unseen.length === 0) await checkUnique(client, head, findings);
    await checkSingletons(client, findings);
    // A table that can't be read whole would be blamed for rows that are only hidden.
    incarnations.report(findings, incarnation);
    await checkResumptions(client, keys, incarnations, incarnation, findings);
    if (unseen.length === 0) await judgeMeaning(client, keys, head, findings, coverage);
    await checkReached(client, reached, findings, unseen);
    if (unseen.length === 0) await checkCounters(client, head, findings);
    return { head, incarnation, findings: findings.all, unseen, drift, coverage, heads: compared };
  } finally {
    await session.close();
  }
}

/** What the statements of a check name and the database lacks: none of them could be run. */
function lackingIn(drift: readonly Divergence[]): Unseen[] {
  return drift
    .filter(({ kind }) => kind === 'relation' || kind === 'column')
    .filter(({ name, expected, found }) => expected !== null && (found === null || expected === name))
    .map(({ kind, name, message }) => ({
      table: kind === 'column' ? name.slice(0, name.lastIndexOf('.')) : name,
      message: `Nothing can be checked before this is mended. ${message}`,
    }));
}

/** Log, tree and counters have one head each, marked as such. */
async function checkSingletons(client: Client, findings: FsckFindings): Promise<void> {
  for (const table of ['cutter_log.head', 'cutter_log.tree_head', 'cutter_log.counted']) {
    const { rows } = await client.query<{ marked: string }>(
      `/* fsck.singleton */ select count(*) filter (where singleton)::text as marked from ${table}`,
    );
    if (rows[0]?.marked === '1') continue;
    findings.derive([], {
      verdict: 'edited',
      table,
      key: 'true',
      column: 'singleton',
      after: null,
      before: null,
      message: `${table} has ${rows[0]?.marked} rows that are marked as its one; there is one.`,
    });
  }
}

/** What must hold between rows that are as they were written. */
async function judgeMeaning(
  client: Client,
  keys: LedgerKeys,
  head: number,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  keys.report(findings, head, { from: 0, until: Number.MAX_SAFE_INTEGER });
  await client.query('set local enable_hashjoin = on; set local enable_mergejoin = on');
  await checkSignatures(client, keys, head, findings, coverage);
  await checkLineage(client, head, findings);
  const ruled = await placedRules(client);
  await checkApprovals(client, head, ruled, findings);
  await checkRegistrars(client, head, ruled, findings);
  await checkSanctions(client, head, findings);
  await checkOpenComments(client, head, findings);
  await checkCuts(client, head, findings, coverage);
  await checkCarriedOver(client, head, findings);
  await checkPlaces(client, coverage.positions, findings);
  await checkActs(client, coverage.positions, findings);
  await checkShippedWords(client, findings);
  await checkParties(client, head, findings);
}
