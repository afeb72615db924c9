import type { Client } from 'pg';
import { checkCuts } from './cuts.ts';
import { type Coverage, Findings, type Report } from './finding.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { checkLineage } from './lineage.ts';
import { checkPlaces } from './place-check.ts';
import { checkRows } from './rows.ts';
import { openSession } from './session.ts';
import { checkSignatures } from './signatures.ts';
import type { SeenHead } from './tree-check.ts';
import { checkWitnesses } from './witness-check.ts';

export interface CheckOptions {
  /** The login cutter_evidence. */
  readonly url: string;
  /** Heads of the log that were kept outside the database. */
  readonly heads?: readonly SeenHead[];
  /** Pages of a table that one thread reads at a time. */
  readonly slicePages?: number;
}

/** Recomputes the whole ledger from its tables, in one snapshot, and reports what doesn't agree. It goes on past every break. */
export async function checkLedger({ url, heads = [], ...options }: CheckOptions): Promise<Report> {
  const session = await openSession(url);
  const { client, unseen } = session;
  const findings = new Findings();
  const coverage: Coverage = {
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
    if (blind.length > 0) return { head: 0, incarnation: '', findings: [], unseen, coverage };
    const { rows } = await client.query<{ next: string; incarnation: string }>(
      '/* fsck.head */ select next_position::text as next, incarnation::text from cutter_log.head',
    );
    const head = Number(rows[0]?.next ?? 0);
    const { keys, incarnations } = await checkRows({
      ...options,
      ...session,
      url,
      head,
      findings,
      coverage,
      heads,
    });
    await checkWitnesses(client, findings, coverage);
    // What can't be seen whole would be blamed for what is only hidden.
    incarnations.tell(findings, rows[0]?.incarnation ?? '');
    if (unseen.length === 0) await judgeMeaning(client, keys, head, findings, coverage);
    return { head, incarnation: rows[0]?.incarnation ?? '', findings: findings.all, unseen, coverage };
  } finally {
    await session.close();
  }
}

/** What must hold between rows that are as they were written. */
async function judgeMeaning(
  client: Client,
  keys: LedgerKeys,
  head: number,
  findings: Findings,
  coverage: Coverage,
): Promise<void> {
  keys.tell(findings, head, { from: 0, until: Number.MAX_SAFE_INTEGER });
  await client.query('set local enable_hashjoin = on; set local enable_mergejoin = on');
  await checkSignatures(client, keys, head, findings, coverage);
  await checkLineage(client, head, findings);
  await checkCuts(client, head, findings, coverage);
  await checkPlaces(client, coverage.positions, findings);
}
